"""What the forms of an exam found out about their items, in the words in which the bank keeps it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from questionbanks.domain.calibration import Finding

from ..facts.responses import FormReport
from ..item_report import FLAG_NAMES
from ..options import OptionStats
from ..stats import ItemStats
from ..suppression import MINIMUM_GROUP

PLACES = Decimal("0.0001")
TOLD = ("discrimination_27", "item_rest")


def findings_of(report: FormReport) -> list[Finding]:
    """One finding an item, in the order of the paper; [] for a form that too few people sat."""
    stats = report.stats
    if stats is None or stats.n < MINIMUM_GROUP:
        return []
    slots = {str(slot.order): slot for slot in report.slots}
    exam = report.form.exam
    found = []
    for one in stats.items:
        slot = slots[one.item]
        flags = [FLAG_NAMES[flag] for flag in one.flags]
        found.append(
            Finding(
                version_id=slot.version_id,
                place=slot.order,
                title=f"{exam.title} {report.form}"[:200],
                year=exam.stat_year,
                people=stats.n,
                full_marks=one.full_marks,
                facility=_facility(one, stats.n),
                discrimination=_decimal(one.discrimination_27),
                item_rest=_decimal(one.item_rest),
                why=_why(one),
                options=[_option(option) for option in one.options],
                flags=[*flags, *([f"高分组多选{one.preferred}"] if one.preferred else [])],
                is_suspect="wrong_key" in one.flags,
            )
        )
    return found


def _facility(item: ItemStats, people: int) -> Decimal:
    """To four decimals; 1 only where everybody has full marks, 0 only where nobody has anything."""
    if item.full_marks == people or item.facility == 0.0:
        return Decimal(int(item.full_marks == people))
    return min(max(Decimal(str(item.facility)).quantize(PLACES), PLACES), 1 - PLACES)


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(PLACES)


def _why(item: ItemStats) -> str:
    """Why a coefficient is missing, each reason once."""
    return "；".join(dict.fromkeys(item.reasons[name] for name in TOLD if name in item.reasons))


def _option(option: OptionStats) -> dict[str, Any]:
    return {
        "label": option.label,
        "chosen": option.chosen,
        "share": option.share,
        "upper": option.upper,
        "lower": option.lower,
        "is_key": option.is_key,
        "is_dead": option.is_dead,
    }
