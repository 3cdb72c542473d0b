"""Before the release nothing tells: every address of the site, asked by a candidate in every state.

The bank's keys, rationales, rubrics and model answers carry canaries; the addresses are read from the site's
own list, so that a new page is asked the day it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.exceptions import NoReverseMatch

from exams.domain.releases import withhold_results
from exams.models import (
    Attempt,
    Certificate,
    Exam,
    KeyedSheet,
    Quarantine,
    ReviewRequest,
    RosterEntry,
    Seat,
    SheetScan,
    Sitting,
    Slot,
)
from examsite.lib import clock
from examsite.people.domain.approvals import propose
from questionbanks.kinds.base import Blanks, ModelAnswer, RubricPoint
from tests.marking_world import QUESTIONS, MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
CANARIES = ("CANARY-RATIONALE", "CANARY-RUBRIC", "CANARY-MODEL", "CANARY-BLANK")
CANARY_QUESTIONS = [
    replace(QUESTIONS[0], rationale=CANARIES[0]),
    replace(
        QUESTIONS[1],
        key=ModelAnswer(CANARIES[2], (RubricPoint(CANARIES[1], Decimal(10)),)),
        rationale=CANARIES[0],
    ),
    replace(QUESTIONS[2], key=Blanks((("五",), (CANARIES[3], "连选连任"))), rationale=CANARIES[0]),
]
# The result of the candidate: 2 + 7 + 2 of 14, as any page or call would write it.
RESULTS = ("78.57", "score-verdict", '"percent"', '"passed": true', '"passed":true', "11.00", "11 / 14")


@pytest.fixture
def place() -> MarkingWorld:
    return make_marking_world(people=2, questions=CANARY_QUESTIONS)


def routes(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from routes(one, ":".join(part for part in (namespace, one.namespace) if part))
        elif one.name:
            yield f"{namespace}:{one.name}" if namespace else one.name, one


def objects_of(place: MarkingWorld, attempt: Attempt | None) -> dict[str, Any]:
    """Parameter of an address → something of this exam; None where there is no such thing yet."""
    world = place.world
    task = place.exam.marking_tasks.first()
    slot = Slot.objects.select_related("version__item").filter(form=world.form)[0]
    return {
        "exam": place.exam.pk,
        "exam_id": place.exam.pk,
        "sitting": world.sitting.pk,
        "seat": world.seats[0].pk,
        "entry": world.seats[0].entry_id,
        "person": world.seats[0].entry.user_id,
        "form": world.form.pk,
        "slot": slot.pk,
        "room": world.room.pk,
        "unit": world.town.pk,
        "number": 1,
        "attempt": attempt.pk if attempt else None,
        "task": task.pk if task else None,
        "question": task.question if task else None,
        "bank": slot.version.item.bank_id,
        "item": slot.version.item_id,
        "old": slot.version_id,
        "new": slot.version_id,
        "marker": place.markers[0].pk,
        "code": "ABCD",
        "format": "pdf",
        "what": "book",
        "name": "rates",
        "measure": "pass_rate",
        "year": place.exam.stat_year,
        "extension": "svg",
        "action": "exempt",
        **objects_of_the_office(place, attempt),
    }


def objects_of_the_office(place: MarkingWorld, attempt: Attempt | None) -> dict[str, Any]:
    """What the office has made of the exam by now: a proposed correction, a keyed sheet, a review …"""
    world, at = place.world, clock.now()
    content = {"更正后": CANARIES[3], "理由": CANARIES[0]}
    found: dict[str, Any] = {
        "approval": propose(
            action="key.correct",
            target=place.exam,
            content=content,
            summary=CANARIES[0],
            unit=world.town,
            at=at,
            actor=world.officer,
        ).pk,
        "sheet": KeyedSheet.objects.create(
            seat=world.seats[0],
            first={world.slots[0]: CANARIES[0]},
            first_by=world.officer,
            first_at=at,
            started_at=at,
            submitted_at=at + timedelta(hours=1),
        ).pk,
        "scan": SheetScan.objects.create(
            seat=world.seats[0],
            file=ContentFile(CANARIES[0].encode(), "sheet.png"),
            uploaded_by=world.officer,
            at=at,
        ).pk,
    }
    if attempt is not None:
        late = {"epoch": 1, "seq": 99, "slot": world.slots[0], "received_at": at, "reason": "late"}
        found["late"] = Quarantine.objects.create(attempt=attempt, **late).pk
        found["review"] = ReviewRequest.objects.create(attempt=attempt, asked_at=at).pk
    return found


# Parameters of addresses that name nothing of an exam: banks and their files, law, the register, reports,
# people's memberships and roles. `token` signs somebody in; `certificate` has a test of its own below.
NOT_OF_AN_EXAM = {
    *("run", "order", "topic", "law", "edition", "blueprint"),
    *("feedback", "membership", "grant", "correction", "token", "event", "certificate"),
    *("listed", "file", "activity", "report", "snapshot", "total"),
}


def asked_of_candidates() -> Iterator[tuple[str, set[str]]]:
    """Every address by name, with its parameters; the admin has its own door, the schema only names."""
    for name, pattern in routes(get_resolver()):
        if not name.startswith("admin") and name not in ("people:sign_out", "schema"):
            yield name, set(pattern.pattern.regex.groupindex)


def addresses(place: MarkingWorld, attempt: Attempt | None) -> Iterator[str]:
    """Every address of the site that can be made of this exam's objects."""
    objects = {key: value for key, value in objects_of(place, attempt).items() if value is not None}
    for name, wanted in asked_of_candidates():
        if wanted <= set(objects):
            try:
                yield reverse(name, kwargs={key: objects[key] for key in wanted})
            except NoReverseMatch:
                continue


def test_no_address_is_left_out_for_want_of_an_object(place: MarkingWorld) -> None:
    known = set(objects_of(place, waiting(place)))
    unknown = {name for _, wanted in asked_of_candidates() for name in wanted} - known
    assert unknown == NOT_OF_AN_EXAM


def seen_by(client: Client, place: MarkingWorld, attempt: Attempt | None) -> dict[str, str]:
    found = {}
    for address in addresses(place, attempt):
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content
        found[address] = body.decode(errors="replace") + str(response.headers)
    return found


def told(seen: dict[str, str], words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(address, word) for address, text in seen.items() for word in words if word in text]


def sign_in(place: MarkingWorld, seat: int = 0) -> Client:
    client = Client()
    client.force_login(Seat.objects.get(pk=place.world.seats[seat].pk).entry.user)
    return client


def not_started(place: MarkingWorld) -> Attempt | None:
    return None


def running(place: MarkingWorld) -> Attempt:
    return place.world.start(place.world.seats[0]).attempt


def waiting(place: MarkingWorld) -> Attempt:
    made = place.hand_in(0, {0: "B", 1: "要公开", 2: ["五", "连选连任"]})
    place.plan()
    return made


def marked(place: MarkingWorld) -> Attempt:
    made = waiting(place)
    place.judge(made, 7, comment="CANARY-RUBRIC 没有写")
    made.refresh_from_db()
    assert made.points == 11
    return made


def closed(place: MarkingWorld) -> Attempt:
    made = marked(place)
    now = clock.now()
    Sitting.objects.update(opens_at=now - timedelta(hours=9), closes_at=now - timedelta(seconds=1))
    return made


def withheld(place: MarkingWorld) -> Attempt:
    made = closed(place)
    Sitting.objects.update(released_at=clock.now(), keys_released_at=clock.now())
    withhold_results(entry=made.entry, reason="核实", at=clock.now(), actor=place.world.officer)
    return made


def voided(place: MarkingWorld) -> Attempt:
    made = closed(place)
    Sitting.objects.update(released_at=clock.now(), keys_released_at=clock.now())
    Attempt.objects.filter(pk=made.pk).update(voided_at=clock.now())
    return made


STATES: list[Callable[[MarkingWorld], Attempt | None]] = [
    not_started,
    running,
    waiting,
    marked,
    closed,
    withheld,
    voided,
]


@pytest.mark.parametrize("state", STATES, ids=[one.__name__ for one in STATES])
def test_t30_t32_t33_nothing_is_told(
    place: MarkingWorld, state: Callable[[MarkingWorld], Attempt | None]
) -> None:
    attempt = state(place)
    assert told(seen_by(sign_in(place), place, attempt), CANARIES + RESULTS) == []


def test_the_result_without_the_keys(place: MarkingWorld) -> None:
    attempt = closed(place)
    Sitting.objects.update(released_at=clock.now())
    seen = seen_by(sign_in(place), place, attempt)
    assert told(seen, CANARIES) == []
    assert {address for address, _ in told(seen, RESULTS)} == {
        reverse("exams:result", args=[attempt.pk]),
        reverse("exams_api:result", args=[attempt.pk]),
        # What is held of a person, told to himself
        reverse("people:me"),
        reverse("people_api:my_data"),
        reverse("exams:my_law_record"),
        reverse("exams_api:my_law_record", args=[place.exam.stat_year]),
    }


def test_the_keys_at_last(place: MarkingWorld) -> None:
    attempt = closed(place)
    Sitting.objects.update(released_at=clock.now(), keys_released_at=clock.now())
    seen = seen_by(sign_in(place), place, attempt)
    assert {address for address, _ in told(seen, CANARIES)} == {
        reverse("exams:result", args=[attempt.pk]),
        reverse("exams:my_explanation", args=[attempt.pk]),
        reverse("exams_api:result", args=[attempt.pk]),
    }


@pytest.mark.parametrize("state", [closed, withheld])
def test_t34_another_candidate_learns_nothing(
    place: MarkingWorld, state: Callable[[MarkingWorld], Attempt]
) -> None:
    attempt = state(place)
    Sitting.objects.update(released_at=clock.now(), keys_released_at=clock.now())
    seen = seen_by(sign_in(place, 1), place, attempt)
    assert told(seen, CANARIES + RESULTS) == []


def test_a_certificate_tells_no_score(place: MarkingWorld) -> None:
    attempt = closed(place)
    entry = RosterEntry.objects.get(pk=attempt.entry_id)
    made = Certificate.objects.create(
        number="x",
        code="ABCD",
        entry=entry,
        attempt=attempt,
        issuer=place.world.town,
        year=2026,
        serial=1,
        name=entry.name,
        unit_name="东风村",
        title="法律明白人证书",
        issued_on=clock.now().date(),
        issued_by=place.world.officer,
        issued_at=clock.now(),
    )
    page: Any = Client().get(reverse("exams:verify", args=[made.code]))
    assert page.status_code == 200
    assert told({"verify": page.content.decode()}, (*RESULTS, entry.name, entry.admission_number)) == []
    assert Exam.objects.count() == 1
