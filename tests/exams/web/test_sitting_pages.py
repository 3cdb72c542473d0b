"""The pages of sittings: seated, dealt, rooms, makeups."""

from __future__ import annotations

import pytest

from exams.domain.exams import publish_exam
from exams.domain.publishing import publish_forms
from exams.domain.sittings import SittingSpec, add_room, create_makeup
from exams.domain.starting import start_attempt
from exams.models import Attempt, Sitting
from examsite.people.models import Role
from tests.factories import AT, make_staff
from tests.office_pages import client_of, sitting_fields, text_of, told, url
from tests.papers_world import CLOSES, HOUR, OPENS, Office

pytestmark = pytest.mark.django_db


def test_a_sitting_is_created_seated_and_dealt_on_its_page(office: Office) -> None:
    office.freeze(people=3)
    office.publish()
    client = client_of(office.officer)
    reply = client.post(url("sitting_new", office.exam.pk), sitting_fields())
    made = Sitting.objects.get()
    assert reply.url == url("sitting", made.pk)
    assert made.opens_at.isoformat() == "2026-03-10T01:00:00+00:00"  # typed in local time
    assert told(client.post(url("sitting_deed", made.pk), {"deed": "seat"}))[-1] == "已给 3 人排座。"
    reply = client.post(url("sitting_deed", made.pk), {"deed": "deal"})
    assert told(reply)[-1] == "已分卷：A卷 2 人，B卷 1 人；相邻座位的卷不同。"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"closes_at": "2026-03-10T08:00"}, "结束时间要晚于开始时间，请改结束时间。"),
        ({"duration": "0"}, "作答时长（分钟）"),
        ({"opens_at": "soon"}, "开始时间"),
    ],
)
def test_a_refused_sitting_keeps_what_was_typed(
    office: Office, fields: dict[str, object], sentence: str
) -> None:
    reply = client_of(office.officer).post(
        url("sitting_new", office.exam.pk), sitting_fields(title="东风村专场", **fields)
    )
    assert reply.status_code == 400
    assert sentence in text_of(reply)
    assert 'value="东风村专场"' in text_of(reply)
    assert Sitting.objects.count() == 0


def test_the_reserve_is_swapped_in_on_the_page(office: Office) -> None:
    office.freeze(people=2)
    a, _, reserve = office.publish()
    sitting = office.sit()
    client = client_of(office.officer)
    deed = {"deed": "swap", "old": str(a.pk), "new": str(reserve.pk)}
    assert told(client.post(url("sitting_deed", sitting.pk), deed)) == ["请写明换卷的原因。"]
    reply = client.post(url("sitting_deed", sitting.pk), deed | {"reason": "外泄"})
    assert told(reply)[-1] == "已给 1 人换卷；已经开始作答的人不变。"


def test_seats_are_moved_and_taken_away(office: Office) -> None:
    office.freeze(people=2)
    office.publish()
    sitting = office.sit()
    room = add_room(sitting=sitting, name="第一考场", at=AT, actor=office.officer)
    client = client_of(office.officer)
    keys = [str(one) for one in sitting.seats.values_list("pk", flat=True)]
    assert told(client.post(url("seats_deed", sitting.pk), {"deed": "move"})) == ["请先勾选要操作的人。"]
    client.post(url("seats_deed", sitting.pk), {"deed": "move", "seat": keys, "room": str(room.pk)})
    assert room.seats.count() == 2
    client.post(url("seats_deed", sitting.pk), {"deed": "remove", "seat": keys[:1]})
    assert sitting.seats.count() == 1


def test_rooms_are_made_and_removed(office: Office) -> None:
    office.freeze(people=1)
    office.publish()
    sitting = office.sit()
    invigilator = make_staff(office.tree.town, Role.INVIGILATOR, "郑海燕")
    client = client_of(office.officer)
    client.post(
        url("room_new", sitting.pk),
        {"name": "第一考场", "place": "中学", "invigilators": [str(invigilator.pk)]},
    )
    room = sitting.rooms.get()
    assert list(room.invigilators.all()) == [invigilator]
    client.post(url("room_edit", room.pk), {"name": "第二考场", "place": ""})
    room.refresh_from_db()
    assert (room.name, room.invigilators.count()) == ("第二考场", 0)
    client.post(url("room_remove", room.pk))
    assert sitting.rooms.count() == 0


def test_a_makeup_seats_those_who_were_absent(office: Office) -> None:
    office.freeze(people=2)
    office.publish()
    office.sit()
    publish_exam(exam=office.exam, at=AT, actor=office.officer, second_person=False)
    client = client_of(office.officer)
    page = text_of(client.get(url("makeup_new", office.exam.pk)))
    assert page.count("缺考") >= 2
    keys = [str(one) for one in office.exam.entries.values_list("pk", flat=True)]
    nobody = client.post(url("makeup_new", office.exam.pk), sitting_fields(title="补考"))
    assert "没有需要补考的人。" in text_of(nobody)
    client.post(url("makeup_new", office.exam.pk), sitting_fields(title="补考", entry=keys))
    made = Sitting.objects.get(kind="makeup")
    assert made.seats.count() == 2


def test_a_makeup_whose_people_met_every_form_gets_a_new_one(office: Office) -> None:
    entries = office.freeze(people=2)
    office.build(forms=1, reserves=0)
    publish_forms(exam=office.exam, at=AT, actor=office.officer, second_person=False)
    main = office.sit()
    publish_exam(exam=office.exam, at=AT, actor=office.officer, second_person=False)
    for seat in main.seats.select_related("sitting__exam", "entry"):
        start_attempt(seat=seat, number=1, device="d", at=OPENS)
    Attempt.objects.update(**{"state": "submitted"}, submitted_at=OPENS)
    spec = SittingSpec("补考", CLOSES, CLOSES + 2 * HOUR, 3600)
    makeup = create_makeup(exam=office.exam, spec=spec, entries=entries, at=CLOSES, actor=office.officer)
    client = client_of(office.officer)
    assert "为补考组新卷" in text_of(client.get(url("sitting", makeup.pk)))
    reply = client.post(url("sitting_deed", makeup.pk), {"deed": "build"})
    assert told(reply) == ["已为补考组卷：B卷、C卷。请检查、定卷，再回到场次页分卷。"]
    publish_forms(exam=office.exam, at=CLOSES, actor=office.officer, second_person=False)
    reply = client.post(url("sitting_deed", makeup.pk), {"deed": "deal-new"})
    assert told(reply)[-1] == "已给没有卷的座位分卷，其他人不变。"
    assert set(makeup.seats.values_list("form__code", flat=True)) == {"B"}
