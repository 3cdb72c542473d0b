"""Sittings, rooms, seats, forms to seats, the swap to the reserve, makeups."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from exams.domain.forms import CannotAssemble, build_forms, seen_sets
from exams.domain.publishing import publish_forms
from exams.domain.roster_changes import change_entry
from exams.domain.seats import (
    deal_forms,
    default_forms,
    entries_without_seat,
    move_to_room,
    remove_seats,
    seat_entries,
    swap_form,
)
from exams.domain.sittings import (
    SittingSpec,
    add_room,
    change_sitting,
    create_makeup,
    create_sitting,
    delete_sitting,
    remove_room,
    spec_of,
)
from exams.models import Attempt, Form, FormRole, Mode, RosterEntry, Seat, Sitting, SittingKind
from examsite.lib.errors import Conflict, DomainError, Invalid
from examsite.people.models import Role
from tests.factories import AT, make_staff
from tests.papers_world import CLOSES, HOUR, OPENS, Office

pytestmark = pytest.mark.django_db
SPEC = SittingSpec("正考", OPENS, CLOSES, 3600)


def create(office: Office, kind: str = SittingKind.MAIN, **fields: object) -> Sitting:
    spec = SittingSpec(**({name: getattr(SPEC, name) for name in SPEC.__dataclass_fields__} | fields))  # type: ignore[arg-type]
    return create_sitting(exam=office.exam, kind=kind, spec=spec, at=AT, actor=office.officer)


@pytest.mark.parametrize(
    ("fields", "code", "sentence"),
    [
        ({"title": " "}, "title", "请填写场次名称，如“11月正考”。"),
        ({"closes_at": OPENS}, "closes_at", "结束时间要晚于开始时间，请改结束时间。"),
        ({"closes_at": OPENS - HOUR}, "closes_at", "结束时间要晚于开始时间，请改结束时间。"),
        ({"duration_s": 59}, "duration_s", "作答时长要在 1 分钟到 8 小时之间。"),
        ({"duration_s": 8 * 3600 + 1}, "duration_s", "作答时长要在 1 分钟到 8 小时之间。"),
        ({"grace_s": 901}, "grace_s", "宽限要在 0 到 15 分钟之间。"),
        ({"late_entry_s": -1}, "late_entry_s", "迟到限制不能是负数；不限请留空。"),
        ({"mode": "radio"}, "mode", "没有这种作答方式。"),
        ({"kind": "rehearsal"}, "kind", "没有这种场次。"),
    ],
)
def test_sittings_that_cannot_be(office: Office, fields: dict[str, object], code: str, sentence: str) -> None:
    with pytest.raises(DomainError) as refusal:
        create(office, **fields)  # type: ignore[arg-type]
    assert (refusal.value.code, refusal.value.message) == (code, sentence)
    assert Sitting.objects.count() == 0


def test_two_sittings_of_one_name_are_refused(office: Office) -> None:
    create(office)
    with pytest.raises(Conflict) as refusal:
        create(office)
    assert refusal.value.message == "这场考试已有名为“正考”的场次。"


def test_a_closed_exam_takes_no_further_sitting(office: Office) -> None:
    office.exam.closed_at = AT
    office.exam.save()
    with pytest.raises(Conflict) as refusal:
        create(office)
    assert refusal.value.code == "closed"


def test_a_sitting_is_changed_and_removed_while_nobody_has_begun(office: Office) -> None:
    entries = office.freeze()
    office.publish()
    sitting = office.sit()
    later = SittingSpec("正考", OPENS + HOUR, CLOSES + HOUR, 1800)
    assert spec_of(change_sitting(sitting=sitting, spec=later, at=AT, actor=office.officer)) == later
    office.begin(sitting, entries[0], OPENS + HOUR)
    for deed in (
        lambda: change_sitting(sitting=sitting, spec=SPEC, at=AT, actor=office.officer),
        lambda: delete_sitting(sitting=sitting, at=AT, actor=office.officer),
    ):
        with pytest.raises(Conflict) as refusal:
            deed()
        assert refusal.value.code == "begun"
    Attempt.objects.all().delete()
    delete_sitting(sitting=sitting, at=AT, actor=office.officer)
    assert Seat.objects.count() == 0


# --- Seats -------------------------------------------------------------------------------------------


def test_everybody_who_must_sit_gets_a_seat_once(office: Office) -> None:
    entries = office.freeze(people=4)
    change_entry(
        entry=entries[0], action="exempt", reason_code="retiring", reason="", at=AT, actor=office.officer
    )
    change_entry(entry=entries[1], action="defer", reason_code="away", reason="", at=AT, actor=office.officer)
    sitting = create(office)
    assert len(entries_without_seat(sitting)) == 3  # 缓考 still counts, 免考 does not
    seats = seat_entries(sitting=sitting, entries=entries_without_seat(sitting), at=AT, actor=office.officer)
    assert [seat.number for seat in seats] == [1, 2, 3]
    assert entries_without_seat(sitting) == []
    assert seat_entries(sitting=sitting, entries=entries[1:], at=AT, actor=office.officer) == []
    second = create(office, title="东风村专场")
    assert entries_without_seat(second) == []


@pytest.mark.parametrize(
    ("case", "code"),
    [("draft", "not_frozen"), ("foreign", "other_exam"), ("exempt", "not_required"), ("room", "room")],
)
def test_seats_that_cannot_be_given(office: Office, case: str, code: str) -> None:
    sitting = create(office)
    other = create(office, title="另一场")
    room = add_room(sitting=other, name="第一考场", at=AT, actor=office.officer)
    entries = [] if case == "draft" else office.freeze(people=2)
    if case == "exempt":
        change_entry(
            entry=entries[0], action="exempt", reason_code="retiring", reason="", at=AT, actor=office.officer
        )
    if case == "foreign":
        entries[0].exam_id = None  # as if it came from another exam
    with pytest.raises(DomainError) as refusal:
        seat_entries(
            sitting=sitting,
            entries=entries,
            room=room if case == "room" else None,
            at=AT,
            actor=office.officer,
        )
    assert refusal.value.code == code


def test_rooms_number_their_seats_from_one(office: Office) -> None:
    office.freeze(people=6)
    office.publish()
    sitting = office.sit()
    invigilator = make_staff(office.tree.town, Role.INVIGILATOR, "郑海燕")
    room = add_room(
        sitting=sitting,
        name="第一考场",
        place="镇中学",
        invigilators=[invigilator],
        at=AT,
        actor=office.officer,
    )
    assert list(room.invigilators.all()) == [invigilator]
    some = list(sitting.seats.order_by("number")[3:])
    assert move_to_room(seats=some, room=room, at=AT, actor=office.officer) == 3
    assert sorted(room.seats.values_list("number", flat=True)) == [1, 2, 3]
    with pytest.raises(Conflict):
        add_room(sitting=sitting, name="第一考场", at=AT, actor=office.officer)
    remove_room(room=room, at=AT, actor=office.officer)
    assert sitting.seats.filter(room=None).count() == 6


def test_a_seat_can_be_taken_away_until_its_owner_begins(office: Office) -> None:
    entries = office.freeze(people=2)
    office.publish()
    sitting = office.sit()
    office.begin(sitting, entries[0])
    seats = {seat.entry_id: seat for seat in sitting.seats.all()}
    with pytest.raises(Conflict) as refusal:
        remove_seats(seats=[seats[entries[0].pk]], at=AT, actor=office.officer)
    assert refusal.value.message == f"{entries[0].name}已开始作答，不能撤座。"
    assert remove_seats(seats=[seats[entries[1].pk]], at=AT, actor=office.officer) == 1


# --- Dealing -----------------------------------------------------------------------------------------


def test_neighbours_have_different_forms_in_even_numbers(office: Office) -> None:
    office.freeze(people=7)
    office.publish()
    sitting = office.sit(dealt=False)
    assert deal_forms(sitting=sitting, at=AT, actor=office.officer) == {"A": 4, "B": 3}
    codes = list(sitting.seats.order_by("number").values_list("form__code", flat=True))
    assert [a for a, b in pairwise(codes) if a == b] == []


def test_the_reserve_is_never_dealt_by_itself(office: Office) -> None:
    office.freeze()
    office.publish()
    assert [form.code for form in default_forms(office.sit(dealt=False))] == ["A", "B"]


def test_who_has_begun_keeps_his_form(office: Office) -> None:
    entries = office.freeze(people=4)
    forms = office.publish()
    sitting = office.sit()
    attempt = office.begin(sitting, entries[0])
    deal_forms(sitting=sitting, forms=[forms[1]], at=AT, actor=office.officer)
    assert sitting.seats.get(entry=entries[0]).form_id == attempt.form_id
    others = sitting.seats.exclude(entry=entries[0]).values_list("form", flat=True)
    assert set(others) == {forms[1].pk}


def test_late_comers_get_a_form_without_moving_the_others(office: Office) -> None:
    office.freeze(people=4)
    office.publish()
    sitting = office.sit()
    before = dict(sitting.seats.values_list("entry", "form"))
    latest = sitting.seats.order_by("-number").first()
    Seat.objects.filter(pk=latest.pk).update(form=None)
    deal_forms(sitting=sitting, only_new=True, at=AT, actor=office.officer)
    after = dict(sitting.seats.values_list("entry", "form"))
    assert {entry for entry in before if before[entry] != after[entry]} <= {latest.entry_id}
    assert after[latest.entry_id] is not None


def test_only_published_forms_are_dealt(office: Office) -> None:
    office.freeze()
    drafts = office.build()
    sitting = office.sit(dealt=False)
    for options, code in (({}, "no_forms"), ({"forms": drafts}, "draft")):
        with pytest.raises(Conflict) as refusal:
            deal_forms(sitting=sitting, at=AT, actor=office.officer, **options)  # type: ignore[arg-type]
        assert refusal.value.code == code


# --- The reserve -------------------------------------------------------------------------------------


def test_a_leaked_form_is_swapped_for_the_reserve_in_one_step(office: Office) -> None:
    entries = office.freeze(people=6)
    a, _, reserve = office.publish()
    sitting = office.sit()
    holder = sitting.seats.filter(form=a).order_by("number").first()
    office.begin(sitting, next(entry for entry in entries if entry.pk == holder.entry_id))
    count = swap_form(sitting=sitting, old=a, new=reserve, reason="A卷外泄", at=AT, actor=office.officer)
    assert count == 2
    forms = Counter(sitting.seats.values_list("form__code", flat=True))
    assert forms == {"A": 1, "B": 3, "C": 2}
    assert Form.objects.get(pk=reserve.pk).role == FormRole.MAIN
    assert Form.objects.get(pk=a.pk).role == FormRole.WITHDRAWN


def test_nobody_draws_a_form_that_was_swapped_away(office: Office) -> None:
    office.freeze(people=4)
    a, _, reserve = office.publish()
    sitting = office.sit()
    swap_form(sitting=sitting, old=a, new=reserve, reason="A卷外泄", at=AT, actor=office.officer)
    deal_forms(sitting=sitting, at=AT, actor=office.officer)
    assert set(sitting.seats.values_list("form__code", flat=True)) == {"B", "C"}


@pytest.mark.parametrize(
    ("case", "code"), [("reason", "reason"), ("same", "form"), ("draft", "draft"), ("nobody", "nobody")]
)
def test_swaps_that_cannot_be(office: Office, case: str, code: str) -> None:
    office.freeze(people=2)
    a, b, reserve = office.publish()
    sitting = office.sit()
    draft = build_forms(exam=office.exam, forms=1, reserves=0, seed=5, at=AT, actor=office.officer).forms[0]
    new = {"same": a, "draft": draft}.get(case, reserve)
    old = reserve if case == "nobody" else a
    new = b if case == "nobody" else new
    with pytest.raises(DomainError) as refusal:
        swap_form(
            sitting=sitting,
            old=old,
            new=new,
            reason="" if case == "reason" else "x",
            at=AT,
            actor=office.officer,
        )
    assert refusal.value.code == code


# --- Makeups -----------------------------------------------------------------------------------------


def held(office: Office) -> list[RosterEntry]:
    """A main sitting that two of three have begun (and so have met their form)."""
    entries = office.freeze(people=3)
    office.publish()
    sitting = office.sit()
    for entry in entries[:2]:
        office.begin(sitting, entry)
    Attempt.objects.update(**{"state": "submitted"}, submitted_at=OPENS + timedelta(minutes=20))
    return entries


def makeup(office: Office, entries: list[RosterEntry]) -> Sitting:
    spec = SittingSpec("补考", CLOSES + 24 * HOUR, CLOSES + 26 * HOUR, 3600, Mode.ONLINE)
    return create_makeup(exam=office.exam, spec=spec, entries=entries, at=CLOSES, actor=office.officer)


def test_nobody_gets_in_the_makeup_what_he_has_met(office: Office) -> None:
    entries = held(office)
    sitting = makeup(office, entries)
    assert sitting.kind == SittingKind.MAKEUP
    for seat in sitting.seats.select_related("entry"):
        met = set(seat.entry.attempts.values_list("form", flat=True))
        assert seat.form_id is not None
        assert seat.form_id not in met


def test_where_all_forms_are_met_the_seats_wait_for_a_new_one(office: Office) -> None:
    entries = office.freeze(people=2)
    office.build(forms=1, reserves=0)
    publish_forms(exam=office.exam, at=AT, actor=office.officer, second_person=False)
    main = office.sit()
    for entry in entries:
        office.begin(main, entry)
    Attempt.objects.update(**{"state": "submitted"}, submitted_at=OPENS + timedelta(minutes=20))
    sitting = makeup(office, entries)
    assert sitting.seats.filter(form=None).count() == 2
    with pytest.raises(Conflict) as refusal:
        deal_forms(sitting=sitting, at=CLOSES, actor=office.officer)
    assert refusal.value.code == "all_seen"
    built = build_forms(
        exam=office.exam, forms=1, reserves=0, seed=3, seen_by=entries, at=CLOSES, actor=office.officer
    )
    (seen,) = seen_sets(entries)
    assert len(built.assembly.forms[0].items & seen) <= 6  # at most three tenths of twenty
    publish_forms(exam=office.exam, at=CLOSES, actor=office.officer, second_person=False)
    assert deal_forms(sitting=sitting, at=CLOSES, actor=office.officer) == {"B": 2}


def test_a_makeup_of_nobody_is_refused(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        makeup(office, [])
    assert refusal.value.message == "没有需要补考的人。"
    assert Sitting.objects.count() == 0


def test_too_few_new_items_for_a_makeup_form_are_named(office: Office) -> None:
    """All forty multiple-choice items of four forms were met: thirty per cent of a form are six items."""
    entries = office.freeze(people=5)
    office.build(forms=4, reserves=0)
    publish_forms(exam=office.exam, at=AT, actor=office.officer, second_person=False)
    sitting = office.sit()
    for entry in entries[:4]:
        office.begin(sitting, entry)
    forms = list(office.exam.forms.order_by("code"))
    first = Attempt.objects.order_by("started_at").first()
    seen = seen_sets([first.entry])
    assert len(seen[0]) == 20
    for form in forms:  # the same person has met all four
        Attempt.objects.filter(form=form).update(
            entry=first.entry, number=forms.index(form) + 1, **{"state": "submitted"}, submitted_at=CLOSES
        )
    with pytest.raises(CannotAssemble) as refusal:
        build_forms(
            exam=office.exam,
            forms=2,
            reserves=0,
            seed=3,
            seen_by=[first.entry],
            at=CLOSES,
            actor=office.officer,
        )
    assert "补考卷最多可含 6 道考过的题（30%）" in refusal.value.message
