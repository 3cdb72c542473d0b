"""Whoever works in the office finds every page of his within two clicks, and no link that is shut to him."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve, reverse

from tests.personas import Cast
from tests.routes import ROUTES

STAFF = ("officer", "county", "leader", "editor", "reviewer", "marker", "invigilator", "auditor", "operator")
HREF = re.compile(r'<a [^>]*?href="([^"#]+)"')
# Not by a link: steps of going in, what belongs to one person's own exams, files, and calls of scripts.
BY_OTHER_WAYS = {
    "people:sign_in_link",
    "people:feedback_answer",
    "people:confirm",
    "people:import_template",
    "people:my_data",
    "exams:enter",
    "exams:my_exams",
    "exams:try_one",
    "exams:verify_form",
}
# One click further: what is added to a list, a list as a file.
THIRD_CLICK = {"exams:plan_item_new", "exams:plan_workbook", "questionbanks:law_new", "exams:blueprint_new"}
# Lists that are open to everybody who is signed in and hold no row of his: a candidate's own, a marker's own,
# items that are stale (there are none), a password (the cast has none), what only officers work on.
NOTHING_THERE = {
    "exams:mistakes",
    "exams:practice",
    "exams:my_marking",
    "questionbanks:stale",
    "people:change_password",
}
OFFICERS_WORK = {
    "exams:exams",
    "exams:exam_new",
    "exams:blueprints",
    "exams:reviews",
    "exams:watch",
    "people:approvals",
    "people:corrections",
    "people:export_new",
    "people:imports",
    "people:person_new",
    "questionbanks:banks",
}
FIGURES = {
    "exams:activities",
    "exams:definitions",
    "exams:figures",
    "exams:reports",
    "exams:snapshots",
    "exams:year_totals",
    "people:coverage",
    "people:people",
    "people:stage_people",
    "people:units",
}
EMPTY_FOR = {"leader": OFFICERS_WORK, "auditor": OFFICERS_WORK | FIGURES}


def links_of(client: Client, path: str) -> set[str]:
    """The addresses of this site to which a page links."""
    reply = client.get(path, follow=True)
    if "text/html" not in reply.headers.get("Content-Type", ""):
        if reply.streaming:
            b"".join(reply.streaming_content)
        return set()
    found = {href.replace("&amp;", "&") for href in HREF.findall(reply.content.decode())}
    return {one for one in found if one.startswith("/") and not one.startswith("//")}


def own_pages(persona: str) -> set[str]:
    """The pages without an object in their address that the persona may look at and has a use for."""
    return {
        route.view
        for route in ROUTES
        if route.method == "get"
        and (route.ok, route.args) == (200, "")
        and persona in route.allow.split()
        and persona not in route.special
        and route.view.partition(":")[0] in ("people", "exams", "questionbanks")
        and route.view not in BY_OTHER_WAYS
    }


def one_of_each(links: set[str]) -> dict[str, str]:
    """View name → one of its addresses: pages of one sort look alike."""
    return {resolve(urlsplit(one).path).view_name: one for one in sorted(links)}


def within_two_clicks(client: Client) -> dict[str, str]:
    """View name → an address, of everything that is linked two clicks from where one lands."""
    landing = client.get(reverse("home"), follow=True).request["PATH_INFO"]
    first = one_of_each(links_of(client, landing) | {landing})
    second = set().union(*(links_of(client, one) for one in first.values()))
    return one_of_each(second | set(first.values()))


@pytest.mark.once
@pytest.mark.parametrize("persona", ["officer", "county", "leader", "auditor"])
def test_every_page_is_within_two_clicks(cast: Cast, persona: str) -> None:
    reached = within_two_clicks(cast.client(persona))
    far = own_pages(persona) - set(reached) - NOTHING_THERE - THIRD_CLICK - EMPTY_FOR.get(persona, set())
    assert " ".join(sorted(far)) == ""


@pytest.mark.once
@pytest.mark.parametrize("persona", STAFF)
def test_no_link_is_shut_to_who_sees_it(cast: Cast, persona: str) -> None:
    client = cast.client(persona)
    shut = []
    for link in within_two_clicks(client).values():
        reply = client.get(link)
        if reply.streaming:
            b"".join(reply.streaming_content)
        if reply.status_code in (403, 404):
            shut.append((link, reply.status_code))
    assert shut == []
