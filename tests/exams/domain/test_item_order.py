"""Everybody has an order of items of his own, and whatever is said to or about him uses his numbers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from exams.domain.corrections import CorrectionSpec, correct_key
from exams.domain.entering import FilledSheet, enter_sheet
from exams.domain.evidence import export_evidence
from exams.domain.exams import change_exam, create_exam, spec_of
from exams.domain.explaining import explain
from exams.domain.late_answers import late_answers
from exams.domain.papers import is_printed, numbers_in, paper_of
from exams.domain.practice import find_mistake, mistakes_of
from exams.domain.publishing import propose_form, publish_form, publish_forms
from exams.domain.releases import release_sitting
from exams.domain.results import attempt_result
from exams.domain.reviews import answer_review, ask_review, number_asked
from exams.domain.saving import Item, save_answers
from exams.domain.submitting import submit_attempt
from exams.engine.keys import Method
from exams.models import Attempt, Exam, Mode, Quarantine, ResultNote, Sitting, Slot
from examsite.lib import clock
from examsite.lib.errors import Conflict, Forbidden, Invalid
from examsite.people.domain.approvals import decide
from questionbanks.kinds.base import Choice, Question
from tests.exam_world import World, age, claims_of, make_world
from tests.papers_world import AT, Office, exam_spec

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def asked(kind: str, count: int) -> list[Question]:
    """Single and true/false items of one point, all different."""
    choices = tuple(Choice(label, f"说法{label}") for label in "ABCD")
    if kind == "single":
        return [Question(kind, f"单选{n}", choices, ("B",), points=Decimal(1)) for n in range(count)]
    return [Question(kind, f"判断{n}", key=True, points=Decimal(1)) for n in range(count)]


@pytest.fixture
def world() -> World:
    """Two sections of six; three people."""
    return make_world(people=3, questions=asked("single", 6) + asked("true_false", 6), shuffle_items=True)


def hand_in(world: World, place: int, wrong: int = -1) -> Attempt:
    """All right but one; saved in the order of the form, whatever the person sees."""
    attempt = world.start(world.seats[place], device=f"tab-{place}").attempt
    items = [
        Item(number + 1, slot, world.value(attempt.pk, number, right=number != wrong), None)
        for number, slot in enumerate(world.slots)
    ]
    save_answers(claims=claims_of(attempt), items=items)
    submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
    return Attempt.objects.select_related("sitting__exam", "entry__user", "exam__unit", "form").get(
        pk=attempt.pk
    )


def release(world: World) -> None:
    now = clock.now()
    Sitting.objects.update(opens_at=now - 2 * HOUR, closes_at=now)
    world.sitting.refresh_from_db()
    release_sitting(sitting=world.sitting, at=now, actor=world.officer, with_keys=True)


def again(attempt: Attempt) -> Attempt:
    return Attempt.objects.select_related("sitting__exam", "entry__user", "exam__unit", "form").get(
        pk=attempt.pk
    )


def seen(attempt: Attempt) -> list[str]:
    """The codes as the exam page shows them, one after the other."""
    paper = paper_of(attempt.form_id).for_attempt(attempt.pk, attempt.choice_orders)
    return [slot["slot"] for section in paper["sections"] for slot in section["slots"]]


def displaced(world: World, attempt: Attempt) -> int:
    """A question that this attempt has at another place than the form; with six a section there is one."""
    numbers = numbers_in(attempt)
    return next(place for place, code in enumerate(world.slots) if numbers[code] != place + 1)


def started_apart(world: World) -> Attempt:
    """An attempt whose order differs from the form's (one start in 500,000 would not)."""
    attempt = world.start().attempt
    assert seen(attempt) != world.slots
    return attempt


# --- What the person reads -----------------------------------------------------------------------------


def test_two_people_see_other_orders_and_each_keeps_his(world: World) -> None:
    one, other = world.start(world.seats[0]).attempt, world.start(world.seats[1]).attempt
    assert seen(one) != seen(other)
    assert sorted(seen(one)[:6]) == sorted(world.slots[:6])
    assert sorted(seen(one)) == sorted(world.slots)
    assert seen(world.start(world.seats[0]).attempt) == seen(one)


def test_the_result_has_the_numbers_that_were_on_the_screen(world: World) -> None:
    attempt = hand_in(world, 0)
    release(world)
    result = attempt_result(attempt=again(attempt), at=clock.now())
    assert result is not None
    codes = dict(Slot.objects.values_list("pk", "code"))
    found = [(slot.number, codes[slot.slot_id]) for section in result.sections for slot in section.slots]
    assert found == list(enumerate(seen(attempt), 1))


def test_the_explanation_has_his_numbers_and_the_forms(world: World) -> None:
    attempt = hand_in(world, 0)
    story = explain(attempt)
    assert [one.number for one in story.questions] == list(range(1, 13))
    codes = dict(Slot.objects.values_list("pk", "code"))
    assert [codes[one.slot_id] for one in story.questions] == seen(attempt)
    assert [world.slots[one.form_number - 1] for one in story.questions] == seen(attempt)


def test_a_mistake_has_the_number_that_was_on_the_screen(world: World) -> None:
    attempt = started_apart(world)
    wrong = displaced(world, attempt)
    attempt = hand_in(world, 0, wrong=wrong)
    release(world)
    (mistake,) = mistakes_of(user=attempt.entry.user, at=clock.now())
    assert mistake.slot.code == world.slots[wrong]
    assert mistake.result.number == seen(attempt).index(world.slots[wrong]) + 1
    assert find_mistake(attempt=again(attempt), code=mistake.slot.code, at=clock.now()) == mistake


def test_a_review_is_answered_under_his_number(world: World) -> None:
    attempt = hand_in(world, 0)
    release(world)
    attempt = again(attempt)
    place = displaced(world, attempt)
    slot = Slot.objects.get(code=world.slots[place])
    number = seen(attempt).index(slot.code) + 1
    at = clock.now()
    request = ask_review(attempt=attempt, slot=slot, text="请再看", at=at, user=attempt.entry.user)
    assert number_asked(request) == number
    answer_review(request=request, text="没有错", points=None, at=at, actor=world.officer)
    assert f"第{number}题的复核申请" in ResultNote.objects.get().text


def test_a_review_of_the_whole_sheet_has_no_number(world: World) -> None:
    attempt = hand_in(world, 0)
    release(world)
    attempt = again(attempt)
    request = ask_review(attempt=attempt, slot=None, text="请再看", at=clock.now(), user=attempt.entry.user)
    assert number_asked(request) is None


def test_each_is_told_of_a_correction_under_his_own_number(world: World) -> None:
    attempts = [hand_in(world, place, wrong=0) for place in range(3)]
    release(world)
    slot = Slot.objects.select_related("version").get(code=world.slots[0])
    exam = Exam.objects.get(pk=world.exam.pk)
    spec = CorrectionSpec(slot.version, None, Method.ACCEPT, (("A",),), (exam,))
    with pytest.raises(Forbidden):
        correct_key(spec=spec, reason="两种说法都对", at=clock.now(), actor=world.officer)
    correct_key(spec=spec, reason="同意", at=clock.now(), actor=world.second_officer)
    told = {note.attempt_id: note.text for note in ResultNote.objects.all()}
    assert len(told) == 3
    for attempt in attempts:
        number = seen(attempt).index(slot.code) + 1
        assert f"第{number}题" in told[attempt.pk]


def test_a_late_answer_is_named_by_his_number(world: World) -> None:
    attempt = started_apart(world)
    place = displaced(world, attempt)
    attempt = age(attempt, 2 * 3600)
    save_answers(
        claims=claims_of(attempt),
        items=[Item(1, world.slots[place], world.value(attempt.pk, place), None)],
    )
    assert Quarantine.objects.count() == 1
    (late,) = late_answers(attempts=Attempt.objects.all(), sitting=world.sitting)
    assert late.number == seen(attempt).index(world.slots[place]) + 1


def test_the_evidence_has_his_numbers(world: World) -> None:
    attempt = hand_in(world, 0)
    lines = list(export_evidence(sitting=world.sitting, at=clock.now(), actor=world.officer))
    (line,) = [one for one in lines if one["type"] == "attempt"]
    numbers = {slot["slot"]: slot["number"] for slot in line["slots"]}
    assert numbers == {code: number for number, code in enumerate(seen(attempt), 1)}


# --- On paper ------------------------------------------------------------------------------------------


def test_a_sheet_that_is_keyed_in_keeps_the_printed_order(world: World) -> None:
    seat, at = world.seats[0], clock.now()
    answers: dict[str, Any] = dict.fromkeys(world.slots[:6], ("B",))
    sheet = FilledSheet(seat, Mode.PAPER, answers, at - HOUR, at)
    attempt = enter_sheet(sheet=sheet, at=at, actor=world.officer)
    assert is_printed(attempt) is True
    assert numbers_in(attempt) == {code: number for number, code in enumerate(world.slots, 1)}
    assert [one.form_number for one in explain(again(attempt)).questions] == list(range(1, 13))


@pytest.mark.parametrize("mode", [Mode.ONLINE, Mode.ASSISTED])
def test_what_is_made_on_a_screen_is_not_keyed_in(world: World, mode: Mode) -> None:
    at = clock.now()
    sheet = FilledSheet(world.seats[0], mode, {}, at - HOUR, at)
    with pytest.raises(Invalid) as caught:
        enter_sheet(sheet=sheet, at=at, actor=world.officer)
    assert caught.value.code == "mode"
    assert Attempt.objects.count() == 0


def test_papers_from_before_stay_as_they_stand() -> None:
    world = make_world(people=1, questions=asked("single", 6))
    attempt = world.start().attempt
    assert "shuffled" not in world.form.paper
    assert seen(attempt) == world.slots
    assert numbers_in(attempt) == dict(Slot.objects.values_list("code", "order"))


# --- The rule and the papers ---------------------------------------------------------------------------


def shuffle(office: Office, value: bool) -> None:
    spec = spec_of(office.exam)
    changed = type(spec)(**(spec.fields() | {"shuffle_items": value}))
    office.exam = change_exam(exam=office.exam, spec=changed, at=AT, actor=office.officer)


@pytest.mark.parametrize(("rule", "expected"), [(True, True), (False, None)])
def test_the_paper_says_what_the_rule_was_when_it_was_published(
    office: Office, rule: bool, expected: bool | None
) -> None:
    shuffle(office, rule)
    forms = office.build()
    publish_forms(exam=office.exam, at=AT, actor=office.second, second_person=False)
    for form in forms:
        form.refresh_from_db()
        assert form.paper.get("shuffled") is expected


def test_the_rule_moves_until_a_paper_is_published_and_no_longer(office: Office) -> None:
    form, *_ = office.build()
    shuffle(office, True)
    shuffle(office, False)
    shuffle(office, True)
    publish_form(form=form, at=AT, actor=office.second, second_person=False)
    with pytest.raises(Conflict) as caught:
        shuffle(office, False)
    assert caught.value.code == "forms_published"
    assert "每人不同" in caught.value.message
    shuffle(office, True)  # what stays as it is may be saved with the rest
    office.exam.refresh_from_db()
    assert office.exam.shuffle_items is True


def test_an_approval_is_of_the_order_that_was_shown(office: Office) -> None:
    form, *_ = office.build()
    approval = propose_form(form=form, at=AT, actor=office.officer)
    assert approval.content["题序"] == "人人相同"
    shuffle(office, True)
    with pytest.raises(Conflict) as caught:
        decide(approval=approval, approve=True, at=AT, actor=office.second)
    assert caught.value.code == "changed"
    form.refresh_from_db()
    assert form.published_at is None


def test_a_new_exam_has_one_order_for_all_unless_it_says_otherwise(office: Office) -> None:
    exam = create_exam(unit=office.exam.unit, spec=exam_spec(title="另一场"), at=AT, actor=office.officer)
    assert exam.shuffle_items is False
