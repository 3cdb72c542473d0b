"""Units, people, roles, approvals, lists and the log by programs."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from examsite.people.models import Approval, CorrectionRequest, Membership, Role, User
from tests.calls import Calls
from tests.factories import PASSWORD, UnitTree, make_member, make_staff

pytestmark = pytest.mark.django_db


def test_units_by_program(call: Calls, tree: UnitTree) -> None:
    names = {one["name"] for one in call("get", "units")["results"]}
    assert names == {"青城镇", "党政办公室", "城关管区", "东风村"}
    made = call("post", "units", parent=str(tree.area.pk), kind="village", name="西园村", status=201)
    call("post", "unit_rename", made["id"], name="西园社区")
    call("post", "unit_move", made["id"], parent=str(tree.town.pk), reason="区划调整")
    ended = call("post", "unit_end", made["id"], on="2026-06-01", reason="并村")
    assert (ended["name"], ended["parent"], ended["valid_to"]) == (
        "西园社区",
        str(tree.town.pk),
        "2026-06-01",
    )
    call("get", "unit", tree.other_town.pk, status=404)
    call("post", "units", parent=str(tree.other_town.pk), kind="village", name="新村", status=404)
    refused = call("post", "units", parent=str(tree.area.pk), kind="town", name="新镇", status=400)
    assert refused["code"] == "wrong_place"


def test_people_by_program(call: Calls, tree: UnitTree) -> None:
    new = {"name": "张三", "unit": str(tree.village.pk), "category": "law-wise", "since": "2026-01-01"}
    made = call("post", "people", **new, phone="13800001234", status=201)
    assert made["phone"] == "138****1234"
    again = call("post", "people", **new, status=409)
    assert again["code"] == "same_name"
    assert [one["name"] for one in call("get", "people", q="13800001234")["results"]] == ["张三"]
    assert call("get", "people", unit=str(tree.office.pk))["results"] == []
    changed = call("put", "person", made["id"], name="张珊", birth_year=1980)
    assert (changed["name"], changed["birth_year"], changed["phone"]) == ("张珊", 1980, "138****1234")
    row = made["memberships"][0]["id"]
    moved = call("post", "membership_move", row, on="2026-06-01", unit=str(tree.office.pk), category="cadre")
    assert (moved["unit_name"], moved["category"]) == ("党政办公室", "cadre")
    call(
        "post",
        "memberships",
        made["id"],
        unit=str(tree.village.pk),
        category="law-wise",
        since="2026-06-01",
        status=201,
    )
    closed = call("post", "membership_close", moved["id"], on="2026-07-01", reason="调离")
    assert closed["valid_to"] == "2026-07-01"
    assert Membership.objects.filter(user=made["id"]).count() == 3


def test_accounts_by_program(call: Calls, tree: UnitTree) -> None:
    user = make_member(tree.office, "张三", username="zhangsan", category="cadre").user
    assert "/sign-in/link#" in call("post", "person_link", user.pk, status=201)["link"]
    assert call("post", "person_block", user.pk, reason="停职")["is_active"] is False
    assert call("post", "person_unblock", user.pk)["is_active"] is True
    double = make_member(tree.village, "张三").user
    merged = call("post", "person_merge", user.pk, double=str(double.pk), reason="重复")
    assert len(merged["memberships"]) == 2
    call("post", "person_merge", user.pk, double=str(user.pk), reason="重复", status=400)


def test_grave_calls_want_a_fresh_proof(officer: User, tree: UnitTree) -> None:
    user = make_member(tree.office, "张三", username="zhangsan").user
    call = Calls(officer, sure=False)
    assert call("post", "person_link", user.pk, status=403)["code"] == "confirm"
    call("post", "confirm", password="wrong", status=401)
    call("post", "confirm", password=PASSWORD, status=204)
    call("post", "person_link", user.pk, status=201)


def test_roles_and_approvals_by_program(call: Calls, tree: UnitTree) -> None:
    user = make_member(tree.office, "张三").user
    given = call("post", "role_new", user.pk, role="marker", unit=str(tree.town.pk), status=201)
    assert (given["grant"]["role"], given["approval"]) == ("marker", None)
    asked = call("post", "role_new", user.pk, role="officer", unit=str(tree.town.pk), status=202)
    approval = Approval.objects.get(pk=asked["approval"])
    second = Calls(make_staff(tree.county, Role.OFFICER, "乙"))
    shown = second("get", "approval", approval.pk)
    assert shown["content"]["角色"] == "考务"
    assert [one["id"] for one in second("get", "approvals")["results"]] == [str(approval.pk)]
    decision = {"approve": True, "digest": shown["digest"]}
    assert call("post", "approval_decide", approval.pk, **decision, status=403)["code"] == "needs_second"
    wrong = second("post", "approval_decide", approval.pk, approve=True, digest="x", status=409)
    assert wrong["code"] == "other_content"
    second("post", "approval_decide", approval.pk, **decision)
    assert sorted(one["role"] for one in call("get", "roles", user.pk)) == ["marker", "officer"]
    ended = call("post", "role_end", given["grant"]["id"], reason="不再阅卷")
    assert ended["ended_at"] is not None


def test_a_list_by_program(call: Calls, tree: UnitTree) -> None:
    file = SimpleUploadedFile(
        "名单.csv", "姓名,村,类别\n张三,东风村,法律明白人\n李四,东凤村,法律明白人".encode()
    )
    address = reverse("people_api:import_upload")
    fields = {"unit": str(tree.town.pk), "since": "2026-03-01", "file": file}
    reply = call.client.post(address, fields, format="multipart")
    assert reply.status_code == 201, reply.content
    run = reply.json()["id"]
    shown = call("get", "import", run)
    assert (shown["summary"]["new"], shown["summary"]["held"]) == (1, 1)
    question = shown["units"][0]
    call("put", "import", run, since="2026-03-01", units={question["text"]: question["nearest"][0][0]})
    assert call("post", "import_apply", run, digest=shown["digest"], status=409)["code"] == "changed"
    done = call("post", "import_apply", run, digest=call("get", "import", run)["digest"])
    assert (done["state"], done["summary"]["new"]) == ("applied", 2)
    assert call("post", "import_undo", run)["state"] == "undone"
    assert [one["id"] for one in call("get", "imports")["results"]] == [run]
    call("post", "import_drop", run, status=409)


def test_the_log_by_program(call: Calls, tree: UnitTree) -> None:
    call("post", "unit_rename", tree.village.pk, name="东风社区")
    assert call("get", "audit", status=403)["code"] == "forbidden"
    auditor = Calls(make_staff(tree.county, Role.AUDITOR, "丁"))
    found = auditor("get", "audit", action="unit.rename")["results"]
    assert [(one["actor"], one["after"]["name"]) for one in found] == [("甲", "东风社区")]


def test_me_by_program(tree: UnitTree) -> None:
    user = make_member(tree.village, "张三", phone="13800001234").user
    mine = Calls(user)
    assert mine("get", "me") == {"id": str(user.pk), "name": "张三", "roles": []}
    data = {one["title"]: one["rows"] for one in mine("get", "my_data")}
    assert data["基本信息"][0]["手机号"] == "13800001234"
    mine("post", "my_corrections", text="村不对", status=204)
    assert CorrectionRequest.objects.get().user == user
    mine("post", "sign_out", status=204)
    mine("get", "me", status=401)


@pytest.mark.parametrize(
    ("route", "data"),
    [
        ("units", {"parent": "x", "kind": "village", "name": "村", "path": "/"}),
        ("people", {"name": "张三", "is_staff": True}),
        ("people", {"name": "张三", "sign_in_epoch": 5}),
    ],
)
def test_unknown_fields_are_refused(call: Calls, route: str, data: dict[str, object]) -> None:
    refused = call("post", route, status=400, **data)
    unknown = {"path", "is_staff", "sign_in_epoch"} & set(data)
    assert [refused["fields"][name] for name in unknown] == [["未知字段。"]]


def test_somebody_who_came_by_a_slip_is_a_candidate_and_nothing_else(officer: User, tree: UnitTree) -> None:
    call = Calls(officer)
    assert call("get", "units")["count"] == 4
    session = call.client.session
    session["way"] = "ticket"
    session.save()
    assert call("get", "units")["count"] == 0
    call("get", "unit", tree.village.pk, status=404)
