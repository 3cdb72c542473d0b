"""Voluntary practice of a bank, and one's own mistakes once more: computed when asked for, never stored.

No key may come out here before its time. An item is kept back as long as an exam needs it: it stands, in any
of its versions or word for word in another bank, in a form (a draft, too) of an exam whose keys are not out
for everybody, or in a form of the last two years that nobody has sat yet.

Nor is anything learnt here that is no longer law: an item of a law that has ended is left out, marked or not;
a mistake of back then says so beside its answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from examsite.lib.errors import NotFound
from examsite.people.models import User
from questionbanks.domain.citations import ended_reason
from questionbanks.domain.laws import has_ended, items_of_law_in_force
from questionbanks.kinds import codec
from questionbanks.kinds.base import Question
from questionbanks.kinds.registry import kind
from questionbanks.models import Article, Bank, Item, ItemCitation, ItemState, Law

from ..engine.keys import SlotKey
from ..engine.marking import MarkingSlot
from ..engine.practice import Exercise
from ..engine.release import released_since
from ..models import Attempt, Exam, Slot
from ..rules import attempts_of, banks_practised_by
from .keys import load_keys
from .pool import REMEMBERED
from .releases import key_release_of
from .results import SlotResult, attempt_result


@dataclass(frozen=True, slots=True)
class Basis:
    """The article that an item rests on, with its words where the catalogue has them.

    `ended`: since when this edition is no longer in force, in words; "" while it is.
    """

    law: str
    article: str
    text: str
    ended: str = ""


@dataclass(frozen=True, slots=True)
class PracticeBank:
    """A bank that is open for practice, with how many questions may be tried now."""

    bank: Bank
    questions: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """A question of a released attempt that lost points, and what was answered then."""

    attempt: Attempt
    slot: Slot
    result: SlotResult
    question: Question


# --- What may come out -------------------------------------------------------------------------------


def keys_are_out_for_all(exam: Exam, at: datetime) -> bool:
    """Whether every sitting is over and its keys are released."""
    sittings = list(exam.sittings.all())
    end = max((one.closes_at for one in sittings), default=None)
    if end is None or at < end:
        return False
    for sitting in sittings:
        sitting.exam = exam
    return all(released_since(key_release_of(one, end), end, at) is not None for one in sittings)


def needed_slots(at: datetime) -> QuerySet[Slot]:
    """The slots whose questions some exam still needs."""
    exams = Exam.objects.filter(forms__isnull=False).distinct().prefetch_related("sittings")
    secret = [exam.pk for exam in exams if not keys_are_out_for_all(exam, at)]
    unsat = ~Exists(Attempt.objects.filter(form=OuterRef("form")))
    return Slot.objects.filter(Q(form__exam__in=secret) | (Q(form__built_at__gt=at - REMEMBERED) & unsat))


def items_for_practice(bank: Bank, needed: QuerySet[Slot], at: datetime) -> QuerySet[Item]:
    """The items of a bank that may be tried now, with their answers. `needed`: as `needed_slots` says."""
    return (
        items_of_law_in_force(bank.items.all(), localdate(at))
        .filter(state=ItemState.APPROVED, current__isnull=False)
        .exclude(pk__in=needed.values("version__item"))
        .exclude(double_key__in=needed.values("version__item__double_key"))
    )


# --- Practising a bank -------------------------------------------------------------------------------


def banks_to_practise(*, user: User, at: datetime) -> list[PracticeBank]:
    """The open banks of the person's units; those without a question to try are left out."""
    rows, needed = banks_practised_by(user).select_related("unit").order_by("name"), needed_slots(at)
    found = [PracticeBank(bank, len(_codes_of(items_for_practice(bank, needed, at)))) for bank in rows]
    return [one for one in found if one.questions]


def laws_in(bank: Bank, at: datetime) -> list[Law]:
    """The laws that questions to try rest on."""
    items = items_for_practice(bank, needed_slots(at), at).values("current")
    return list(Law.objects.filter(editions__citations__version__in=items).distinct().order_by("short"))


def exercise_codes(*, bank: Bank, at: datetime, law: UUID | None = None) -> list[str]:
    """The questions that may be tried, in the order of the bank; a part of a case is one."""
    items = items_for_practice(bank, needed_slots(at), at)
    if law is not None:
        cited = ItemCitation.objects.filter(version=OuterRef("current"), edition__law=law)
        items = items.filter(Exists(cited))
    return _codes_of(items)


def _codes_of(items: QuerySet[Item]) -> list[str]:
    cases = items.filter(kind="case_group").values_list("pk", "current__content")
    parts = {key: len(content["parts"]) for key, content in cases}
    codes = []
    for key in items.order_by("number").values_list("pk", flat=True):
        codes += [f"{key}.{place}" for place in range(parts[key])] if key in parts else [str(key)]
    return codes


def exercise(*, bank: Bank, code: str, at: datetime) -> tuple[Exercise, list[Basis]]:
    """One question of an open bank, and what it rests on. Raises NotFound for one that is kept back."""
    name, _, part = code.partition(".")
    try:
        key, place = UUID(name), int(part) if part else None
    except ValueError:
        key, place = None, None
    items = items_for_practice(bank, needed_slots(at), at)
    item = items.select_related("current").filter(pk=key).first()
    if item is None or item.current is None:
        raise NotFound("not_found", "这道题现在不能练习。")
    whole = codec.from_json(item.current.content, item.current.key)
    if (place is None) is bool(whole.parts) or (place is not None and place >= len(whole.parts)):
        raise NotFound("not_found", "没有这道题。")
    question = whole if place is None else whole.parts[place]
    slot = MarkingSlot(
        code=code,
        section=1,
        kind=question.kind,
        key=SlotKey((question.key,)),
        possible=Decimal(1),
        rule="all",
        per_choice=Decimal(0),
    )
    found = Exercise(
        code=code,
        question=question,
        letters={label: label for label in question.labels},
        slot=slot,
        keys=(kind(question.kind).describe_key(question.key),),
        material="" if place is None else whole.stem,
    )
    return found, bases_of([item.current_id], at)[item.current_id]


def bases_of(versions: Sequence[UUID | None], at: datetime) -> dict[UUID | None, list[Basis]]:
    """Version → the articles it cites, with their words where the catalogue has the text.

    A law that is cited as a whole is among them only where it has ended.
    """
    day = localdate(at)
    rows = ItemCitation.objects.filter(version__in=versions).select_related("edition__law").order_by("pk")
    cited = [one for one in rows if one.article or has_ended(one, day)]
    texts = {
        (edition, label): text
        for edition, label, text in Article.objects.filter(
            edition__in={one.edition_id for one in cited}, label__in={one.article for one in cited}
        ).values_list("edition_id", "label", "text")
    }
    found: dict[UUID | None, list[Basis]] = defaultdict(list)
    for one in cited:
        text = texts.get((one.edition_id, one.article), one.quote)
        ended = ended_reason(one.edition) if has_ended(one, day) else ""
        found[one.version_id].append(Basis(str(one.edition.law), one.article, text, ended))
    return found


# --- One's own mistakes ------------------------------------------------------------------------------


def mistakes_of(*, user: User, at: datetime, exam_id: UUID | None = None) -> list[Mistake]:
    """Every question that lost points in a released attempt whose keys are out, the newest attempt first.

    `exam_id` narrows them to a ticket's exam.
    """
    attempts = attempts_of(user).filter(points__isnull=False, voided_at__isnull=True)
    if exam_id is not None:
        attempts = attempts.filter(exam=exam_id)
    rows = attempts.select_related("sitting__exam", "entry__user", "entry__exam", "form")
    return [one for attempt in rows.order_by("-submitted_at") for one in _mistakes_in(attempt, at)]


def _mistakes_in(attempt: Attempt, at: datetime) -> Iterable[Mistake]:
    result = attempt_result(attempt=attempt, at=at)
    if result is None or not result.keys_released:
        return
    slots = Slot.objects.filter(form=attempt.form_id).select_related("version").in_bulk()
    for section in result.sections:
        for one in section.slots:
            if not one.out and one.points < one.possible and one.question is not None:
                yield Mistake(attempt, slots[one.slot_id], one, one.question)


def find_mistake(*, attempt: Attempt, code: str, at: datetime) -> Mistake:
    """The mistake in a slot of an attempt. Raises NotFound when there is none, or none to be seen yet."""
    found = next((one for one in _mistakes_in(attempt, at) if one.slot.code == code), None)
    if found is None:
        raise NotFound("not_found", "错题本里没有这道题。")
    return found


def mistake_again(mistake: Mistake, *, at: datetime) -> tuple[Exercise, list[Basis]]:
    """The question of a mistake, in the order and letters of the exam, and what it rests on.

    What was asked stays as it was asked; a basis that has ended since says so.
    """
    attempt, slot, question = mistake.attempt, mistake.slot, mistake.question
    order = attempt.choice_orders.get(slot.code, "") or "".join(question.labels)
    again = Exercise(
        code=slot.code,
        question=question,
        letters=dict(zip(question.labels, order, strict=True)),
        slot=load_keys(attempt.form_id).by_id[slot.pk],
        keys=mistake.result.keys,
        material="" if slot.part is None else str(slot.version.content["stem"]),
        given=mistake.result.answer,
    )
    return again, bases_of([slot.version_id], at)[slot.version_id]
