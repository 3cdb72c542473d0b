"""The office's pages: who sees them, what they show, what they do, how they refuse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from exams.domain.exams import publish_exam
from exams.domain.form_writing import slots_of
from exams.domain.publishing import publish_forms
from exams.domain.rosters import change_terms
from exams.domain.sittings import SittingSpec, add_room, create_makeup
from exams.domain.starting import start_attempt
from exams.models import Attempt, Blueprint, Exam, Form, Mode, RosterEntry, RosterEvent, Sitting
from examsite.people.domain.approvals import decide
from examsite.people.models import Approval, Category, Role, User
from questionbanks.domain.imports import confirm_import, fill_import, open_import
from questionbanks.domain.reading import read_file
from questionbanks.models import Item, ItemState
from tests.factories import AT, make_member, make_members, make_staff
from tests.papers_world import CLOSES, HOUR, OPENS, Office, make_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def alone(settings: Any) -> None:
    """An office that works without a second person."""
    settings.REQUIRE_SECOND_PERSON = False


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="examsite.people.backends.RoleBackend")
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"exams:{name}", args=args)


def text_of(reply: Any) -> str:
    return re.sub(r"\s+", " ", reply.content.decode())


def told(reply: Any) -> list[str]:
    return [str(one) for one in get_messages(reply.wsgi_request)]


def whole_office(office: Office) -> dict[str, tuple[object, ...]]:
    """Everything prepared; the arguments of every page that can be looked at."""
    entries = office.freeze(people=4)
    change_terms(entry=entries[0], mode=Mode.PAPER, allowance=1, at=AT, actor=office.officer)
    forms = office.publish()
    sitting = office.sit()
    room = add_room(sitting=sitting, name="第一考场", at=AT, actor=office.officer)
    draft = office.build(forms=1, reserves=0)[0]
    exam = office.exam.pk
    return {
        "exam": (exam,),
        "exam_edit": (exam,),
        "forms": (exam,),
        "forms_chart": (exam, "svg"),
        "forms_ready": (exam,),
        "form": (draft.pk,),
        "form_preview": (forms[0].pk,),
        "form_print": (forms[0].pk, "book", "pdf"),
        "slot_pick": (slots_of(draft)[0].pk,),
        "roster": (exam,),
        "roster_add": (exam,),
        "entry": (entries[0].pk,),
        "entry_change": (entries[0].pk, "exempt"),
        "sittings": (exam,),
        "sitting_new": (exam,),
        "makeup_new": (exam,),
        "sitting": (sitting.pk,),
        "sitting_edit": (sitting.pk,),
        "sitting_print": (sitting.pk, "sign-in"),
        "room_new": (sitting.pk,),
        "room_edit": (room.pk,),
        "blueprint_edit": (office.blueprint.pk,),
    }


def test_every_page_opens_for_the_officer_and_for_nobody_else(office: Office) -> None:
    pages = whole_office(office)
    leader = make_staff(office.tree.town, Role.LEADER, "高翔")
    own, foreign, looking, nobody = (
        client_of(office.officer),
        client_of(office.stranger),
        client_of(leader),
        Client(),
    )
    found = {
        name: tuple(client.get(url(name, *args)).status_code for client in (own, foreign, looking, nobody))
        for name, args in pages.items()
    }
    assert found == dict.fromkeys(pages, (200, 404, 404, 302))


def test_the_countys_officer_sees_what_the_town_does(office: Office) -> None:
    county = make_staff(office.tree.county, Role.OFFICER, "周敏")
    assert client_of(county).get(url("exam", office.exam.pk)).status_code == 200


def test_lists_show_ones_own_and_an_empty_state(office: Office) -> None:
    assert "2026年法律明白人考试" in text_of(client_of(office.officer).get(url("exams")))
    stranger = client_of(office.stranger)
    assert "还没有考试" in text_of(stranger.get(url("exams")))
    assert "还没有组卷规则" in text_of(stranger.get(url("blueprints")))


def test_pages_take_as_many_queries_for_many_people_as_for_few(
    office: Office, django_assert_max_num_queries: Any
) -> None:
    office.freeze(people=3)
    client = client_of(office.officer)
    client.get(url("roster", office.exam.pk))
    with django_assert_max_num_queries(40) as few:
        client.get(url("roster", office.exam.pk))
    other = Exam.objects.create(
        unit=office.tree.town, title="大", stat_year=2026, category=office.exam.category,
        label="x", audience_label="x", created_at=AT,
    )  # fmt: skip
    office.exam = other
    make_members(office.tree.office, 40, since=AT.date())
    office.freeze(people=0)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(url("roster", other.pk))


# --- The exam ----------------------------------------------------------------------------------------


def exam_fields(office: Office, **fields: object) -> dict[str, object]:
    made = {
        "unit": office.tree.town.pk,
        "title": "2026年机关干部学法考试",
        "stat_year": 2026,
        "category": Category.objects.get(code="law-wise").pk,
        "label": "",
        "audience_label": "在编机关干部",
        "pass_line": "60",
        "excellent_line": "90",
        "tries": "1",
        "final_rule": "best",
        "makeup_cap": "none",
        "rounding": "",
        "release_rule": "by_hand",
        "key_release_rule": "by_hand",
    }
    return made | fields


def test_an_exam_is_created_from_the_form(office: Office) -> None:
    reply = client_of(office.officer).post(
        url("exam_new"), exam_fields(office, blueprint=office.blueprint.pk)
    )
    made = Exam.objects.get(title="2026年机关干部学法考试")
    assert reply.url == url("exam", made.pk)
    assert (made.blueprint, made.created_by) == (office.blueprint, office.officer)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": "2026年法律明白人考试"}, "“青城镇”在 2026 年已有名为“2026年法律明白人考试”的考试。"),
        ({"pass_line": "95"}, "优秀线不能低于合格线，也不能高于 100。"),
        ({"release_rule": "at_time"}, "成绩到指定时间公布，请填写公布时间。"),
        ({"unit": "other"}, "选择一个有效的选项"),
        ({"title": ""}, "考试名称"),
    ],
)
def test_a_refused_exam_keeps_what_was_typed(
    office: Office, fields: dict[str, object], sentence: str
) -> None:
    if fields.get("unit") == "other":
        fields = {"unit": office.tree.other_town.pk}
    reply = client_of(office.officer).post(url("exam_new"), exam_fields(office, **fields))
    assert reply.status_code in (400, 409)
    assert sentence in text_of(reply)
    assert "在编机关干部" in text_of(reply)
    assert Exam.objects.count() == 1


def test_an_exam_can_be_made_like_last_years(office: Office) -> None:
    page = text_of(client_of(office.officer).get(url("exam_new"), {"from": str(office.exam.pk)}))
    assert 'value="2026年法律明白人考试"' in page
    assert client_of(office.stranger).get(url("exam_new"), {"from": str(office.exam.pk)}).status_code == 404
    assert client_of(office.officer).get(url("exam_new"), {"from": "x"}).status_code == 404


def test_a_published_exam_shows_its_rules_and_takes_no_change(office: Office) -> None:
    office.publish()
    office.freeze()
    office.sit()
    publish_exam(exam=office.exam, at=AT, actor=office.officer, second_person=False)
    client = client_of(office.officer)
    assert "下面的规则不能再改" in text_of(client.get(url("exam_edit", office.exam.pk)))
    client.post(url("exam_edit", office.exam.pk), exam_fields(office))
    office.exam.refresh_from_db()
    assert office.exam.title == "2026年法律明白人考试"


def test_what_is_missing_stands_on_the_page_and_in_the_refusal(office: Office) -> None:
    client = client_of(office.officer)
    assert "应考名册还没有冻结" in text_of(client.get(url("exam", office.exam.pk)))
    reply = client.post(url("exam_publish", office.exam.pk))
    assert told(reply) == [
        "“2026年法律明白人考试”还不能发布：还没有定卷的正式卷；应考名册还没有冻结；还没有正考场次。"
    ]


def test_the_second_officer_publishes_exam_and_forms(office: Office) -> None:
    client = client_of(office.officer)
    office.build()
    client.post(url("forms_publish", office.exam.pk))
    for approval in Approval.objects.filter(action="form.publish"):
        decide(approval=approval, approve=True, at=approval.proposed_at, actor=office.second)
    office.freeze()
    sitting = office.sit()
    Sitting.objects.filter(pk=sitting.pk).update(closes_at="2099-01-01T00:00Z")
    client.post(url("exam_publish", office.exam.pk))
    assert "等待审批" in text_of(client.get(url("exam", office.exam.pk)))
    approval = Approval.objects.get(action="exam.publish")
    decide(approval=approval, approve=True, at=approval.proposed_at, actor=office.second)
    office.exam.refresh_from_db()
    assert office.exam.published_at is not None


def test_the_second_officer_gets_from_the_approval_to_the_form(office: Office) -> None:
    office.build()
    client_of(office.officer).post(url("forms_publish", office.exam.pk))
    approval = Approval.objects.filter(action="form.publish").first()
    page = text_of(client_of(office.second).get(reverse("people:approval", args=[approval.pk])))
    assert f'href="{url("form", approval.object_id)}"' in page


def test_an_office_of_one_may_do_without_a_second(office: Office, alone: None) -> None:
    office.build()
    reply = client_of(office.officer).post(url("forms_publish", office.exam.pk))
    assert told(reply) == ["3 套卷已定卷，不能再改。"]


# --- Blueprints --------------------------------------------------------------------------------------


def sheet(office: Office, **fields: object) -> dict[str, object]:
    made: dict[str, object] = {
        "name": "新规则",
        "unit": office.tree.town.pk,
        "banks": [office.bank.pk],
        "total": "100",
        "minutes": "60",
        "forms": "2",
        "command": "save",
        "s0-kind": "single",
        "s0-points": "5",
        "s0-credit_rule": "all",
        "s0-per_choice": "0",
        "s0-title": "",
        "s0-r0-law": "",
        "s0-r0-topic": "",
        "s0-r0-difficulty": "",
        "s0-r0-audience": "",
        "s0-r0-count": "20",
    }
    return made | fields


def test_a_blueprint_is_saved_from_the_sheet(office: Office) -> None:
    reply = client_of(office.officer).post(url("blueprint_new"), sheet(office))
    assert reply.url == url("blueprints")
    stored = Blueprint.objects.get(name="新规则")
    assert [(one.kind, one.points) for one in stored.sections.all()] == [("single", 5)]


def test_the_usual_set_fills_the_sheet_and_counts_at_once(office: Office) -> None:
    page = text_of(client_of(office.officer).get(url("blueprint_new"), {"template": "law-wise"}))
    assert 'value="法律明白人"' in page
    assert "可抽 40 题" in page
    assert "合计 <strong data-count>40</strong> 题" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"s0-r0-count": "19"}, "各大题合计 95 分，比满分 100 分少 5 分，请改题数或每题分值。"),
        ({"s0-r0-count": "many"}, "第一大题第1行：题数要写 1 到 500 的整数。"),
        ({"s0-points": "five"}, "第一大题：分值要写成数字，如 2 或 0.5。"),
        ({"s0-kind": "essay"}, "第一大题：请选择题型。"),
        ({"s0-r0-law": "x"}, "第一大题第1行：题库里没有这部法律的题。"),
        ({"name": ""}, "请填写组卷规则的名称。"),
        ({"banks": []}, "请至少选择一个题库。"),
        ({"minutes": "x"}, "作答时长要写成分钟数，如 60。"),
        ({"total": "x"}, "满分要写成大于 0 的数字，如 100。"),
        ({"unit": "x"}, "请选择组卷规则归哪个单位。"),
    ],
)
def test_a_refused_sheet_keeps_what_was_typed(
    office: Office, fields: dict[str, object], sentence: str
) -> None:
    reply = client_of(office.officer).post(
        url("blueprint_new"), sheet(office, **{"s0-title": "单选（一）"} | fields)
    )
    assert reply.status_code == 400
    assert sentence in text_of(reply)
    assert 'value="单选（一）"' in text_of(reply)
    assert Blueprint.objects.count() == 1


def test_rows_and_sections_are_added_and_removed_without_saving(office: Office) -> None:
    client = client_of(office.officer)

    def rows_after(command: str) -> tuple[int, int]:
        page = text_of(client.post(url("blueprint_new"), sheet(office, command=command)))
        return page.count("data-section="), page.count("data-row")

    assert rows_after("add-row:0") == (1, 2)
    assert rows_after("add-section") == (2, 2)
    assert rows_after("drop-row:0:0") == (1, 1)  # the last row stays
    assert rows_after("drop-section:0") == (0, 0)
    assert rows_after("drop-section:99") == (1, 1)
    assert Blueprint.objects.count() == 1


def test_a_short_bank_is_counted_row_by_row_while_typing(office: Office) -> None:
    reply = (
        client_of(office.officer)
        .post(url("blueprint_count"), sheet(office, **{"s0-r0-difficulty": "3"}))
        .json()
    )
    assert reply["rows"] == [[{"available": 13, "reason": "可抽 13 题，差 7 题；不限难度有 40 题"}]]
    assert (
        reply["clashes"][0]["text"] == "“一、单项选择题”2套卷互不重题要 40 道，符合条件的只够 13 道，差 27 道"
    )
    assert (reply["sum"], reply["count"], reply["balanced"]) == ("100", 20, True)
    assert Blueprint.objects.count() == 1


def test_a_blueprint_is_copied_for_this_year(office: Office) -> None:
    client = client_of(office.officer)
    client.post(url("blueprint_clone", office.blueprint.pk))
    client.post(url("blueprint_clone", office.blueprint.pk))
    assert Blueprint.objects.count() == 3
    assert client_of(office.stranger).post(url("blueprint_clone", office.blueprint.pk)).status_code == 404


def test_the_countys_blueprints_are_used_by_its_towns_and_changed_by_the_county(office: Office) -> None:
    Blueprint.objects.update(unit=office.tree.county)
    client = client_of(office.stranger)
    assert "法律明白人" in text_of(client.get(url("blueprints")))
    assert client.get(url("blueprint_edit", office.blueprint.pk)).status_code == 404
    client.post(url("blueprint_clone", office.blueprint.pk))
    assert Blueprint.objects.filter(unit=office.tree.other_town).count() == 1


# --- Forms -------------------------------------------------------------------------------------------


def test_forms_are_built_from_the_page(office: Office) -> None:
    reply = client_of(office.officer).post(
        url("forms_build", office.exam.pk), {"main": 2, "reserves": 1, "cap": 1, "seed": 7}
    )
    assert told(reply) == ["已组 3 套卷（种子 7），请逐套检查后定卷。"]
    assert "各卷比较" in text_of(client_of(office.officer).get(url("forms", office.exam.pk)))


def test_a_bank_too_thin_is_explained_on_the_page(office: Office) -> None:
    reply = client_of(office.officer).post(
        url("forms_build", office.exam.pk), {"main": 9, "reserves": 0, "cap": 1, "seed": ""}
    )
    assert reply.status_code == 409
    assert "“二、判断题”9套卷互不重题要 45 道，符合条件的只够 30 道，差 15 道" in text_of(reply)
    assert "允许同一题用在 2 套卷里" in text_of(reply)
    assert Form.objects.count() == 0


def test_a_form_shows_keys_to_the_office_and_none_in_the_preview(office: Office) -> None:
    draft = office.build()[0]
    client = client_of(office.officer)
    assert "答案：" in text_of(client.get(url("form", draft.pk)))
    assert "见法条" in text_of(client.get(url("form", draft.pk)))
    preview = text_of(client.get(url("form_preview", draft.pk)))
    assert "见法条" not in preview
    assert "答案：" not in preview
    assert "is-key" not in preview


def test_what_must_be_mended_stands_on_the_form(office: Office) -> None:
    draft = office.build()[0]
    Item.objects.filter(pk=slots_of(draft)[0].version.item_id).update(state=ItemState.RETIRED)
    client = client_of(office.officer)
    assert "第 1 题已停用，请换一道" in text_of(client.get(url("form", draft.pk)))
    reply = client.post(url("form_deed", draft.pk), {"deed": "publish"})
    assert told(reply) == ["A卷还不能定卷：第 1 题已停用，请换一道。"]


@pytest.mark.parametrize("deed", ["replace", "lock", "unlock", "up", "down"])
def test_the_deeds_on_an_item(office: Office, deed: str) -> None:
    slot = slots_of(office.build()[0])[0]
    reply = client_of(office.officer).post(url("slot_deed", slot.pk), {"deed": deed})
    assert reply.url == url("form", slot.form_id) + "#q1"


@pytest.mark.parametrize(("name", "deed"), [("slot_deed", "x"), ("form_deed", "x")])
def test_an_unknown_deed_is_refused(office: Office, name: str, deed: str) -> None:
    draft = office.build()[0]
    key = slots_of(draft)[0].pk if name == "slot_deed" else draft.pk
    assert told(client_of(office.officer).post(url(name, key), {"deed": deed})) == ["没有这种操作。"]


def test_an_item_is_picked_by_hand(office: Office) -> None:
    slot = slots_of(office.build()[0])[0]
    client = client_of(office.officer)
    page = text_of(client.get(url("slot_pick", slot.pk)))
    offered = re.findall(r'name="item" value="([^"]+)"', page)
    client.post(url("slot_pick", slot.pk), {"item": offered[0]})
    assert str(slots_of(slot.form)[0].version.item_id) == offered[0]
    elsewhere = Item.objects.filter(kind="multiple").first()
    reply = client.post(url("slot_pick", slots_of(slot.form)[0].pk), {"item": str(elsewhere.pk)})
    assert told(reply)[-1] == "请从列表里选一道题。"


def test_a_paper_that_came_as_a_file_becomes_a_form_on_the_page(office: Office) -> None:
    text = "一、判断题（每题5分）\n1．村民委员会每届任期五年。（ √ ）\n2．村务应当公开。（ √ ）\n"
    run = open_import(bank=office.bank, data=text.encode(), name="试卷.txt", at=AT, actor=office.officer)
    parsed = read_file(text.encode(), name="试卷.txt", day=AT.date())
    run = fill_import(run=run, parsed=parsed, at=AT)
    client = client_of(office.officer)
    assert "还没有导入过试卷" in text_of(client.get(url("forms_ready", office.exam.pk)))
    confirm_import(run=run, at=AT, actor=office.officer)
    assert "试卷.txt" in text_of(client.get(url("forms_ready", office.exam.pk)))
    page = text_of(client.get(url("forms_ready", office.exam.pk), {"run": str(run.pk)}))
    assert 'name="points-0" value="5"' in page
    sent = {"run": str(run.pk), "points-0": "x", "rule-0": "all"}
    reply = client.post(url("forms_ready", office.exam.pk), sent)
    assert told(reply) == ["第一大题的每题分值要大于 0，最多两位小数。"]
    reply = client.post(url("forms_ready", office.exam.pk), sent | {"points-0": "5"})
    made = Form.objects.get()
    assert reply.url == url("form", made.pk)
    assert made.slots.count() == 2


# --- Rosters -----------------------------------------------------------------------------------------


def test_the_roster_is_drawn_checked_and_frozen_on_the_page(office: Office) -> None:
    make_members(office.tree.village, 3)
    client = client_of(office.officer)
    reply = client.post(url("roster_draw", office.exam.pk), {"as_of": "2026-03-02"})
    assert told(reply) == ["抽取完成：新加 3 人，去掉 0 人，保留 0 人。"]
    assert "没有发现疑点" in text_of(client.get(url("roster", office.exam.pk)))
    assert "名册核实人：" in text_of(client.post(url("roster_freeze", office.exam.pk), {}))
    client.post(url("roster_freeze", office.exam.pk), {"attested_by": "组织委员 李敏"})
    page = text_of(client.get(url("roster", office.exam.pk)))
    assert "组织委员 李敏 核实" in page
    assert page.count("2026-01-0000-000") == 3


def test_a_draw_without_a_day_says_so(office: Office) -> None:
    reply = client_of(office.officer).post(url("roster_draw", office.exam.pk), {})
    assert reply.status_code == 400
    assert "以哪一天的在册情况为准：" in text_of(reply)


def test_an_exemption_goes_to_the_second_officer(office: Office) -> None:
    (entry,) = office.freeze(people=1)
    client = client_of(office.officer)
    reply = client.post(url("entry_change", entry.pk, "exempt"), {"reason_code": "", "reason": ""})
    assert reply.status_code == 400
    client.post(url("entry_change", entry.pk, "exempt"), {"reason_code": "retiring", "reason": ""})
    entry.refresh_from_db()
    assert entry.status == "required"
    assert "等另一位考务同意" in text_of(client.get(url("entry", entry.pk)))
    approval = Approval.objects.get(action="roster.exempt")
    decide(approval=approval, approve=True, at=approval.proposed_at, actor=office.second)
    page = text_of(client.get(url("roster", office.exam.pk)))
    assert "免考（临近退休）" in page
    assert f"{office.second} 批准" in page


def test_a_change_nobody_knows_is_not_found(office: Office) -> None:
    (entry,) = office.freeze(people=1)
    assert client_of(office.officer).get(url("entry_change", entry.pk, "expel")).status_code == 404


def test_the_paper_behind_a_change_is_a_download_for_the_office(
    office: Office, alone: None, settings: Any, tmp_path: Any
) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
    (entry,) = office.freeze(people=1)
    client = client_of(office.officer)
    fields = {"reason_code": "retiring", "reason": ""}
    bad = client.post(
        url("entry_change", entry.pk, "exempt"),
        fields | {"attachment": SimpleUploadedFile("x.pdf", b"MZ not a document")},
    )
    assert "附件只收 PDF、JPG 或 PNG 文件。" in text_of(bad)
    client.post(
        url("entry_change", entry.pk, "exempt"),
        fields | {"attachment": SimpleUploadedFile("../../x.pdf", b"%PDF-1.4 proof")},
    )
    event = RosterEvent.objects.get()
    reply = client.get(url("roster_file", event.pk))
    assert b"".join(reply.streaming_content) == b"%PDF-1.4 proof"
    assert reply["Content-Disposition"].startswith("attachment;")
    assert client_of(office.stranger).get(url("roster_file", event.pk)).status_code == 404


def test_somebody_new_is_found_and_added(office: Office, alone: None) -> None:
    office.freeze(people=1)
    member = make_member(office.tree.village, "新一人")
    make_member(office.tree.other_village, "外一人")
    client = client_of(office.officer)
    page = text_of(client.get(url("roster_add", office.exam.pk)))
    assert "新一人" in page
    assert "外一人" not in page
    client.post(url("roster_add", office.exam.pk), {"member": str(member.pk), "reason_code": "recruit"})
    assert RosterEntry.objects.get(user=member.user).added_late is True


# --- Sittings ----------------------------------------------------------------------------------------


def sitting_fields(**fields: object) -> dict[str, object]:
    made = {
        "title": "正考",
        "mode": "online",
        "opens_at": "2026-03-10T09:00",
        "closes_at": "2026-03-10T12:00",
        "duration": "60",
        "grace": "3",
        "late_entry": "",
    }
    return made | fields


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


# --- Printing ----------------------------------------------------------------------------------------


def test_everything_that_is_printed_is_a_download(office: Office) -> None:
    entries = office.freeze(people=2)
    change_terms(entry=entries[0], mode=Mode.PAPER, allowance=1, at=AT, actor=office.officer)
    forms = office.publish()
    sitting = office.sit()
    client = client_of(office.officer)
    addresses = [
        *(url("form_print", forms[0].pk, what, "pdf") for what in ("book", "large", "key")),
        *(url("sitting_print", sitting.pk, what) for what in ("sign-in", "envelope", "answer-sheets")),
    ]
    for address in addresses:
        reply = client.get(address)
        assert reply.content[:5] == b"%PDF-"
        assert reply["Content-Disposition"].startswith("attachment;")
    word = client.get(url("form_print", forms[0].pk, "book", "docx"))
    assert word.content[:2] == b"PK"
    assert client.get(url("form_print", forms[0].pk, "key", "docx")).status_code == 404
    assert client.get(url("sitting_print", sitting.pk, "menu")).status_code == 404


def test_slips_are_new_tickets_and_the_old_ones_end(office: Office) -> None:
    office.freeze(people=2)
    office.publish()
    sitting = office.sit()
    client = client_of(office.officer)
    for _ in range(2):
        assert client.post(url("sitting_slips", sitting.pk)).content[:5] == b"%PDF-"
    tickets = [ticket for seat in sitting.seats.all() for ticket in seat.entry.tickets.all()]
    assert len(tickets) == 4
    assert sum(ticket.revoked_at is None for ticket in tickets) == 2


def test_a_sitting_without_seats_has_nothing_to_print(office: Office) -> None:
    office.freeze(people=1)
    client = client_of(office.officer)
    client.post(url("sitting_new", office.exam.pk), sitting_fields())
    sitting = Sitting.objects.get()
    reply = client.get(url("sitting_print", sitting.pk, "sign-in"))
    assert reply.status_code == 409
    assert "这个场次还没有座位，请先排座。" in text_of(reply)


def test_a_refusal_of_the_domain_is_a_message_on_the_page(office: Office) -> None:
    reply = client_of(office.officer).post(url("form_deed", office.publish()[0].pk), {"deed": "discard"})
    assert told(reply) == ["A卷已定卷，不能再改；发现错题请用答案更正或作废处理。"]
