"""What comes out of the printer: pages, words, line breaks."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from docx import Document

from exams.printing.book import question_book
from exams.printing.content import (
    Candidate,
    Occasion,
    PrintedPaper,
    PrintedQuestion,
    PrintedSection,
    Slip,
)
from exams.printing.key import answer_key
from exams.printing.layout import GETA, drawable, plain, style
from exams.printing.lines import ChineseParagraph, may_break
from exams.printing.lists import by_room, envelope_label, sign_in_sheet, when
from exams.printing.sheets import answer_sheets
from exams.printing.slips import slips
from exams.printing.word import question_book_docx

OCCASION = Occasion(
    exam="2026年“法律明白人”学法考试",
    sitting="11月正考",
    opens_at=datetime(2026, 11, 12, 9, 0, tzinfo=UTC),
    closes_at=datetime(2026, 11, 12, 10, 30, tzinfo=UTC),
    minutes=60,
    help_line="司法所",
)
CHOICES = tuple(zip("ABCD", ("七日", "十日", "十五日", "三十日"), strict=True))
TABLE = (
    "<div>面积如下：<table><tr><th>年份</th><th>亩</th></tr><tr><td>2021</td><td>120</td></tr></table></div>"
)


def question(number: int, kind: str = "single", **fields: object) -> PrintedQuestion:
    made: dict[str, object] = {
        "stem": f"第{number}道题怎样？",
        "points": "2",
        "key": "钥匙A",
        "rationale": "解析甲",
    }
    if kind in ("single", "multiple"):
        made["choices"] = CHOICES
    return PrintedQuestion(number, kind, **(made | fields))  # type: ignore[arg-type]


def paper(*questions: PrintedQuestion, code: str = "A") -> PrintedPaper:
    section = PrintedSection("一、单项选择题", "每题2分，共40分。每题只有一个正确答案。", questions)
    return PrintedPaper("学法考试", code, "100", 60, True, "B879C8B6", (section,))


def people(count: int, **fields: str) -> list[Candidate]:
    made = {"room": "第一考场", "form": "A"} | fields
    return [
        Candidate(f"张三{n}", "东风村", f"2026-11-0103-{n:04}-5", seat=str(n), **made)
        for n in range(1, count + 1)
    ]


def pages(pdf: bytes) -> int:
    assert pdf.startswith(b"%PDF-")
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))


def words_of(docx: bytes) -> str:
    document = Document(io.BytesIO(docx))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_large_print_takes_more_pages_than_normal() -> None:
    whole = paper(*(question(n) for n in range(1, 41)))
    assert pages(question_book(whole)) < pages(question_book(whole, large=True))


def test_the_same_paper_gives_the_same_bytes() -> None:
    whole = paper(*(question(n) for n in range(1, 11)))
    assert question_book(whole) == question_book(whole)


@pytest.mark.parametrize("kind", ["single", "multiple", "true_false", "fill_blank", "short_answer"])
def test_every_kind_can_be_printed(kind: str) -> None:
    whole = paper(question(1, kind, blanks=2, material=TABLE))
    assert pages(question_book(whole)) == 1
    assert pages(answer_key(whole)) == 1
    assert pages(answer_sheets(OCCASION, {"A": whole}, people(1))) == 1


@pytest.mark.parametrize(
    ("kind", "stem", "brackets"),
    [
        ("single", "属于（　　）。", ""),
        ("single", "属于( )。", ""),
        ("single", "是什么？", "（　　）"),
        ("true_false", "应当公开。", "（　　）"),
        ("fill_blank", "属于_____。", ""),
        ("short_answer", "简述职责。", ""),
    ],
)
def test_brackets_for_the_letter_are_printed_once(kind: str, stem: str, brackets: str) -> None:
    assert question(1, kind, stem=stem).brackets == brackets


def test_word_holds_the_words_of_the_paper_and_its_tables() -> None:
    words = words_of(question_book_docx(paper(question(1, material=TABLE), question(2, "true_false"))))
    assert "1．第1道题怎样？（　　）" in words
    assert "C．十五日" in words
    assert "面积如下：" in words
    assert "2021" in words


def test_word_tells_no_key_unless_asked() -> None:
    whole = paper(question(1))
    assert "钥匙A" not in words_of(question_book_docx(whole))
    assert "解析甲" not in words_of(question_book_docx(whole))
    assert "钥匙A" in words_of(question_book_docx(whole, with_keys=True))
    assert "解析甲" in words_of(question_book_docx(whole, with_keys=True))


# --- Line breaking -----------------------------------------------------------------------------------


def lines_of(text: str, width: float) -> list[str]:
    paragraph = ChineseParagraph(plain(text), style(12))
    paragraph.wrap(width, 1000)
    return ["".join(str(word.text) for word in line.words) for line in paragraph.blPara.lines]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("一二三四五，六七八", ["一二三四", "五，六七八"]),  # the stop takes its character along
        ("一二三四（五六）七", ["一二三四", "（五六）七"]),  # no opening bracket at the end
        ("一二三四五六七八九", ["一二三四五", "六七八九"]),
        ("一二三四“五”？六", ["一二三四", "“五”？六"]),
        ("一二三2026年", ["一二三", "2026年"]),  # a number stays whole
    ],
)
def test_lines_neither_begin_with_a_stop_nor_end_with_a_bracket(text: str, lines: list[str]) -> None:
    assert lines_of(text, 12 * 5 + 1) == lines


def test_no_text_is_lost_in_breaking() -> None:
    text = "老方丢了一头牛，贴出告示：“送还者酬谢五百元。”小段把牛送还，要求兑现酬谢；老方应当怎样做？" * 3
    assert "".join(lines_of(text, 131)) == text


@pytest.mark.parametrize(
    ("before", "after", "may"),
    [("甲", "乙", True), ("甲", "。", False), ("（", "甲", False), ("1", "2", False), ("1", "甲", True)],
)
def test_where_a_line_may_end(before: str, after: str, may: bool) -> None:
    assert may_break(before, after) is may


def test_a_character_that_the_fonts_lack_is_marked() -> None:
    assert drawable("张\U0002f800三") == f"张{GETA}三"
    assert drawable("张䶮三") == "张䶮三"


# --- Sheets and lists --------------------------------------------------------------------------------


@pytest.mark.parametrize(("questions", "sides"), [(40, 1), (75, 1), (76, 2), (100, 2)])
def test_an_answer_sheet_has_as_many_sides_as_it_needs(questions: int, sides: int) -> None:
    whole = paper(*(question(n) for n in range(1, questions + 1)))
    assert pages(answer_sheets(OCCASION, {"A": whole}, people(3))) == 3 * sides


def test_answers_in_words_get_lines_on_further_sides() -> None:
    whole = paper(*(question(n) for n in range(1, 41)), *(question(n, "short_answer") for n in range(41, 47)))
    assert pages(answer_sheets(OCCASION, {"A": whole}, people(1))) == 4


def test_each_candidate_gets_the_sheet_of_his_form() -> None:
    short, long = paper(question(1)), paper(*(question(n) for n in range(1, 101)), code="B")
    crowd = [*people(1), *people(1, form="B")]
    assert pages(answer_sheets(OCCASION, {"A": short, "B": long}, crowd)) == 3


def test_a_thousand_sheets_share_one_grid() -> None:
    whole = paper(*(question(n) for n in range(1, 41)))
    few = len(answer_sheets(OCCASION, {"A": whole}, people(10)))
    many = len(answer_sheets(OCCASION, {"A": whole}, people(110)))
    assert (many - few) / 100 < 2500  # bytes a sheet


def test_slips_are_eight_on_a_page() -> None:
    made = [Slip(one, f"https://kaoshi.example/t#{'x' * 32}", "123456") for one in people(17)]
    assert pages(slips(OCCASION, made)) == 3


def test_lists_begin_a_page_for_every_room() -> None:
    crowd = [*people(2), *people(3, room="第二考场"), *people(1, room="")]
    assert {room: len(them) for room, them in by_room(crowd).items()} == {
        "第一考场": 2,
        "第二考场": 3,
        "未分考场": 1,
    }
    assert pages(sign_in_sheet(OCCASION, crowd)) == 3
    assert pages(envelope_label(OCCASION, crowd)) == 3


@pytest.mark.parametrize(
    ("closes_at", "words"),
    [
        (datetime(2026, 11, 12, 10, 30, tzinfo=UTC), "2026年11月12日 9:00—10:30"),
        (datetime(2026, 11, 18, 18, 0, tzinfo=UTC), "2026年11月12日 9:00—11月18日 18:00"),
    ],
)
def test_the_time_in_words(closes_at: datetime, words: str) -> None:
    assert when(replace(OCCASION, closes_at=closes_at)) == words
