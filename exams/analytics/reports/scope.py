"""What a report is about: which exams, whose people, which way to divide them; and what may be added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from examsite.people.models import Unit, UnitKind

from ...models import Exam
from ..cuts import CUT_NAMES

AREA, VILLAGE = "area", "village"
LEVELS = {AREA: "下一级单位", VILLAGE: "下两级单位"}
UNIT_CUT = "unit"


@dataclass(frozen=True, slots=True)
class Scope:
    """Exams seen from a unit. `cut` is one of CUT_NAMES; `level` matters for the cut by unit alone."""

    exams: tuple[Exam, ...]
    unit: Unit
    cut: str = UNIT_CUT
    level: str = AREA

    def __post_init__(self) -> None:
        if self.cut not in CUT_NAMES or self.level not in LEVELS:
            raise ValueError(f"no such cut: {self.cut}/{self.level}")

    @property
    def is_frozen(self) -> bool:
        """Every roster is frozen: without that there is no denominator."""
        return bool(self.exams) and all(exam.roster_frozen_at is not None for exam in self.exams)


def why_not_added(exams: Sequence[Exam]) -> str:
    """Why the people of these exams cannot be added up; "" where they can.

    Rates of different exams are never added. Several towns that each hold an exam of the same kind are a
    county: there everybody is on one roster.
    """
    for one in exams:
        for other in exams:
            if one is not other and other.unit.path.startswith(one.unit.path):
                return f"“{one.title}”和“{other.title}”的应考人员有重合，比率不能相加，请分场查看。"
    return ""


def different_rules(exams: Sequence[Exam]) -> list[str]:
    """What must be said beside figures that are added up over exams with different rules."""
    found = []
    for name, values in (
        ("合格线", {f"{exam.pass_line.normalize():f}" for exam in exams}),
        ("优秀线", {f"{exam.excellent_line.normalize():f}" for exam in exams}),
        ("最终成绩", {exam.get_final_rule_display() for exam in exams}),
        ("正考可考次数", {str(exam.tries) for exam in exams}),
    ):
        if len(values) > 1:
            found.append(f"各场考试{name}不同（{'、'.join(sorted(values))}）")
    return found


PLACE_WORDS = {
    UnitKind.COUNTY: "全县",
    UnitKind.TOWN: "全镇",
    UnitKind.AREA: "全管区",
    UnitKind.VILLAGE: "全村",
    UnitKind.OFFICE: "本单位",
}
