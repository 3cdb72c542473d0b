"""The import wizard, from upload to undo; files that want to hurt, through the upload page."""

from __future__ import annotations

import io
import re
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from examsite.people.models import User
from questionbanks.domain import imports as domain
from questionbanks.domain import reading
from questionbanks.domain.imports import open_import
from questionbanks.models import Bank, ImportRun, ImportState, Item
from tests.factories import AT

SignIn = Callable[[User], Client]
CSV = """题干,选项A,选项B,答案,知识点
村民会议由本村多少周岁以上的村民组成？,十六,十八,B,村民自治
村务公开至少多久一次？,一季度,一年,A,村民自治
下列各项中错在哪里？,甲说,乙说,AB,村民自治
没有答案的题？,甲,乙,,别的
"""


def text(reply: Any) -> str:
    return reply.content.decode()


@pytest.fixture
def desk(signed_in: SignIn, officer: User) -> Client:
    return signed_in(officer)


def upload(desk: Client, bank: Bank, data: bytes | str, name: str = "题.csv", **fields: str) -> Any:
    content = data.encode() if isinstance(data, str) else data
    form = {"file": SimpleUploadedFile(name, content), "format": "auto"} | fields
    address = f"/banks/{bank.pk}/import"
    return desk.post(address, form, headers={"referer": f"http://testserver{address}"})


def uploaded(desk: Client, bank: Bank, data: bytes | str = CSV, name: str = "题.csv") -> ImportRun:
    reply = upload(desk, bank, data, name)
    assert reply.status_code == 302, text(reply)
    return ImportRun.objects.latest("created_at")


def page(desk: Client, run: ImportRun, query: str = "") -> str:
    return text(desk.get(f"/banks/imports/{run.pk}{query}"))


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


@pytest.mark.django_db(transaction=True)
def test_a_large_file_is_read_beside_the_request(
    signed_in: SignIn, officer: User, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "READ_AT_ONCE", 10)
    run = uploaded(signed_in(officer), bank)
    for thread in [one for one in threading.enumerate() if one.daemon and one.name.startswith("Thread")]:
        thread.join(60)
    run.refresh_from_db()
    assert (run.state, run.found) == (ImportState.REVIEW, 4)


@pytest.mark.django_db(transaction=True)
def test_a_reading_that_died_is_taken_up(signed_in: SignIn, officer: User, bank: Bank) -> None:
    run = open_import(bank=bank, data=CSV.encode(), name="大.csv", at=AT, actor=officer)
    page(signed_in(officer), run)
    for thread in [one for one in threading.enumerate() if one.daemon and one.name.startswith("Thread")]:
        thread.join(60)
    run.refresh_from_db()
    assert run.state == ImportState.REVIEW


# --- files that want to hurt -----------------------------------------------------------------------------


def refused(desk: Client, bank: Bank, data: bytes | str, name: str = "题.xlsx") -> str:
    """What the upload page says of a file that it does not take; nothing is left behind."""
    reply = upload(desk, bank, data, name)
    assert reply.status_code == 302
    assert reply["Location"].endswith("/import")
    shown = text(desk.get(f"/banks/{bank.pk}/import"))
    assert (ImportRun.objects.count(), Item.objects.count()) == (0, 0)
    found = re.search(r'class="notice notice-bad"[^>]*>(.*?)</div>', shown, re.DOTALL)
    assert found, shown
    return re.sub(r"<[^>]+>|\s+", "", found.group(1))


def book(*rows: list[Any]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def with_parts(data: bytes, parts: dict[str, bytes]) -> bytes:
    """A package with some of its parts replaced or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in parts:
                new.writestr(info.filename, old.read(info))
        for name, content in parts.items():
            new.writestr(name, content)
    return buffer.getvalue()


ROWS = (["题干", "选项A", "选项B", "答案"], ["谁？", "甲", "乙", "A"], ["何时？", "甲", "乙", "B"])
DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("题.pdf", b"%PDF-1.7", "这是PDF文件，不能导入"),
        ("题.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "这是图片，不能导入"),
        ("题.rar", b"Rar!\x1a\x07\x01\x00", "这是压缩包，请先解压"),
        ("题.docx", b"PK\x03\x04" + bytes(100), "损坏"),
        ("题.txt", b" \n", "文件是空的"),
        ("题.csv", "题干,选项A,选项B,答案\n", "下面没有试题"),
        ("题.xml", DTD + b"<quiz>&e;</quiz>", "DTD"),
    ],
)
def test_what_is_no_bank_ends_in_one_sentence(
    desk: Client, bank: Bank, name: str, data: bytes | str, said: str
) -> None:
    assert said in refused(desk, bank, data, name)


def test_a_file_beyond_the_limit_is_not_even_read(
    desk: Client, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    assert "超过" in refused(desk, bank, CSV)


def test_t53_entities_are_refused(desk: Client, bank: Bank) -> None:
    data = with_parts(book(*ROWS), {"xl/sharedStrings.xml": DTD + b"<sst>&e;</sst>"})
    assert "root:" not in refused(desk, bank, data)


def test_t55_a_decompression_bomb(desk: Client, bank: Bank) -> None:
    bomb = with_parts(book(*ROWS), {"xl/media/zeros.bin": bytes(60 * 1024 * 1024)})
    assert len(bomb) < 200_000
    assert refused(desk, bank, bomb)


def test_t55_a_sheet_of_twelve_million_cells(desk: Client, bank: Bank) -> None:
    row = b'<row r="%d">' + b"<c><v>1</v></c>" * 12_000 + b"</row>"
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    sheet += b"".join(row % number for number in range(1, 1_001)) + b"</sheetData></worksheet>"
    assert refused(desk, bank, with_parts(book(*ROWS), {"xl/worksheets/sheet1.xml": sheet}))


@pytest.mark.parametrize("name", ["../../evil.py", "/etc/evil", "..\\evil"])
def test_t56_path_tricks(desk: Client, bank: Bank, name: str) -> None:
    assert refused(desk, bank, with_parts(book(*ROWS), {name: b"x"}))


def test_t57_templates_stay_text(desk: Client, bank: Bank) -> None:
    run = uploaded(
        desk, bank, "题干,选项A,选项B,答案\n{{7*7}}{% now 'Y' %}是什么？,${7*7},乙,A\n这是什么题？,甲,乙,B\n"
    )
    desk.post(f"/banks/imports/{run.pk}/confirm")
    shown = text(desk.get(f"/banks/items/{bank.items.get(number=1).pk}"))
    assert "{{7*7}}{% now &#x27;Y&#x27; %}" in shown or "{{7*7}}{% now 'Y' %}" in shown
    assert "${7*7}" in shown


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A server that hears whoever fetches something."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    peer, _ = server.accept()
                except TimeoutError:
                    continue
                heard.append(b"hit")
                peer.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], heard
        done.set()
        thread.join()


def test_t58_nothing_is_fetched(desk: Client, bank: Bank, listener: tuple[int, list[bytes]]) -> None:
    port, heard = listener
    socket.create_connection(("127.0.0.1", port)).close()
    quiz = (
        f'<?xml version="1.0"?><quiz><question type="truefalse"><name><text>n</text></name>'
        f'<questiontext format="html"><text><![CDATA[<p>看图<img src="http://127.0.0.1:{port}/x.png">'
        f'<span style="background:url(http://127.0.0.1:{port}/y)">对吗？</span></p>]]></text></questiontext>'
        f'<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>'
        f"</question></quiz>"
    )
    run = uploaded(desk, bank, quiz, "题.xml")
    page(desk, run)
    desk.post(f"/banks/imports/{run.pk}/confirm")
    stored = "".join(str(item.current.content) for item in bank.items.all())
    assert "127.0.0.1" not in stored
    assert heard in ([b"hit"], [])  # the one of this test, which showed that the listener hears


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><iframe src=javascript:alert(1)>',
    "<a href=javascript:alert(1)>x</a>",
    "<div><b onclick=alert(1)>粗</b>体</div>",
]


def test_t50_scripts_in_every_field(desk: Client, bank: Bank) -> None:
    fields = ["题干", "选项A", "选项B", "解析", "知识点", "标签", "出处", "适用对象"]
    rows = [[*fields, "答案"]] + [
        [f"{name}{n}{payload}" for name in fields] + ["A"] for n, payload in enumerate(PAYLOADS)
    ]
    run = uploaded(desk, bank, book(*rows), '题<img src=x onerror="alert(1)">.xlsx')
    pages = [page(desk, run), page(desk, run, "?group=all")]
    pages.append(text(desk.get(f"/banks/imports/{run.pk}/rows/1")))
    pages.append(text(desk.get(f"/banks/imports/{run.pk}/columns")))
    desk.post(f"/banks/imports/{run.pk}/confirm")
    pages += [
        page(desk, run),
        text(desk.get(f"/banks/{bank.pk}")),
        text(desk.get(f"/banks/{bank.pk}/topics")),
    ]
    pages += [text(desk.get(f"/banks/{bank.pk}/import")), text(desk.get(f"/banks/{bank.pk}/export"))]
    for item in bank.items.all():
        pages += [text(desk.get(f"/banks/items/{item.pk}")), text(desk.get(f"/banks/items/{item.pk}/edit"))]
    assert bank.items.count() == len(PAYLOADS)
    running = re.compile(r"<(?:script>alert|img src=x|svg|iframe|a href=javascript|b onclick)")
    assert [running.search(one) for one in pages] == [None] * len(pages)


def test_t52_formulas_go_out_as_text(desk: Client, bank: Bank) -> None:
    run = uploaded(desk, bank, "题干,选项A,选项B,答案\n'=1+1,+1,-1,A\n@SUM(A1)是什么？,＝1,乙,B\n")
    desk.post(f"/banks/imports/{run.pk}/confirm")
    reply = desk.post(f"/banks/{bank.pk}/export", {"format": "xlsx", "anyway": "1"})
    sheet = openpyxl.load_workbook(io.BytesIO(reply.content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert [cell.value for cell in cells if cell.data_type == "f"] == []


def test_an_export_says_what_it_cannot_carry(desk: Client, bank: Bank) -> None:
    run = uploaded(desk, bank)
    desk.post(f"/banks/imports/{run.pk}/confirm")
    reply = desk.post(f"/banks/{bank.pk}/export", {"format": "aiken"})
    assert "这种格式有" in text(reply)
    reply = desk.post(f"/banks/{bank.pk}/export", {"format": "aiken", "anyway": "1"})
    assert "attachment" in reply["Content-Disposition"]
    assert "村民会议由本村多少周岁以上的村民组成？" in reply.content.decode()
    assert desk.post(f"/banks/{bank.pk}/export", {"format": "nonsense"}).status_code == 302
