"""Figures: a county's year against a hundredth of it, on SQLite and PostgreSQL; statistics, charts, Word.

Each world is a database of its own, in a process of its own (`python -m benchmarks.figures world SCALE`).
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import IO, Any

import numpy as np

from benchmarks.county import PEOPLE, TOWNS, YEARS, build_county
from benchmarks.databases import installed, own_database, set_up
from benchmarks.rows import Row
from benchmarks.stopwatch import timed

YEAR = 2022
SCALES = (1.0, 0.01)


def run() -> Iterator[Row]:
    """All rows, SQLite first. The worlds are built side by side and measured one after the other."""
    databases = installed()
    with ExitStack() as stack:
        worlds = {
            (database, scale): stack.enter_context(_world(database, scale))
            for database in databases
            for scale in SCALES
        }
        for world in worlds.values():
            world.wait_until_built()
        for database in databases:
            large, small = (worlds[database, scale].measure() for scale in SCALES)
            yield from _compare(database, large, small)
    yield from statistics()
    yield from documents()


def _compare(database: str, large: dict[str, float], small: dict[str, float]) -> Iterator[Row]:
    for name, limit in (("cold", 5.0), ("warm", 5.0), ("cold with charts", 5.0), ("warm with charts", 5.0)):
        yield Row(
            f"{database}, year page {name}, 200,000 results ÷ 2,000", large[name] / small[name], "×", limit
        )
        yield Row(f"{database}, year page {name}, 200,000 results", large[name], "s")
    yield Row(
        f"{database}, statements, 200,000 − 2,000 results", large["statements"] - small["statements"], "", 0
    )
    yield Row(f"{database}, 1,000,000 results added up from nothing", large["first"], "s")
    yield Row(f"{database}, one exam as of a moment, from the rows", large["as of"], "s")


@contextmanager
def _world(database: str, scale: float) -> Iterator[_World]:
    """A county in a database of its own; on leaving its process ends and its database goes."""
    with (
        own_database(database, "benchmarks.figures", "world", str(scale)) as process,
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(**process, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors) as running,
    ):
        yield _World(running, errors)


@dataclass
class _World:
    """A process that builds a county, and measures it when it is told to."""

    process: subprocess.Popen[str]
    errors: IO[str]

    def wait_until_built(self) -> None:
        self._read()

    def measure(self) -> dict[str, float]:
        assert self.process.stdin is not None
        self.process.stdin.write("measure\n")
        self.process.stdin.flush()
        return dict(json.loads(self._read()))

    def _read(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.errors.seek(0)
            raise RuntimeError(self.errors.read()[-2000:])
        return line


# --- A world -------------------------------------------------------------------------------------------


def world(scale: float) -> None:
    """Build the county and add it up; when a line comes in, measure its pages and print what was found."""
    set_up()
    from django.core.management import call_command

    county = build_county(int(PEOPLE * scale))
    found = {"first": timed(lambda: call_command("add_up", stdout=io.StringIO()))}
    print("built", flush=True)
    if sys.stdin.readline():
        print(json.dumps(found | _measure(county)), flush=True)


def _measure(county: Any) -> dict[str, float]:
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from exams.analytics.facts.stored import RecountedSums
    from exams.models import Exam, ExamFigures
    from examsite.lib import clock
    from examsite.people.domain.accounts import create_person
    from examsite.people.domain.roles import grant_role
    from examsite.people.models import Role

    leader = create_person(name="领导", at=clock.now(), actor=None, username="leader")
    grant_role(user=leader, role=Role.LEADER, unit=county, at=clock.now(), actor=None)
    client = Client()
    client.force_login(leader)
    address = f"/figures/?year={YEAR}&category=law-wise"
    charts = [f"/figures/{name}.svg?year={YEAR}&category=law-wise" for name in ("rates", "bands", "years")]

    def page() -> None:
        reply = client.get(address)
        assert reply.status_code == 200, reply.status_code
        assert "各场考试" in reply.content.decode()

    def with_charts() -> None:
        page()
        for chart in charts:
            assert client.get(chart).status_code == 200

    assert ExamFigures.objects.count() == TOWNS * len(YEARS)
    found = {}
    found["cold"] = median(timed(page, before=cache.clear) for _ in range(5))
    found["warm"] = median(timed(page) for _ in range(7))
    found["cold with charts"] = median(timed(with_charts, before=cache.clear) for _ in range(3))
    found["warm with charts"] = median(timed(with_charts) for _ in range(5))
    with CaptureQueriesContext(connection) as seen:
        page()
    found["statements"] = len(seen)
    exam = Exam.objects.filter(stat_year=YEAR).first()
    found["as of"] = timed(lambda: RecountedSums([exam], at=clock.now()))
    return found


# --- Statistics, charts, Word --------------------------------------------------------------------------


def statistics() -> Iterator[Row]:
    """Classical statistics of 5,000 × 100 answers with four choices each."""
    from exams.analytics.responses import ResponseMatrix
    from exams.analytics.stats import analyze

    people, items = 5000, 100
    random = np.random.default_rng(1)
    ability, difficulty = random.normal(size=(people, 1)), random.normal(size=items)
    right = random.random((people, items)) < 1 / (1 + np.exp(difficulty - ability))
    wrong = 1 << random.integers(1, 4, size=(people, items))
    matrix = ResponseMatrix(
        items=tuple(str(n) for n in range(items)),
        points=right.astype(float),
        possible=np.ones(items),
        chosen=np.where(right, 1, wrong).astype(np.int64),
        keys=(1,) * items,
        options=(tuple("ABCD"),) * items,
    )
    analyze(matrix)
    yield Row(
        "statistics of 5,000 × 100 answers",
        median(timed(lambda: analyze(matrix)) for _ in range(5)),
        "s",
        0.1,
    )


def documents() -> Iterator[Row]:
    """Charts as pictures, and a report of eight tables and five charts as Word."""
    from exams.analytics.charts import BarChart, BarSeries, HeatMap, Histogram, draw, png, svg
    from exams.analytics.claims import Paragraph, say
    from exams.analytics.counts import LawCounts
    from exams.analytics.documents.word import report_docx
    from exams.analytics.law_map import MapCell
    from exams.analytics.measures import Figure
    from exams.analytics.reports.document import Picture, ReportDocument, Table

    names = tuple(f"第{n}管区" for n in range(8))
    rates = tuple(Figure("pass_rate", 1, 90 + n, 100) for n in range(8))
    bars = BarChart(
        "各单位参考率与合格率",
        names,
        ("100人",) * 8,
        (BarSeries("参考率", rates), BarSeries("合格率", rates)),
    )
    cell = MapCell(LawCounts.of_hundredths(7000, 10000, 100, 30), ("x",), True)
    heat = HeatMap("法律掌握率", tuple(f"《第{n}部法》" for n in range(8)), names[:5], ((cell,) * 5,) * 8)
    bands = Histogram(
        "分数段", ("90—100分", "80—89分", "70—79分", "60—69分", "60分以下"), (20, 30, 30, 15, 5)
    )
    for name, chart in (("bars of 8 units", bars), ("law map 8 × 5", heat), ("score bands", bands)):
        png(draw(chart))
        yield Row(
            f"chart, {name}, PNG", median(timed(lambda c=chart: png(draw(c))) for _ in range(5)), "s", 0.15
        )
        yield Row(
            f"chart, {name}, SVG", median(timed(lambda c=chart: svg(draw(c))) for _ in range(5)), "s", 0.15
        )
    tables = tuple(
        Table(
            str(n),
            f"附表{n}",
            tuple(f"列{c}" for c in range(9)),
            tuple((f"单位{r}", *range(8)) for r in range(40)),
        )
        for n in range(1, 9)
    )
    pictures = tuple(Picture(str(n), chart) for n, chart in enumerate((bars, heat, bands, bars, bands), 1))
    document = ReportDocument(
        "青城镇", 2022, "verified", Paragraph((say("x", "全年组织学法考试。"),)), (), (), tables, pictures, ()
    )
    yield Row("Word, 8 tables of 40 rows and 5 charts", timed(lambda: report_docx(document)), "s", 5.0)


if __name__ == "__main__":
    world(float(sys.argv[2]))
