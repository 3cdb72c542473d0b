"""A report as plain data: what a draft shows and a snapshot keeps, the same for page, Word and workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from examsite.lib.percent import Rate

from ..charts import BarChart, BarSeries, Chart, HeatMap, Histogram, LineChart, LineSeries
from ..claims import Digits, Paragraph, Refusal, Sentence, Words
from ..counts import LawCounts
from ..law_map import MapCell
from ..measures import Figure
from ..suppression import Hidden

Value = str | int | Decimal | Rate | None


@dataclass(frozen=True, slots=True)
class Table:
    """One of the tables 附表1–8. Numbers are numbers, rates keep their two counts; `notes` stand below."""

    id: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its place after a table."""

    table: str
    chart: Chart


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that keeps the report from being finished, and what to do."""

    text: str
    must: bool = True


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the report with its sentences."""

    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """A whole report. `refused` are the sentences that do not hold, with what may be said instead."""

    unit: str
    year: int
    style: str
    paragraph: Paragraph
    sections: tuple[Section, ...]
    refused: tuple[Refusal, ...]
    tables: tuple[Table, ...]
    pictures: tuple[Picture, ...]
    gaps: tuple[Gap, ...]
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.unit}{self.year}年度法治政府建设年度报告（普法数据）"

    @property
    def notes(self) -> tuple[str, ...]:
        """Everything that must be said beside the rates, once each."""
        found = [note for one in self.paragraph.honest.sentences for note in one.notes]
        return tuple(dict.fromkeys(found))


# --- As JSON -------------------------------------------------------------------------------------------


def to_json(document: ReportDocument) -> dict[str, Any]:
    """The document as JSON data; decimals as text."""
    return {
        "schema": 1,
        "unit": document.unit,
        "year": document.year,
        "style": document.style,
        "paragraph": [_claim(one) for one in document.paragraph.claims],
        "sections": [
            {"title": one.title, "sentences": [_claim(sentence) for sentence in one.sentences]}
            for one in document.sections
        ],
        "refused": [_claim(one) for one in document.refused],
        "tables": [
            {
                "id": one.id,
                "title": one.title,
                "header": list(one.header),
                "rows": [[_value(cell) for cell in row] for row in one.rows],
                "notes": list(one.notes),
            }
            for one in document.tables
        ],
        "pictures": [{"table": one.table, "chart": _chart(one.chart)} for one in document.pictures],
        "sources": dict(document.sources),
    }


def from_json(data: Mapping[str, Any]) -> ReportDocument:
    """The inverse of `to_json`; a kept document has no gaps any more."""
    return ReportDocument(
        unit=data["unit"],
        year=data["year"],
        style=data["style"],
        paragraph=Paragraph(tuple(_read_claim(one) for one in data["paragraph"])),
        sections=tuple(
            Section(one["title"], tuple(_read_sentence(sentence) for sentence in one["sentences"]))
            for one in data["sections"]
        ),
        refused=tuple(claim for one in data["refused"] if isinstance(claim := _read_claim(one), Refusal)),
        tables=tuple(
            Table(
                one["id"],
                one["title"],
                tuple(one["header"]),
                tuple(tuple(_read_value(cell) for cell in row) for row in one["rows"]),
                tuple(one["notes"]),
            )
            for one in data["tables"]
        ),
        pictures=tuple(Picture(one["table"], _read_chart(one["chart"])) for one in data["pictures"]),
        gaps=(),
        sources=data["sources"],
    )


def _value(value: Value) -> Any:
    if isinstance(value, Rate):
        return {"rate": [value.part, value.whole]}
    return {"decimal": str(value)} if isinstance(value, Decimal) else value


def _read_value(value: Any) -> Value:
    if not isinstance(value, dict):
        return value  # type: ignore[no-any-return]
    return Rate(*value["rate"]) if "rate" in value else Decimal(value["decimal"])


def _figure(figure: Figure | Hidden | None) -> Any:
    if figure is None:
        return None
    if isinstance(figure, Hidden):
        return {"hidden": figure.measure, "base": figure.base, "complementary": figure.complementary}
    return {
        "measure": figure.measure,
        "version": figure.version,
        "part": _value(figure.part),
        "whole": _value(figure.whole),
    }


def _read_figure(data: Any) -> Figure | Hidden:
    if "hidden" in data:
        return Hidden(data["hidden"], data["base"], data["complementary"])
    part, whole = _read_value(data["part"]), _read_value(data["whole"])
    assert isinstance(part, int | Decimal)
    assert whole is None or isinstance(whole, int | Decimal)
    return Figure(data["measure"], data["version"], part, whole)


def _claim(claim: Sentence | Refusal) -> dict[str, Any]:
    if isinstance(claim, Refusal):
        return {
            "refused": claim.template,
            "fact": claim.fact,
            "message": claim.message,
            "alternative": None if claim.alternative is None else _claim(claim.alternative),
        }
    return {
        "template": claim.template,
        "segments": [
            one.text
            if isinstance(one, Words)
            else {"text": one.text, "figure": _figure(one.figure), "subject": one.subject}
            for one in claim.segments
        ],
        "notes": list(claim.notes),
    }


def _read_claim(data: Mapping[str, Any]) -> Sentence | Refusal:
    if "refused" in data:
        alternative = data["alternative"]
        return Refusal(
            data["refused"],
            data["fact"],
            data["message"],
            None if alternative is None else _read_sentence(alternative),
        )
    return _read_sentence(data)


def _read_sentence(data: Mapping[str, Any]) -> Sentence:
    segments = []
    for one in data["segments"]:
        if isinstance(one, str):
            segments.append(Words(one))
        else:
            figure = _read_figure(one["figure"])
            assert isinstance(figure, Figure)
            segments.append(Digits(one["text"], figure, one["subject"]))
    return Sentence(data["template"], tuple(segments), tuple(data["notes"]))


def _chart(chart: Chart) -> dict[str, Any]:
    if isinstance(chart, Histogram):
        return {
            "kind": "histogram",
            "title": chart.title,
            "bands": list(chart.bands),
            "counts": list(chart.counts),
        }
    if isinstance(chart, HeatMap):
        return {
            "kind": "heat",
            "title": chart.title,
            "rows": list(chart.rows),
            "columns": list(chart.columns),
            "cells": [[_cell(cell) for cell in line] for line in chart.cells],
        }
    series = [{"name": one.name, "values": [_figure(value) for value in one.values]} for one in chart.series]
    if isinstance(chart, BarChart):
        return {
            "kind": "bars",
            "title": chart.title,
            "groups": list(chart.groups),
            "notes": list(chart.notes),
            "series": series,
        }
    return {"kind": "lines", "title": chart.title, "points": list(chart.points), "series": series}


def _cell(cell: MapCell[str]) -> dict[str, Any]:
    counts = cell.counts
    return {
        "counts": [str(counts.earned), str(counts.possible), counts.answers, counts.people],
        "members": list(cell.members),
        "shown": cell.is_shown,
    }


def _read_chart(data: Mapping[str, Any]) -> Chart:
    kind, title = data["kind"], data["title"]
    if kind == "histogram":
        return Histogram(title, tuple(data["bands"]), tuple(data["counts"]))
    if kind == "heat":
        return HeatMap(
            title,
            tuple(data["rows"]),
            tuple(data["columns"]),
            tuple(tuple(_read_cell(cell) for cell in line) for line in data["cells"]),
        )
    values: Sequence[tuple[str, tuple[Figure | Hidden, ...]]] = [
        (one["name"], tuple(_read_figure(value) for value in one["values"])) for one in data["series"]
    ]
    if kind == "bars":
        series = tuple(BarSeries(name, some) for name, some in values)
        return BarChart(title, tuple(data["groups"]), tuple(data["notes"]), series)
    return LineChart(title, tuple(data["points"]), tuple(LineSeries(name, some) for name, some in values))


def _read_cell(data: Mapping[str, Any]) -> MapCell[str]:
    earned, possible, answers, people = data["counts"]
    counts = LawCounts(Decimal(earned), Decimal(possible), answers, people)
    return MapCell(counts, tuple(data["members"]), data["shown"])
