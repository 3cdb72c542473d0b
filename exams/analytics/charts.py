"""Pictures of figures: dataclasses in, PNG or SVG bytes out. matplotlib only; no SQL, no percent rules.

`Figure` objects, never pyplot (it keeps state between requests). Colours differ in lightness and are told
apart by hatching, too; every bar says its n. The same numbers always stand beside a chart as a table.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import matplotlib.colors
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle

from examsite.lib.fonts import BOLD, REGULAR

from .law_map import MapCell
from .measures import Figure as Value
from .suppression import Hidden

mpl.rcParams["svg.hashsalt"] = "exam-charts"  # equal figures give equal bytes

INK, SOFT, LINE = "#1a1a1a", "#4a5058", "#d3d9e1"
# Okabe and Ito's palette, dark to light: distinct for all common kinds of colour vision and in grey.
BLUE, ORANGE, GREEN = "#0072b2", "#e69f00", "#009e73"
SERIES = ((BLUE, ""), (ORANGE, "///"), (GREEN, "..."))
MARKERS = ("o", "s", "^")
DASHES = ("-", "--", ":")
_WHITE_BELOW = 0.45  # below, squares are so dark that ink on them would not be read

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


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Rates by row and column; a cell is empty where nobody answered or where there are too few."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[MapCell[str], ...], ...]


@dataclass(frozen=True, slots=True)
class LineSeries:
    """One line: its name and a rate for each point, or why there is none."""

    name: str
    values: tuple[Value | Hidden, ...]


@dataclass(frozen=True, slots=True)
class LineChart:
    """Rates over the years."""

    title: str
    points: tuple[str, ...]
    series: tuple[LineSeries, ...]


Chart = BarChart | Histogram | HeatMap | LineChart


def size(chart: Chart, narrow: bool = False) -> tuple[float, float]:
    """Width and height in inches: as tall as there are lines; `narrow` is for the page of a phone."""
    if isinstance(chart, BarChart):
        return 4.1 if narrow else 7.2, max(2.2, 0.9 + 0.32 * len(chart.groups) * len(chart.series))
    if isinstance(chart, HeatMap):
        width = 1.7 + 0.62 * len(chart.columns) if narrow else 2.6 + 0.82 * len(chart.columns)
        return max(4.1 if narrow else 4.6, width), max(2.0, 1.0 + 0.46 * len(chart.rows))
    return (4.1, 3.0) if narrow else (7.2, 3.3)


TITLE_ROOM, LEGEND_ROOM, AXIS_ROOM, MARGIN = 0.42, 0.34, 0.3, 0.12  # inches


def _width_of(labels: Sequence[str], points: float) -> float:
    """How wide the longest label is, in inches: Chinese characters are as wide as high, others half of it.

    Measuring with the font itself would be exact and take longer than the rest of the drawing.
    """
    lines = [line for label in labels for line in label.split("\n")]
    units = max((sum(1.0 if ord(char) > 0x2E7F else 0.56 for char in line) for line in lines), default=0)
    return units * points / 72


def _canvas(
    extent: tuple[float, float], *, left: float, bottom: float, top: float = TITLE_ROOM
) -> tuple[Figure, Axes]:
    """A figure of this size in inches, and axes with these margins: no second pass to find them out."""
    width, height = extent
    figure = Figure(figsize=extent)
    box = (left / width, bottom / height, 1 - (left + MARGIN) / width, 1 - (bottom + top) / height)
    return figure, figure.add_axes(box)


def rate_bars(chart: BarChart, narrow: bool = False) -> Figure:
    """Horizontal bars from 0 to 100 %, the first group on top."""
    rows, per_row = len(chart.groups), len(chart.series)
    labels = [
        f"{name}（{note}）" if note else name for name, note in zip(chart.groups, chart.notes, strict=True)
    ]
    left = _width_of(labels, 10) + 0.2
    figure, axes = _canvas(size(chart, narrow), left=left, bottom=AXIS_ROOM + LEGEND_ROOM)
    height = 0.8 / max(per_row, 1)
    for number, series in enumerate(chart.series):
        colour, hatch = SERIES[number % len(SERIES)]
        for row, value in enumerate(series.values):
            y = row + (number - (per_row - 1) / 2) * height
            _bar(axes, y, height * 0.88, value, colour, hatch)
        axes.barh([0], [0], color=colour, hatch=hatch, edgecolor="white", label=series.name)
    axes.set_yticks(range(rows), labels, fontproperties=_REGULAR)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xlim(0, 112)
    axes.set_xticks(range(0, 101, 20), [f"{x}%" for x in range(0, 101, 20)], fontproperties=_SMALL)
    _legend(figure, axes, per_row)
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


def _legend(figure: Figure, axes: Axes, columns: int) -> None:
    """The names of the series below the picture."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, prop=_SMALL, loc="lower center", ncols=max(columns, 1), frameon=False)


def count_bars(chart: Histogram, narrow: bool = False) -> Figure:
    """Vertical bars of counts, one a band."""
    figure, axes = _canvas(size(chart, narrow), left=0.55, bottom=AXIS_ROOM)
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


# Light to dark, distinct in grey and for all common kinds of colour vision; dark is little known.
_SCALE = mpl.colors.LinearSegmentedColormap.from_list("mastery", ["#0b3c68", "#2f78b0", "#a9cde6", "#eef5fb"])


def heat_map(chart: HeatMap, narrow: bool = False) -> Figure:
    """A grid of squares, each with its rate and number of people; "*" marks what was put together."""
    rows, columns = len(chart.rows), len(chart.columns)
    names = [_folded(name, 12) for name in chart.rows]
    left = _width_of(names, 9) + 0.15
    figure, axes = _canvas(size(chart, narrow), left=left, bottom=MARGIN, top=TITLE_ROOM + 0.4)
    for y, line in enumerate(chart.cells):
        for x, cell in enumerate(line):
            _square(axes, x, y, cell)
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xticks(
        range(columns), [_folded(name) for name in chart.columns], fontproperties=_SMALL, color=INK
    )
    axes.set_yticks(range(rows), names, fontproperties=_SMALL, color=INK)
    axes.xaxis.tick_top()
    _plain(axes, chart.title, "")
    axes.set_title(chart.title, fontproperties=_BOLD, loc="left", color=INK, pad=34)
    return figure


def _square(axes: Axes, x: int, y: int, cell: MapCell[str]) -> None:
    share = cell.share
    colour = "#f4f5f7" if share is None else _SCALE(float(share))
    axes.add_patch(
        Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, facecolor=colour, edgecolor=LINE, linewidth=0.6)
    )
    words, ink = "—", SOFT
    if share is not None and cell.figure is not None:
        words = f"{cell.figure.text(0)}{'*' if cell.is_merged else ''}\n{cell.counts.people}人"
        ink = "#ffffff" if share < _WHITE_BELOW else INK
    axes.text(x, y, words, ha="center", va="center", color=ink, fontproperties=_SMALL, linespacing=1.15)


def _folded(name: str, width: int = 5) -> str:
    """A long name on two lines."""
    return name if len(name) <= width else f"{name[:width]}\n{name[width : 2 * width]}"


def rate_lines(chart: LineChart, narrow: bool = False) -> Figure:
    """Lines from 0 to 100 % with their values; a missing year leaves a gap."""
    figure, axes = _canvas(size(chart, narrow), left=0.6, bottom=AXIS_ROOM + LEGEND_ROOM)
    for number, series in enumerate(chart.series):
        colour, _ = SERIES[number % len(SERIES)]
        values = [
            float(100 * one.part / one.whole) if isinstance(one, Value) and one.whole else float("nan")
            for one in series.values
        ]
        axes.plot(
            range(len(values)), values, color=colour, linewidth=2, label=series.name,
            marker=MARKERS[number % len(MARKERS)], markersize=7, linestyle=DASHES[number % len(DASHES)],
        )  # fmt: skip
        for place, one in enumerate(series.values):
            if isinstance(one, Value) and one.whole:
                above = -8 if number % 2 == 0 else 4  # the first try is the lower line
                axes.text(
                    place, values[place] + above, one.text(), ha="center", color=INK, fontproperties=_SMALL
                )
    axes.set_xticks(range(len(chart.points)), chart.points, fontproperties=_REGULAR)
    axes.set_xlim(-0.4, max(len(chart.points) - 0.6, 0.6))
    axes.set_ylim(0, 116)
    axes.set_yticks(range(0, 101, 20), [f"{y}%" for y in range(0, 101, 20)], fontproperties=_SMALL)
    _legend(figure, axes, len(chart.series))
    _plain(axes, chart.title, "y")
    return figure


def _plain(axes: Axes, title: str, grid: str) -> None:
    axes.set_title(title, fontproperties=_BOLD, loc="left", color=INK)
    if grid:
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


def is_empty(chart: Chart) -> bool:
    """Whether there is nothing to draw."""
    if isinstance(chart, BarChart):
        return not chart.groups or not chart.series
    if isinstance(chart, Histogram):
        return not any(chart.counts)
    return not chart.rows if isinstance(chart, HeatMap) else not chart.points


def draw(chart: Chart, narrow: bool = False) -> Figure:
    """The picture of any chart; `narrow` for phones."""
    if isinstance(chart, BarChart):
        return rate_bars(chart, narrow)
    if isinstance(chart, Histogram):
        return count_bars(chart, narrow)
    return heat_map(chart, narrow) if isinstance(chart, HeatMap) else rate_lines(chart, narrow)


def describe(chart: Chart) -> str:
    """The text alternative: one sentence with the main numbers."""
    if isinstance(chart, Histogram):
        parts = [f"{band}{count}人" for band, count in zip(chart.bands, chart.counts, strict=True)]
        return f"{chart.title}：{'，'.join(parts)}。"
    if isinstance(chart, HeatMap):
        extent = f"{len(chart.rows)}部法律、{len(chart.columns)}个单位"
        return f"{chart.title}：{extent}。{_extremes(chart)}数字见表。"
    count = f"{len(chart.groups)}组" if isinstance(chart, BarChart) else f"{len(chart.points)}个年度"
    return f"{chart.title}，{count}，{_sentence(chart.series)}；数字见表。"


def _extremes(chart: HeatMap) -> str:
    found = [
        (cell.share, cell, row, column)
        for row, line in zip(chart.rows, chart.cells, strict=True)
        for column, cell in zip(chart.columns, line, strict=True)
        if cell.share is not None and not cell.is_merged
    ]
    if not found:
        return ""
    _, cell, row, column = min(found, key=lambda one: one[0])
    assert cell.figure is not None
    return f"最低的是{column}的{row}，{cell.figure.text()}。"


def _sentence(series: Sequence[BarSeries] | Sequence[LineSeries]) -> str:
    lines = []
    for one in series:
        shown = [value for value in one.values if isinstance(value, Value) and value.whole]
        if shown:
            low = min(shown, key=lambda value: value.part / value.whole)  # type: ignore[operator]
            high = max(shown, key=lambda value: value.part / value.whole)  # type: ignore[operator]
            lines.append(f"{one.name}最低{low.text()}，最高{high.text()}")
    return "；".join(lines) or "都因人数少只列人数"
