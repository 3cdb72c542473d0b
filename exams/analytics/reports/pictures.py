"""The charts of a report by name, drawn once for the same content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.cache import cache

from ..charts import Chart, describe, draw, png, size, svg
from .figures import FiguresReport
from .years import YearPoint, line_chart

KEPT_S = 24 * 3600
MEDIA = {"png": "image/png", "svg": "image/svg+xml"}

CHARTS: dict[str, Callable[[FiguresReport, Sequence[YearPoint]], Chart]] = {
    "rates": lambda report, points: report.rates,
    "bands": lambda report, points: report.bands,
    "laws": lambda report, points: report.heat,
    "years": lambda report, points: line_chart(points),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """What a page says of a chart that is fetched by itself: its text alternative and its size in pixels."""

    alt: str
    width: int
    height: int

    @classmethod
    def of(cls, chart: Chart) -> Picture:
        width, height = size(chart)
        return cls(describe(chart), round(width * 100), round(height * 100))


def drawn(chart: Chart, format: str, *, narrow: bool = False) -> bytes:
    """The chart as a file of this format; drawn once for the same content."""
    digest = hashlib.sha256(f"{format}{narrow}{chart!r}".encode()).hexdigest()
    data: bytes | None = cache.get(f"chart-{digest}")
    if data is None:
        figure = draw(chart, narrow)
        data = png(figure) if format == "png" else svg(figure)
        cache.set(f"chart-{digest}", data, KEPT_S)
    return data
