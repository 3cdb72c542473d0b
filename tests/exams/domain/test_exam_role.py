"""T-31: the role of the processes that serve candidates sits an exam and cannot read a key (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from exams.domain.exam_role import CLOSED, READ, WRITE, role_statements
from exams.domain.tickets import issue_tickets
from examsite.lib import clock
from tests.exam_world import World, make_world
from tests.exams.api.conftest import PASSWORD, Phone, statuses

ROLE = "exam_web_test"
pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = make_world(people=2)
    world.user.username = "cadre"
    world.user.set_password(PASSWORD)
    world.user.save()
    return world


@pytest.fixture
def as_the_role(world: World) -> Iterator[None]:
    """From here on this connection is the role; the world was made before."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    with connection.cursor() as cursor:
        for statement in role_statements(ROLE):
            cursor.execute(statement)
        cursor.execute(f"SET ROLE {ROLE}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize("table", CLOSED)
def test_t31_the_role_cannot_read_where_keys_stand(as_the_role: None, table: str) -> None:
    with pytest.raises(ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
    assert refused.value.__cause__.sqlstate == "42501"


def test_t31_every_table_of_the_banks_is_closed_to_the_role(as_the_role: None) -> None:
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if "questionbanks_" in name]
        assert tables != []
        for table in tables:
            cursor.execute("SELECT has_any_column_privilege(%s, %s, 'SELECT')", [ROLE, table])
            assert (table, cursor.fetchone()[0]) == (table, False)


def test_t31_a_candidate_sits_an_exam_under_the_role(
    world: World, token: str, code: str, as_the_role: None, caplog: pytest.LogCaptureFixture
) -> None:
    page = Client()
    assert page.get(reverse("exams:ticket", args=[token])).status_code == 200
    assert page.post(reverse("exams:ticket", args=[token]), {"me": "yes"}).status_code == 302
    cadre = {"username": "cadre", "password": PASSWORD}
    assert page.post("/api/v1/sign-in", cadre, content_type="application/json").status_code == 200
    assert page.post("/api/v1/sign-in", {**cadre, "password": "x"}, "application/json").status_code == 401
    name = world.seats[1].entry.name
    assert Client().post(reverse("exams:enter"), {"name": name, "code": code}).status_code == 302
    sitting = world.sitting.pk
    for view, args in (("my_exams", []), ("instructions", [sitting]), ("sit", [sitting, 1])):
        assert (view, page.get(reverse(f"exams:{view}", args=args)).status_code) == (view, 200)
    phone = Phone(world, world.seat)
    phone.sign_in(token)
    phone.start()
    assert phone.status == 201
    assert statuses(phone.save((1, 0, None), (2, 2, True))) == ["stored", "stored"]
    assert statuses(phone.save((1, 0, None))) == ["duplicate"]
    phone.bearing("POST", "heartbeat", {})
    assert phone.status == 200
    other = Phone(world, world.seat, device="tab-2")
    other.sign_in(token)
    other.attempt = phone.attempt
    other.claim()
    assert other.status == 200
    assert "receipt" in other.submit()
    assert statuses(other.save((9, 2, False))) == ["late"]
    assert page.get(reverse("exams:receipt", args=[phone.attempt])).status_code == 200
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


@pytest.fixture
def issued(world: World) -> list[object]:
    return issue_tickets(entries=[seat.entry for seat in world.seats], at=clock.now())


@pytest.fixture
def token(issued: list[object]) -> str:
    return issued[0].token


@pytest.fixture
def code(issued: list[object]) -> str:
    return issued[1].code


def test_the_listed_tables_exist() -> None:
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert sorted({*READ, *WRITE, *CLOSED} - known) == []


def test_nothing_is_both_open_and_closed() -> None:
    assert sorted(set(CLOSED) & {*READ, *WRITE}) == []


@pytest.mark.parametrize("name", ["", "Web", "web; DROP TABLE people_user", "web-1"])
def test_a_name_that_is_no_identifier_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        list(role_statements(name))


def test_the_command_prints_what_an_administrator_runs() -> None:
    said = StringIO()
    call_command("exam_role", "exam_web", stdout=said)
    assert said.getvalue().splitlines() == [f"{one};" for one in role_statements("exam_web")]


def test_the_command_refuses_a_strange_name() -> None:
    with pytest.raises(CommandError, match="小写字母"):
        call_command("exam_role", "Web 1")
