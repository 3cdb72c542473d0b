"""What is exported: Word in official layout, numbers as numbers, a pack that shows every change."""

from __future__ import annotations

import io
import json
import zipfile
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from exams.analytics.documents.pack import INDEX, check_pack, evidence_pack
from exams.analytics.documents.sheets import add_table, report_book
from exams.analytics.documents.word import report_docx
from exams.analytics.reports.annual import annual_document
from exams.analytics.sentence_facts import Style
from exams.models import AnnualReport
from examsite.lib.cells import book_bytes, new_book
from examsite.lib.errors import DomainError
from examsite.lib.percent import Rate
from tests.figures_world import LATER, ExamWorld, make_town
from tests.standing import standing

ZONE = ZoneInfo("Asia/Shanghai")
SECRET = "s" * 40


def document():
    world = ExamWorld(make_town(), title="=1+1考试")
    world.people(9, 80)
    world.people(1, 50)
    return annual_document(unit=world.town.town, year=2022, style=Style.VERIFIED, at=LATER, zone=ZONE), world


@pytest.mark.django_db
def test_the_word_file_is_in_official_layout():
    made, _ = document()
    word = Document(io.BytesIO(report_docx(made, status=("（草稿）",))))
    title = word.paragraphs[0].runs[0]
    assert title._element.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"
    assert word.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    heading = word.styles["Heading 1"].element.rPr.rFonts
    assert heading.get(qn("w:eastAsia")) == "黑体"
    assert heading.get(qn("w:eastAsiaTheme")) is None
    texts = [one.text for one in word.paragraphs]
    assert "（草稿）" in texts
    assert made.paragraph.text in texts
    titles = [text for text in texts if text.startswith("附表")]
    assert [text[:3] for text in titles] == [
        "附表1",
        "附表2",
        "附表3",
        "附表4",
        "附表5",
        "附表6",
        "附表7",
        "附表8",
    ]
    assert len(word.tables) == 8
    assert len(word.inline_shapes) == len(made.pictures)


@pytest.mark.django_db
def test_the_header_of_a_table_repeats_on_every_page():
    made, _ = document()
    word = Document(io.BytesIO(report_docx(made)))
    for table in word.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


@pytest.mark.django_db
def test_the_workbook_has_numbers_as_numbers_and_text_that_is_no_formula():
    made, _ = document()
    book = load_workbook(io.BytesIO(report_book(made)))
    sheet = book["附表1"]
    names = {cell.value: cell.column for cell in sheet[1]}
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1考试", "s")
    assert sheet.cell(row=2, column=names["应考"]).value == 10
    rate = sheet.cell(row=2, column=names["合格率"])
    assert (rate.value, rate.number_format) == (0.9, "0.00%")
    assert sheet.cell(row=2, column=names["平均分"]).value == 77
    assert book.sheetnames[-1] == "附表8 口径说明"


@pytest.mark.parametrize(
    ("rate", "number"),
    [(Rate(1248, 1249), 0.9992), (Rate(99999, 100000), 0.9999), (Rate(1, 100000), 0.0001), (Rate(3, 3), 1),
     (Rate(0, 5), 0), (Rate(0, 0), "—")],
)  # fmt: skip
def test_a_rate_in_a_workbook_is_never_rounded_to_everybody_or_nobody(rate, number):
    book = new_book()
    add_table(book, "x", ("率",), [(rate,)])
    found = load_workbook(io.BytesIO(book_bytes(book)))["x"]["A2"].value
    assert found == number


def packed() -> bytes:
    made, world = document()
    report = AnnualReport(unit=world.town.town, year=2022, style="verified", created_at=LATER)
    return evidence_pack(
        report=report, document=made, snapshot=None, at=LATER, zone=ZONE, secret=SECRET, status=()
    )


@pytest.fixture(scope="module")
def pack(django_db_setup, django_db_blocker) -> bytes:
    """Made once: nobody changes bytes, and who checks them asks no database."""
    with standing(packed, django_db_blocker) as data:
        return data


@pytest.mark.django_db
def test_the_pack_holds_what_the_report_rests_on_and_checks(pack):
    names = zipfile.ZipFile(io.BytesIO(pack)).namelist()
    for ending in (
        "年度报告.docx", "附表.xlsx", "数据快照.json", "名册.xlsx", "成绩单.xlsx", "通知与场次.txt",
        "试卷/A卷.pdf", "普法活动/台账.xlsx",
    ):  # fmt: skip
        assert [name for name in names if name.endswith(ending)] != []
    checked = check_pack(pack, secret=SECRET)
    assert (checked.problems, checked.is_signed, checked.is_intact) == ((), True, True)
    assert check_pack(pack).is_signed is None
    assert check_pack(pack, secret="another").is_intact is False


def rewritten(data: bytes, change) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        files = {name: old.read(name) for name in old.namelist()}
        change(files)
        for name, content in files.items():
            new.writestr(name, content)
    return buffer.getvalue()


def name_of(files: dict[str, bytes], ending: str) -> str:
    return next(name for name in files if name.endswith(ending))


def change_scores(files):
    files[name_of(files, "成绩单.xlsx")] += b" "


def drop_roster(files):
    del files[name_of(files, "名册.xlsx")]


def change_list(files):
    files["索引.csv"] = files["索引.csv"].replace(b"\n", b" \n", 1)


def slip_in(files):
    files["考试/多出.txt"] = b"x"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (change_scores, "内容被改动"),
        (change_list, "内容被改动"),
        (drop_roster, "缺少"),
        (slip_in, "索引之外多出"),
    ],
)
def test_every_change_of_a_pack_is_found(pack, change, words):
    checked = check_pack(rewritten(pack, change), secret=SECRET)
    assert [problem.split("：")[0] for problem in checked.problems] == [words]
    assert checked.is_intact is False


def test_a_byte_that_flipped_is_found_whatever_it_does_to_the_archive(pack):
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        first = archive.infolist()[0]
    start = first.header_offset + 30 + len(first.filename.encode())
    for place in range(start, start + 400, 7):
        broken = bytearray(pack)
        broken[place] ^= 0xFF
        assert check_pack(bytes(broken), secret=SECRET).problems == (f"已损坏：{first.filename}",)


@pytest.mark.parametrize(
    "files", [[], ["年度报告.docx"], {"年度报告.docx": "x"}, {"年度报告.docx": {}}, None]
)
def test_an_index_of_another_shape_is_no_pack(pack, files):
    def reshape(found):
        index = json.loads(found[INDEX])
        index["files"] = files
        found[INDEX] = json.dumps(index).encode()

    with pytest.raises(DomainError) as refusal:
        check_pack(rewritten(pack, reshape), secret=SECRET)
    assert refusal.value.code == "no_pack"


def test_an_index_written_anew_is_not_signed(pack):
    def forge(files):
        index = json.loads(files[INDEX])
        index["made_at"] = "2020-01-01"
        files[INDEX] = json.dumps(index).encode()

    assert check_pack(rewritten(pack, forge), secret=SECRET).is_signed is False


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a zip"])
def test_what_is_no_pack_is_refused(data):
    with pytest.raises(DomainError):
        check_pack(data)


@pytest.mark.django_db
def test_the_mean_is_a_decimal_and_a_rate_keeps_its_counts():
    made, _ = document()
    row = dict(zip(made.tables[0].header, made.tables[0].rows[0], strict=True))
    assert row["平均分"] == Decimal("77.00")
    assert row["合格率"] == Rate(9, 10)
