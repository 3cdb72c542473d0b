"""Items and their versions: created, changed (as a next version), moved through their life."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from examsite.lib.errors import Conflict, Forbidden, Invalid
from examsite.people.domain.audit import record
from examsite.people.models import Unit, User

from ..kinds import codec
from ..kinds.base import Question
from ..kinds.registry import defects
from ..kinds.written import fold
from ..models import Bank, Edition, ImportRun, Item, ItemCitation, ItemState, ItemVersion, Topic

BATCH = 500

# From which state an item may go where, and by whom it is decided (domain rule: reviewer ≠ author).
LIFE: dict[tuple[str, str], tuple[str, ...]] = {
    ("submit", ItemState.IN_REVIEW): (ItemState.DRAFT,),
    ("approve", ItemState.APPROVED): (ItemState.IN_REVIEW,),
    ("send_back", ItemState.DRAFT): (ItemState.IN_REVIEW, ItemState.APPROVED),
    ("retire", ItemState.RETIRED): (ItemState.DRAFT, ItemState.IN_REVIEW, ItemState.APPROVED),
    ("restore", ItemState.DRAFT): (ItemState.RETIRED,),
}


@transaction.atomic
def create_bank(*, name: str, unit: Unit, at: datetime, actor: User | None, description: str = "") -> Bank:
    """A new, empty bank. Raises Invalid for an empty name, Conflict for a double in the unit."""
    name = name.strip()
    if not name:
        raise Invalid("no_name", "请填写题库名称。")
    if Bank.objects.filter(unit=unit, name=name).exists():
        raise Conflict("double", f"“{unit}”已有名为“{name}”的题库。")
    bank = Bank.objects.create(name=name, unit=unit, description=description, created_at=at)
    record(action="bank.create", target=bank, at=at, actor=actor, unit=unit)
    return bank


def version_digest(content: dict[str, object], key: dict[str, object]) -> str:
    """Lower-hex SHA-256 over the canonical JSON of both halves of a version."""
    text = json.dumps([content, key], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def search_fold(question: Question) -> str:
    """What search and the finding of doubles compare: the folded stem, those of the parts included."""
    return "\n".join(fold(one.stem) for one in (question, *question.parts))


def _require_sound(question: Question) -> None:
    found = defects(question)
    if found:
        raise Invalid(
            found[0].code,
            "；".join(f"{one.message}（{one.fix}）" if one.fix else one.message for one in found),
        )


@transaction.atomic
def create_items(
    *,
    bank: Bank,
    questions: Sequence[Question],
    at: datetime,
    actor: User | None,
    state: str = ItemState.DRAFT,
    import_run: ImportRun | None = None,
) -> list[Item]:
    """Store questions as items with their first versions, in a few statements whatever their number.

    Raises Invalid, naming the question, when one of them is not sound; then nothing is stored.
    """
    for place, question in enumerate(questions, 1):
        try:
            _require_sound(question)
        except Invalid as error:
            raise Invalid(error.code, f"第{question.number or place}题：{error.message}") from error
    Bank.objects.select_for_update().get(pk=bank.pk)
    number = bank.items.aggregate(top=Max("number"))["top"] or 0
    topics = _topics(bank, {question.topic for question in questions})
    items, versions = [], []
    for question in questions:
        number += 1
        item = Item(
            bank=bank,
            number=number,
            kind=question.kind,
            state=state,
            topic=topics.get(question.topic),
            difficulty=question.difficulty,
            audience=list(question.audience),
            tags=list(question.tags),
            source=question.source,
            stem_fold=search_fold(question),
            author=actor,
            import_run=import_run,
            created_at=at,
        )
        items.append(item)
        versions.append(_version(item, 1, question, at, actor))
    Item.objects.bulk_create(items, batch_size=BATCH)
    ItemVersion.objects.bulk_create(versions, batch_size=BATCH)
    for item, version in zip(items, versions, strict=True):
        item.current = version
    Item.objects.bulk_update(items, ["current"], batch_size=BATCH)
    _cite(zip(versions, questions, strict=True))
    record(
        action="items.create",
        target=bank,
        at=at,
        actor=actor,
        unit=bank.unit,
        after={"count": len(items), "import": str(import_run.pk) if import_run else None},
    )
    return items


def _version(item: Item, number: int, question: Question, at: datetime, actor: User | None) -> ItemVersion:
    content, key = codec.content_to_json(question), codec.key_to_json(question)
    return ItemVersion(
        item=item,
        number=number,
        content=content,
        key=key,
        digest=version_digest(content, key),
        created_by=actor,
        created_at=at,
    )


def _topics(bank: Bank, names: set[str]) -> dict[str, Topic]:
    """Topics by name; "甲/乙" is 乙 below 甲. Missing ones are created."""
    found: dict[str, Topic] = {}
    for name in sorted(one for one in names if one):
        parent = None
        for part in (piece.strip() for piece in name.split("/")):
            if part:
                parent, _ = Topic.objects.get_or_create(bank=bank, parent=parent, name=part)
        if parent is not None:
            found[name] = parent
    return found


def _cite(pairs: Iterable[tuple[ItemVersion, Question]]) -> None:
    """Store citations whose edition is known; a citation of an unknown law stays in the item's tags."""
    editions: dict[str, list[Edition]] = {}
    for edition in Edition.objects.select_related("law").order_by("adopted_on"):
        for name in {edition.law.short, edition.law.title, *edition.law.aliases}:
            editions.setdefault(name, []).append(edition)
    rows = {}
    for version, question in pairs:
        for cited in question.citations:
            match = _edition(editions.get(cited.law, []), cited.edition)
            if match:
                rows[version.pk, match.pk, cited.article] = ItemCitation(
                    version=version, edition=match, article=cited.article, quote=cited.quote
                )
    ItemCitation.objects.bulk_create(rows.values(), batch_size=BATCH)


def _edition(editions: list[Edition], wanted: str) -> Edition | None:
    if wanted:
        return next((one for one in editions if one.adopted_on.isoformat() == wanted), None)
    return editions[-1] if editions else None


@transaction.atomic
def change_item(*, item: Item, question: Question, at: datetime, actor: User | None) -> ItemVersion:
    """The next version of an item; what was seen or marked keeps the version it had.

    An unchanged question makes no version. A changed one goes back to draft: it is reviewed again.
    """
    _require_sound(question)
    if question.kind != item.kind:
        raise Invalid("kind", "题型不能改：请另建一道题，把原题停用。")
    locked = (
        Item.objects.select_for_update(of=("self",)).select_related("current", "bank__unit").get(pk=item.pk)
    )
    version = _version(locked, locked.current.number + 1, question, at, actor)
    if version.digest == locked.current.digest and _same_labels(locked, question):
        return locked.current
    if version.digest != locked.current.digest:
        version.save()
        _cite([(version, question)])
        locked.current = version
        locked.state = ItemState.DRAFT
        locked.author, locked.reviewer, locked.reviewed_at = actor, None, None
    locked.topic = _topics(locked.bank, {question.topic}).get(question.topic)
    locked.difficulty, locked.audience, locked.tags = (
        question.difficulty,
        list(question.audience),
        list(question.tags),
    )
    locked.stem_fold = search_fold(question)
    locked.save()
    record(
        action="item.change",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.bank.unit,
        after={"version": locked.current.number, "digest": locked.current.digest},
    )
    return locked.current


def _same_labels(item: Item, question: Question) -> bool:
    return (
        (item.topic.name if item.topic else "") == question.topic
        and item.difficulty == question.difficulty
        and item.audience == list(question.audience)
        and item.tags == list(question.tags)
    )


@transaction.atomic
def move_items(
    *, bank: Bank, item_ids: Iterable[object], action: str, at: datetime, actor: User, reason: str = ""
) -> int:
    """Move items through their life: submit, approve, send_back, retire, restore. Returns how many moved.

    Approving sets the reviewer, who must not be the author: raises Forbidden. Raises Conflict when an item
    is not in a state from which `action` goes.
    """
    target, sources = next(
        ((state, sources) for (verb, state), sources in LIFE.items() if verb == action), (None, ())
    )
    if target is None:
        raise Invalid("action", "没有这种操作。")
    items = list(bank.items.select_for_update().filter(pk__in=list(item_ids)))
    wrong = [item.number for item in items if item.state not in sources]
    if wrong:
        raise Conflict("state", f"第{'、'.join(map(str, sorted(wrong)[:5]))}题现在的状态不能做这一步。")
    if action == "approve":
        own = [item.number for item in items if item.author_id == actor.pk]
        if own:
            raise Forbidden(
                "own_item", f"第{'、'.join(map(str, sorted(own)[:5]))}题是您自己出的，要由别人审。"
            )
    changes: dict[str, object] = {"state": target}
    if action == "approve":
        changes |= {"reviewer": actor, "reviewed_at": at, "stale_reason": ""}
    moved = Item.objects.filter(pk__in=[item.pk for item in items]).update(**changes)
    record(
        action=f"items.{action}",
        target=bank,
        at=at,
        actor=actor,
        unit=bank.unit,
        after={"numbers": sorted(item.number for item in items)[:200], "count": moved},
        reason=reason,
    )
    return moved


def question_of(version: ItemVersion) -> Question:
    """The question behind a version, key included: never call this on the exam path."""
    return codec.from_json(version.content, version.key)
