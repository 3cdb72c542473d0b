"""The fixed cuts of every table: by unit, kind of person and way of sitting, as copied at the freeze.

Nobody can ask for other cuts: small groups could be computed from the difference of two clever ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..engine.results import PersonResult, Standing, counting_tries

UNKNOWN = "未登记"
NOT_SAT = "未参考"
AGE_BANDS = ("45岁以下", "45—59岁", "60岁及以上", UNKNOWN)
SEVERAL = "多种方式"


def age_band(age: int | None) -> str:
    """The band of an age in whole years; None where the year of birth is not registered."""
    if age is None:
        return UNKNOWN
    if age < 45:
        return AGE_BANDS[0]
    return AGE_BANDS[1] if age < 60 else AGE_BANDS[2]


def unit_at(depth: int) -> Callable[[PersonResult], str]:
    """A cut by the unit at this depth of the path (0 = county or town at the top).

    People who belong to a unit higher up are grouped under that unit itself, so that the groups add up.
    """

    def name(person: PersonResult) -> str:
        path = person.unit_path[: depth + 1]
        return path[-1] if path else UNKNOWN

    return name


def mode_of(person: PersonResult) -> str:
    """The way in which a person sat; one group for those who used several."""
    modes = {one.mode for one in counting_tries(person.tries)}
    if not modes:
        return NOT_SAT
    return MODE_NAMES[modes.pop().value] if len(modes) == 1 else SEVERAL


MODE_NAMES = {"online": "线上", "paper": "纸笔", "assisted": "协助", "external": "外部平台"}


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to divide the people of an exam; every person is in exactly one group."""

    id: str
    name: str
    key: Callable[[PersonResult], str]


CUTS: dict[str, Cut] = {
    cut.id: cut
    for cut in (
        Cut("unit", "单位", lambda person: person.unit or UNKNOWN),
        Cut("category", "人员类别", lambda person: person.category or UNKNOWN),
        Cut("establishment", "编制类型", lambda person: person.establishment or UNKNOWN),
        Cut("age", "年龄段", lambda person: person.age_band or UNKNOWN),
        Cut("mode", "作答方式", mode_of),
    )
}


@dataclass(frozen=True, slots=True)
class StandingCut:
    """A way to divide people that needs to know what their tries came to."""

    id: str
    name: str


SITTING_CUT = StandingCut("sitting", "成绩所在场次")


def sitting_of(person: PersonResult, standing: Standing) -> str:
    """The id of the sitting that gave the final result, or that was sat first; "" for who has not sat."""
    if standing.final is not None:
        return standing.final.source.sitting_id
    valid = counting_tries(person.tries)
    return valid[0].sitting_id if valid else ""


CUT_NAMES = {cut.id: cut.name for cut in CUTS.values()} | {SITTING_CUT.id: SITTING_CUT.name}
