"""Figures in templates: printed by the percent rule, hidden ones with their reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from ..analytics.measures import Figure
from ..analytics.reports.figures import FiguresReport
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
