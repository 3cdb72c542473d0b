"""Mistakes to be tried again: with the keys and not before, in the letters of the exam."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import localdate

from exams.domain.practice import find_mistake, mistake_again, mistakes_of
from exams.domain.releases import withhold_results
from exams.engine.practice import try_answer
from exams.models import Attempt
from examsite.lib import clock
from examsite.lib.errors import NotFound
from questionbanks.models import ItemCitation
from tests.exam_world import MACHINE
from tests.factories import cite_ended_law
from tests.marking_world import make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)


def test_mistakes_come_with_the_keys_and_not_before() -> None:
    place = make_marking_world(people=2, questions=MACHINE)
    attempt = place.hand_in(0, {0: "A"})
    user = place.world.seats[0].entry.user
    assert mistakes_of(user=user, at=clock.now()) == []
    place.world.end()
    place.world.release(keys=False)
    assert mistakes_of(user=user, at=clock.now()) == []
    place.world.release()
    found = mistakes_of(user=user, at=clock.now())
    assert [(one.slot.order, one.slot.code) for one in found] == list(enumerate(place.world.slots, 1))
    assert mistakes_of(user=place.world.seats[1].entry.user, at=clock.now()) == []
    assert mistakes_of(user=user, at=clock.now(), exam_id=attempt.pk) == []


def test_a_mistake_is_tried_again_in_the_letters_of_the_exam() -> None:
    place = make_marking_world(people=1, questions=MACHINE)
    attempt = place.hand_in(0, {0: "A", 2: True})
    place.world.end()
    place.world.release()
    Attempt.objects.filter(pk=attempt.pk).update(choice_orders={place.world.slots[0]: "DBCA"})
    attempt = Attempt.objects.select_related("sitting__exam", "entry", "form").get(pk=attempt.pk)
    at = clock.now()
    again, _ = mistake_again(find_mistake(attempt=attempt, code=place.world.slots[0], at=at), at=at)
    assert [one.text for one in again.question.choices] == ["不限", "十八周岁", "二十周岁", "十六周岁"]
    assert (again.given, again.keys) == ("D", ("B",))
    assert [try_answer(again, letter).right for letter in "ABCD"] == [False, True, False, False]
    with pytest.raises(NotFound):
        find_mistake(attempt=attempt, code=place.world.slots[2], at=clock.now())  # it was right


@pytest.mark.parametrize("article", ["第一条", ""])
def test_a_mistake_of_ended_law_says_so_beside_its_answer(article: str) -> None:
    place = make_marking_world(people=1, questions=MACHINE)
    attempt = place.hand_in(0, {0: "A"})
    place.world.end()
    place.world.release()
    at = clock.now()
    cite_ended_law(place.world.form.slots.get(order=1).version.item, ended_on=localdate(at))
    ItemCitation.objects.update(article=article)
    attempt = Attempt.objects.select_related("sitting__exam", "entry", "form").get(pk=attempt.pk)
    wrong = find_mistake(attempt=attempt, code=place.world.slots[0], at=at)
    _, (basis,) = mistake_again(wrong, at=at)
    assert basis.ended == f"《村规》（2010年版）{localdate(at)}起失效"
    _, before = mistake_again(wrong, at=at - timedelta(days=1))
    assert [one.ended for one in before] == ([""] if article else [])


def test_a_withheld_result_has_no_mistakes() -> None:
    place = make_marking_world(people=1, questions=MACHINE)
    place.hand_in(0, {0: "A"})
    place.world.end()
    place.world.release()
    entry = place.world.seat.entry
    withhold_results(entry=entry, reason="核查", at=clock.now(), actor=place.world.officer)
    assert mistakes_of(user=entry.user, at=clock.now()) == []


def test_half_right_is_a_mistake_too() -> None:
    place = make_marking_world(people=1, questions=MACHINE)
    place.world.form.sections.filter(kind="multiple").update(credit_rule="half")
    attempt = place.hand_in(0, {0: "B", 2: True})
    place.world.end()
    place.world.release()
    assert attempt.points == Decimal(3)
    assert [one.slot.order for one in mistakes_of(user=place.world.user, at=clock.now())] == [2]
