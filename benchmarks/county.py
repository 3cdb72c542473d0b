"""A county with years of exams behind it: towns, villages, rosters, attempts, results.

Rows are multiplied inside the database from one row written by the models: a million results take a minute.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.databases import analyze
from benchmarks.sat_exams import handed_in

TOWNS, UNITS, YEARS = 40, 500, (2018, 2019, 2020, 2021, 2022)
PEOPLE = 5000  # an exam, at scale 1
NOVEMBER = datetime(2022, 11, 15, 1, tzinfo=UTC)


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


def build_county(people: int) -> Any:
    """Units, and in each of YEARS an exam in every town that `people` sat; the county's unit."""
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
    analyze()
    return county


def _exam(year: int, place: int, town: Any, villages: list[Any], category: Any, people: int) -> None:
    """One exam of a town with everybody on its roster, sat and marked."""
    from exams.models import AttemptEvent, Exam, Form, RosterEntry, Sitting
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
        one = handed_in(exam, form, sitting, entry, at, state="marked", points=0, possible=100)
        one.save()
        return one

    _multiply(attempt(), {"id": key, "entry_id": key, "points": "45 + s.n % 56"}, _series(people))
    one = attempt()
    event = AttemptEvent.objects.create(
        attempt=one, action="finish_marking", before="submitted", after="marked", at=at
    )
    _multiply(event, {"attempt_id": key}, _series(people))
    one.delete()
    entry.delete()
    user.delete()
