"""Files that want to hurt, through the upload page."""

from __future__ import annotations

import io
import re
import socket
import threading
from collections.abc import Iterator

import openpyxl
import pytest
from django.test import Client

from questionbanks.domain import reading
from questionbanks.models import Bank, ImportRun, Item
from tests.bank_files import book, with_parts
from tests.uploads import CSV, page, text, upload, uploaded


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
