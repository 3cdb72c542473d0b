"""The result of one attempt as its candidate may see it; and an exam's people for the statistics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Max

from questionbanks.kinds.base import Question
from questionbanks.kinds.registry import kind

from ..engine.as_shown import as_shown
from ..engine.marking import section_points
from ..engine.release import Release, released_since
from ..engine.results import ExamRule, FinalRule, MakeupCap, percent_of, rounded
from ..engine.sheet import digest
from ..models import Attempt, Exam, Section, Sitting, Slot
from .marking import load_keys, newest_points, resolve_answers
from .sheets import load_sheet


@dataclass(frozen=True, slots=True)
class SlotResult:
    """One question of a result. `question` (key, rationale) is None until keys are released."""

    number: int
    kind_label: str
    points: Decimal
    possible: Decimal
    answer: str
    question: Question | None


@dataclass(frozen=True, slots=True)
class SectionResult:
    title: str
    kind_label: str
    points: Decimal
    possible: Decimal
    slots: tuple[SlotResult, ...]


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """Points and percent of one marked, released attempt. `percent` is exact, not rounded."""

    points: Decimal
    possible: Decimal
    percent: Decimal
    pass_line: Decimal
    passed: bool
    released_at: datetime
    keys_released: bool
    sections: tuple[SectionResult, ...]

    @property
    def missing(self) -> Decimal:
        """Points short of the pass line; 0 for a pass."""
        return max(self.pass_line * self.possible / 100 - self.points, Decimal(0))


def rule_of(exam: Exam) -> ExamRule:
    """What the exam fixed before it opened."""
    return ExamRule(
        pass_line=exam.pass_line,
        excellent_line=exam.excellent_line,
        final_rule=FinalRule(exam.final_rule),
        makeup_cap=MakeupCap(exam.makeup_cap),
        makeup_excellent=exam.makeup_excellent,
        tries=exam.tries,
        rounding=exam.rounding,
    )


def windows_end(sitting: Sitting) -> datetime | None:
    """The latest end of all sittings of the exam, makeups included."""
    return sitting.exam.sittings.aggregate(end=Max("closes_at"))["end"]


def release_of(sitting: Sitting) -> Release:
    """What decides when the results of a sitting may be seen."""
    exam = sitting.exam
    return Release(exam.release_rule, exam.release_at, sitting.released_at, windows_end(sitting))


def key_release_of(sitting: Sitting) -> Release:
    """What decides when its keys and rationales may be seen. With the results at the earliest."""
    exam = sitting.exam
    return Release(exam.key_release_rule, exam.key_release_at, sitting.keys_released_at, windows_end(sitting))


def attempt_result(*, attempt: Attempt, at: datetime) -> AttemptResult | None:
    """The released result of an attempt; None while it is open, unmarked, void or not released."""
    if attempt.points is None or attempt.voided_at is not None:
        return None
    sitting = attempt.sitting
    since = released_since(release_of(sitting), attempt.submitted_at, at)
    if since is None:
        return None
    keys_out = released_since(key_release_of(sitting), attempt.submitted_at, at) is not None
    exam = sitting.exam
    possible = attempt.form.total_points
    return AttemptResult(
        points=attempt.points,
        possible=possible,
        percent=percent_of(attempt.points, possible),
        pass_line=exam.pass_line,
        passed=rounded(percent_of(attempt.points, possible), rule_of(exam)) >= exam.pass_line,
        released_at=since,
        keys_released=keys_out,
        sections=_sections(attempt, keys_out),
    )


def _sections(attempt: Attempt, keys_out: bool) -> tuple[SectionResult, ...]:
    keys = load_keys(attempt.form_id)
    sheet = load_sheet(attempt.pk)
    answers = resolve_answers(keys, attempt.pk, {slot: one.value for slot, one in sheet.items()})
    points = newest_points(attempt.pk, digest(sheet))

    def slot_result(slot: Slot) -> SlotResult:
        question, answer = as_shown(
            keys.questions[slot.code], answers.get(slot.code), attempt.choice_orders.get(slot.code, "")
        )
        return SlotResult(
            number=slot.order,
            kind_label=kind(slot.kind).label,
            points=points[slot.pk],
            possible=slot.points,
            answer=kind(slot.kind).describe_answer(answer),
            question=question if keys_out else None,
        )

    results = []
    sections = Section.objects.filter(form_id=attempt.form_id).order_by("order").prefetch_related("slots")
    for section in sections:
        slots = sorted(section.slots.all(), key=lambda slot: slot.order)
        earned = section_points({slot.code: points[slot.pk] for slot in slots}, [slot.code for slot in slots])
        results.append(
            SectionResult(
                title=section.title,
                kind_label=kind(section.kind).label,
                points=earned or Decimal(0),
                possible=sum((slot.points for slot in slots), Decimal(0)),
                slots=tuple(slot_result(slot) for slot in slots),
            )
        )
    return tuple(results)
