"""The difficulty of parallel forms as a picture."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from examsite.lib.fonts import BOLD, REGULAR

from .charts import INK, LINE, SERIES, SOFT

_REGULAR = FontProperties(fname=str(REGULAR), size=10)
_SMALL = FontProperties(fname=str(REGULAR), size=9)
_BOLD = FontProperties(fname=str(BOLD), size=12)


@dataclass(frozen=True, slots=True)
class Levels:
    """Counts of items by level for each group (a form): `counts[group][level]`."""

    title: str
    groups: tuple[str, ...]
    levels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def level_bars(chart: Levels) -> Figure:
    """Horizontal bars of groups in parts, told apart by lightness and hatching, with their counts."""
    rows = len(chart.groups)
    figure = Figure(figsize=(7.2, max(2.0, 1.0 + 0.45 * rows)), layout="constrained")
    axes = figure.add_subplot()
    left = [0] * rows
    for number, name in enumerate(chart.levels):
        colour, hatch = SERIES[number % len(SERIES)]
        counts = [row[number] for row in chart.counts]
        bar = {"height": 0.6, "color": colour, "hatch": hatch, "edgecolor": "white", "label": name}
        axes.barh(range(rows), counts, left=left, **bar)
        for row, count in enumerate(counts):
            if count:
                box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
                words = {"ha": "center", "va": "center", "color": INK, "fontproperties": _SMALL, "bbox": box}
                axes.text(left[row] + count / 2, row, str(count), **words)
        left = [a + b for a, b in zip(left, counts, strict=True)]
    axes.set_yticks(range(rows), chart.groups, fontproperties=_REGULAR)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.xaxis.get_major_locator().set_params(integer=True)
    for label in axes.get_xticklabels():
        label.set_fontproperties(_SMALL)
    axes.legend(prop=_SMALL, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, frameon=False)
    axes.set_title(chart.title, fontproperties=_BOLD, loc="left", color=INK)
    axes.grid(axis="x", color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, colors=SOFT)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure
