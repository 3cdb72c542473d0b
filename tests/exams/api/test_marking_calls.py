"""The calls after handing in: a whole round of each, and what strangers are answered."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from exams.models import (
    Attempt,
    Certificate,
    Judgement,
    Mark,
    RosterEntry,
    Seat,
    Sitting,
    Slot,
)
from examsite.lib import clock
from examsite.people.models import User
from tests.marking_world import MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1"


@pytest.fixture
def place() -> MarkingWorld:
    return make_marking_world(people=3)


class Caller:
    """Somebody who is signed in, with JSON in and out."""

    def __init__(self, user: User | None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user)
            session = self.client.session
            session["sure_at"] = clock.now().timestamp()
            session.save()
        self.status = 0

    def call(self, method: str, path: str, body: Any = None) -> Any:
        response = self.client.generic(
            method, f"{API}/{path}", json.dumps(body or {}), content_type="application/json"
        )
        self.status = response.status_code
        return json.loads(response.content)

    def get(self, path: str) -> Any:
        response = self.client.get(f"{API}/{path}")
        self.status = response.status_code
        return json.loads(response.content)


def end(place: MarkingWorld) -> None:
    now = clock.now()
    Sitting.objects.update(opens_at=now - timedelta(hours=3), closes_at=now - timedelta(seconds=1))


def candidate(place: MarkingWorld, seat: int = 0) -> Caller:
    return Caller(Seat.objects.get(pk=place.world.seats[seat].pk).entry.user)


def test_a_round_of_marking(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "B", 1: "要公开"})
    officer, marker = Caller(place.world.officer), Caller(place.markers[1])
    exam = place.exam.pk
    assert officer.get(f"exams/{exam}/marking")["plan"] is None
    plan = {
        "head": str(place.head.pk),
        "second_share": 0,
        "markers": [{"marker": str(place.markers[1].pk), "weight": 2}],
    }
    made = officer.call("PUT", f"exams/{exam}/marking", plan)
    assert (officer.status, made["left"], made["plan"]["markers"][0]["weight"]) == (200, 1, 2)
    assert [one["first"] for one in made["questions"]] == [1]

    (queue,) = marker.get("marking/queues")
    assert (queue["number"], queue["total"], queue["done"]) == (2, 1, 0)
    task = marker.get(f"marking/queues/{exam}/{queue['question']}/next")["task"]
    assert (task["answer"], task["possible"], task["round"]) == ("要公开", "10", "一评")
    assert [line["points"] for line in task["lines"]] == ["4", "3", "3"]
    kept = marker.call("PUT", f"marking/tasks/{task['task']}/draft", {"ticks": [0], "comment": "看看"})
    assert kept == {"done": True}
    shown = marker.get(f"marking/tasks/{task['task']}")
    assert ([line["ticked"] for line in shown["lines"]], shown["comment"]) == ([True, False, False], "看看")
    judged = marker.call("POST", f"marking/tasks/{task['task']}/judge", {"ticks": [0, 1]})
    assert judged == {"judged": 1, "task": None}
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points) == ("marked", 9)


def test_a_marker_is_told_nothing_of_the_person(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {1: "要公开"})
    place.plan(place.markers[1])
    task = Caller(place.markers[1]).get(f"marking/tasks/{place.task(attempt).pk}")
    text = json.dumps(task, ensure_ascii=False)
    entry = attempt.entry
    for secret in (entry.name, str(entry.pk), str(attempt.pk), entry.admission_number, entry.unit.name):
        assert secret not in text


def test_other_markers_and_strangers_find_nothing(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {1: "要公开"})
    place.plan(place.markers[1])
    task = place.task(attempt)
    for who, status in ((place.markers[2], 404), (place.world.officer, 404), (None, 401)):
        caller = Caller(who)
        caller.get(f"marking/tasks/{task.pk}")
        assert caller.status == status
        caller.call("POST", f"marking/tasks/{task.pk}/judge", {"points": "5"})
        assert caller.status == status
    assert Judgement.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"markers": []}, 400),
        ({"head": "00000000-0000-0000-0000-000000000000"}, 404),
        ({"gap": "-1"}, 400),
        ({"extra": 1}, 400),
        ({"second_share": 50}, 400),  # with one marker
    ],
)
def test_a_plan_that_cannot_be(place: MarkingWorld, change: dict[str, Any], status: int) -> None:
    plan = {"head": str(place.head.pk), "second_share": 0, "markers": [{"marker": str(place.markers[1].pk)}]}
    officer = Caller(place.world.officer)
    officer.call("PUT", f"exams/{place.exam.pk}/marking", plan | change)
    assert officer.status == status


def test_taking_back(place: MarkingWorld) -> None:
    place.hand_in(0, {1: "要公开"})
    place.plan(place.markers[1])
    body = {"marker": str(place.markers[1].pk), "reason": "住院"}
    assert Caller(place.world.officer).call("POST", f"exams/{place.exam.pk}/marking/take-back", body) == {
        "count": 1
    }


def test_results_release_and_withholding(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "B"})
    officer, person = Caller(place.world.officer), candidate(place)
    exam = place.exam.pk
    first = officer.get(f"exams/{exam}/results")["results"][0]
    assert (first["name"], first["attempts"], first["passed"]) == (attempt.entry.name, 1, False)
    person.get(f"attempts/{attempt.pk}/result")
    assert person.status == 404
    end(place)
    plan = officer.call("PUT", f"exams/{exam}/release", {"rule": "after_window", "key_rule": "after_window"})
    assert (plan["results_out"], plan["keys_out"]) == (True, True)
    result = person.get(f"attempts/{attempt.pk}/result")
    assert (result["points"], result["duplicate"]) == ("2.00", False)
    entry = attempt.entry_id
    officer.call("POST", f"entries/{entry}/withhold", {"reason": "核实"})
    person.get(f"attempts/{attempt.pk}/result")
    assert person.status == 404
    officer.call("POST", f"entries/{entry}/withhold/lift", {"reason": "无误"})
    person.get(f"attempts/{attempt.pk}/result")
    assert person.status == 200


def test_a_review_from_both_sides(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {1: "要公开"})
    place.plan(place.markers[1])
    place.judge(attempt, 6)
    end(place)
    Sitting.objects.update(released_at=clock.now())
    person, other = candidate(place), Caller(place.markers[2])
    asked = person.call("POST", f"attempts/{attempt.pk}/reviews", {"number": 2, "text": "漏看一点"})
    assert (person.status, asked["number"], asked["outcome"]) == (201, 2, "")
    barred = Caller(place.markers[1]).call("POST", f"reviews/{asked['id']}/answer", {"text": "不改"})
    assert barred["code"] == "own_mark"
    answered = other.call("POST", f"reviews/{asked['id']}/answer", {"text": "补上", "points": "9"})
    assert (answered["outcome"], [step["points_after"] for step in answered["steps"]]) == (
        "changed",
        [None, "9.00"],
    )
    assert [one["outcome"] for one in person.get(f"attempts/{attempt.pk}/reviews")] == ["changed"]
    assert "补上" in person.get("my/notes")[0]["text"]
    assert [one["id"] for one in other.get("reviews")["results"]] == [asked["id"]]
    person.call("POST", f"attempts/{attempt.pk}/reviews", {"number": 99, "text": "x"})
    assert person.status == 404


def test_a_correction_by_two(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "C"})
    slot = Slot.objects.get(code=place.world.slots[0]).pk
    officer, second = Caller(place.world.officer), Caller(place.world.second_officer)
    body = {"method": "key", "keys": [["C"]], "exams": [str(place.exam.pk)]}
    during = officer.call("POST", f"slots/{slot}/correction/preview", body)
    assert during["open_sittings"] == [str(place.world.sitting.pk)]
    end(place)
    preview = officer.call("POST", f"slots/{slot}/correction/preview", body)
    assert (preview["counts"]["总分变动（份）"], preview["exams"][0]["higher"]) == (1, 1)
    body["reason"] = "答案有误"
    refused = officer.call("POST", f"slots/{slot}/correction", body)
    assert (officer.status, refused["code"]) == (403, "needs_second")
    made = second.call("POST", f"slots/{slot}/correction", body)
    assert (second.status, made["method"]) == (200, "key")
    attempt.refresh_from_db()
    assert attempt.points == 2
    assert [one["id"] for one in officer.get(f"exams/{place.exam.pk}/corrections")] == [made["id"]]


@pytest.mark.parametrize("keys", [[["Z"]], ["x", "y"], [{"accepted": 1}], [5]])
def test_keys_of_a_wrong_shape(place: MarkingWorld, keys: list[Any]) -> None:
    slot = Slot.objects.get(code=place.world.slots[0]).pk
    caller = Caller(place.world.officer)
    caller.call(
        "POST",
        f"slots/{slot}/correction/preview",
        {"method": "key", "keys": keys, "exams": [str(place.exam.pk)]},
    )
    assert caller.status == 400


def test_two_readings_of_a_sheet(place: MarkingWorld) -> None:
    RosterEntry.objects.update(mode="paper")
    seat = place.world.seats[0].pk
    first, second = Caller(place.world.officer), Caller(place.world.second_officer)
    now = clock.now()
    cells = dict(zip(place.world.slots, ["b", "", ["五", "连选连任"]], strict=True))
    sheet = first.call(
        "POST",
        f"seats/{seat}/sheet",
        {
            "cells": cells,
            "started_at": (now - timedelta(hours=1)).isoformat(),
            "submitted_at": (now - timedelta(minutes=1)).isoformat(),
        },
    )
    assert (first.status, sheet["state"], sheet["differences"]) == (201, "once", [])
    assert "b" not in json.dumps(first.get(f"sheets/{sheet['sheet']}")["differences"])
    own = first.call("POST", f"sheets/{sheet['sheet']}/second", {"cells": cells})
    assert own["code"] == "second_person"
    wrong = cells | {place.world.slots[0]: "d"}
    differs = second.call("POST", f"sheets/{sheet['sheet']}/second", {"cells": wrong})
    assert [(one["number"], one["first"], one["second"]) for one in differs["differences"]] == [(1, "B", "D")]
    done = second.call("POST", f"sheets/{sheet['sheet']}/settle", {"cells": {place.world.slots[0]: "B"}})
    assert (done["state"], done["attempt"]) == ("done", str(Attempt.objects.get().pk))
    assert Mark.objects.count() == 3
    rows = first.get(f"sittings/{place.world.sitting.pk}/sheets")
    assert [one["state"] for one in rows] == ["done", "missing", "missing"]


def test_finding_a_seat_and_adding_a_scan(place: MarkingWorld, settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }
    caller = Caller(place.world.officer)
    caller.get(f"sittings/{place.world.sitting.pk}/sheets/find?number=77")
    assert caller.status == 400
    entry = place.world.seats[0].entry
    entry.admission_number = "2026-11-0103-0027-1"
    entry.save(update_fields=["admission_number"])
    found = caller.get(f"sittings/{place.world.sitting.pk}/sheets/find?number=0027")
    assert found["seat"] == str(place.world.seats[0].pk)
    response = caller.client.post(
        f"{API}/seats/{found['seat']}/scans", {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 x")}
    )
    assert response.status_code == 201


def test_certificates_from_issue_to_withdrawal(place: MarkingWorld) -> None:
    place.hand_in(0, {0: "B", 2: ["五", "连选连任"]})
    place.exam.pass_line = 20
    place.exam.save(update_fields=["pass_line"])
    end(place)
    Sitting.objects.update(released_at=clock.now())
    officer, person, stranger = Caller(place.world.officer), candidate(place), Caller(None)
    made = officer.call(
        "POST", f"exams/{place.exam.pk}/certificates", {"title": "法律明白人证书", "valid_years": 3}
    )
    assert (officer.status, [one["unit"] for one in made]) == (201, ["东风村"])
    certificate = Certificate.objects.get()
    assert [one["code"] for one in person.get("my/certificates")] == [certificate.code]
    seen = stranger.get(f"certificates/verify/{certificate.code}")
    assert (seen["name"], seen["state"]) == ("青*****", "valid")
    assert certificate.name not in json.dumps(seen, ensure_ascii=False)
    gone = officer.call("POST", f"certificates/{certificate.pk}/withdraw", {"reason": "成绩作废"})
    assert gone["withdrawn_reason"] == "成绩作废"
    assert stranger.get(f"certificates/verify/{certificate.code}")["state"] == "withdrawn"
    stranger.get("certificates/verify/AAAA")
    assert stranger.status == 404
    assert [one["number"] for one in officer.get(f"exams/{place.exam.pk}/certificates")["results"]] == [
        certificate.number
    ]


def test_the_explanation_is_for_the_office(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "B"})
    story = Caller(place.world.officer).get(f"attempts/{attempt.pk}/explanation")
    assert (story["points"], story["digest_matches"]) == ("2.00", True)
    assert [len(one["marks"]) for one in story["questions"]] == [1, 1, 1]
    person = candidate(place)
    person.get(f"attempts/{attempt.pk}/explanation")
    assert person.status == 404
