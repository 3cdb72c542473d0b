"""What the templates are told: facts of an exam, of a year's activities, of villages, topics and plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from ..engine.results import ExamRule, FinalRule, Mode, PersonResult, RosterStatus, counting_tries, resolve
from .approximation import HOUSE, Convention
from .claims import Pointer
from .counts import ActivityCounts, TopicCounts
from .cuts import AGE_BANDS, UNKNOWN
from .measures import Figure
from .tally import Tally, Turnout

OLDER = AGE_BANDS[2]

# Reasons of a Pointer.
ABSENT, DEFERRED, FAILED, EXEMPT, PENDING = "缺考", "缓考", "不合格", "免考", "未出成绩"


class Style(StrEnum):
    """How a report speaks: the short style of published reports, or with every denominator named."""

    SEED = "seed"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class House:
    """The house's conventions for prose; all configurable.

    `audience_as_people`: the seed style writes 人 for attendances that were not de-duplicated (with a note);
    the verified style always writes 人次 then. Rates of fewer than `minimum_group` people are not put into
    prose; years are compared from `minimum_compare` people on. Topics are 掌握较好 from `mastered_from`
    and 掌握不足 below `weak_below`, each with at least `minimum_answers` answers.
    """

    convention: Convention = HOUSE
    audience_as_people: bool = True
    minimum_group: int = 5
    minimum_compare: int = 30
    minimum_answers: int = 20
    mastered_from: Fraction = Fraction(80, 100)
    weak_below: Fraction = Fraction(60, 100)
    low_turnout: Fraction = Fraction(95, 100)
    village_minimum: int = 3
    decimals: int = 2


STANDARD = House()


@dataclass(frozen=True, slots=True)
class Place:
    """How the report speaks of itself."""

    own: str = "我镇"
    whole: str = "全镇"
    village: str = "行政村"


@dataclass(frozen=True, slots=True)
class ExamWords:
    """The words of an exam in the report: `label` ("“法律明白人”学法考试"), `audience` ("骨干群众").

    An audience that begins with 在编 or 全体 is a closed group with a list of its own: only of such a group
    can 全体…全员 be said.
    """

    label: str
    audience: str

    @property
    def is_closed_group(self) -> bool:
        return self.audience.startswith(("在编", "全体"))

    @property
    def establishment(self) -> str:
        """ "在编" where the group is counted by establishment: it stands before 应考."""
        return "在编" if self.audience.startswith("在编") else ""

    @property
    def group(self) -> str:
        """The audience without 在编 or 全体."""
        return self.audience[2:] if self.is_closed_group else self.audience

    @property
    def full_label(self) -> str:
        """What was organised: a label that does not name its people in quotes gets them in front."""
        return (
            self.label if "“" in self.label or self.label.startswith(self.group) else self.group + self.label
        )

    def without_online(self) -> ExamWords:
        """The words of an exam that was not sat online by all."""
        return ExamWords(self.label.replace("在线", "").replace("线上", ""), self.audience)

    @property
    def says_online(self) -> bool:
        return "在线" in self.label or "线上" in self.label


@dataclass(frozen=True, slots=True)
class ExamFacts:
    """One exam (or one group in it) as the templates see it.

    `opened` and `closed` are local dates of the first and the last valid try; `is_complete`: every sitting
    with its makeups is over. `watch` points at everybody who keeps a claim from being true. `villages`:
    villages that took part; `helped_older`: of those helped the people of 60 and over, None where ages are
    not registered. `series`: "category:label" of the exams of several towns that are spoken of as one.
    """

    exam_id: str
    words: ExamWords
    opened: date
    closed: date
    tally: Tally
    is_frozen: bool = True
    is_attested: bool = False
    is_complete: bool = True
    final_rule: FinalRule = FinalRule.BEST
    watch: tuple[Pointer, ...] = ()
    villages: int | None = None
    helped_older: int | None = None
    series: str = ""

    @property
    def subject(self) -> str:
        return f"exams:{self.series}" if self.series else f"exam:{self.exam_id}"

    @property
    def months(self) -> str:
        """ "11月"; "12月至次年1月" where tries of a makeup fall into another month."""
        first, last = self.opened, self.closed
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.month}月"
        return f"{first.month}月至{'次年' if last.year > first.year else ''}{last.month}月"

    def watched(self, *reasons: str) -> tuple[Pointer, ...]:
        """Those to look at for one of these reasons."""
        return tuple(one for one in self.watch if one.reason in reasons)


def watch_list(people: Iterable[PersonResult], rule: ExamRule) -> tuple[Pointer, ...]:
    """Everybody who is absent, deferred, exempt, failed or without a result, in roster order."""
    found = []
    for person in people:
        standing = resolve(person, rule)
        reason = ""
        if not standing.is_required:
            reason = EXEMPT if person.status is RosterStatus.EXEMPT else ""
        elif not standing.taken:
            reason = DEFERRED if person.status is RosterStatus.DEFERRED else ABSENT
        elif standing.pending:
            reason = PENDING
        elif not standing.passed:
            reason = FAILED
        if reason:
            found.append(Pointer(person.entry_id, person.unit, reason))
    return tuple(found)


def count_helped_older(people: Iterable[PersonResult]) -> int | None:
    """How many of those who sat on paper or with help are 60 or over; None where an age is unknown."""
    bands = [
        person.age_band
        for person in people
        if any(one.mode in (Mode.PAPER, Mode.ASSISTED) for one in counting_tries(person.tries))
    ]
    if any(band in ("", UNKNOWN) for band in bands):
        return None
    return bands.count(OLDER)


PUBLIC_KINDS = ("campaign", "lecture", "home_visit", "other")
INTERNAL_KINDS = ("study_group", "training")


@dataclass(frozen=True, slots=True)
class ActivityFacts:
    """The activities of one kind (and theme) in a year. `is_exact`: every audience was counted, not guessed.

    `kind` is one of PUBLIC_KINDS and INTERNAL_KINDS. `theme` stands before the name of a lecture
    ("习近平法治思想").
    """

    kind: str
    counts: ActivityCounts
    theme: str = ""
    is_exact: bool = True

    def __post_init__(self) -> None:
        if self.kind not in PUBLIC_KINDS + INTERNAL_KINDS:
            raise ValueError(f"unknown kind of activity: {self.kind}")


@dataclass(frozen=True, slots=True)
class ActivityYear:
    """A year's register. `is_deduplicated`: the audience counts different people, not attendances."""

    year: int
    activities: tuple[ActivityFacts, ...]
    is_deduplicated: bool = False

    @property
    def total(self) -> ActivityCounts:
        return ActivityCounts(
            sum(one.counts.activities for one in self.activities),
            sum(one.counts.audience for one in self.activities),
        )

    @property
    def is_exact(self) -> bool:
        return all(one.is_exact for one in self.activities)


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What one annual paragraph is made of."""

    year: int
    activities: ActivityYear | None = None
    exams: tuple[ExamFacts, ...] = ()
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class YearFacts:
    """A year over all its exams."""

    year: int
    turnout: Turnout


@dataclass(frozen=True, slots=True)
class VillageFacts:
    """People in office with a valid certificate per village, as of a date; last year's total if known."""

    as_of: date
    people: Mapping[str, int]
    last_year: int | None = None
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """One law or topic in the first attempts of an exam; `name` as printed, with 《》 for a law."""

    name: str
    counts: TopicCounts
    source: str = ""  # the subject of the exam

    @property
    def subject(self) -> str:
        return f"topic:{self.name}@{self.source}"

    @property
    def share(self) -> Fraction:
        """Exact; 0 where nothing could be earned."""
        earned, possible = (_fraction(value) for value in (self.counts.earned, self.counts.possible))
        return earned / possible if possible else Fraction(0)


def _fraction(value: Decimal) -> Fraction:
    return Fraction(*value.as_integer_ratio())


@dataclass(frozen=True, slots=True)
class YearOnYear:
    """The first-attempt pass rate of one exam series in two years."""

    last_year: Figure
    this_year: Figure
    subject: str


@dataclass(frozen=True, slots=True)
class ProblemFacts:
    """Turnout by unit, and why people were absent: coarse reason in words → people."""

    units: Mapping[str, Tally]
    reasons: Mapping[str, int] = field(default_factory=dict)
    subject: str = "units"


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """Next year's plan: which law for which villages, how many talks, makeups until when."""

    targets: Mapping[str, tuple[str, ...]]
    talks: int
    makeup_by: date | None = None
