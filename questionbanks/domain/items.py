"""Items and their versions: created, changed (as a next version), read back as questions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.timezone import localdate

from examsite.lib.errors import Invalid
from examsite.people.domain.audit import record
from examsite.people.models import User

from .. import likeness
from ..kinds import codec
from ..kinds.base import Citation, Question, replace
from ..kinds.registry import defects
from ..models import Bank, ImportRun, Item, ItemState, ItemVersion, Topic
from .banks import topic_paths, topics_for
from .citations import LawBook, citations_of, cite, unknown_basis

BATCH = 500


def version_digest(content: dict[str, object], key: dict[str, object]) -> str:
    """Lower-hex SHA-256 over the canonical JSON of both halves of a version."""
    text = json.dumps([content, key], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def labels_text(audience: Iterable[str], tags: Iterable[str]) -> str:
    """Audience and tags as the text that conditions look into (Item.labels)."""
    lines = [label_line("@", one) for one in audience] + [label_line("#", one) for one in tags]
    return "".join(f"\n{line}" for line in lines) + "\n" if lines else ""


def label_line(mark: str, label: str) -> str:
    """One line of Item.labels: "@机关干部" is an audience, "#互斥:甲" a tag."""
    return mark + " ".join(label.split())


def require_sound(question: Question) -> None:
    """Raise Invalid, with every defect, unless the question can be asked and marked."""
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

    Raises Invalid, naming the question, when one of them is not sound; then nothing is stored. An item whose
    law is no longer in force is stored as stale: it stays out of new forms until a reviewer upholds it.
    """
    for place, question in enumerate(questions, 1):
        try:
            require_sound(question)
        except Invalid as error:
            raise Invalid(error.code, f"第{question.number or place}题：{error.message}") from error
    Bank.objects.select_for_update().get(pk=bank.pk)
    number = bank.items.aggregate(top=Max("number"))["top"] or 0
    topics = topics_for(bank, (question.topic for question in questions))
    book, day = LawBook(), localdate(at)
    items, versions = [], []
    for place, question in enumerate(questions, 1):
        item = Item(
            bank=bank,
            number=number + place,
            kind=question.kind,
            state=state,
            author=actor,
            import_run=import_run,
            created_at=at,
        )
        version = _version(item, 1, question, at, actor)
        # The foreign key is checked at the commit, when the version is there, too: one statement saved.
        item.current_id = version.pk
        _describe(item, question, topics.get(question.topic), book, day)
        items.append(item)
        versions.append(version)
    Item.objects.bulk_create(items, batch_size=BATCH)
    ItemVersion.objects.bulk_create(versions, batch_size=BATCH)
    cite(zip(versions, questions, strict=True), day=day, book=book)
    record(
        action="items.create",
        target=bank,
        at=at,
        actor=actor,
        unit=bank.unit,
        after={"count": len(items), "import": str(import_run.pk) if import_run else None},
    )
    return items


def _describe(item: Item, question: Question, topic: Topic | None, book: LawBook, day: date) -> None:
    """Set all that an item keeps of its current version and its labels."""
    unknown = unknown_basis(question, day=day, book=book)
    item.topic = topic
    item.difficulty = question.difficulty
    item.audience = list(question.audience)
    item.tags = list(dict.fromkeys((*question.tags, *unknown)))
    item.labels = labels_text(item.audience, item.tags)
    item.source = question.source
    item.folded = likeness.folded(question)
    item.double_key = likeness.double_key(item.folded)
    item.sketch = likeness.sketch(item.folded)
    item.stale_reason = book.stale_reason_of(question, day)[:200]


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


@transaction.atomic
def change_item(*, item: Item, question: Question, at: datetime, actor: User | None) -> ItemVersion:
    """The next version of an item; what was seen or marked keeps the version it had.

    Other words, another key or another basis make a version, which goes back to draft and is reviewed again.
    Only other labels (topic, difficulty, audience, tags, source) make none.
    """
    require_sound(question)
    if question.kind != item.kind:
        raise Invalid("kind", "题型不能改：请另建一道题，把原题停用。")
    locked = (
        Item.objects.select_for_update(of=("self",)).select_related("current", "bank__unit").get(pk=item.pk)
    )
    book, day = LawBook(), localdate(at)
    before = locked.current
    version = _version(locked, before.number + 1, question, at, actor)
    renewed = version.digest != before.digest or _basis(question, book, day) != {
        (one.edition_id, one.article, one.quote) for one in before.citations.all()
    }
    stale_reason = locked.stale_reason
    _describe(locked, question, topics_for(locked.bank, [question.topic]).get(question.topic), book, day)
    if renewed:
        version.save()
        cite([(version, question)], day=day, book=book)
        locked.current, locked.state = version, ItemState.DRAFT
        locked.author, locked.reviewer, locked.reviewed_at = actor, None, None
    else:
        locked.stale_reason = stale_reason
    locked.save()
    record(
        action="item.change",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.bank.unit,
        before={"version": before.number, "digest": before.digest},
        after={"version": locked.current.number, "digest": locked.current.digest},
    )
    return locked.current


def _basis(question: Question, book: LawBook, day: date) -> set[tuple[object, str, str]]:
    """What `cite` would store."""
    pairs = [(book.edition(one, day), one) for one in citations_of(question)]
    found = {(edition.pk, one.article[:32]): one.quote for edition, one in pairs if edition}
    return {(edition, article, quote) for (edition, article), quote in found.items()}


def question_of(version: ItemVersion) -> Question:
    """The question behind a version, key included: never call this on the exam path."""
    return codec.from_json(version.content, version.key)


def whole_question(item: Item, paths: dict | None = None) -> Question:
    """The current version with all its labels: what a form edits and a file carries.

    `paths`: `topic_paths` of the bank, where many items are read.
    """
    paths = topic_paths(item.bank) if paths is None else paths
    return replace(
        question_of(item.current),
        topic=paths.get(item.topic_id, ""),
        difficulty=item.difficulty,
        audience=tuple(item.audience),
        tags=tuple(item.tags),
        citations=tuple(
            Citation(one.edition.law.short, one.edition.adopted_on.isoformat(), one.article, one.quote)
            for one in item.current.citations.all()
        ),
        source=item.source,
        number=str(item.number),
    )


def whole_questions(items: QuerySet[Item], bank: Bank) -> Iterator[Question]:
    """The questions of many items of one bank, read in batches."""
    paths = topic_paths(bank)
    related = items.select_related("current").prefetch_related("current__citations__edition__law")
    for item in related.iterator(chunk_size=BATCH):
        yield whole_question(item, paths)
