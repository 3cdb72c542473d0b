"""Who may do what: every route of the site × every persona, as the table of routes says.

And reading changes nothing: a request by GET writes no row, whoever asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import TestCase
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from exams.models import ExamFigures, UnitFigures
from examsite.lib import clock
from examsite.people.domain.audit import record
from examsite.people.models import AuditRecord, Unit
from tests.personas import PERSONAS, Cast, make_cast
from tests.route_table import R
from tests.routes import ROUTES


def walk(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(view name, pattern) of every route below a resolver."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            inner = ":".join(part for part in (namespace, one.namespace) if part)
            yield from walk(one, inner)
        else:
            yield ":".join(part for part in (namespace, one.name) if part), one


def all_routes() -> set[str]:
    return {name for name, _ in walk(get_resolver()) if not name.startswith("admin")}


def all_methods() -> Iterator[tuple[str, str]]:
    """(view name, method) of every call of the API."""
    for name, pattern in walk(get_resolver()):
        described = getattr(pattern.callback, "cls", None)
        allowed = getattr(described, "http_method_names", ())
        for method in METHODS:
            if method in allowed and hasattr(described, method) and not name.startswith("admin"):
                yield name, method


def address(route: R, cast: Cast) -> str:
    pairs = [one.partition("=") for one in route.args.split()]
    arguments = {
        name: value[1:] if value.startswith(":") else cast.objects[value] for name, _, value in pairs
    }
    return reverse(route.view, kwargs=arguments)


def expected(route: R, persona: str, url: str) -> int:
    if persona in route.special:
        return route.special[persona]
    if persona in route.allow.split():
        return route.ok
    if persona == "stranger":
        return 401 if url.startswith("/api/") else 302
    assert route.deny is not None, f"{route.id}: what is {persona} answered?"
    return route.deny


METHODS = ("get", "post", "put", "patch", "delete")
# For anybody who holds the paper: the code on a certificate is meant to be checked by strangers.
FOR_ALL = {"exams:verify-get", "exams_api:certificate_verify-get"}
# On PostgreSQL the same rules run over the same querysets: one of each sort of asker is enough there.
FEW = ("stranger", "candidate", "officer", "other", "leader", "auditor")
# What reading may write: looking at keys and evidence is a deed of the log, sums are kept at hand.
MAY_GROW = {model._meta.db_table for model in (AuditRecord, ExamFigures, UnitFigures, Session)}
_WRITTEN = re.compile(r'(?:INSERT INTO|(?<!FOR )UPDATE|DELETE FROM) "?(\w+)')


class Written:
    """The tables in which statements have written rows (for `connection.execute_wrapper`)."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(
        self, execute: Callable[..., Any], sql: str, values: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        result = execute(sql, values, many, context)
        if context["cursor"].rowcount != 0 or "RETURNING" in sql:  # SQLite counts returned rows later
            self.tables.update(_WRITTEN.findall(sql))
        return result


class Authorisation(TestCase):
    """One test a line of the table: every persona asks, and nothing that one does is seen by the next."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.cast = make_cast()  # as `setUpTestData`, without a copy for each test: none changes it

    def ask(self, route: R, persona: str) -> int:
        url = address(route, self.cast)
        client = self.cast.client(persona)
        how = {"content_type": "application/json"} if url.startswith("/api/") else {}
        response = getattr(client, route.method)(url, route.data, **how)
        if persona == "stranger" and persona not in route.allow.split() and response.status_code == 302:
            assert response.url.startswith(reverse(settings.LOGIN_URL)), response.url
        if response.streaming:
            b"".join(response.streaming_content)  # so that the file behind it is closed
        return int(response.status_code)

    def check(self, route: R) -> None:
        url = address(route, self.cast)
        found, wanted, changed = {}, {}, {}
        for persona in PERSONAS if connection.vendor == "sqlite" else FEW:
            point = transaction.savepoint()
            with connection.execute_wrapper(written := Written()):
                found[persona] = self.ask(route, persona)
            transaction.savepoint_rollback(point)
            wanted[persona] = expected(route, persona, url)
            changed[persona] = written.tables - MAY_GROW
        assert found == wanted
        assert route.method != "get" or {who: tables for who, tables in changed.items() if tables} == {}

    def test_what_is_written_is_seen(self) -> None:
        village = Unit.objects.get(pk=self.cast.objects["village"])
        with connection.execute_wrapper(written := Written()):
            list(Unit.objects.select_for_update())
            assert written.tables == set()
            Unit.objects.filter(name="").update(name="无")
            assert written.tables == set()
            village.save()
            Session.objects.all().delete()
            record(action="exams.export", target=village, at=clock.now(), actor=None)
        assert written.tables == {Unit._meta.db_table, Session._meta.db_table, AuditRecord._meta.db_table}

    def test_no_route_is_forgotten(self) -> None:
        assert sorted(all_routes() - {route.view for route in ROUTES}) == []

    def test_no_method_of_a_call_is_forgotten(self) -> None:
        lines = {(route.view, route.method) for route in ROUTES}
        assert sorted(set(all_methods()) - lines) == []

    def test_no_line_is_left_over(self) -> None:
        assert sorted({route.view for route in ROUTES} - all_routes()) == []

    def test_every_route_with_an_object_refuses_somebody(self) -> None:
        open_ones = [
            route.id
            for route in ROUTES
            if route.args
            and "=:" not in route.args
            and set(PERSONAS) <= set(route.allow.split())
            and route.id not in FOR_ALL
        ]
        assert open_ones == []

    def test_the_admin_is_for_the_county_alone(self) -> None:
        for persona in PERSONAS:
            status = self.cast.client(persona).get(reverse("admin:index")).status_code
            assert (persona, status) == (persona, 200 if persona == "county" else 302)


def _test_of(route: R) -> Callable[[Authorisation], None]:
    return lambda self: self.check(route)


for _number, _route in enumerate(ROUTES):
    _words = _route.id.replace(":", "_").replace("-", "_")
    setattr(Authorisation, f"test_{_words}_{_number}", _test_of(_route))
