"""Figures: a county's year against a hundredth of it, on SQLite and PostgreSQL; statistics, charts, Word.

Each world is a database of its own, in a process of its own (`python -m benchmarks.figures world SCALE`).
Rows are multiplied inside the database from one row written by the models: a million results take a minute.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.rows import Row

TOWNS, UNITS, YEARS = 40, 500, (2018, 2019, 2020, 2021, 2022)
PEOPLE = 5000  # an exam, at scale 1
YEAR = 2022
SCALES = (1.0, 0.01)
NOVEMBER = datetime(2022, 11, 15, 1, tzinfo=UTC)
ROOT = Path(__file__).resolve().parent.parent


def run() -> Iterator[Row]:
    """All rows, SQLite first. The worlds are built side by side and measured one after the other."""
    with ExitStack() as stack:
        worlds = {
            (database, scale): stack.enter_context(_World(database, scale))
            for database in installed()
            for scale in SCALES
        }
        for world in worlds.values():
            world.wait_until_built()
        for database in installed():
            large, small = (worlds[database, scale].measure() for scale in SCALES)
            yield from _compare(database, large, small)
    yield from statistics()
    yield from documents()


def installed() -> list[str]:
    """The databases at hand."""
    if list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return ["SQLite", "PostgreSQL"]
    print("    PostgreSQL is not installed: not measured")
    return ["SQLite"]


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


class _World:
    """A county in a database of its own, in a process of its own that measures it when it is told to."""

    def __init__(self, database: str, scale: float) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed on leaving
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.figures", "world", str(scale)]
        if database == "PostgreSQL":
            command = [str(ROOT / "tests/system/postgres.sh"), *command]
        own = {"DEBUG": "1", "DATA_DIR": self.folder.name, "DATABASE_URL": "", "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | own, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors,
        )  # fmt: skip

    def __enter__(self) -> _World:
        return self

    def __exit__(self, *failure: object) -> None:
        """Stop it, whatever it is doing; its database goes with it."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait()
        self.errors.close()
        self.folder.cleanup()

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
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "examsite.settings"
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False  # with it Django keeps every statement in memory
    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    county = _build(int(PEOPLE * scale))
    found = {"first": _timed(lambda: call_command("add_up", stdout=io.StringIO()))}
    print("built", flush=True)
    if sys.stdin.readline():
        print(json.dumps(found | _measure(county)), flush=True)


def _id(number: str) -> str:
    """A key made of a number, in the words of the database at hand."""
    from django.db import connection

    if connection.vendor == "postgresql":
        return f"lpad(to_hex(({number})::bigint), 32, '0')::uuid"
    return f"printf('%032x', {number})"


def _multiply(row: Any, changes: dict[str, str], source: str) -> None:
    """Insert the row once for every row of `source` (SQL), with some columns changed; then take it away."""
    from django.db import connection

    model = type(row)
    columns = [field.column for field in model._meta.concrete_fields]
    table = model._meta.db_table
    key = model._meta.pk.column
    chosen = ", ".join(
        changes.get(column, f"t.{column}") for column in columns if column != "id" or "id" in changes
    )
    names = ", ".join(column for column in columns if column != "id" or "id" in changes)
    value = row.pk if connection.vendor == "postgresql" else getattr(row.pk, "hex", row.pk)
    statement = f"INSERT INTO {table} ({names}) SELECT {chosen} FROM {table} t CROSS JOIN ({source}) s"
    with connection.cursor() as cursor:
        cursor.execute(f"{statement.replace('%', '%%')} WHERE t.{key} = %s", [value])
    row.delete()


def _series(count: int) -> str:
    """Rows n = 0 … count − 1."""
    from django.db import connection

    if connection.vendor == "postgresql":
        return f"SELECT generate_series(0, {count - 1}) AS n"
    return f"SELECT n FROM numbers WHERE n < {count}"


def _build(people: int) -> Any:
    from django.db import connection, transaction

    from examsite.lib.ids import uuid7
    from examsite.people.models import Category, Unit, UnitKind, User

    def unit(name: str, kind: str, parent: Any = None) -> Any:
        key = uuid7()
        path = f"{parent.path if parent else ''}{key.hex}/"
        return Unit.objects.create(id=key, name=name, kind=kind, parent=parent, path=path)

    county = unit("清河县", UnitKind.COUNTY)
    towns = [(unit(f"第{n}镇", UnitKind.TOWN, county), []) for n in range(TOWNS)]
    for n in range(UNITS - TOWNS):
        town, villages = towns[n % TOWNS]
        villages.append(unit(f"第{n}村", UnitKind.VILLAGE, town))
    category = Category.objects.get(code="law-wise")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
            cursor.executemany("INSERT INTO numbers VALUES (%s)", [(n,) for n in range(people)])
    with transaction.atomic():
        for place in range(TOWNS):
            _multiply(
                User.objects.create(name="村民"),
                {"id": _id(f"{place * PEOPLE + 1} + s.n"), "username": "NULL"},
                _series(people),
            )
        for year in YEARS:
            for place, (town, villages) in enumerate(towns):
                with transaction.atomic():
                    _exam(year, place, town, villages, category, people)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return county


def _exam(year: int, place: int, town: Any, villages: list[Any], category: Any, people: int) -> None:
    """One exam of a town with everybody on its roster, sat and marked."""
    from exams.models import Attempt, AttemptEvent, Exam, Form, RosterEntry, Sitting
    from examsite.people.models import User

    at = NOVEMBER.replace(year=year)
    exam = Exam.objects.create(
        unit=town,
        title=f"{year}年法律明白人考试",
        stat_year=year,
        category=category,
        label="学法考试",
        audience_label="骨干群众",
        created_at=at,
        published_at=at,
        roster_frozen_at=at,
        roster_attested_by="组织委员",
    )
    form = Form.objects.create(
        exam=exam,
        code="A",
        title="A卷",
        salt="0" * 16,
        total_points=100,
        paper={},
        built_at=at,
        published_at=at,
    )
    sitting = Sitting.objects.create(
        exam=exam,
        title="正考",
        opens_at=at,
        closes_at=at + timedelta(hours=8),
        duration_s=3600,
        created_at=at,
        released_at=at + timedelta(days=1),
    )
    first = (YEARS.index(year) * TOWNS + place) * PEOPLE + 1
    key, person = _id(f"{first} + s.n"), _id(f"{place * PEOPLE + 1} + s.n")
    user = User.objects.create(name="样本")

    def listed(village: Any) -> Any:
        return RosterEntry.objects.create(
            exam=exam,
            user=user,
            name="村民",
            unit=village,
            unit_path=village.path,
            category=category,
            admission_number="x",
        )

    for number, village in enumerate(villages):
        own = f"SELECT n FROM ({_series(people)}) x WHERE n % {len(villages)} = {number}"
        admission = f"CAST({first} + s.n AS VARCHAR(32))"
        changes = {
            "id": key,
            "user_id": person,
            "admission_number": admission,
            "birth_year": "1950 + s.n % 50",
        }
        _multiply(listed(village), changes, own)
    entry = listed(villages[0])

    def attempt() -> Any:
        return Attempt.objects.create(
            exam=exam,
            entry=entry,
            sitting=sitting,
            form=form,
            number=1,
            state="marked",
            started_at=at,
            due_at=at + timedelta(hours=1),
            grace_s=180,
            submitted_at=at + timedelta(minutes=30),
            points=0,
            possible=100,
        )

    _multiply(attempt(), {"id": key, "entry_id": key, "points": "45 + s.n % 56"}, _series(people))
    one = attempt()
    event = AttemptEvent.objects.create(
        attempt=one, action="finish_marking", before="submitted", after="marked", at=at
    )
    _multiply(event, {"attempt_id": key}, _series(people))
    one.delete()
    entry.delete()
    user.delete()


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
    found["cold"] = median(_timed(page, before=cache.clear) for _ in range(5))
    found["warm"] = median(_timed(page) for _ in range(7))
    found["cold with charts"] = median(_timed(with_charts, before=cache.clear) for _ in range(3))
    found["warm with charts"] = median(_timed(with_charts) for _ in range(5))
    with CaptureQueriesContext(connection) as seen:
        page()
    found["statements"] = len(seen)
    exam = Exam.objects.filter(stat_year=YEAR).first()
    found["as of"] = _timed(lambda: RecountedSums([exam], at=clock.now()))
    return found


def _timed(what: Callable[[], object], before: Callable[[], object] | None = None) -> float:
    if before is not None:
        before()
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


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
        median(_timed(lambda: analyze(matrix)) for _ in range(5)),
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
            f"chart, {name}, PNG", median(_timed(lambda c=chart: png(draw(c))) for _ in range(5)), "s", 0.15
        )
        yield Row(
            f"chart, {name}, SVG", median(_timed(lambda c=chart: svg(draw(c))) for _ in range(5)), "s", 0.15
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
    yield Row("Word, 8 tables of 40 rows and 5 charts", _timed(lambda: report_docx(document)), "s", 5.0)


if __name__ == "__main__":
    world(float(sys.argv[2]))
