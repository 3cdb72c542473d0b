"""Keys, rationales and results in no answer before their release; nobody's page in somebody else's cache."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from exams.domain import stamps
from exams.models import AnswerEvent, Sitting
from examsite.lib import clock
from examsite.people.models import AuditRecord
from tests.exam_world import CANARY, MACHINE, World, make_world

from .conftest import API, Phone

pytestmark = pytest.mark.django_db(transaction=True)

# What would tell a result; "marked" is how far marking is.
RESULT_WORDS = ("passed", "percent", "is_correct", "marked", "score-verdict")


@pytest.fixture
def world() -> World:
    return make_world(questions=MACHINE)


def crawl(phone: Phone) -> dict[str, str]:
    """Every address a candidate can reach, as he reaches it now: address → body and headers."""
    sitting, attempt = phone.world.sitting.pk, phone.attempt
    pages = [
        reverse("exams:my_exams"),
        reverse("exams:instructions", args=[sitting]),
        reverse("exams:sit", args=[sitting, 1]),
        f"{API}/my/sittings",
        f"{API}/sittings/{sitting}/monitor",
        f"{API}/sittings/{sitting}/evidence",
        f"{API}/sittings/{sitting}/late-answers",
    ]
    if attempt:
        pages += [
            reverse("exams:receipt", args=[attempt]),
            reverse("exams:result", args=[attempt]),
            f"{API}/attempts/{attempt}/result",
        ]
    seen = {}
    for address in pages:
        response = phone.client.get(address)
        seen[address] = response.content.decode() + str(response.headers)
    if attempt:
        for method, call, body in [
            ("GET", "answers", None),
            ("POST", "heartbeat", {}),
            ("PUT", "answers", {"items": [phone.item(1, 0, "A")]}),
            ("PUT", "answers", b"{"),
        ]:
            phone.bearing(method, call, body)
            seen[f"{method} {call} {body}"] = phone.last.content.decode() + str(phone.last.headers)
        phone.start()
        seen["start"] = phone.last.content.decode()
    return seen


def leaks(seen: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (address, word) for address, text in seen.items() for word in (CANARY, *RESULT_WORDS) if word in text
    ]


def test_t30_t32_no_state_before_the_release_tells_a_key_or_a_result(world: World) -> None:
    phone = Phone(world, world.seat)
    phone.sign_in()
    found = {"not started": leaks(crawl(phone))}
    phone.start()
    found["running"] = leaks(crawl(phone))
    phone.save(*[(seq + 2, place, phone.value(place)) for seq, place in enumerate(range(3))])
    found["answered"] = leaks(crawl(phone))
    phone.submit()
    assert phone.row.state == "marked"
    found["submitted"] = leaks(crawl(phone))
    Sitting.objects.update(closes_at=clock.now())
    found["closed"] = leaks(crawl(phone))
    assert found == {state: [] for state in found}


def test_t32_after_the_release_the_result_shows_and_keys_wait_for_theirs(world: World) -> None:
    phone = Phone(world, world.seat)
    phone.sign_in()
    phone.start()
    phone.submit()
    Sitting.objects.update(released_at=clock.now())
    released = crawl(phone)
    assert {word for _, word in leaks(released)} == {"passed", "percent", "score-verdict"}
    Sitting.objects.update(keys_released_at=clock.now())
    assert CANARY in crawl(phone)[reverse("exams:result", args=[phone.attempt])]


def test_t37_nothing_a_candidate_reads_may_be_stored(world: World) -> None:
    phone = Phone(world, world.seat)
    phone.sign_in()
    phone.start()
    addresses = [
        reverse("exams:my_exams"),
        reverse("exams:sit", args=[world.sitting.pk, 1]),
        f"{API}/my/sittings",
        f"{API}/attempts/{phone.attempt}/result",
        f"{API}/attempts/{phone.attempt}/answers",
        f"{API}/attempts/{phone.attempt}/answers/x.css",
        f"{API}/attempts/{phone.attempt}/answers%2e",
        f"{API}/attempts/{phone.attempt}/answers;.js",
    ]
    found = {address: phone.client.get(address).headers["Cache-Control"] for address in addresses}
    assert found == dict.fromkeys(addresses, "no-store")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The text of every statement; of a prepared one Django's own list of queries has none."""
    found: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        found.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def test_t40_the_save_path_does_not_read_keys(world: World) -> None:
    phone = Phone(world, world.seat)
    phone.sign_in()
    phone.start()
    with statements() as asked:
        phone.save((1, 0, phone.value(0)), (2, 1, phone.value(1, right=False)))
        phone.bearing("POST", "heartbeat", {})
    tables = {name for sql in asked for name in re.findall(r'"?(\w+_\w+)"?\s', sql)}
    assert "exams_answerevent" in tables
    assert [name for name in tables if name.startswith(("questionbanks", "exams_slot", "exams_mark"))] == []


def test_the_audit_log_costs_a_save_nothing(world: World) -> None:
    """Answers have their own log: no statement of a save or a heartbeat touches the audit log."""
    phone = Phone(world, world.seat)
    phone.sign_in()
    phone.start()
    before = AuditRecord.objects.count()
    with statements() as asked:
        phone.save((1, 0, phone.value(0)))
        phone.save((2, 2, True), (3, 2, False))
        phone.bearing("POST", "heartbeat", {})
    assert len(asked) > 0
    assert [sql for sql in asked if "audit" in sql.lower()] == []
    assert AuditRecord.objects.count() == before


def test_t40_right_and_wrong_answers_get_equal_replies(world: World) -> None:
    phone = Phone(world, world.seat)
    phone.sign_in()
    phone.start()
    sizes = set()
    for seq, right in enumerate([True, False, True, False]):
        phone.save((seq, 0, phone.value(0, right)))
        sizes.add(len(re.sub(rb'"remaining_ms":\d+', b"", phone.last.content)))
    assert len(sizes) == 1


@pytest.mark.parametrize("skew_s", [90, -90])
def test_t25_on_postgresql_the_clock_of_an_app_node_decides_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, skew_s: int
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("one machine, one clock")
    phone = Phone(world, world.seat)
    phone.sign_in()
    before = stamps.moment()
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(seconds=skew_s))
    phone.start()
    phone.save((1, 2, True))
    receipt = phone.submit()["receipt"]
    after = stamps.moment()
    attempt, event = phone.row, AnswerEvent.objects.get()
    assert before <= attempt.started_at <= event.received_at <= attempt.submitted_at <= after
    assert receipt["submitted_at"].endswith("Z")


def test_t24_every_time_is_stored_with_its_zone(world: World) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no column types")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'"
        )
        assert cursor.fetchall() == []


def test_t35_a_stranger_who_guesses_an_id_gets_nothing(world: World, desk_of: Callable[..., Any]) -> None:
    attempt = world.start().attempt
    stranger = Client()
    found = [
        stranger.get(f"{API}/attempts/{attempt.pk}/result").status_code,
        stranger.get(f"{API}/attempts/{attempt.pk}/answers").status_code,
        stranger.get(reverse("exams:receipt", args=[attempt.pk])).status_code,
    ]
    assert found == [401, 401, 302]
