"""Figures in templates: printed by the percent rule, hidden ones with their reason."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from ..analytics.measures import Figure
from ..analytics.suppression import Hidden

register = template.Library()


@register.filter
def cell(cells: Mapping[str, Figure | Hidden], measure: str) -> Figure | Hidden:
    """The cell of a row for one measure."""
    return cells[measure]


@register.filter
def shown(value: Figure | Hidden) -> str:
    """What is printed: the figure, or a dot where it must stay hidden."""
    return "·" if isinstance(value, Hidden) else value.text()


@register.filter
def why_hidden(value: Figure | Hidden) -> str:
    """Why a figure is not shown; empty for one that is."""
    return value.reason if isinstance(value, Hidden) else ""
