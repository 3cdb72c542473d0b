"""A correction while marking is under way, and two people who agree at the same moment."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from exams.domain.corrections import CorrectionSpec, correct_key
from exams.domain.judging import Verdict, judge
from exams.domain.marking import mark_by_machine
from exams.engine.keys import Method
from exams.models import Attempt, KeyCorrection, Mark, Sitting, Slot
from examsite.lib import clock
from examsite.lib.errors import Conflict, Forbidden
from examsite.people.domain.approvals import decide
from examsite.people.models import Approval
from tests.concurrency.conftest import all_at_once
from tests.marking_world import ESSAY, MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


@pytest.fixture
def place() -> MarkingWorld:
    return make_marking_world(people=4)


def propose(place: MarkingWorld, question: int, method: Method, *keys: tuple[str, ...]) -> Approval:
    now = clock.now()
    Sitting.objects.update(opens_at=now - timedelta(hours=2), closes_at=now - timedelta(seconds=1))
    slot = Slot.objects.select_related("version").get(code=place.world.slots[question])
    spec = CorrectionSpec(slot.version, None, method, keys, (place.exam,))
    with pytest.raises(Forbidden):
        correct_key(spec=spec, reason="答案有误", at=now, actor=place.world.officer)
    return Approval.objects.get(used_at=None)


def agree(place: MarkingWorld, approval: Approval) -> Approval:
    return decide(approval=approval, approve=True, at=clock.now(), actor=place.world.second_officer)


def test_marking_under_way_ends_with_the_new_key(place: MarkingWorld) -> None:
    attempts = [place.hand_in(at, {0: "A"}) for at in range(4)]
    approval = propose(place, 0, Method.KEY, ("A",))
    # As after a crash between closing and marking: closed, and nothing marked yet.
    Mark.objects.all().delete()
    Attempt.objects.update(**{"state": "submitted", "points": None, "possible": None})
    # The preview counted four totals that are not there any more: propose anew.
    Approval.objects.all().delete()
    approval = propose(place, 0, Method.KEY, ("A",))
    results = all_at_once(
        [
            lambda: agree(place, approval),
            *[lambda one=one: mark_by_machine(attempt_id=one.pk, at=clock.now()) for one in attempts],  # type: ignore[misc]
        ]
    )
    # Marking that came first changes the numbers that were agreed to; then the correction is refused.
    if isinstance(results[0], Conflict):
        assert results[0].code == "stale_preview"
        Approval.objects.all().delete()
        agree(place, propose(place, 0, Method.KEY, ("A",)))
    for one in attempts:
        one.refresh_from_db()
        assert (one.state, one.points) == ("marked", D(2))
        newest = Mark.objects.filter(attempt=one, slot__code=place.world.slots[0]).order_by("-id")[0]
        assert (newest.points, newest.key_version) == (D(2), 2)


def test_a_judgement_and_full_marks_at_once_leave_one_total(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {ESSAY: "要公开"})
    place.plan(place.markers[1])
    task = place.task(attempt)
    approval = propose(place, ESSAY, Method.FULL)
    results = all_at_once(
        [
            lambda: agree(place, approval),
            lambda: judge(task=task, verdict=Verdict(points=D(3)), at=clock.now(), marker=place.markers[1]),
        ]
    )
    attempt.refresh_from_db()
    if isinstance(results[0], Conflict):
        assert results[0].code == "stale_preview"
        assert (results[1], attempt.points) == (1, D(3))
    else:
        assert attempt.points == D(10)
        assert isinstance(results[1], Conflict)


def test_the_second_person_clicks_four_times(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "A"})
    approval = propose(place, 0, Method.KEY, ("A",))
    results = all_at_once([lambda: agree(place, approval) for _ in range(4)])
    assert sorted(getattr(one, "code", "done") for one in results) == ["decided"] * 3 + ["done"]
    assert KeyCorrection.objects.count() == 1
    assert Attempt.objects.get(pk=attempt.pk).points == D(2)
