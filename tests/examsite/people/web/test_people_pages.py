from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from examsite.lib import clock
from examsite.people.domain.memberships import members_as_of
from examsite.people.domain.voice import ask_correction
from examsite.people.models import (
    Approval,
    CorrectionRequest,
    Feedback,
    LawWiseStage,
    Membership,
    Role,
    Unit,
    User,
)
from tests.factories import AT, UnitTree, make_member, make_staff, make_user

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    """Signed in, and sure of it a moment ago."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["sure_at"] = clock.now().timestamp()
    session.save()
    return client


@pytest.fixture
def officer(tree: UnitTree) -> User:
    return make_staff(tree.town, Role.OFFICER, "甲")


@pytest.fixture
def second(tree: UnitTree) -> User:
    return make_staff(tree.town, Role.OFFICER, "乙", username="second")


@pytest.fixture
def client(officer: User) -> Client:
    return browser(officer)


def url(name: str, *args: object) -> str:
    return reverse(f"people:{name}", args=args)


def text(client: Client, name: str, *args: object, **query: str) -> str:
    return client.get(url(name, *args), query).content.decode()


def test_the_tree_shows_my_part_with_its_people(client: Client, tree: UnitTree) -> None:
    make_member(tree.village, "张三")
    body = text(client, "units")
    for name in ("青城镇", "党政办公室", "城关管区", "东风村"):
        assert name in body
    for name in ("云山县", "白水镇"):
        assert name not in body
    assert "1" in text(client, "unit", tree.village.pk)


def test_a_unit_is_added_renamed_moved_and_ended(client: Client, tree: UnitTree) -> None:
    new = {"names": "西园村 0102", "kind": "village"}
    reply = client.post(url("unit_new", tree.area.pk), new)
    unit = Unit.objects.get(name="西园村")
    assert reply.url == url("unit", unit.pk)
    assert "已有“西园村”" in client.post(url("unit_new", tree.area.pk), new).content.decode()
    client.post(url("unit_edit", unit.pk), {"name": "西园社区", "code": "0102", "order": "3"})
    client.post(url("unit_move", unit.pk), {"parent": str(tree.town.pk), "reason": "区划调整"})
    unit.refresh_from_db()
    assert (unit.name, unit.parent) == ("西园社区", tree.town)
    client.post(url("unit_end", unit.pk), {"on": "2026-06-01", "reason": "并村"})
    unit.refresh_from_db()
    assert unit.valid_to == date(2026, 6, 1)
    assert "西园社区" in text(client, "units", ended="1")


def test_a_column_of_villages_is_added_at_once_or_not_at_all(client: Client, tree: UnitTree) -> None:
    def rows() -> list[tuple[str, str]]:
        return list(tree.area.children.order_by("order").values_list("name", "code"))

    before = rows()
    twice = {"names": "前营村\n后营村\n前营村", "kind": "village"}
    assert "已有“前营村”" in client.post(url("unit_new", tree.area.pk), twice).content.decode()
    assert rows() == before
    column = {"names": "前营村\t0110\r\n\r\n 北街社区 \r\n后营 村", "kind": "village"}
    assert client.post(url("unit_new", tree.area.pk), column).url == url("unit", tree.area.pk)
    assert rows() == [*before, ("前营村", "0110"), ("北街社区", ""), ("后营 村", "")]


def test_people_are_found_by_name_unit_category_state_and_number(client: Client, tree: UnitTree) -> None:
    make_member(tree.village, "张三", phone="13800001234")
    make_member(tree.office, "李四", category="cadre")
    gone = make_member(tree.village, "王五")
    Membership.objects.filter(pk=gone.pk).update(valid_to=date(2025, 1, 1))
    cases = [
        ({"q": "张"}, ["张三"]),
        ({"q": "13800001234"}, ["张三"]),
        ({"q": "1380000"}, []),
        ({"unit": str(tree.area.pk)}, ["张三"]),
        ({"category": "cadre"}, ["李四"]),
        ({"unit": str(tree.town.pk), "state": "past"}, ["王五"]),
        ({"unit": str(tree.town.pk), "state": "all"}, ["张三", "李四", "王五"]),
    ]
    for query, names in cases:
        reply = client.get(url("people"), query)
        assert sorted(str(one) for one in reply.context["page_obj"]) == sorted(names), query


def test_a_person_is_entered_corrected_moved_and_closed(client: Client, tree: UnitTree) -> None:
    new = {
        "name": "张三",
        "unit": str(tree.village.pk),
        "category": "law-wise",
        "since": "2026-01-01",
        "phone": "13800001234",
    }
    client.post(url("person_new"), new)
    user = User.objects.get(name="张三")
    body = text(client, "person", user.pk)
    assert "138****1234" in body
    assert "13800001234" not in body
    assert "已有“张三”" in client.post(url("person_new"), new).content.decode()
    client.post(url("person_edit", user.pk), {"name": "张珊", "reason": "录错"})
    row = user.memberships.get()
    client.post(
        url("membership_move", row.pk),
        {"unit": str(tree.office.pk), "category": "cadre", "establishment": "civil", "since": "2026-06-01"},
    )
    client.post(
        url("membership_new", user.pk),
        {"unit": str(tree.village.pk), "category": "law-wise", "since": "2026-06-01"},
    )
    rows = members_as_of(date=date(2026, 7, 1), units=[tree.town], categories=None).filter(user=user)
    assert sorted((row.unit.name, row.category_id) for row in rows) == [
        ("东风村", "law-wise"),
        ("党政办公室", "cadre"),
    ]
    for row in rows:
        client.post(url("membership_close", row.pk), {"on": "2026-08-01", "reason": "调离"})
    assert members_as_of(date=date(2026, 8, 1)).filter(user=user).count() == 0
    assert User.objects.get(pk=user.pk).name == "张珊"


def test_an_account_is_linked_blocked_and_unblocked(client: Client, tree: UnitTree) -> None:
    user = make_member(tree.office, "张三", username="zhangsan", category="cadre").user
    body = client.post(url("person_link", user.pk)).content.decode()
    assert "/sign-in/link#" in body
    client.post(url("person_block", user.pk), {"reason": "停职"})
    assert "账号已停用" in text(client, "person", user.pk)
    client.post(url("person_unblock", user.pk))
    assert User.objects.get(pk=user.pk).is_active is True
    client.post(url("person_sign_out", user.pk))
    assert User.objects.get(pk=user.pk).sign_in_epoch == 2


def test_peers_do_not_reset_each_other(client: Client, second: User, tree: UnitTree) -> None:
    for name in ("person_link", "person_unblock", "person_sign_out"):
        assert client.post(url(name, second.pk)).status_code == 403
    for name in ("person_block", "person_factor_off"):
        assert client.post(url(name, second.pk), {"reason": "试试"}).status_code == 403
    county = browser(make_staff(tree.county, Role.OFFICER, "丙"))
    assert "/sign-in/link#" in county.post(url("person_link", second.pk)).content.decode()


def test_whoever_also_lives_in_my_village_stays_out_of_my_reach(client: Client, tree: UnitTree) -> None:
    boss = make_staff(tree.county, Role.OFFICER, "丙")
    Membership.objects.create(
        user=boss, unit=tree.village, category_id="law-wise", valid_from=date(2024, 1, 1)
    )
    assert client.get(url("person", boss.pk)).status_code == 200
    assert client.post(url("person_link", boss.pk)).status_code == 403
    assert client.post(url("person_edit", boss.pk), {"name": "丁"}).status_code == 403


def test_doubles_are_merged(client: Client, tree: UnitTree) -> None:
    keep, double = make_member(tree.village, "张三").user, make_member(tree.office, "张三").user
    reply = client.post(url("person_merge", keep.pk), {"double": str(double.pk), "reason": "重复录入"})
    assert reply.url == url("person", keep.pk)
    assert keep.memberships.filter(valid_to__isnull=True).count() == 2
    other = make_member(tree.village, "李四").user
    assert (
        client.post(url("person_merge", keep.pk), {"double": str(other.pk), "reason": "x"}).status_code == 400
    )


def test_roles_of_power_go_through_the_inbox(client: Client, second: User, tree: UnitTree) -> None:
    user = make_member(tree.office, "张三", username="zhangsan", category="cadre").user
    client.post(url("role_new", user.pk), {"role": "marker", "unit": str(tree.town.pk)})
    client.post(url("role_new", user.pk), {"role": "officer", "unit": str(tree.town.pk), "reason": "接任"})
    assert [grant.role for grant in user.grants.all()] == ["marker"]
    approval = Approval.objects.get()
    own = text(client, "approval", approval.pk)
    assert "须由另一位考务审批" in own
    assert 'name="approve"' not in own
    other = browser(second)
    body = text(other, "approval", approval.pk)
    for words in ("张三", "考务", "青城镇", "接任"):
        assert words in body
    assert "zhangsan" not in body
    refused = other.post(url("approval", approval.pk), {"refuse": "1"})
    assert refused.status_code == 400
    other.post(url("approval", approval.pk), {"approve": "1"})
    assert sorted(grant.role for grant in user.grants.all()) == ["marker", "officer"]
    grant = user.grants.get(role="marker")
    client.post(url("role_end", grant.pk), {"reason": "不再阅卷"})
    grant.refresh_from_db()
    assert grant.ended_at is not None


def test_an_export_needs_two_people_and_works_once(client: Client, second: User, tree: UnitTree) -> None:
    make_member(tree.village, "张三", phone="13800001234")
    make_member(tree.village, "李四", position="=1+1")
    client.post(url("export_new"), {"unit": str(tree.town.pk), "with_phones": "on", "purpose": "核对名册"})
    approval = Approval.objects.get()
    download = url("export_download", approval.pk)
    assert client.post(download).status_code == 403
    other = browser(second)
    other.post(url("approval", approval.pk), {"approve": "1"})
    assert other.post(download).status_code == 403
    reply = client.post(download)
    book = load_workbook(BytesIO(reply.content))
    rows = {row[0].value: row for row in book["人员名单"].iter_rows(min_row=2)}
    assert rows["张三"][7].value == "13800001234"
    assert (rows["李四"][6].value, rows["李四"][6].data_type) == ("=1+1", "s")
    assert dict(book["导出说明"].values)["同意人"] == "乙"
    assert client.post(download).status_code == 403


def test_the_data_of_who_left_are_forgotten_by_two(client: Client, second: User, tree: UnitTree) -> None:
    row = make_member(tree.village, "张三", phone="13800001234")
    user = row.user
    refused = client.post(url("person_forget", user.pk), {"reason": "本人要求"})
    assert "还在册" in refused.content.decode()
    client.post(url("membership_close", row.pk), {"on": "2026-02-01", "reason": "搬走"})
    client.post(url("person_forget", user.pk), {"reason": "本人要求"})
    browser(second).post(url("approval", Approval.objects.get().pk), {"approve": "1"})
    user.refresh_from_db()
    assert user.name.startswith("已删除")
    assert (user.phone_sealed, user.is_active, user.forgotten_at is None) == ("", False, False)


def test_my_data_and_their_correction(tree: UnitTree, client: Client) -> None:
    user = make_member(tree.village, "张三", phone="13800001234").user
    mine = browser(user)
    body = text(mine, "me")
    for words in ("张三", "13800001234", "东风村", "认出应考的人"):
        assert words in body
    data = mine.post(url("my_export")).json()
    assert data["基本信息"]["内容"][0]["手机号"] == "13800001234"
    mine.post(url("correction_new"), {"text": "村不对，应为西园村"})
    assert "西园村" in text(client, "corrections")
    request = CorrectionRequest.objects.get()
    client.post(url("correction", request.pk), {"answer": "已更正"})
    assert "已更正" in text(mine, "me")


def test_the_county_answers_who_belongs_nowhere(tree: UnitTree, client: Client) -> None:
    request = ask_correction(user=make_user("孙八"), text="名字错", at=AT)
    assert "名字错" not in text(client, "corrections")
    county = browser(make_staff(tree.county, Role.OFFICER, "丙"))
    assert "无单位" in text(county, "corrections")
    county.post(url("correction", request.pk), {"answer": "已改"})
    request.refresh_from_db()
    assert request.answer == "已改"


def test_the_log_is_searched_by_the_auditor(tree: UnitTree, client: Client) -> None:
    make_member(tree.village, "张三")
    client.post(url("unit_edit", tree.village.pk), {"name": "东风社区", "code": "", "order": "0"})
    auditor = browser(make_staff(tree.town, Role.AUDITOR, "丁"))
    found = auditor.get(url("audit"), {"q": "东风社区"}).context["page_obj"]
    assert [one.action for one in found] == ["unit.rename"]
    assert "修改单位" in text(auditor, "audit", action="unit.")
    elsewhere = browser(make_staff(tree.other_town, Role.AUDITOR, "戊"))
    assert list(elsewhere.get(url("audit"), {"q": "东风社区"}).context["page_obj"]) == []


def test_feedback_needs_no_name_and_is_answered(tree: UnitTree) -> None:
    stranger = Client()
    sent = stranger.post(url("feedback"), {"kind": "complaint", "text": "催了三次", "contact": "13800001234"})
    code = Feedback.objects.get().code
    assert code in sent.content.decode()
    county = browser(make_staff(tree.county, Role.OFFICER, "丙"))
    entry = url("register_entry", Feedback.objects.get().pk)
    assert "13800001234" in county.get(entry).content.decode()
    county.post(entry, {"answer": "已提醒镇里"})
    answer = stranger.post(url("feedback_answer"), {"code": f" {code.lower()} "})
    assert "已提醒镇里" in answer.content.decode()
    wrong = stranger.post(url("feedback_answer"), {"code": "XXXXXXXX"})
    assert wrong.status_code == 400


def test_one_address_does_not_flood_the_register() -> None:
    stranger = Client()
    statuses = [
        stranger.post(url("feedback"), {"kind": "problem", "text": f"第{n}条"}).status_code for n in range(31)
    ]
    assert statuses == [200] * 30 + [409]


@pytest.mark.parametrize("name", ["notice", "limits", "feedback"])
def test_pages_for_everybody(name: str) -> None:
    assert Client().get(url(name)).status_code == 200


def test_lists_cost_the_same_queries_for_one_and_for_many(client: Client, tree: UnitTree) -> None:
    counts = []
    for number in (1, 3):
        for _ in range(number):
            make_member(tree.village, f"张{'三四五六'[User.objects.count() % 4]}")
        with CaptureQueriesContext(connection) as queries:
            client.get(url("people"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_somebody_without_any_role_sees_an_empty_tree(tree: UnitTree) -> None:
    assert "没有您可以查看的单位" in text(browser(make_user("张三")), "units")


def test_a_villager_becomes_law_wise_and_the_village_is_covered(client: Client, tree: UnitTree) -> None:
    people = [make_member(tree.village, name).user for name in ("张三", "李四", "王五")]
    for user in people:
        fields = {
            "stage": "trainee",
            "since": "2026-01-01",
            "unit": str(tree.village.pk),
            "source": "grid",
        }
        assert client.post(url("stage_change", user.pk), fields).url == url("person", user.pk)
    assert "培养对象" in text(client, "person", people[0].pk)
    keys = [str(user.pk) for user in people]
    for stage, since in (("qualified", "2026-02-01"), ("serving", "2026-03-01")):
        data = {"person": keys, "stage": stage, "since": since}
        page = client.post(url("stage_people"), data, follow=True)
        assert page.redirect_chain == [(url("stage_people"), 302)]
        assert "3 人的状态已变动" in page.content.decode()
    body = text(client, "coverage", unit=str(tree.town.pk), on="2026-03-01")
    assert "100%" in body
    assert "达标" in body
    assert "不足" in text(client, "coverage", unit=str(tree.town.pk), on="2026-02-15")
    nobody = client.post(url("stage_people"), {"stage": "left", "since": "2026-04-01"})
    assert (nobody.status_code, "请先勾选" in nobody.content.decode()) == (400, True)


def test_many_of_the_list_become_law_wise_at_once(client: Client, tree: UnitTree) -> None:
    rows = [make_member(tree.village, name) for name in ("张三", "李四", "王五")]
    make_member(tree.office, "赵六", category="cadre")
    address = f"{url('stage_new')}?unit={tree.town.pk}"
    assert [row.user.name for row in client.get(address).context["page_obj"]] == ["张三", "李四", "王五"]
    asked = {"stage": "trainee", "since": "2026-01-01", "source": "grid"}
    assert "请先勾选" in client.post(address, asked).content.decode()
    page = client.post(address, {**asked, "member": [str(row.pk) for row in rows[:2]]}, follow=True)
    assert "已登记 2 人" in page.content.decode()
    assert [row.user.name for row in page.context["page_obj"]] == ["王五"]
    kept = LawWiseStage.objects.order_by().values_list("unit", "stage", "source").distinct()
    assert list(kept) == [(tree.village.pk, "trainee", "grid")]


def test_the_list_of_another_town_is_not_registered_here(client: Client, tree: UnitTree) -> None:
    stranger = make_member(tree.other_village, "张三")
    asked = {"stage": "trainee", "since": "2026-01-01", "source": "grid", "member": [str(stranger.pk)]}
    assert client.post(url("stage_new"), asked).status_code == 400
    assert client.get(url("stage_new"), {"unit": str(tree.other_town.pk)}).status_code == 404
    assert LawWiseStage.objects.count() == 0
