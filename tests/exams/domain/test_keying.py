"""Paper sheets: two people, their differences, what becomes of them beside attempts on a screen."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from exams.domain.invigilation import void_attempt
from exams.domain.keying import (
    SheetState,
    attach_scan,
    differences_of,
    drop_sheet,
    duplicates_of,
    find_seat,
    key_first,
    key_second,
    settle_differences,
    sheet_rows,
)
from exams.domain.standings import standings_of
from exams.engine.admission import check_digit
from exams.models import Attempt, KeyedSheet, RosterEntry, Seat, Sitting
from examsite.lib import clock
from examsite.lib.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from examsite.people.models import AuditRecord, User
from tests.exam_world import make_user
from tests.marking_world import ESSAY, FILL, MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


@pytest.fixture
def place() -> MarkingWorld:
    place = make_marking_world(people=2)
    RosterEntry.objects.update(mode="paper")
    for number, entry in enumerate(RosterEntry.objects.order_by("admission_number"), 27):
        entry.admission_number = f"2026-11-0103-{number:04}-{number % 10}"
        entry.save(update_fields=["admission_number"])
    return place


@pytest.fixture
def clerks(place: MarkingWorld) -> list[User]:
    return [place.world.officer, place.world.second_officer, make_user("录入丙")]


def seat_of(place: MarkingWorld, at: int = 0) -> Seat:
    rows = Seat.objects.select_related("entry", "form", "sitting__exam__unit")
    return rows.get(pk=place.world.seats[at].pk)


def cells(place: MarkingWorld, **changes: Any) -> dict[str, Any]:
    wanted = {"single": "b", "essay": "要公开", "fill": ["五", "连选连任"]} | changes
    return dict(zip(place.world.slots, wanted.values(), strict=True))


def times() -> dict[str, datetime]:
    now = clock.now()
    return {"started_at": now - timedelta(hours=1), "submitted_at": now - timedelta(minutes=5), "at": now}


def first(place: MarkingWorld, clerk: User, at: int = 0, **changes: Any) -> KeyedSheet:
    return key_first(seat=seat_of(place, at), cells=cells(place, **changes), actor=clerk, **times())


def second(place: MarkingWorld, sheet: KeyedSheet, clerk: User, **changes: Any) -> KeyedSheet:
    return key_second(sheet=sheet, cells=cells(place, **changes), at=clock.now(), actor=clerk)


def test_two_readings_that_agree_are_an_attempt(place: MarkingWorld, clerks: list[User]) -> None:
    sheet = first(place, clerks[0])
    assert Attempt.objects.count() == 0
    done = second(place, sheet, clerks[1], single=" Ｂ")
    attempt = Attempt.objects.get()
    assert done.attempt == attempt
    assert (attempt.mode, attempt.number, attempt.state) == ("paper", 1, "submitted")
    assert (attempt.started_at, attempt.submitted_at) == (sheet.started_at, sheet.submitted_at)
    place.plan(place.markers[1])
    place.judge(attempt, 8, ESSAY)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points) == ("marked", D(12))


def test_the_same_person_cannot_read_twice(place: MarkingWorld, clerks: list[User]) -> None:
    sheet = first(place, clerks[0])
    with pytest.raises(Forbidden) as refusal:
        second(place, sheet, clerks[0])
    assert refusal.value.code == "second_person"


def test_differences_are_listed_and_settled_with_the_paper_in_hand(
    place: MarkingWorld, clerks: list[User]
) -> None:
    sheet = first(place, clerks[0], single="a")
    sheet = second(place, sheet, clerks[1], fill=["五", ""])
    assert Attempt.objects.count() == 0
    assert [(one.number, one.first, one.second) for one in differences_of(sheet)] == [
        (1, "A", "B"),
        (3, "五；连选连任", "五；"),
    ]
    slots = place.world.slots
    with pytest.raises(Invalid) as missing:
        settle_differences(sheet=sheet, cells={slots[0]: "B"}, at=clock.now(), actor=clerks[2])
    assert (missing.value.code, missing.value.extra) == ("missing", {"numbers": [3]})
    done = settle_differences(
        sheet=sheet, cells={slots[0]: "B", slots[2]: ["五", "连选连任"]}, at=clock.now(), actor=clerks[2]
    )
    assert (done.settled, done.settled_by) == ({slots[0]: "B", slots[2]: ["五", "连选连任"]}, clerks[2])
    assert (done.first[slots[0]], done.second[slots[0]]) == ("A", "B")
    attempt = Attempt.objects.get()
    assert place.marks(attempt, 0) == [(D(2), "all")]
    assert place.marks(attempt, FILL) == [(D(2), "all")]
    with pytest.raises(Conflict) as again:
        settle_differences(sheet=sheet, cells={}, at=clock.now(), actor=clerks[2])
    assert again.value.code == "settled"


def test_a_cell_that_cannot_be_read_stops_the_whole_sheet(place: MarkingWorld, clerks: list[User]) -> None:
    with pytest.raises(Invalid) as refusal:
        first(place, clerks[0], single="AB", fill=["五"])
    assert (refusal.value.code, refusal.value.extra) == ("cells", {"numbers": [1, 3]})
    assert KeyedSheet.objects.count() == 0


def test_a_sheet_is_keyed_in_once(place: MarkingWorld, clerks: list[User]) -> None:
    sheet = first(place, clerks[0])
    with pytest.raises(Conflict) as again:
        first(place, clerks[1])
    assert again.value.code == "keyed"
    second(place, sheet, clerks[1])
    with pytest.raises(Conflict) as third:
        second(place, sheet, clerks[2])
    assert third.value.code == "keyed"
    with pytest.raises(Conflict) as done:
        first(place, clerks[1])
    assert done.value.code == "has_attempt"


def test_a_wrong_sheet_is_put_aside_before_it_counts(place: MarkingWorld, clerks: list[User]) -> None:
    sheet = first(place, clerks[0])
    with pytest.raises(Invalid):
        drop_sheet(sheet=sheet, reason=" ", at=clock.now(), actor=clerks[0])
    drop_sheet(sheet=sheet, reason="拿错卷", at=clock.now(), actor=clerks[0])
    with pytest.raises(Conflict) as dropped:
        second(place, sheet, clerks[1])
    assert dropped.value.code == "dropped"
    other = second(place, first(place, clerks[0]), clerks[1])
    with pytest.raises(Conflict) as entered:
        drop_sheet(sheet=other, reason="晚了", at=clock.now(), actor=clerks[0])
    assert entered.value.code == "entered"
    assert AuditRecord.objects.get(action="sheet.drop").reason == "拿错卷"


def test_after_a_void_attempt_the_sheet_is_keyed_in_anew(place: MarkingWorld, clerks: list[User]) -> None:
    attempt = second(place, first(place, clerks[0]), clerks[1]).attempt
    assert attempt is not None
    with pytest.raises(Forbidden):
        void_attempt(attempt=attempt, reason="录错人", at=clock.now(), actor=clerks[0])
    void_attempt(attempt=attempt, reason="录错人", at=clock.now(), actor=clerks[1])
    again = second(place, first(place, clerks[0], single="a"), clerks[1], single="a").attempt
    assert again is not None
    assert (again.number, KeyedSheet.objects.filter(dropped_at=None).count()) == (2, 1)


# --- Finding the seat ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["2026-11-0103-0027-{}/A/1", "2026 11 0103 0027 {}", "0027", "0027{}"])
def test_a_sheet_is_found_by_its_code_or_a_few_digits(place: MarkingWorld, text: str) -> None:
    check = check_digit("20261101030027")
    entry = RosterEntry.objects.order_by("admission_number")[0]
    entry.admission_number = f"2026-11-0103-0027-{check}"
    entry.save(update_fields=["admission_number"])
    assert find_seat(seats=Seat.objects.all(), text=text.format(check)).entry == entry


@pytest.mark.parametrize(
    ("text", "code"), [("9999", "not_found"), ("abc", "number"), ("27", "number"), ("0027/B/1", "other_form")]
)
def test_what_cannot_be_found(place: MarkingWorld, text: str, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        find_seat(seats=Seat.objects.all(), text=text)
    assert refusal.value.code == code


def test_the_same_last_digits_twice_need_the_whole_number(place: MarkingWorld) -> None:
    entry = RosterEntry.objects.order_by("admission_number")[1]
    entry.admission_number = "2026-11-0999-0027-1"
    entry.save(update_fields=["admission_number"])
    with pytest.raises(Invalid) as refusal:
        find_seat(seats=Seat.objects.all(), text="0027")
    assert refusal.value.code == "several"


def test_only_the_given_seats_are_searched(place: MarkingWorld) -> None:
    with pytest.raises(NotFound):
        find_seat(seats=Seat.objects.none(), text="0027")


# --- Beside the screen -----------------------------------------------------------------------------------


def test_the_first_valid_submission_stands_and_the_other_is_listed(
    place: MarkingWorld, clerks: list[User]
) -> None:
    RosterEntry.objects.update(mode="online")
    online = place.hand_in(0, {0: "A"})
    moment = clock.now() + timedelta(minutes=1)
    sheet = key_first(
        seat=seat_of(place),
        cells=cells(place, essay=""),
        started_at=moment - timedelta(minutes=30),
        submitted_at=moment,
        at=moment,
        actor=clerks[0],
    )
    paper = key_second(sheet=sheet, cells=cells(place, essay=""), at=moment, actor=clerks[1]).attempt
    assert paper is not None
    assert paper.number == 2
    assert [(a.pk, b.pk) for a, b in duplicates_of(place.exam)] == [(online.pk, paper.pk)]
    standing = next(one.standing for one in standings_of(place.exam) if one.entry.pk == online.entry_id)
    assert (standing.attempts, standing.final.percent if standing.final else None) == (1, D(0))


def test_nobody_is_entered_while_he_is_answering(place: MarkingWorld, clerks: list[User]) -> None:
    RosterEntry.objects.update(mode="online")
    place.world.start(place.world.seats[0])
    with pytest.raises(Conflict) as refusal:
        first(place, clerks[0])
    assert refusal.value.code == "running"


@pytest.mark.parametrize(("status", "code"), [("exempt", "excused"), ("removed", "excused")])
def test_who_is_excused_is_not_entered(
    place: MarkingWorld, clerks: list[User], status: str, code: str
) -> None:
    RosterEntry.objects.update(status=status)
    with pytest.raises(Conflict) as refusal:
        first(place, clerks[0])
    assert refusal.value.code == code


def test_times_must_be_possible(place: MarkingWorld, clerks: list[User]) -> None:
    now = clock.now()
    with pytest.raises(Invalid) as refusal:
        key_first(seat=seat_of(place), cells={}, started_at=now, submitted_at=now, at=now, actor=clerks[0])
    assert refusal.value.code == "times"


# --- The list and the scans ------------------------------------------------------------------------------


def rows(place: MarkingWorld) -> list[tuple[SheetState, int, bool]]:
    sitting = Sitting.objects.get()
    return [
        (one.state, one.scans, one.doubled) for one in sheet_rows(sitting=sitting, seats=Seat.objects.all())
    ]


def test_the_list_of_sheets(place: MarkingWorld, clerks: list[User]) -> None:
    assert rows(place) == [(SheetState.MISSING, 0, False)] * 2
    sheet = first(place, clerks[0])
    assert rows(place)[0] == (SheetState.ONCE, 0, False)
    sheet = second(place, sheet, clerks[1], single="c")
    assert rows(place)[0] == (SheetState.DIFFERS, 0, False)
    settle_differences(sheet=sheet, cells={place.world.slots[0]: "C"}, at=clock.now(), actor=clerks[0])
    RosterEntry.objects.update(mode="online")
    place.hand_in(1, {0: "B"})
    RosterEntry.objects.update(mode="paper")
    assert rows(place) == [(SheetState.DONE, 0, False), (SheetState.MISSING, 0, True)]
    RosterEntry.objects.update(mode="online")
    assert rows(place) == [(SheetState.DONE, 0, False)]


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(buffer, "PNG")
    return buffer.getvalue()


def test_a_photo_is_encoded_anew_and_stored_under_a_name_of_ours(
    place: MarkingWorld, clerks: list[User], settings: Any, tmp_path: Any
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }
    scan = attach_scan(seat=seat_of(place), data=picture(), at=clock.now(), actor=clerks[0])
    assert scan.file.name.startswith("sheets/")
    assert scan.file.name.endswith(".jpg")
    with scan.file.open() as stored:
        assert stored.read()[:3] == b"\xff\xd8\xff"
    assert rows(place)[0][1] == 1


@pytest.mark.parametrize(("data", "code"), [(b"", "empty_file"), (b"<svg onload=x>", "file_type")])
def test_other_files_are_refused(place: MarkingWorld, clerks: list[User], data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        attach_scan(seat=seat_of(place), data=data, at=clock.now(), actor=clerks[0])
    assert refusal.value.code == code
