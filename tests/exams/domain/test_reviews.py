"""Reviews: asked by the candidate in time, answered by somebody who did not mark, on record for both."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from exams.domain.releases import release_sitting
from exams.domain.reviews import answer_review, ask_review, may_change_points, review_until
from exams.models import Attempt, Exam, ResultNote, ReviewRequest, Sitting, Slot
from examsite.lib import clock
from examsite.lib.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from tests.marking_world import ESSAY, MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
DAY = timedelta(days=1)


@pytest.fixture
def place() -> MarkingWorld:
    return make_marking_world(people=2)


@pytest.fixture
def attempt(place: MarkingWorld) -> Attempt:
    """Marked 6 of 10 for the essay by the second marker, and released."""
    made = place.hand_in(0, {0: "B", 1: "要公开"})
    place.plan(place.markers[1])
    place.judge(made, 6)
    now = clock.now()
    Sitting.objects.update(opens_at=now - DAY, closes_at=now)
    place.world.sitting.refresh_from_db()
    release_sitting(sitting=place.world.sitting, at=now, actor=place.world.officer)
    return Attempt.objects.select_related("sitting__exam", "entry__user", "exam__unit").get(pk=made.pk)


def slot(place: MarkingWorld, question: int = ESSAY) -> Slot:
    return Slot.objects.get(code=place.world.slots[question])


def ask(place: MarkingWorld, attempt: Attempt, question: int | None = ESSAY, **fields: Any) -> ReviewRequest:
    wanted = {
        "attempt": attempt,
        "slot": None if question is None else slot(place, question),
        "text": "第二点也写了",
        "at": clock.now(),
        "user": attempt.entry.user,
    }
    return ask_review(**(wanted | fields))


def answer(place: MarkingWorld, request: ReviewRequest, **fields: Any) -> ReviewRequest:
    wanted = {
        "request": request,
        "text": "补上第二点",
        "points": None,
        "at": clock.now(),
        "actor": place.world.officer,
    }
    return answer_review(**(wanted | fields))


def test_the_trail_from_question_to_other_points(place: MarkingWorld, attempt: Attempt) -> None:
    request = ask(place, attempt)
    answered = answer(place, request, points=D(9))
    attempt.refresh_from_db()
    assert (answered.outcome, attempt.points, attempt.state) == ("changed", D(11), "marked")
    assert place.marks(attempt) == [(D(6), "rubric"), (D(9), "review")]
    steps = request.steps.order_by("id").values_list("action", "text", "points_before", "points_after")
    assert list(steps) == [("ask", "第二点也写了", D(6), None), ("answer", "补上第二点", D(6), D(9))]
    assert ResultNote.objects.get().text == (
        f"您对“{place.exam.title}”第2题的复核申请已答复：评分已更改。补上第二点。您的得分由 8 分改为 11 分"
    )


def test_an_upheld_mark_stays_as_it_is(place: MarkingWorld, attempt: Attempt) -> None:
    for points in (None, D(6)):
        request = ask(place, attempt)
        assert answer(place, request, points=points).outcome == "upheld"
    attempt.refresh_from_db()
    assert place.marks(attempt) == [(D(6), "rubric")]
    assert attempt.points == D(8)


def test_who_marked_cannot_answer(place: MarkingWorld, attempt: Attempt) -> None:
    request = ask(place, attempt)
    with pytest.raises(Forbidden) as refusal:
        answer(place, request, actor=place.markers[1])
    assert refusal.value.code == "own_mark"
    assert answer(place, request, actor=place.markers[2]).answered_by == place.markers[2]


def test_who_judged_without_prevailing_cannot_answer_either(place: MarkingWorld) -> None:
    made = place.hand_in(0, {1: "要公开"})
    place.plan(second_share=100)
    place.judge(made, 1, round=1)
    place.judge(made, 9, round=2)
    place.deal()
    place.judge(made, 5, round=3)
    request = ReviewRequest.objects.create(attempt=made, slot=slot(place), asked_at=clock.now())
    for marker in place.markers:
        with pytest.raises(Forbidden):
            answer(place, request, actor=marker)


def test_the_candidate_cannot_answer_himself(place: MarkingWorld, attempt: Attempt) -> None:
    with pytest.raises(Forbidden) as refusal:
        answer(place, ask(place, attempt), actor=attempt.entry.user)
    assert refusal.value.code == "own"


def test_a_machine_mark_is_corrected_for_all_or_not_at_all(place: MarkingWorld, attempt: Attempt) -> None:
    request = ask(place, attempt, 0)
    assert not may_change_points(request)
    with pytest.raises(Invalid) as refusal:
        answer(place, request, points=D(0))
    assert refusal.value.code == "machine"
    assert answer(place, request).outcome == "upheld"


@pytest.mark.parametrize("points", ["-1", "10.5", "1.234"])
def test_points_out_of_range(place: MarkingWorld, attempt: Attempt, points: str) -> None:
    with pytest.raises(Invalid) as refusal:
        answer(place, ask(place, attempt), points=D(points))
    assert refusal.value.code == "points"


def test_one_open_request_for_one_question(place: MarkingWorld, attempt: Attempt) -> None:
    request = ask(place, attempt)
    ask(place, attempt, None)
    with pytest.raises(Conflict) as refusal:
        ask(place, attempt)
    assert refusal.value.code == "asked"
    answer(place, request)
    with pytest.raises(Conflict) as twice:
        answer(place, request)
    assert twice.value.code == "answered"
    ask(place, attempt)


def test_the_window(place: MarkingWorld, attempt: Attempt) -> None:
    released = attempt.sitting.released_at
    assert released is not None
    until = released + 7 * DAY
    assert review_until(attempt, clock.now()) == until
    ask(place, attempt, at=until - timedelta(seconds=1))
    with pytest.raises(Conflict) as late:
        ask(place, attempt, None, at=until)
    assert late.value.code == "too_late"
    Exam.objects.update(review_days=0)
    with pytest.raises(Conflict) as never:
        ask(place, Attempt.objects.select_related("sitting__exam", "entry__user").get(pk=attempt.pk), None)
    assert never.value.code == "no_reviews"


def test_nothing_to_review_before_the_release(place: MarkingWorld) -> None:
    made = place.hand_in(0, {0: "B"})
    with pytest.raises(NotFound):
        ask(place, Attempt.objects.select_related("sitting__exam", "entry__user").get(pk=made.pk), 0)


def test_anothers_attempt_looks_as_if_it_were_not_there(place: MarkingWorld, attempt: Attempt) -> None:
    with pytest.raises(NotFound):
        ask(place, attempt, user=place.world.seats[1].entry.user)


@pytest.mark.parametrize(("text", "code"), [(" ", "empty"), ("长" * 501, "long")])
def test_texts(place: MarkingWorld, attempt: Attempt, text: str, code: str) -> None:
    with pytest.raises(DomainError) as asking:
        ask(place, attempt, text=text)
    request = ask(place, attempt)
    with pytest.raises(DomainError) as answering:
        answer(place, request, text=text)
    assert [asking.value.code, answering.value.code] == [code, code]
