"""Files that want to hurt, and files that are not what they say: one clear sentence, quickly, bounded."""

from __future__ import annotations

import contextlib
import io
import pyexpat
import stat
import time
import zipfile

import defusedxml
import docx
import pytest

from examsite.lib.files.archives import MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, Archive
from questionbanks.formats import registry
from questionbanks.formats.base import Unreadable
from questionbanks.formats.check import tally
from questionbanks.formats.sandbox import parse_in_child
from tests.bank_files import book, with_parts

ITEM = "1.谁？\nA.甲\nB.乙\n答案：A\n2.谁？\nA.甲\nB.乙\n答案：B\n"


def refusal(data: bytes, name: str = "") -> str:
    """The code of the refusal; fails for a file that is read."""
    with pytest.raises(Unreadable) as refused:
        registry.parse(data, name=name)
    assert refused.value.message.strip()
    return refused.value.code


def xlsx() -> bytes:
    return book(["题干", "选项A", "选项B", "答案"], ["谁？", "甲", "乙", "A"])


def word() -> bytes:
    document = docx.Document()
    for line in ITEM.splitlines():
        document.add_paragraph(line)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


SIGNATURES = {
    "pdf": b"%PDF-1.7\n1 0 obj",
    "picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "packed": b"Rar!\x1a\x07\x01\x00",
    "rtf": b"{\\rtf1\\ansi hello}",
    "empty": b"",
    "not_text": b"abc\x00\x01\x02" * 50,
    "unknown_ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "damaged_archive": b"PK\x03\x04" + bytes(100),
}


@pytest.mark.parametrize(("code", "data"), SIGNATURES.items())
def test_what_no_importer_reads(code: str, data: bytes) -> None:
    assert refusal(data, "题库.docx") == code


def test_blank_files() -> None:
    assert refusal(b" \r\n\t\n") == "empty"
    assert refusal(b"\xef\xbb\xbf") == "empty"


def test_a_password_on_an_office_file() -> None:
    locked = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(600)
        + "EncryptedPackage\x00".encode("utf-16-le")
        + bytes(600)
    )
    assert refusal(locked, "题库.xlsx") == "password"


def test_a_password_on_an_archive() -> None:
    data = bytearray(xlsx())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    assert refusal(bytes(data)) == "password"


@pytest.mark.parametrize("make", [xlsx, word])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated_packages(make: object, share: float) -> None:
    data = make()  # type: ignore[operator]
    assert refusal(data[: int(len(data) * share)]) == "damaged_archive"


def test_a_damaged_member() -> None:
    data = bytearray(word())
    info = zipfile.ZipFile(io.BytesIO(data)).getinfo("word/document.xml")
    start = info.header_offset + 30 + len(info.filename) + 20
    for at in range(start, start + 40):
        data[at] ^= 0xFF
    assert refusal(bytes(data)) == "damaged_archive"


def test_broken_xml_inside() -> None:
    assert refusal(with_parts(word(), {"word/document.xml": b"<w:document><w:body>"})) == "damaged_xml"


def test_wrong_encodings() -> None:
    assert refusal("题干，".encode() + b"\xff\xfe\xfd" + b"\x80\x81\xff") == "encoding"


# -- archives -----------------------------------------------------------------------------------------------


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/workbook.xml", b"0" * (MAX_RATIO * 1024 * 1024))
    started = time.monotonic()
    assert refusal(buffer.getvalue()) == "archive_size"
    assert time.monotonic() - started < 2


def test_sizes_are_added_up() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("a.xml", b"x")
    data = bytearray(buffer.getvalue())
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = (MAX_UNPACKED + 1).to_bytes(4, "little")
    with pytest.raises(Unreadable) as refused:
        Archive(bytes(data))
    assert refused.value.code == "archive_size"


def test_too_many_members() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for number in range(MAX_MEMBERS + 1):
            target.writestr(f"{number}.xml", b"")
    assert refusal(buffer.getvalue()) == "archive_members"


@pytest.mark.parametrize("name", ["../x.xml", "/etc/passwd", "a/../../x", "C:/x.xml", "..\\x.xml"])
def test_path_tricks(name: str) -> None:
    assert refusal(with_parts(xlsx(), {name: b"x"})) == "archive_path"


def test_a_link() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        info = zipfile.ZipInfo("link.xml")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        target.writestr(info, "/etc/passwd")
    assert refusal(buffer.getvalue()) == "archive_path"


def test_a_zip_of_something_else() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("readme.txt", b"x")
        target.writestr("content.xml", b"<x/>")
    assert refusal(buffer.getvalue()) == "unknown_format"


# -- XML ----------------------------------------------------------------------------------------------------

DECLARATIONS = {
    "doctype": b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "lower case": b'<!doctype a SYSTEM "http://127.0.0.1/x.dtd">',
    "laughs": b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
}
PARTS = [
    (xlsx, "xl/workbook.xml"),
    (xlsx, "xl/worksheets/sheet1.xml"),
    (word, "word/document.xml"),
    (word, "word/styles.xml"),
]


@pytest.mark.parametrize("declaration", DECLARATIONS.values(), ids=DECLARATIONS.keys())
@pytest.mark.parametrize(("make", "part"), PARTS)
def test_t53_t54_declarations_in_any_part(make: object, part: str, declaration: bytes) -> None:
    data = make()  # type: ignore[operator]
    content = zipfile.ZipFile(io.BytesIO(data)).read(part)
    head, _, rest = content.partition(b"?>")
    assert refusal(with_parts(data, {part: head + b"?>" + declaration + rest})) == "xml_declaration"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_declarations_hidden_by_an_encoding(encoding: str) -> None:
    part = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e "x">]><a/>'.encode(encoding)
    assert refusal(with_parts(word(), {"docProps/custom.xml": part})) == "xml_declaration"


def test_t54_the_parsers_below_are_safe_by_themselves() -> None:
    assert pyexpat.version_info >= (2, 4, 1)
    assert defusedxml.__version__ >= "0.7.1"


# -- size and time ------------------------------------------------------------------------------------------


def test_a_stem_of_a_megabyte() -> None:
    stem = "宪法规定，" * 200_000
    started = time.monotonic()
    parsed = registry.parse(f"1.{stem}（ ）\nA.甲\nB.乙\n答案：A\n2.谁？\nA.甲\nB.乙\n答案：B\n".encode())
    assert tally(parsed).found == 2
    assert len(parsed.questions[0].stem) > 900_000
    assert time.monotonic() - started < 20


NASTY = {
    "labels": "A、" * 200_000,
    "brackets": "（" * 300_000,
    "underscores": "_ " * 300_000,
    "spaces": " " * 900_000 + "x",
    "numbers": "1、2、3、" * 100_000,
    "answers": "答案：A" * 100_000,
    "digits": "9" * 500_000,
    "letters": "ABCD" * 200_000,
    "new lines": "1.\n" * 100_000,
    "options": "A.甲 B.乙 " * 60_000,
    "a line to write on": "_" * 900_000,
    "an answer and spaces": "谁（ ）\nA.甲\nB.乙\nA" + " " * 900_000 + "x",
    "a key that breaks off": "谁（ ）\nA.甲\nB.乙\n2.谁（ ）\n参考答案\n单选题答案：" + "ABCD" * 20 + "！",
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_no_pattern_explodes(text: str) -> None:
    started = time.monotonic()
    with contextlib.suppress(Unreadable):
        registry.parse(f"1.{text}\n{ITEM}".encode(), format="text")
    assert time.monotonic() - started < 25


def test_twelve_million_cells_are_refused_quickly() -> None:
    row = b"".join(b'<c r="A1"><v>1</v></c>' for _ in range(100))
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    sheet += (
        b"".join(b'<row r="%d">' % n + row + b"</row>" for n in range(1, 25_000))
        + b"</sheetData></worksheet>"
    )
    started = time.monotonic()
    code = refusal(with_parts(xlsx(), {"xl/worksheets/sheet1.xml": sheet}))
    assert code in {"too_many_cells", "archive_size"}
    assert time.monotonic() - started < 10


# -- the child ----------------------------------------------------------------------------------------------


def test_a_child_returns_what_the_parser_returns() -> None:
    assert parse_in_child(ITEM.encode(), name="x.txt") == registry.parse(ITEM.encode(), name="x.txt")
    assert parse_in_child(xlsx(), name="x.xlsx") == registry.parse(xlsx(), name="x.xlsx")


def test_a_child_passes_the_refusal_on() -> None:
    with pytest.raises(Unreadable) as refused:
        parse_in_child(b"%PDF-1.4")
    assert refused.value.code == "pdf"


def test_a_child_that_needs_too_long_is_stopped() -> None:
    started = time.monotonic()
    with pytest.raises(Unreadable) as refused:
        parse_in_child(("1.谁（ ）\nA.甲\nB.乙\n答案：A\n" * 300_000).encode(), timeout_s=1)
    assert refused.value.code == "timeout"
    assert time.monotonic() - started < 15


def test_a_child_that_needs_too_much_memory_is_stopped() -> None:
    with pytest.raises(Unreadable) as refused:
        parse_in_child(("1.谁（ ）\nA.甲\nB.乙\n答案：A\n" * 200_000).encode(), timeout_s=100, memory_mb=200)
    assert refused.value.code == "memory"


def test_a_child_that_dies_is_a_sentence() -> None:
    with pytest.raises(Unreadable) as refused:
        parse_in_child(ITEM.encode(), memory_mb=8)
    assert refused.value.message.strip()


# -- content ------------------------------------------------------------------------------------------------


def test_templates_and_scripts_stay_what_they_are() -> None:
    stem = "{{7*7}}{% now %}<script>alert(1)</script>？"
    text = f"1.{stem}\nA.${{7*7}}\nB.=1+1\n答案：B\n2.谁\nA.甲\nB.乙\n答案：A\n"
    first = registry.parse(text.encode()).questions[0]
    assert first.stem == stem
    assert [choice.text for choice in first.choices] == ["${7*7}", "=1+1"]
