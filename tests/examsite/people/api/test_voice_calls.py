"""What people say to the office, and what is held about them, by programs."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from examsite.lib import clock
from examsite.people.domain.memberships import close_membership
from examsite.people.domain.second_factor import has_second_factor
from examsite.people.domain.tries import account_key
from examsite.people.domain.voice import (
    FEEDBACK_AN_HOUR,
    OPEN_CORRECTIONS,
    ask_correction,
    send_messages,
)
from examsite.people.models import (
    AuditRecord,
    CorrectionRequest,
    Feedback,
    Role,
    SecondFactor,
    SignInFailure,
    User,
)
from tests.calls import Calls
from tests.factories import AT, UnitTree, make_member, make_staff, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(tree: UnitTree) -> Calls:
    return Calls(make_staff(tree.county, Role.OFFICER, "丙"))


# --- Complaints and suggestions ----------------------------------------------------------------------------


def test_feedback_needs_no_name_and_is_answered(county: Calls, call: Calls) -> None:
    stranger = Calls(None)
    sent = stranger("post", "feedback", kind="complaint", text="催了三次", contact="13800001234", status=201)
    asked = stranger("post", "feedback_answer", code=f" {sent['code'].lower()} ")
    assert (asked["kind"], asked["text"], asked["answer"], asked["answered_at"]) == (
        "complaint",
        "催了三次",
        "",
        None,
    )
    assert sorted(asked) == ["answer", "answered_at", "kind", "sent_at", "text"]
    (row,) = county("get", "register")["results"]
    assert (row["code"], "contact" in row) == (sent["code"], False)
    assert county("get", "register_entry", row["id"])["contact"] == "13800001234"
    done = county("post", "register_answer", row["id"], answer="已提醒镇里")
    assert (done["answer"], done["answered_by"]) == ("已提醒镇里", "丙")
    assert stranger("post", "feedback_answer", code=sent["code"])["answer"] == "已提醒镇里"
    assert stranger("post", "feedback_answer", code="XXXXXXXX", status=404)["code"] == "no_code"
    assert AuditRecord.objects.get(action="feedback.answer").actor.name == "丙"


def test_the_register_is_the_countys(call: Calls) -> None:
    Calls(None)("post", "feedback", kind="problem", text="打不开", status=201)
    entry = Feedback.objects.get().pk
    assert call("get", "register", status=403)["code"] == "forbidden"
    call("get", "register_entry", entry, status=403)
    call("post", "register_answer", entry, answer="已处理", status=403)
    assert Feedback.objects.get().answer == ""
    Calls(None)("get", "register", status=401)


def test_what_is_open_stands_first(county: Calls, call: Calls, tree: UnitTree) -> None:
    stranger = Calls(None)
    for text in ("一", "二", "三"):
        stranger("post", "feedback", kind="suggestion", text=text, status=201)
    rows = {row["text"]: row["id"] for row in county("get", "register")["results"]}
    county("post", "register_answer", rows["三"], answer="好")
    county("post", "register_answer", rows["一"], answer="好")
    assert [row["text"] for row in county("get", "register")["results"]] == ["二", "一", "三"]
    user = make_member(tree.village, "张三").user
    asked = [ask_correction(user=user, text=text, at=AT) for text in ("一", "二", "三")]
    call("post", "correction_answer", asked[2].pk, answer="好")
    assert [row["text"] for row in call("get", "corrections")["results"]] == ["二", "一", "三"]


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ({"kind": "praise", "text": "好"}, 400, "invalid"),
        ({"kind": "complaint", "text": " "}, 400, "invalid"),
        ({"kind": "complaint", "text": "长" * 2001}, 400, "invalid"),
        ({"kind": "complaint", "text": "好", "unit": "x"}, 400, "invalid"),
    ],
)
def test_feedback_that_is_none(data: dict[str, str], status: int, code: str) -> None:
    assert Calls(None)("post", "feedback", **data, status=status)["code"] == code
    assert Feedback.objects.count() == 0


def test_one_address_does_not_flood_the_register() -> None:
    stranger = Calls(None)
    for _ in range(FEEDBACK_AN_HOUR):
        stranger("post", "feedback", kind="suggestion", text="再来", status=201)
    refused = stranger("post", "feedback", kind="suggestion", text="再来", status=409)
    assert (refused["code"], Feedback.objects.count()) == ("many", FEEDBACK_AN_HOUR)


# --- Corrections, messages, my data ------------------------------------------------------------------------


def test_a_correction_is_asked_for_and_answered_once(call: Calls, tree: UnitTree) -> None:
    mine = Calls(make_member(tree.village, "张三").user)
    mine("post", "my_corrections", text="村不对，应为西园村", status=204)
    (row,) = call("get", "corrections")["results"]
    assert (row["name"], row["unit_name"], row["text"], row["answered_at"]) == (
        "张三",
        "东风村",
        "村不对，应为西园村",
        None,
    )
    assert call("post", "correction_answer", row["id"], answer="已更正")["answered_by"] == "甲"
    (seen,) = mine("get", "my_corrections")["results"]
    assert (seen["answer"], "name" in seen) == ("已更正", False)
    assert call("post", "correction_answer", row["id"], answer="又", status=409)["code"] == "answered"
    for _ in range(OPEN_CORRECTIONS):
        mine("post", "my_corrections", text="还有", status=204)
    assert mine("post", "my_corrections", text="还有", status=409)["code"] == "many"


def test_corrections_of_others_are_out_of_sight(call: Calls, tree: UnitTree) -> None:
    foreign = ask_correction(user=make_member(tree.other_village, "外一").user, text="错", at=AT)
    leader = Calls(make_staff(tree.county, Role.LEADER, "县长"))
    for one in (call, leader):
        assert one("get", "corrections")["results"] == []
        one("post", "correction_answer", foreign.pk, answer="好", status=404)
    mine = Calls(make_member(tree.village, "张三").user)
    assert mine("get", "my_corrections")["results"] == []
    assert CorrectionRequest.objects.get().answered_at is None


def test_the_county_answers_who_belongs_nowhere(call: Calls, county: Calls) -> None:
    asked = ask_correction(user=make_user("孙八"), text="名字错", at=AT)
    assert call("get", "corrections")["results"] == []
    call("post", "correction_answer", asked.pk, answer="好", status=404)
    assert [row["unit"] for row in county("get", "corrections")["results"]] == [None]
    county("post", "correction_answer", asked.pk, answer="已改")
    assert CorrectionRequest.objects.get().answer == "已改"


def test_messages_are_mine_until_put_away(tree: UnitTree) -> None:
    user, other = make_member(tree.village, "张三").user, make_member(tree.village, "李四").user
    send_messages(users=[user, other], text="周五前请参加考试", at=AT)
    mine = Calls(user)
    assert [one["text"] for one in mine("get", "my_messages")] == ["周五前请参加考试"]
    mine("post", "my_messages_seen", status=204)
    assert mine("get", "my_messages") == []
    assert len(Calls(other)("get", "my_messages")) == 1


def test_taking_ones_data_along_is_logged(tree: UnitTree) -> None:
    user = make_member(tree.village, "张三", phone="13800001234").user
    mine = Calls(user)
    shown = mine("get", "my_data")
    assert AuditRecord.objects.filter(action="person.export").count() == 0
    taken = mine("post", "my_data")
    assert [one["title"] for one in taken] == [one["title"] for one in shown]
    assert taken[0]["rows"][0]["手机号"] == "13800001234"
    assert AuditRecord.objects.get(action="person.export").actor == user


def test_my_sign_ins_end_everywhere(tree: UnitTree) -> None:
    user = make_member(tree.village, "张三").user
    here, there = Calls(user), Calls(user)
    here("post", "my_sign_out", status=204)
    here("get", "me", status=401)
    there("get", "me", status=401)


# --- The account, deletion, export -------------------------------------------------------------------------


def test_doors_are_opened_and_shut_by_program(call: Calls, tree: UnitTree) -> None:
    user = make_member(tree.office, "张三", username="zhangsan").user
    SignInFailure.objects.create(
        account=account_key(user),
        address="",
        failures=9,
        last_at=AT,
        locked_until=clock.now() + timedelta(hours=1),
    )
    call("post", "person_unlock", user.pk, status=204)
    assert SignInFailure.objects.count() == 0
    mine = Calls(user)
    call("post", "person_sign_out", user.pk, reason="手机丢失", status=204)
    mine("get", "me", status=401)
    SecondFactor.objects.create(user=user, secret_sealed="x", since=AT)
    call("post", "person_factor_off", user.pk, reason="手机丢失", status=204)
    assert has_second_factor(user) is False


def test_deletion_takes_two_people(officer: User, tree: UnitTree) -> None:
    call, second = Calls(officer), Calls(make_staff(tree.county, Role.OFFICER, "乙"))
    row = make_member(tree.village, "张三", phone="13800001234")
    assert call("post", "person_forget", row.user_id, reason="本人要求", status=409)["code"] == "present"
    close_membership(membership=row, on=date(2026, 1, 1), at=AT, actor=None)
    hasty = Calls(officer, sure=False)
    assert hasty("post", "person_forget", row.user_id, reason="本人要求", status=403)["code"] == "confirm"
    asked = call("post", "person_forget", row.user_id, reason="本人要求", status=202)
    assert User.objects.get(pk=row.user_id).name == "张三"
    decision = {"approve": True, "digest": asked["digest"]}
    assert call("post", "approval_decide", asked["id"], **decision, status=403)["code"] == "needs_second"
    second("post", "approval_decide", asked["id"], **decision)
    gone = User.objects.get(pk=row.user_id)
    assert (gone.name.startswith("已删除"), gone.phone_sealed, gone.is_active) == (True, "", False)
    foreign = make_member(tree.other_village, "外一")
    call("post", "person_forget", foreign.user_id, reason="本人要求", status=404)


def test_a_list_of_people_leaves_once_and_by_two(call: Calls, tree: UnitTree) -> None:
    second = Calls(make_staff(tree.county, Role.OFFICER, "乙"))
    make_member(tree.village, "张三", phone="13800001234")
    wanted = {"unit": str(tree.town.pk), "category": "law-wise", "purpose": "核对名单"}
    asked = call("post", "export", **wanted, status=202)
    assert (asked["content"]["人数"], asked["content"]["含手机号"]) == (1, False)
    refused = call("post", "export_file", asked["id"], status=403)
    assert refused["code"] == "needs_second"
    second("post", "approval_decide", asked["id"], approve=True, digest=asked["digest"])
    assert second("post", "export_file", asked["id"], status=403)["code"] == "not_yours"
    book = load_workbook(BytesIO(call("post", "export_file", asked["id"])))
    rows = list(book["人员名单"].iter_rows(values_only=True))
    assert [(row[0], row[3], row[7]) for row in rows[1:]] == [("张三", "东风村", None)]
    assert call("post", "export_file", asked["id"], status=403)["code"] == "needs_second"
    call("post", "export", **{**wanted, "unit": str(tree.other_town.pk)}, status=404)
