"""The result of one attempt as its candidate may see it, and why he may not see it yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from questionbanks.kinds.base import Answer, Question
from questionbanks.kinds.registry import kind

from ..engine.as_shown import as_shown
from ..engine.keys import SlotKey
from ..engine.marking import MarkingSlot, section_points
from ..engine.release import release_moment, released_since
from ..engine.results import FinalRule, Outcome, Standing, TryResult, percent_of, rounded
from ..engine.sheet import digest
from ..models import Attempt, ResultNote, RosterEntry, Section, Sitting, SittingKind, Slot
from .keys import FormKeys, load_keys, resolve_answers
from .marking import newest_points
from .papers import numbers_in
from .releases import key_release_of, release_of, windows_end
from .sheets import load_sheet
from .standings import rule_of, standing_of, tries_of


class Waiting(Enum):
    """Why there is no result to show."""

    OPEN = "open"
    VOIDED = "voided"
    NOT_RELEASED = "not_released"
    WITHHELD = "withheld"
    MARKING = "marking"


@dataclass(frozen=True, slots=True)
class SlotResult:
    """One question of a result, in the candidate's own letters and under his own number.

    `question` (key, rationale) is None until keys are released; then `keys` are what earned full marks.
    `missed` counts right choices left out of an answer that chose no wrong one. `out`: not in the total.
    """

    slot_id: UUID
    number: int
    kind_label: str
    points: Decimal
    possible: Decimal
    answer: str
    question: Question | None
    keys: tuple[str, ...]
    given: Answer
    missed: int
    full: bool
    out: bool


@dataclass(frozen=True, slots=True)
class SectionResult:
    title: str
    kind_label: str
    points: Decimal
    possible: Decimal
    slots: tuple[SlotResult, ...]


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """Points and percent of one marked, released attempt. `percent` is exact, not rounded; `shown_percent`
    is rounded as the exam compares and shows it. `duplicate`: another submission came first and stands."""

    points: Decimal
    possible: Decimal
    percent: Decimal
    shown_percent: Decimal
    pass_line: Decimal
    passed: bool
    released_at: datetime
    keys_released: bool
    keys_from: datetime | None
    duplicate: bool
    sections: tuple[SectionResult, ...]

    @property
    def missing(self) -> Decimal:
        """Points short of the pass line; 0 for a pass."""
        return max(self.pass_line * self.possible / 100 - self.points, Decimal(0))

    @property
    def missed(self) -> int:
        """Right choices left out over the whole sheet (少选)."""
        return sum(slot.missed for section in self.sections for slot in section.slots)


@dataclass(frozen=True, slots=True)
class PersonOutcome:
    """A person's results of an exam as he may see them: first and final side by side."""

    standing: Standing
    tries: tuple[TryResult, ...]
    final_rule: FinalRule

    @property
    def first(self) -> Outcome | None:
        return self.standing.first

    @property
    def final(self) -> Outcome | None:
        return self.standing.final


def waiting_for(attempt: Attempt, at: datetime) -> Waiting | None:
    """Why the candidate sees no result of this attempt; None when he does.

    That marking goes on is said only once the release has come: before, how far it is tells something.
    """
    if attempt.voided_at is not None:
        return Waiting.VOIDED
    if attempt.submitted_at is None:
        return Waiting.OPEN
    if released_since(release_of(attempt.sitting), attempt.submitted_at, at) is None:
        return Waiting.NOT_RELEASED
    if attempt.entry.withheld_at is not None:
        return Waiting.WITHHELD
    return Waiting.MARKING if attempt.points is None else None


def result_expected_at(attempt: Attempt) -> datetime | None:
    """When the result will be out, where the rule names a time."""
    return release_moment(release_of(attempt.sitting), attempt.submitted_at)


def attempt_result(*, attempt: Attempt, at: datetime) -> AttemptResult | None:
    """The released result of an attempt; None while it is open, unmarked, void, withheld or not released."""
    if waiting_for(attempt, at) is not None or attempt.points is None:
        return None
    sitting, exam = attempt.sitting, attempt.sitting.exam
    end = windows_end(exam)
    since = released_since(release_of(sitting, end), attempt.submitted_at, at)
    if since is None:
        return None
    key_release = key_release_of(sitting, end)
    keys_out = released_since(key_release, attempt.submitted_at, at) is not None
    keys = load_keys(attempt.form_id)
    possible = attempt.possible or attempt.form.total_points
    percent = percent_of(attempt.points, possible)
    shown = rounded(percent, rule_of(exam))
    tries = tries_of(exam, entries=[attempt.entry_id], told_at=at).get(attempt.entry_id, ())
    return AttemptResult(
        points=attempt.points,
        possible=possible,
        percent=percent,
        shown_percent=shown,
        pass_line=exam.pass_line,
        passed=shown >= exam.pass_line,
        released_at=since,
        keys_released=keys_out,
        keys_from=None if keys_out else release_moment(key_release, attempt.submitted_at),
        duplicate=any(one.duplicate and one.attempt_id == str(attempt.pk) for one in tries),
        sections=_sections(attempt, keys, keys_out),
    )


def person_outcome(*, entry: RosterEntry, at: datetime) -> PersonOutcome:
    """First and final result of a person, of what is released to him."""
    rule = rule_of(entry.exam)
    tries = tries_of(entry.exam, entries=[entry.pk], told_at=at).get(entry.pk, ())
    return PersonOutcome(standing_of(entry, tries, rule), tries, rule.final_rule)


def next_makeup(entry: RosterEntry, at: datetime) -> Sitting | None:
    """The makeup sitting that the person may still sit."""
    sittings = entry.exam.sittings.filter(kind=SittingKind.MAKEUP, closes_at__gt=at, seats__entry=entry)
    return sittings.exclude(attempts__entry=entry).order_by("opens_at").first()


def weak_topics(attempt: Attempt, result: AttemptResult) -> list[str]:
    """The topics of questions that lost points, those with most loss first; laws where there is no topic."""
    lost = {
        slot.slot_id: slot.possible - slot.points
        for section in result.sections
        for slot in section.slots
        if not slot.out and slot.points < slot.possible
    }
    sums: dict[str, Decimal] = {}
    rows = Slot.objects.filter(pk__in=lost).select_related("version__item__topic")
    for slot in rows.prefetch_related("version__citations__edition__law"):
        topic = slot.version.item.topic
        names = [topic.name] if topic else []
        names = names or [f"《{one.edition.law}》" for one in slot.version.citations.all()][:1]
        for name in names:
            sums[name] = sums.get(name, Decimal(0)) + lost[slot.pk]
    return sorted(sums, key=lambda name: (-sums[name], name))


def notes_for(entry: RosterEntry, at: datetime) -> list[ResultNote]:
    """What the person was told about his results, the newest first; nothing about what is not released."""
    notes = entry.notes.select_related("attempt__sitting__exam", "attempt__entry").order_by("-at", "-id")
    return [one for one in notes if one.attempt is None or waiting_for(one.attempt, at) is None]


def _sections(attempt: Attempt, keys: FormKeys, keys_out: bool) -> tuple[SectionResult, ...]:
    sheet = load_sheet(attempt.pk)
    answers = resolve_answers(keys, attempt.pk, {slot: one.value for slot, one in sheet.items()})
    points = newest_points(attempt.pk, digest(sheet))
    marking, numbers = keys.by_id, numbers_in(attempt)
    results = []
    sections = Section.objects.filter(form_id=attempt.form_id).order_by("order").prefetch_related("slots")
    for section in sections:
        slots = sorted(section.slots.all(), key=lambda slot: numbers[slot.code])
        counted = [slot for slot in slots if not marking[slot.pk].key.out]
        earned = section_points(
            {slot.code: points[slot.pk] for slot in counted}, [slot.code for slot in counted]
        )
        results.append(
            SectionResult(
                title=section.title,
                kind_label=kind(section.kind).label,
                points=earned or Decimal(0),
                possible=sum((slot.points for slot in counted), Decimal(0)),
                slots=tuple(
                    _slot_result(
                        slot, numbers[slot.code], attempt, keys, marking[slot.pk], answers, points, keys_out
                    )
                    for slot in slots
                ),
            )
        )
    return tuple(results)


def _slot_result(
    slot: Slot,
    number: int,
    attempt: Attempt,
    keys: FormKeys,
    marking: MarkingSlot,
    answers: Mapping[str, Answer],
    points: Mapping[UUID, Decimal],
    keys_out: bool,
) -> SlotResult:
    order = attempt.choice_orders.get(slot.code, "")
    answer = answers.get(slot.code)
    question, given = as_shown(keys.questions[slot.code], answer, order)
    its_kind = kind(slot.kind)
    return SlotResult(
        slot_id=slot.pk,
        number=number,
        kind_label=its_kind.label,
        points=points[slot.pk],
        possible=slot.points,
        answer=its_kind.describe_answer(given),
        question=question if keys_out else None,
        keys=keys_as_shown(keys.questions[slot.code], marking.key, order) if keys_out else (),
        given=given,
        missed=_missed(marking.key, answer),
        full=marking.key.full,
        out=marking.key.out,
    )


def keys_as_shown(question: Question, key: SlotKey, order: str) -> tuple[str, ...]:
    """Every key that earns full marks, in words and in the candidate's letters."""
    shown = []
    for one in key.keys:
        _, own = as_shown(question, one if isinstance(one, tuple) else None, order)
        shown.append(kind(question.kind).describe_key(own if isinstance(one, tuple) else one))
    return tuple(shown)


def _missed(key: SlotKey, answer: Answer) -> int:
    if not isinstance(answer, tuple) or len(key.keys) != 1 or not isinstance(key.keys[0], tuple):
        return 0
    chosen, right = set(answer), set(key.keys[0])
    return len(right - chosen) if chosen and chosen < right else 0
