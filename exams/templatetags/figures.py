"""Figures in templates: printed by the percent rule, hidden ones with their reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from examsite.lib.percent import format_share

from ..analytics.measures import Figure
from ..analytics.reports.figures import FiguresReport
from ..analytics.stats import FormStats
from ..analytics.suppression import Hidden

register = template.Library()


@register.filter
def cell(cells: Mapping[str, Any], key: str) -> Any:
    """The value for a key: a measure's cell, a unit's name."""
    return cells[key]


@register.filter
def shown(value: Figure | Hidden) -> str:
    """What is printed: the figure, or a dot where it must stay hidden."""
    return "·" if isinstance(value, Hidden) else value.text()


@register.filter
def why_hidden(value: Figure | Hidden) -> str:
    """Why a figure is not shown; empty for one that is."""
    return value.reason if isinstance(value, Hidden) else ""


@register.filter
def shows(report: FiguresReport, measure: str) -> bool:
    """Whether a figure of this measure is true of the report's counts."""
    return report.shows(measure)


@register.filter
def indent(depth: int) -> range:
    """Steps to draw before a unit that lies so deep."""
    return range(depth)


@register.filter
def decimals(value: float | None, places: int) -> str:
    """A statistic with so many decimals; "—" for one that cannot be said."""
    return "—" if value is None else f"{value:.{places}f}"


@register.filter
def share(value: float | None) -> str:
    """A share of 0..1 as a percentage of one decimal; "—" for one that cannot be said."""
    return "—" if value is None else format_share(value)


@register.filter
def flagged(stats: FormStats) -> int:
    """How many items of a form one should look at."""
    return sum(bool(item.flags) for item in stats.items)
