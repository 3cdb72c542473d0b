"""Printing: a paper of a hundred items, and the memory of a thousand answer sheets."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from benchmarks.rows import Row
from benchmarks.stopwatch import peak_mb
from exams.printing.book import question_book
from exams.printing.content import Candidate, Occasion, PrintedPaper, PrintedQuestion, PrintedSection
from exams.printing.sheets import answer_sheets

CHOICES = tuple(
    zip(
        "ABCD",
        ("由村民会议讨论决定", "由乡镇人民政府决定", "由村民小组决定", "由村民委员会决定"),
        strict=True,
    )
)
OCCASION = Occasion(
    "2026年“法律明白人”学法考试",
    "11月正考",
    datetime(2026, 11, 12, 9, tzinfo=UTC),
    datetime(2026, 11, 12, 10, tzinfo=UTC),
    60,
)


def paper(count: int) -> PrintedPaper:
    stem = "村民委员会成员实行任期和离任经济责任审计，审计结果应当公布。下列关于公布的说法，哪一项是正确的？"
    questions = tuple(
        PrintedQuestion(n, "single", f"{stem}（{n}）", "1", CHOICES) for n in range(1, count + 1)
    )
    section = PrintedSection("一、单项选择题", "每题1分，共100分。每题只有一个正确答案。", questions)
    return PrintedPaper("2026年“法律明白人”学法考试", "A", "100", 60, True, "B879C8B6", (section,))


def people(count: int) -> list[Candidate]:
    return [
        Candidate(f"张三{n}", "东风村", f"2026-11-0103-{n:04}-5", "第一考场", str(n), "A")
        for n in range(1, count + 1)
    ]


def run() -> list[Row]:
    """The rows of docs/benchmarks.md on printing."""
    hundred = paper(100)
    question_book(hundred)  # the fonts are read once in a process
    start = time.perf_counter()
    question_book(hundred)
    rows = [Row("question book of 100 items as PDF", time.perf_counter() - start, "s", 1.0)]
    forty = {"A": paper(40)}
    answer_sheets(OCCASION, forty, people(10))
    before = peak_mb()
    start = time.perf_counter()
    data = answer_sheets(OCCASION, forty, people(1000))
    rows.append(Row("1,000 answer sheets", time.perf_counter() - start, "s"))
    rows.append(Row("1,000 answer sheets, size", len(data) / 1e6, "MB"))
    rows.append(Row("1,000 answer sheets, memory above ten", peak_mb() - before, "MB", 30.0))
    return rows
