"""One person's tries in one exam, and what they come to: first, main, makeup and final result.

Pure. The SQL layer fills these records for drill-down, small exams and tests of its own counts; `tally.py`
adds them up. Percent means percent of full marks throughout, as Decimal 0..100; nothing is a float.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

HUNDRED = Decimal(100)


class SittingKind(StrEnum):
    """正考 or 补考."""

    MAIN = "main"
    MAKEUP = "makeup"


class Mode(StrEnum):
    """How a try was made."""

    ONLINE = "online"
    PAPER = "paper"
    ASSISTED = "assisted"
    EXTERNAL = "external"


class RosterStatus(StrEnum):
    """What the roster says of a person; 缓考 still counts as 应考."""

    REQUIRED = "required"
    DEFERRED = "deferred"
    EXEMPT = "exempt"
    REMOVED = "removed"


class FinalRule(StrEnum):
    """Which try gives the final result; fixed before the exam opens."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"


class MakeupCap(StrEnum):
    """The most that a makeup may give: what was earned, or the pass line."""

    NONE = "none"
    PASS_LINE = "pass_line"  # noqa: S105 - the line of the exam, not a password


@dataclass(frozen=True, slots=True)
class ExamRule:
    """What an exam fixes before it opens. Lines are percent of full marks.

    `rounding`: decimals to which a percentage is rounded half-up before it is compared and shown; None
    compares the exact value, so that 59.5 stays below 60. A makeup counts as 优秀 only where
    `makeup_excellent` says so.
    """

    pass_line: Decimal = Decimal(60)
    excellent_line: Decimal = Decimal(90)
    final_rule: FinalRule = FinalRule.BEST
    makeup_cap: MakeupCap = MakeupCap.NONE
    makeup_excellent: bool = False
    tries: int = 1
    rounding: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.pass_line <= self.excellent_line <= HUNDRED:
            raise ValueError(f"lines out of order: {self.pass_line}, {self.excellent_line}")
        if self.tries < 1:
            raise ValueError(f"tries: {self.tries}")


@dataclass(frozen=True, slots=True)
class TryResult:
    """One attempt. `percent` is None until every item is marked; `at` orders the tries (hand-in time).

    `sitting_id` and `form_id` say where and on what paper, for cuts and item statistics.

    `answered`: at least one saved answer, or handed in by the person himself (a settle does not count).
    `duplicate`: a second submission through another channel; the first valid one stands.
    """

    attempt_id: str
    sitting: SittingKind
    number: int
    percent: Decimal | None
    at: datetime
    mode: Mode = Mode.ONLINE
    answered: bool = True
    voided: bool = False
    duplicate: bool = False
    sitting_id: str = ""
    form_id: str = ""

    @property
    def counts(self) -> bool:
        """有效作答."""
        return self.answered and not self.voided and not self.duplicate


@dataclass(frozen=True, slots=True)
class PersonResult:
    """One roster entry with its tries. Unit, category, 编制 and age are those of the day of the freeze.

    `unit_path` holds names from the top down: ("青城镇", "北管区", "东风村"), `unit_ids` the same units'
    ids. `reason` is the coarse code of an exemption, deferral, removal or absence.
    """

    entry_id: str
    person_id: str
    unit_id: str
    unit_path: tuple[str, ...]
    category: str = ""
    establishment: str = ""
    age_band: str = ""
    status: RosterStatus = RosterStatus.REQUIRED
    reason: str = ""
    added_after_freeze: bool = False
    tries: tuple[TryResult, ...] = ()
    unit_ids: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """The name of the unit itself."""
        return self.unit_path[-1] if self.unit_path else ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result with the try it rests on. `raw` is what was earned; `percent` what it counts as."""

    percent: Decimal
    raw: Decimal
    source: TryResult


@dataclass(frozen=True, slots=True)
class Standing:
    """What one person's tries come to under the rule of the exam.

    `first` is the first valid try of the main sitting, `main` and `makeup` the result of each kind of
    sitting, `final` the result that is reported. None: not sat, or not marked yet. `is_required` is 应考:
    an exemption or a removal holds only for a person without a valid try.
    """

    is_required: bool
    attempts: int
    took_main: bool
    took_makeup: bool
    entered_unanswered: bool
    first: Outcome | None
    main: Outcome | None
    makeup: Outcome | None
    final: Outcome | None
    first_passed: bool
    main_passed: bool
    makeup_passed: bool
    passed: bool
    excellent: bool

    @property
    def taken(self) -> bool:
        """参考."""
        return self.attempts > 0

    @property
    def owes_makeup(self) -> bool:
        """应补考: absent from the main sitting, or not passing at its end."""
        return self.is_required and not self.main_passed

    @property
    def pending(self) -> bool:
        """Sat, and the final result waits for marking."""
        return self.taken and self.final is None


def percent_of(points: Decimal, full: Decimal) -> Decimal:
    """Points as percent of full marks; full marks must be positive."""
    if full <= 0:
        raise ValueError(f"full marks: {full}")
    return points * HUNDRED / full


def counting_tries(tries: Iterable[TryResult]) -> list[TryResult]:
    """The valid tries in the order in which they were made."""
    return sorted((one for one in tries if one.counts), key=_when)


def _when(one: TryResult) -> tuple[datetime, str, int]:
    return one.at, one.sitting, one.number  # "main" sorts before "makeup"


_CHANNELS = {Mode.PAPER: "paper", Mode.EXTERNAL: "external"}  # everything else is on our own screen


def flag_duplicates(tries: Sequence[TryResult]) -> tuple[TryResult, ...]:
    """The tries with 重复 set: in each kind of sitting the channel of the first valid submission stands.

    Paper is one channel, another platform one, everything on our own screen the third. Further tries through
    the same channel are tries like any other.
    """
    standing: dict[SittingKind, str] = {}
    doubles = set()
    for one in sorted(tries, key=_when):
        if not one.answered or one.voided:
            continue
        channel = _CHANNELS.get(one.mode, "screen")
        if standing.setdefault(one.sitting, channel) != channel:
            doubles.add(one.attempt_id)
    return tuple(replace(one, duplicate=one.attempt_id in doubles) for one in tries)


def rounded(percent: Decimal, rule: ExamRule) -> Decimal:
    """The percentage as the exam compares and shows it."""
    if rule.rounding is None:
        return percent
    return percent.quantize(Decimal(1).scaleb(-rule.rounding), ROUND_HALF_UP)


def _outcome(one: TryResult, rule: ExamRule) -> Outcome | None:
    if one.percent is None:
        return None
    raw = rounded(one.percent, rule)
    capped = one.sitting is SittingKind.MAKEUP and rule.makeup_cap is MakeupCap.PASS_LINE
    return Outcome(min(raw, rule.pass_line) if capped else raw, raw, one)


def _better(one: Outcome, other: Outcome) -> Outcome:
    return other if other.percent > one.percent else one  # of equal results the earlier stands


def _best(tries: Sequence[TryResult], rule: ExamRule) -> Outcome | None:
    """The best marked try; undecided while an unmarked one could still turn a fail into a pass."""
    best: Outcome | None = None
    for one in tries:
        outcome = _outcome(one, rule)
        if outcome is not None:
            best = outcome if best is None else _better(best, outcome)
    if best is not None and best.percent < rule.pass_line and any(one.percent is None for one in tries):
        return None
    return best


def _last(tries: Sequence[TryResult], rule: ExamRule) -> Outcome | None:
    return _outcome(tries[-1], rule) if tries else None


def _first(tries: Sequence[TryResult], rule: ExamRule) -> Outcome | None:
    return _outcome(tries[0], rule) if tries else None


_CHOOSE: dict[FinalRule, Callable[[Sequence[TryResult], ExamRule], Outcome | None]] = {
    FinalRule.BEST: _best,
    FinalRule.LAST: _last,
    FinalRule.FIRST: _first,
}


def final_outcome(tries: Sequence[TryResult], rule: ExamRule) -> Outcome | None:
    """The reported result of a person's tries; None without a valid try or before it is marked.

    best: the best of all tries, makeups capped as the rule says. last: the latest. first: of each kind of
    sitting only the first try counts; the makeup counts for whoever did not pass the main sitting, and the
    better of the two stands (otherwise a makeup could never be passed).
    """
    valid = counting_tries(tries)
    if rule.final_rule is not FinalRule.FIRST:
        return _CHOOSE[rule.final_rule](valid, rule)
    main = [one for one in valid if one.sitting is SittingKind.MAIN][:1]
    makeup = [one for one in valid if one.sitting is SittingKind.MAKEUP][:1]
    first = _first(main, rule)
    if first is not None and first.percent >= rule.pass_line:
        return first
    return _best(main + makeup, rule)


def final_percent(tries: Sequence[TryResult], rule: ExamRule) -> Decimal | None:
    """The reported percentage; see `final_outcome`."""
    outcome = final_outcome(tries, rule)
    return None if outcome is None else outcome.percent


def first_percent(tries: Sequence[TryResult], rule: ExamRule) -> Decimal | None:
    """The percentage of the first valid try of the main sitting (首考)."""
    main = [one for one in counting_tries(tries) if one.sitting is SittingKind.MAIN]
    outcome = _first(main, rule)
    return None if outcome is None else outcome.percent


def resolve(person: PersonResult, rule: ExamRule) -> Standing:
    """Everything the statistics ask of one person."""
    valid = counting_tries(person.tries)
    main = [one for one in valid if one.sitting is SittingKind.MAIN]
    makeup = [one for one in valid if one.sitting is SittingKind.MAKEUP]
    choose = _CHOOSE[rule.final_rule]
    first, of_main, of_makeup = _first(main, rule), choose(main, rule), choose(makeup, rule)
    final = final_outcome(valid, rule)

    def passes(outcome: Outcome | None) -> bool:
        return outcome is not None and outcome.percent >= rule.pass_line

    return Standing(
        is_required=bool(valid) or person.status in (RosterStatus.REQUIRED, RosterStatus.DEFERRED),
        attempts=len(valid),
        took_main=bool(main),
        took_makeup=bool(makeup),
        entered_unanswered=not valid and any(not one.answered and not one.voided for one in person.tries),
        first=first,
        main=of_main,
        makeup=of_makeup,
        final=final,
        first_passed=passes(first),
        main_passed=passes(of_main),
        makeup_passed=passes(of_makeup),
        passed=passes(final),
        excellent=_is_excellent(final, rule),
    )


def _is_excellent(final: Outcome | None, rule: ExamRule) -> bool:
    if final is None or final.percent < rule.excellent_line:
        return False
    return rule.makeup_excellent or final.source.sitting is SittingKind.MAIN


def may_leave_roster(person: PersonResult) -> bool:
    """Whether 免考 or 移出 can be granted: never to a person with a valid try."""
    return not counting_tries(person.tries)
