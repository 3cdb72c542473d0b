"""Where to look before a result is believed: for the office after the close, never for the candidate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from exams.domain.releases import release_sitting
from exams.domain.starting import claim_attempt
from exams.domain.tickets import issue_tickets
from exams.models import Attempt, AttemptEvent, Presence, RosterEntry, Sitting
from examsite.lib import clock
from questionbanks.kinds.base import Choice, Question
from tests.marking_world import MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
CHOICES = tuple(Choice(label, f"说法{label}") for label in "ABCD")
FIVE = [Question("single", f"第{number}题？", CHOICES, ("A",)) for number in range(5)]
WRONG = dict.fromkeys(range(4), "B") | {4: "A"}  # four wrong answers and a right one
SHEET, SPEED, DEVICE = "完全相同", "平均每题不到", "同一设备"


def close(place: MarkingWorld) -> None:
    now = clock.now()
    Sitting.objects.filter(exam=place.exam).update(
        opens_at=now - timedelta(hours=3), closes_at=now - timedelta(seconds=1)
    )
    place.world.sitting.refresh_from_db()


def slow(place: MarkingWorld) -> None:
    """As if everybody had taken ten minutes."""
    for one in Attempt.objects.filter(exam=place.exam):
        Attempt.objects.filter(pk=one.pk).update(started_at=one.submitted_at - timedelta(minutes=10))


@pytest.fixture
def place() -> MarkingWorld:
    cache.clear()
    return make_marking_world(people=4, questions=FIVE)


@pytest.fixture
def ended(place: MarkingWorld) -> MarkingWorld:
    """Two hand in the same sheet with four mistakes; two others answered by themselves. Over now."""
    place.hand_in(0, WRONG)
    place.hand_in(1, WRONG)
    place.hand_in(2, WRONG | {0: "C"})
    place.hand_in(3, {})
    slow(place)
    for number, one in enumerate(Attempt.objects.filter(exam=place.exam)):
        Attempt.objects.filter(pk=one.pk).update(device=f"tab{number}")
    close(place)
    return place


def entry(place: MarkingWorld, number: int) -> RosterEntry:
    return place.world.seats[number].entry


@pytest.fixture
def see(client: Client) -> Callable[..., str]:
    def see(user: Any, path: str) -> str:
        client.force_login(user)
        response = client.get(path)
        assert response.status_code == 200
        return response.content.decode()

    return see


def test_equal_sheets_are_named_beside_both(ended, see):
    page = see(ended.world.officer, f"/office/entries/{entry(ended, 0).pk}/results")
    assert "答卷与另外1人完全相同，其中答错的4题也错得一样" in page
    assert entry(ended, 1).name in page
    assert entry(ended, 2).name not in page
    assert SHEET not in see(ended.world.officer, f"/office/entries/{entry(ended, 2).pk}/results")
    assert SHEET not in see(ended.world.officer, f"/office/entries/{entry(ended, 3).pk}/results")


def test_two_blank_sheets_are_no_sign(place, see):
    place.hand_in(0, {})
    place.hand_in(1, {})
    slow(place)
    close(place)
    assert SHEET not in see(place.world.officer, f"/office/exams/{place.exam.pk}/notes")


def test_the_page_of_the_exam_names_everybody_with_a_note(ended, see):
    page = see(ended.world.officer, f"/office/exams/{ended.exam.pk}/notes")
    assert [entry(ended, one).name in page for one in range(4)] == [True, True, False, False]
    assert "不是结论" in page


def test_while_the_window_is_open_nothing_is_compared(place, see):
    place.hand_in(0, WRONG)
    place.hand_in(1, WRONG)
    page = see(place.world.officer, f"/office/exams/{place.exam.pk}/notes")
    assert (SHEET in page, "5题用时" in page) == (False, False)
    assert "还有场次没有结束" in page


def test_answers_given_faster_than_one_can_read(place, see):
    place.hand_in(0, {0: "A"})
    close(place)
    page = see(place.world.officer, f"/office/entries/{entry(place, 0).pk}/results")
    assert "平均每题不到3秒" in page


def test_three_people_on_one_phone(ended, see):
    """In tabs of their own, but in one browser."""
    mine = Presence.objects.filter(attempt__entry__in=[entry(ended, one) for one in (0, 2, 3)])
    mine.update(browser="the same")
    page = see(ended.world.officer, f"/office/entries/{entry(ended, 3).pk}/results")
    assert "同一设备上共有3人作答" in page
    assert [entry(ended, one).name in page for one in (0, 1, 2)] == [True, False, True]


def test_one_browser_is_known_again_by_its_session_until_somebody_signs_out(place):
    """Sitting one after the other on one phone; the last one comes after a sign-out."""
    phone, marks = Client(), []
    for number, slip in enumerate(
        issue_tickets(entries=[entry(place, one) for one in range(4)], at=clock.now())
    ):
        if number == 3:
            phone.post("/sign-out")
        for path, data in (
            ("sign-in", {"ticket": slip.token}),
            (f"sittings/{place.world.sitting.pk}/attempts", {"device_id": f"tab{number}", "number": 1}),
        ):
            reply = phone.post(f"/api/v1/{path}", data, content_type="application/json")
            assert reply.status_code in (200, 201)
        marks.append(Presence.objects.get(attempt__entry=slip.entry).browser)
    assert (marks[0] == "", len(set(marks[:3])), len(set(marks))) == (False, 1, 2)
    assert set(phone.cookies) - {"sessionid", "csrftoken", "messages"} == set()


def test_a_device_that_took_over_counts_too(place):
    attempt = place.world.start().attempt
    claim_attempt(
        attempt_id=attempt.pk, device="tab-2", epoch=None, at=clock.now(), actor=place.world.user, browser="b"
    )
    event = AttemptEvent.objects.get(attempt=attempt, action="claim")
    assert (event.data["device"], event.data["previous"], event.data["browser"]) == ("tab-2", "tab-1", "b")


def test_the_explanation_of_a_mark_tells_it_to_the_office(ended, see):
    attempt = Attempt.objects.get(entry=entry(ended, 0))
    assert SHEET in see(ended.world.officer, f"/office/attempts/{attempt.pk}/explanation")


def test_the_invigilator_learns_of_devices_and_speed_but_not_of_answers(ended, see):
    Attempt.objects.filter(exam=ended.exam).update(device="one tab")
    one = Attempt.objects.get(entry=entry(ended, 0))
    Attempt.objects.filter(pk=one.pk).update(started_at=one.submitted_at - timedelta(seconds=5))
    page = see(ended.world.officer, f"/watch/attempts/{one.pk}")
    assert "同一设备上共有4人作答" in page
    assert "平均每题不到3秒" in page
    assert SHEET not in page
    assert entry(ended, 1).name not in page


def test_leaving_the_page_is_told_with_its_length(ended, see):
    attempt = Attempt.objects.get(entry=entry(ended, 3))
    Presence.objects.update_or_create(
        attempt=attempt, defaults={"seen_at": attempt.submitted_at, "hidden_count": 2, "hidden_ms": 95_400}
    )
    page = see(ended.world.officer, f"/office/entries/{entry(ended, 3).pk}/results")
    assert "离开页面2次，共1分35秒" in page
    assert "离开页面2次，共1分35秒" in see(ended.world.officer, f"/watch/attempts/{attempt.pk}")


def test_the_candidate_sees_none_of_it(ended, see):
    Attempt.objects.filter(exam=ended.exam).update(device="one tab")
    at = clock.now()
    release_sitting(sitting=ended.world.sitting, at=at, actor=ended.world.officer, with_keys=True)
    attempt = Attempt.objects.get(entry=entry(ended, 0))
    for path in ("exams", f"attempts/{attempt.pk}/result", f"attempts/{attempt.pk}/explanation"):
        page = see(entry(ended, 0).user, f"/my/{path}")
        assert [word in page for word in (SHEET, SPEED, DEVICE, "核对提示")] == [False] * 4


def test_the_call_tells_the_same(ended, client):
    client.force_login(ended.world.officer)
    reply = client.get(f"/api/v1/exams/{ended.exam.pk}/notes")
    assert reply.status_code == 200
    mine = {str(Attempt.objects.get(entry=entry(ended, one)).pk) for one in (0, 1)}
    told = {one["attempt"]: one["notes"] for one in reply.json()["attempts"]}
    assert set(told) == mine
    assert {(note["sign"], *note["others"], attempt) for attempt, some in told.items() for note in some} == {
        ("sheet", *(mine - {one}), one) for one in mine
    }


def test_limits_come_from_the_settings(ended, see, settings):
    settings.NOTE_LIMITS = {**settings.NOTE_LIMITS, "same_wrong": 5}
    assert SHEET not in see(ended.world.officer, f"/office/entries/{entry(ended, 0).pk}/results")


def test_in_a_large_exam_only_sheets_with_the_same_total_are_read(ended, see, monkeypatch):
    monkeypatch.setattr("exams.analytics.facts.credibility.MOST_SHEETS", 3)
    monkeypatch.setattr("exams.web.notes.MOST_SHEETS", 3)
    officer = ended.world.officer
    assert SHEET in see(officer, f"/office/entries/{entry(ended, 0).pk}/results")
    page = see(officer, f"/office/exams/{ended.exam.pk}/notes")
    assert SHEET not in page
    assert "本考试超过 3 份答卷" in page
