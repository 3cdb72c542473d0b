"""Every page of units, people, sign-in and access in a real browser: no finding of axe, no complaint of the
content policy, no wider than a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.looking import DESK, PHONE, bring_session, faults_of
from tests.personas import Cast, make_cast
from tests.routes import EXAMS, PEOPLE, R

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OWN = {"exams:reminders", "exams:my_law_record", "exams:law_record_of"}
# What is no page: files, and steps that only send on.
FILES = {"people:import_template", "people:import_problems"}


def pages_of(persona: str) -> list[R]:
    """The pages of this app that the persona may look at, each once."""
    routes = [*PEOPLE, *(route for route in EXAMS if route.view in OWN)]
    return [
        route
        for route in routes
        if route.method == "get"
        and route.ok == 200
        and persona in route.allow.split()
        and persona not in route.special
        and route.view not in FILES
    ]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def visit(cast: Cast, live_server: Any, new_context: Callable[..., BrowserContext]) -> Callable[[str], Page]:
    """A page of a browser in which the persona has signed in."""

    def open_page(persona: str) -> Page:
        context = new_context(viewport=PHONE.viewport)
        if persona != "stranger":
            bring_session(context, live_server, cast.client(persona))
        return context.new_page()

    return open_page


def address(route: R, cast: Cast) -> str:
    pairs = [one.partition("=") for one in route.args.split()]
    return reverse(
        route.view,
        kwargs={name: value[1:] if value[0] == ":" else cast.objects[value] for name, _, value in pairs},
    )


@pytest.mark.once
@pytest.mark.parametrize("persona", ["stranger", "candidate", "officer", "county", "auditor"])
def test_pages_are_accessible_and_fit_a_phone(
    cast: Cast, live_server: Any, visit: Callable[[str], Page], persona: str
) -> None:
    """The office's pages are looked at by the town's officer; the others look at what he does not have."""
    has = {route.view for route in pages_of("officer")} if persona in ("county", "auditor") else set()
    addresses = {route.view: address(route, cast) for route in pages_of(persona) if route.view not in has}
    assert faults_of(visit(persona), live_server.url, addresses, PHONE, DESK) == {}


def test_a_one_time_link_fills_the_form_and_leaves_the_address(
    cast: Cast, live_server: Any, visit: Callable[[str], Page]
) -> None:
    page = visit("stranger")
    page.goto(f"{live_server.url}{reverse('people:sign_in_link')}#the-token-of-a-link")
    assert page.input_value("#id_token") == "the-token-of-a-link"
    assert page.url == f"{live_server.url}{reverse('people:sign_in_link')}"


def test_an_officer_signs_in_by_keyboard_alone(
    cast: Cast, live_server: Any, visit: Callable[[str], Page]
) -> None:
    officer = cast.users["officer"]
    officer.set_password("Qingcheng-2026-putong")
    officer.save()
    page = visit("stranger")
    page.goto(f"{live_server.url}{reverse('people:people')}")
    page.focus("#id_identifier")
    page.keyboard.type("officer")
    page.keyboard.press("Tab")
    page.keyboard.type("Qingcheng-2026-putong")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("人员")
