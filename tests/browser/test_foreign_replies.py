"""The exam page and a reply that is somebody else's, as a cache that mixes replies up would send it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.candidate import Candidate

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def as_another(route: Route) -> None:
    """What the server says, with the mark of another owner on it."""
    reply = route.fetch()
    route.fulfill(response=reply, headers={**reply.headers, "x-owner": "0" * 16})


def test_t38_anothers_acknowledgement_is_not_believed(candidate: Candidate) -> None:
    candidate.start()
    candidate.context.route("**/api/v1/attempts/*/answers", as_another)
    candidate.choose("十八周岁")
    expect(candidate.page.locator(".save-line")).to_have_text("没网，已存手机（1 题待传）")
    candidate.context.unroute("**/api/v1/attempts/*/answers")
    candidate.saved()
    assert candidate.on_server(0) == candidate.world.value(candidate.attempt.pk, 0)


def test_t38_anothers_paper_is_not_shown(candidate: Candidate) -> None:
    candidate.context.route("**/api/v1/sittings/*/attempts", as_another)
    candidate.enter()
    expect(candidate.page.locator(".save-line")).to_have_text(re.compile("没网"))
    expect(candidate.page.locator(".question")).to_have_count(0)
    candidate.context.unroute("**/api/v1/sittings/*/attempts")
    expect(candidate.page.locator(".question")).to_be_visible(timeout=15_000)
