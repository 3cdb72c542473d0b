"""Pictures of figures: dataclasses in, PNG or SVG bytes out. matplotlib only; no SQL, no percent rules.

`Figure` objects, never pyplot (it keeps state between requests). Colours differ in lightness and are told
apart by hatching, too; every bar says its n. The same numbers always stand beside a chart as a table.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from examsite.lib.fonts import BOLD, REGULAR

from .measures import Figure as Value
from .suppression import Hidden

mpl.rcParams["svg.hashsalt"] = "exam-charts"  # equal figures give equal bytes

INK, SOFT, LINE = "#1a1a1a", "#4a5058", "#d3d9e1"
# Okabe and Ito's palette, dark to light: distinct for all common kinds of colour vision and in grey.
BLUE, ORANGE, GREEN = "#0072b2", "#e69f00", "#009e73"
SERIES = ((BLUE, ""), (ORANGE, "///"), (GREEN, "..."))

_REGULAR = FontProperties(fname=str(REGULAR), size=10)
_SMALL = FontProperties(fname=str(REGULAR), size=9)
_BOLD = FontProperties(fname=str(BOLD), size=12)


@dataclass(frozen=True, slots=True)
class BarSeries:
    """One series of bars: its name, and for each group a rate, or why it is not shown."""

    name: str
    values: tuple[Value | Hidden, ...]


@dataclass(frozen=True, slots=True)
class BarChart:
    """Rates of groups as horizontal bars. `notes` stand after the group's name ("n=32")."""

    title: str
    groups: tuple[str, ...]
    notes: tuple[str, ...]
    series: tuple[BarSeries, ...]


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of people by band."""

    title: str
    bands: tuple[str, ...]
    counts: tuple[int, ...]


def rate_bars(chart: BarChart) -> Figure:
    """Horizontal bars from 0 to 100 %, the first group on top."""
    rows, per_row = len(chart.groups), len(chart.series)
    figure = Figure(figsize=(7.2, max(2.2, 0.9 + 0.32 * rows * per_row)), layout="constrained")
    axes = figure.add_subplot()
    height = 0.8 / max(per_row, 1)
    for number, series in enumerate(chart.series):
        colour, hatch = SERIES[number % len(SERIES)]
        for row, value in enumerate(series.values):
            y = row + (number - (per_row - 1) / 2) * height
            _bar(axes, y, height * 0.88, value, colour, hatch)
        axes.barh([0], [0], color=colour, hatch=hatch, edgecolor="white", label=series.name)
    axes.set_yticks(
        range(rows),
        [f"{name}（{note}）" if note else name for name, note in zip(chart.groups, chart.notes, strict=True)],
        fontproperties=_REGULAR,
    )
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xlim(0, 112)
    axes.set_xticks(range(0, 101, 20), [f"{x}%" for x in range(0, 101, 20)], fontproperties=_SMALL)
    axes.legend(prop=_SMALL, loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=per_row, frameon=False)
    _plain(axes, chart.title, "x")
    return figure


def _bar(axes: Axes, y: float, height: float, value: Value | Hidden, colour: str, hatch: str) -> None:
    if isinstance(value, Hidden):
        axes.text(1, y, "人数少，只列人数", va="center", color=SOFT, fontproperties=_SMALL)
        return
    if not value.whole:
        axes.text(1, y, "—", va="center", color=SOFT, fontproperties=_SMALL)
        return
    length = float(100 * value.part / value.whole)
    axes.barh([y], [length], height=height, color=colour, hatch=hatch, edgecolor="white", linewidth=0.5)
    axes.text(length + 1, y, value.text(), va="center", color=INK, fontproperties=_SMALL)


def count_bars(chart: Histogram) -> Figure:
    """Vertical bars of counts, one a band."""
    figure = Figure(figsize=(7.2, 3.2), layout="constrained")
    axes = figure.add_subplot()
    axes.bar(range(len(chart.counts)), chart.counts, width=0.7, color=BLUE, edgecolor="white")
    top = max([*chart.counts, 1])
    for place, count in enumerate(chart.counts):
        axes.text(place, count + top * 0.02, f"{count}人", ha="center", color=INK, fontproperties=_SMALL)
    axes.set_xticks(range(len(chart.bands)), chart.bands, fontproperties=_REGULAR)
    axes.set_ylim(0, top * 1.15)
    axes.yaxis.get_major_locator().set_params(integer=True)
    for label in axes.get_yticklabels():
        label.set_fontproperties(_SMALL)
    _plain(axes, chart.title, "y")
    return figure


def _plain(axes: Axes, title: str, grid: str) -> None:
    axes.set_title(title, fontproperties=_BOLD, loc="left", color=INK)
    axes.grid(axis=grid, color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, colors=SOFT)
    for side in axes.spines.values():
        side.set_visible(False)


def png(figure: Figure) -> bytes:
    """The picture for Word and for long-pressing on a phone, 160 dots an inch."""
    return _render(figure, "png", dpi=160)


def svg(figure: Figure) -> bytes:
    """The picture for pages; glyphs are paths, so that it looks the same without the font."""
    return _render(figure, "svg", metadata={"Date": None})


def _render(figure: Figure, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=format, **options)
    return buffer.getvalue()


def describe(chart: BarChart | Histogram) -> str:
    """The text alternative: one sentence with the main numbers."""
    if isinstance(chart, Histogram):
        parts = [f"{band}{count}人" for band, count in zip(chart.bands, chart.counts, strict=True)]
        return f"{chart.title}：{'，'.join(parts)}。"
    return f"{chart.title}，{len(chart.groups)}个单位，{_sentence(chart.series)}；数字见表。"


def _sentence(series: Sequence[BarSeries]) -> str:
    lines = []
    for one in series:
        shown = [value for value in one.values if isinstance(value, Value) and value.whole]
        if shown:
            low = min(shown, key=lambda value: value.part / value.whole)  # type: ignore[operator]
            high = max(shown, key=lambda value: value.part / value.whole)  # type: ignore[operator]
            lines.append(f"{one.name}最低{low.text()}，最高{high.text()}")
    return "；".join(lines) or "都因人数少只列人数"
