"""The hot path: every status, every exit, on the database that runs."""

from __future__ import annotations

from typing import Any

import pytest

from exams.domain.saving import Item, Saved, Status, save_answers
from exams.domain.sheets import load_sheet
from exams.domain.submitting import submit_attempt
from exams.engine.tokens import Claims
from exams.models import AnswerEvent, Attempt, Presence, Quarantine, Seat
from examsite.lib import clock
from examsite.lib.errors import Forbidden, NotFound
from tests.exam_world import World, age, claims_of, make_world

# One statement is one transaction on the hot path, so the tests must not wrap it in another.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return make_world()


def save(world: World, attempt: Attempt, *items: tuple[int, int, Any], **claims: Any) -> Saved:
    rows = [Item(seq, world.slots[place], value, None) for seq, place, value in items]
    return save_answers(claims=claims_of(attempt, **claims), items=rows)


def statuses(saved: Saved) -> list[Status]:
    return [ack.status for ack in saved.acks]


def test_a_stored_answer_is_acknowledged_with_the_stamp_on_disk(world: World, attempt: Attempt) -> None:
    saved = save(world, attempt, (1, 2, True))
    event = AnswerEvent.objects.get()
    assert statuses(saved) == [Status.STORED]
    assert saved.acks[0].received_at == event.received_at == saved.at
    assert (event.epoch, event.seq, event.slot, event.value) == (1, 1, world.slots[2], True)
    assert event.device == "tab-1"
    assert (saved.state, saved.epoch, saved.due_at) == ("in_progress", 1, attempt.due_at)


def test_values_of_every_kind_come_back_as_they_went(world: World, attempt: Attempt) -> None:
    values = [world.value(attempt.pk, place) for place in range(5)]
    saved = save(world, attempt, *[(place + 1, place, values[place]) for place in range(5)])
    assert statuses(saved) == [Status.STORED] * 5
    sheet = load_sheet(attempt.pk)
    assert [sheet[slot].value for slot in world.slots] == values


def test_text_is_kept_to_the_last_character(world: World, attempt: Attempt) -> None:
    text = 'e\u0301\u2028 "\\ 𠮷😀\n\t'
    save(world, attempt, (1, 4, text))
    assert AnswerEvent.objects.get().value == text


def test_null_clears(world: World, attempt: Attempt) -> None:
    save(world, attempt, (1, 2, True), (2, 2, None))
    assert load_sheet(attempt.pk)[world.slots[2]].value is None
    assert AnswerEvent.objects.filter(value__isnull=True).count() == 1


def test_t01_an_older_answer_never_wins(world: World, attempt: Attempt) -> None:
    assert statuses(save(world, attempt, (2, 2, False))) == [Status.STORED]
    assert statuses(save(world, attempt, (1, 2, True))) == [Status.STORED]
    assert load_sheet(attempt.pk)[world.slots[2]].value is False
    assert AnswerEvent.objects.count() == 2


def test_a_repeat_is_a_duplicate_with_the_first_stamp(world: World, attempt: Attempt) -> None:
    first = save(world, attempt, (1, 2, True))
    again = save(world, attempt, (1, 2, True))
    assert statuses(again) == [Status.DUPLICATE]
    assert again.acks[0].received_at == first.acks[0].received_at
    assert AnswerEvent.objects.count() == 1


@pytest.mark.parametrize(("place", "value"), [(2, False), (4, "x"), (2, None)])
def test_t16_another_body_under_the_same_number_is_a_conflict(
    world: World, attempt: Attempt, place: int, value: Any
) -> None:
    first = save(world, attempt, (1, 2, True))
    again = save(world, attempt, (1, place, value))
    assert statuses(again) == [Status.CONFLICT]
    assert again.acks[0].received_at == first.acks[0].received_at
    assert AnswerEvent.objects.get().value is True


def test_repeats_inside_one_batch(world: World, attempt: Attempt) -> None:
    saved = save(world, attempt, (1, 2, True), (1, 2, True), (1, 2, False), (2, 4, "x"))
    assert statuses(saved) == [Status.STORED, Status.DUPLICATE, Status.CONFLICT, Status.STORED]


@pytest.mark.parametrize(
    ("slot", "value"),
    [
        ("nothere1", True),
        (2, "true"),
        (0, "A"),
        (4, "有\x00空"),
        (4, "半\ud800"),
        (4, "长" * 22_000),
        (3, ["一个"]),
    ],
)
def test_malformed_answers_are_rejected_and_the_others_stored(
    world: World, attempt: Attempt, slot: Any, value: Any
) -> None:
    bad = Item(1, world.slots[slot] if isinstance(slot, int) else slot, value, None)
    saved = save_answers(claims=claims_of(attempt), items=[bad, Item(2, world.slots[2], True, None)])
    assert statuses(saved) == [Status.REJECTED, Status.STORED]
    assert saved.acks[0].received_at is None
    assert AnswerEvent.objects.count() == 1
    assert Quarantine.objects.count() == 0


def test_64_kb_is_the_limit_of_an_answer(world: World, attempt: Attempt) -> None:
    fits = "x" * (64 * 1024 - 2)  # two quotation marks
    saved = save(world, attempt, (1, 4, fits), (2, 4, fits + "x"))
    assert statuses(saved) == [Status.STORED, Status.REJECTED]


def test_only_rejected_items_still_tell_how_the_attempt_stands(world: World, attempt: Attempt) -> None:
    saved = save(world, attempt, (1, 2, "x"))
    assert statuses(saved) == [Status.REJECTED]
    assert (saved.state, saved.due_at) == ("in_progress", attempt.due_at)


def test_within_the_grace_an_answer_counts(world: World, attempt: Attempt) -> None:
    age(attempt, 3600 + 170)
    assert statuses(save(world, attempt, (1, 2, True))) == [Status.STORED]


def test_t27_after_the_grace_it_is_late_kept_and_the_attempt_settled(world: World, attempt: Attempt) -> None:
    save(world, attempt, (1, 2, True))
    age(attempt, 3600 + 181)
    saved = save(world, attempt, (2, 2, False))
    attempt.refresh_from_db()
    late = Quarantine.objects.get()
    assert statuses(saved) == [Status.LATE]
    assert saved.acks[0].received_at == late.received_at
    assert (late.seq, late.value, late.reason, late.accepted) == (2, False, "late", None)
    assert (attempt.submitted_at, attempt.settled) == (attempt.due_at, True)
    assert load_sheet(attempt.pk)[world.slots[2]].value is True
    assert attempt.receipts.count() == 1


def test_t12_after_submit_repeats_are_duplicates_and_new_answers_late(world: World, attempt: Attempt) -> None:
    save(world, attempt, (1, 2, True))
    receipt = submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None).receipt
    replay = save(world, attempt, (1, 2, True), (2, 2, False), (1, 2, False))
    assert statuses(replay) == [Status.DUPLICATE, Status.LATE, Status.CONFLICT]
    assert replay.state == "submitted"
    assert AnswerEvent.objects.count() == 1 == receipt.events
    assert Quarantine.objects.get().reason == "closed"


def test_a_late_answer_stays_late_however_often_it_comes(world: World, attempt: Attempt) -> None:
    submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
    first = save(world, attempt, (1, 2, True))
    again = save(world, attempt, (1, 2, True), (1, 2, False))
    assert statuses(again) == [Status.LATE, Status.CONFLICT]
    assert again.acks[0].received_at == first.acks[0].received_at
    assert Quarantine.objects.count() == 1


def test_t76_an_older_device_still_stores_and_the_newer_epoch_wins(world: World, attempt: Attempt) -> None:
    save(world, attempt, (1, 2, True))
    Attempt.objects.update(epoch=2, device="tab-2")
    attempt.refresh_from_db()
    save(world, attempt, (1, 2, False))
    saved = save(world, attempt, (9, 2, True), (10, 4, "只有旧手机答了"), device="tab-1", epoch=1)
    sheet = load_sheet(attempt.pk)
    assert statuses(saved) == [Status.STORED, Status.STORED]
    assert saved.epoch == 2
    assert sheet[world.slots[2]].value is False
    assert sheet[world.slots[4]].value == "只有旧手机答了"


def test_a_void_attempt_keeps_answers_aside(world: World, attempt: Attempt) -> None:
    Attempt.objects.update(voided_at=clock.now())
    assert statuses(save(world, attempt, (1, 2, True))) == [Status.LATE]
    assert Quarantine.objects.get().reason == "voided"


def test_t74_a_blocked_candidate_is_refused_and_loses_nothing(world: World, attempt: Attempt) -> None:
    Attempt.objects.update(blocked=True)
    with pytest.raises(Forbidden) as refused:
        save(world, attempt, (1, 2, True))
    assert refused.value.code == "blocked"
    assert AnswerEvent.objects.count() == 0
    assert Quarantine.objects.count() == 0
    Attempt.objects.update(blocked=False)
    assert statuses(save(world, attempt, (1, 2, True))) == [Status.STORED]


def test_an_attempt_that_is_not_there(world: World, attempt: Attempt) -> None:
    claims = Claims(world.user.pk, attempt.form_id, 1, "tab-1")
    with pytest.raises(NotFound):
        save_answers(claims=claims, items=[Item(1, world.slots[2], True, None)])


def test_a_clock_in_1970_decides_nothing(world: World, attempt: Attempt) -> None:
    then = clock.now().replace(year=1970)
    save_answers(claims=claims_of(attempt), items=[Item(1, world.slots[2], True, then)])
    event = AnswerEvent.objects.get()
    assert event.client_at == then
    assert abs((event.received_at - clock.now()).total_seconds()) < 60


def test_a_save_counts_as_a_sign_of_life_but_not_each_one(world: World, attempt: Attempt) -> None:
    age(attempt, 60)
    first = save(world, attempt, (1, 2, True))
    assert Presence.objects.get().seen_at == first.at
    save(world, attempt, (2, 2, False))
    assert Presence.objects.get().seen_at == first.at


def test_fifty_items_in_one_batch(world: World, attempt: Attempt) -> None:
    items = [(seq, 2, seq % 2 == 0) for seq in range(1, 51)]
    assert statuses(save(world, attempt, *items)) == [Status.STORED] * 50
    assert load_sheet(attempt.pk)[world.slots[2]].seq == 50


def test_saving_one_attempt_leaves_the_others_alone() -> None:
    world = make_world(people=2)
    one, other = (world.start(seat, device=f"tab-{seat.number}").attempt for seat in world.seats)
    save(world, one, (1, 2, True))
    assert load_sheet(other.pk) == {}
    assert Seat.objects.count() == 2
