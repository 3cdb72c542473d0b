"""The import wizard, from upload to undo; files that want to hurt, through the upload page."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from examsite.people.models import User
from questionbanks.domain import imports as domain
from questionbanks.domain.imports import open_import
from questionbanks.models import Bank, ImportRun, ImportState, Item
from tests.factories import AT
from tests.uploads import CSV, page, text, uploaded

SignIn = Callable[[User], Client]


# --- the way through ---------------------------------------------------------------------------------------


def test_the_whole_way(desk: Client, bank: Bank, officer: User) -> None:
    run = uploaded(desk, bank)
    assert run.state == ImportState.REVIEW
    shown = page(desk, run)
    assert "找到 4 题，可入库 3 题" in shown
    assert "没有答案" in shown
    assert Item.objects.count() == 0
    desk.post(f"/banks/imports/{run.pk}/decide", {"one": "skip:1"})
    desk.post(
        f"/banks/imports/{run.pk}/rows/4",
        {"q-stem": "没有答案的题？", "q-choice_A": "甲", "q-choice_B": "乙", "q-key": "A", "part_kinds": ""},
    )
    reply = desk.post(f"/banks/imports/{run.pk}/confirm", follow=True)
    assert "已入库3题，都是草稿" in text(reply)
    assert [(item.author, item.import_run) for item in bank.items.all()] == [(officer, run)] * 3
    reply = desk.post(f"/banks/imports/{run.pk}/undo", follow=True)
    assert "已撤销这次导入，3道题已从题库删除。" in text(reply)
    assert bank.items.count() == 0
    assert "已整批撤销" in page(desk, run)


def test_columns_are_corrected(desk: Client, bank: Bank) -> None:
    run = uploaded(desk, bank, CSV.replace("知识点", "备注甲"))
    shown = text(desk.get(f"/banks/imports/{run.pk}/columns"))
    place = re.search(r'for="(m\d+)">E 备注甲的含义', shown)
    assert place
    reply = desk.post(f"/banks/imports/{run.pk}/columns", {place.group(1): "topic"}, follow=True)
    assert reply.status_code == 200
    run.refresh_from_db()
    assert run.layout["!E 备注甲"] == "topic"
    desk.post(f"/banks/imports/{run.pk}/confirm")
    assert bank.topics.get().name == "村民自治"


def test_every_recognised_column_is_shown(desk: Client, bank: Bank) -> None:
    options = [f"选项{letter}" for letter in "ABCDEFGH"]
    names = ["题干", "题型", *options, "答案", "解析", "知识点", "难度"]
    row = ["谁？", "单选题", *"甲乙丙丁戊己庚辛", "A", "", "村民自治", "易"]
    run = uploaded(desk, bank, f"{','.join(names)}\n{','.join(row)}\n")
    assert "<li>N 难度 → 难度</li>" in page(desk, run)


def test_the_same_file_twice_is_told(desk: Client, bank: Bank) -> None:
    first = uploaded(desk, bank)
    desk.post(f"/banks/imports/{first.pk}/confirm")
    second = uploaded(desk, bank)
    shown = page(desk, second)
    assert "同一个文件已经导入过" in shown
    assert f"/banks/imports/{first.pk}" in shown
    assert "重复，跳过" in page(desk, second, "?group=double")
    reply = desk.post(
        f"/banks/imports/{second.pk}/confirm",
        follow=True,
        headers={"referer": f"http://testserver/banks/imports/{second.pk}"},
    )
    assert "没有可以入库的试题" in text(reply)


def test_doubles_stand_side_by_side(desk: Client, bank: Bank) -> None:
    first = uploaded(desk, bank)
    desk.post(f"/banks/imports/{first.pk}/confirm")
    second = uploaded(
        desk, bank, CSV.replace("一季度,一年,A", "一季度,一年,B") + "村务公开至少多久1次？,一季度,一年,A,\n"
    )
    shown = page(desk, second, "?group=double")
    assert "题目相同，答案不同" in shown
    assert "题库第2题" in shown


def test_a_group_is_decided_at_once(desk: Client, bank: Bank) -> None:
    run = uploaded(desk, bank)
    desk.post(f"/banks/imports/{run.pk}/decide", {"group": "all", "decision": "skip"})
    assert set(run.rows.values_list("decision", flat=True)) == {"skip"}


def test_a_proposal_is_adopted(desk: Client, bank: Bank) -> None:
    data = "题干,题型,选项A,选项B,答案\n哪一项？,单选题,甲,乙,AB\n是哪一个？,单选题,甲,乙,A\n"
    run = uploaded(desk, bank, data)
    assert "改为多选题" in page(desk, run)
    desk.post(f"/banks/imports/{run.pk}/decide", {"adopt": "1:multiple"})
    row = run.rows.get(order=1)
    assert (row.kind, row.broken, row.decision) == ("multiple", 0, "accept")


def test_a_row_is_shown_as_another_kind(desk: Client, bank: Bank) -> None:
    run = uploaded(desk, bank)
    shown = desk.get(f"/banks/imports/{run.pk}/rows/1?kind=multiple")
    assert shown.status_code == 200
    assert shown.context["form"].main.kind == "multiple"


def test_the_annotated_copy(desk: Client, bank: Bank) -> None:
    run = uploaded(desk, bank)
    reply = desk.get(f"/banks/imports/{run.pk}/annotated")
    assert "attachment" in reply["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(reply.content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1][:5] == ["题干", "选项A", "选项B", "答案", "知识点"]
    notes = [row[5:8] for row in rows[2:6]]
    assert [one[2] for one in notes] == ["入库", "入库", "入库", "要修改"]
    assert notes[3][0] == "没有答案"
    assert notes[3][1] == "补上答案"


def test_the_annotated_copy_of_running_text(desk: Client, bank: Bank) -> None:
    data = "1. 村民会议由谁召集？\nA. 甲\nB. 乙\n答案：A\n2. =1+1等于几？\nA. 甲\nB. 乙\n"
    run = uploaded(desk, bank, data, "题.txt")
    book = openpyxl.load_workbook(io.BytesIO(desk.get(f"/banks/imports/{run.pk}/annotated").content))
    rows = list(book.worksheets[0].iter_rows())
    header = [cell.value for cell in rows[0]]
    stems = [row[header.index("题干")] for row in rows[1:]]
    assert [cell.value for cell in stems] == ["村民会议由谁召集？", "=1+1等于几？"]
    assert [cell.data_type for cell in stems] == ["s", "s"]
    assert rows[2][header.index("处理")].value == "要修改"


def test_the_review_takes_as_many_statements_for_many_rows(desk: Client, bank: Bank) -> None:
    head, *lines = CSV.splitlines()
    small = uploaded(desk, bank, "\n".join([head, lines[0], lines[3]]))
    large = uploaded(
        desk, bank, "\n".join([head, *(line.replace("？", f"{n}？") for n in range(9) for line in lines)])
    )
    counts = []
    for run in (small, large):
        desk.get(f"/banks/imports/{run.pk}?group=all")
        with CaptureQueriesContext(connection) as queries:
            desk.get(f"/banks/imports/{run.pk}?group=all")
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 2  # what resembles what is read in two statements, if anything does


def test_a_decided_import_cannot_be_changed(desk: Client, bank: Bank) -> None:
    run = uploaded(desk, bank)
    desk.post(f"/banks/imports/{run.pk}/discard")
    for path, form in (("decide", {"one": "skip:1"}), ("confirm", {}), ("undo", {})):
        back = {"referer": f"http://testserver/banks/imports/{run.pk}"}
        reply = desk.post(f"/banks/imports/{run.pk}/{path}", form, follow=True, headers=back)
        assert "现在是“已放弃”，不能做这一步" in text(reply)
    assert desk.get(f"/banks/imports/{run.pk}/annotated").status_code == 404


@pytest.mark.parametrize("form", [{"one": "skip:x"}, {"one": "skip:99999999999"}, {"adopt": "x:multiple"}])
def test_nonsense_is_not_there(desk: Client, bank: Bank, form: dict[str, str]) -> None:
    run = uploaded(desk, bank)
    assert desk.post(f"/banks/imports/{run.pk}/decide", form).status_code == 404


def test_imports_are_for_those_who_may_change_the_bank(
    desk: Client, bank: Bank, signed_in: SignIn, reviewer: User, other_officer: User
) -> None:
    run = uploaded(desk, bank)
    for user in (reviewer, other_officer):
        client = signed_in(user)
        addresses = ["", "/state", "/columns", "/rows/1", "/annotated"]
        assert [client.get(f"/banks/imports/{run.pk}{one}").status_code for one in addresses] == [404] * 5
        posts = ["/decide", "/confirm", "/discard", "/undo"]
        assert [client.post(f"/banks/imports/{run.pk}{one}").status_code for one in posts] == [404] * 4
    run.refresh_from_db()
    assert run.state == ImportState.REVIEW


# --- large files -----------------------------------------------------------------------------------------


def test_a_waiting_page_asks_how_far_it_is(desk: Client, bank: Bank, officer: User) -> None:
    run = open_import(bank=bank, data=CSV.encode(), name="大.csv", at=AT, actor=officer)
    ImportRun.objects.update(touched_at="2999-01-01T00:00Z")  # somebody is reading it
    assert "正在读取“大.csv”" in page(desk, run)
    assert desk.get(f"/banks/imports/{run.pk}/state").json() == {"state": "reading", "progress": 0}


def wait_for_the_reading() -> None:
    """The threads of the readings alone: a server of other tests runs in a thread that never ends."""
    for thread in [one for one in threading.enumerate() if one.name.endswith("(_read)")]:
        thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_a_large_file_is_read_beside_the_request(
    signed_in: SignIn, officer: User, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "READ_AT_ONCE", 10)
    run = uploaded(signed_in(officer), bank)
    wait_for_the_reading()
    run.refresh_from_db()
    assert (run.state, run.found) == (ImportState.REVIEW, 4)


@pytest.mark.django_db(transaction=True)
def test_a_reading_that_died_is_taken_up(signed_in: SignIn, officer: User, bank: Bank) -> None:
    run = open_import(bank=bank, data=CSV.encode(), name="大.csv", at=AT, actor=officer)
    page(signed_in(officer), run)
    wait_for_the_reading()
    run.refresh_from_db()
    assert run.state == ImportState.REVIEW
