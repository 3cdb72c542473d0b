"""Imports: reading against the bare reading of the same file, doubles against banks of two sizes, memory.

What needs a database runs in a process of its own (`python -m benchmarks.import_questions PART`), on a fresh
SQLite file.
"""

from __future__ import annotations

import io
import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from benchmarks.databases import measure_on, set_up
from benchmarks.rows import Row
from benchmarks.stopwatch import best_of_three, peak_mb
from examsite.lib.cells import add_sheet, book_bytes, new_book

ROWS = 10_000
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
COLUMNS = ("题号", "题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "解析", "知识点", "难度")
WORDS = [
    "村民会议",
    "村务公开",
    "行政处罚",
    "土地承包",
    "人民调解",
    "宅基地",
    "集体经济",
    "法律援助",
    "信访事项",
    "行政许可",
    "听证程序",
    "治安管理",
    "未成年人",
    "家庭暴力",
    "合同效力",
    "侵权责任",
    "继承顺序",
    "证据规则",
    "诉讼时效",
    "监护职责",
    "应当",
    "可以",
    "不得",
    "依法",
    "申请",
    "决定",
    "期限",
    "三十日",
    "六个月",
    "县级以上",
    "人民政府",
    "主管部门",
    "当事人",
    "利害关系人",
    "书面形式",
    "公告送达",
    "征求意见",
    "民主评议",
    "监督委员会",
    "村民代表",
    "三分之二",
    "过半数",
    "登记机关",
    "备案审查",
]


def run() -> Iterator[Row]:
    """All rows of this benchmark."""
    yield from reading()
    few, many = _measure("doubles", "5000"), _measure("doubles", "50000")
    yield Row("doubles of 10,000 items against 5,000 stored", few["seconds"], "s")
    yield Row("doubles of 10,000 items against 50,000 stored", many["seconds"], "s")
    yield Row("growth from 5,000 to 50,000 stored", many["seconds"] / few["seconds"], "×", 6)
    yield Row("bank page with search and facets at 50,000 items", many["page"], "s")
    memory = _measure("memory")
    yield Row("memory above idle while importing 10,000 rows", memory["above_idle"], "MB", 300)
    yield Row("  of it the process that reads the file", memory["child"], "MB")
    yield Row("import of 10,000 rows: read and laid out for review", memory["review"], "s")
    yield Row("import of 10,000 rows: stored", memory["store"], "s")
    yield Row("import of 10,000 rows: undone", memory["undo"], "s")


def _measure(*part: str) -> dict[str, float]:
    return measure_on("SQLite", "benchmarks.import_questions", *part)


def bare_reading(data: bytes) -> None:
    """Every cell of a workbook, read and thrown away."""
    import python_calamine

    book = python_calamine.load_workbook(io.BytesIO(data))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def reading() -> Iterator[Row]:
    """parse + check of a 10,000-row xlsx against calamine's bare reading of the same bytes; best of three."""
    from questionbanks.formats.registry import parse

    data = workbook(ROWS)

    def whole() -> None:
        assert len(parse(data, name="题.xlsx").questions) == ROWS

    slow, fast = best_of_three(whole), best_of_three(lambda: bare_reading(data))
    yield Row("bare reading of a 10,000-row xlsx", fast, "s")
    yield Row("parse and check of the same file", slow, "s")
    yield Row("parse and check ÷ bare reading", slow / fast, "×", 15)


def workbook(count: int) -> bytes:
    """An xlsx of the usual columns with `count` choice items, all different."""
    source = random.Random(7)
    book = new_book()
    add_sheet(book, "试题", COLUMNS, [_row(source, number) for number in range(1, count + 1)])
    return book_bytes(book)


def _row(source: random.Random, number: int) -> list[str]:
    choices = [_sentence(source, 3) for _ in range(4)]
    answer = source.choice("ABCD")
    stem = f"{_sentence(source, 12)}，下列说法正确的是（ ）"
    return [
        str(number),
        "单选题",
        stem,
        *choices,
        answer,
        _sentence(source, 8),
        source.choice(WORDS),
        source.choice("易中难"),
    ]


def _sentence(source: random.Random, words: int) -> str:
    return "".join(source.choice(WORDS) for _ in range(words)) + str(source.randrange(10_000))


# --- in a process of its own -----------------------------------------------------------------------------


def _bank() -> Any:
    """A fresh database with an empty bank."""
    set_up()
    from examsite.people.domain.units import create_unit
    from questionbanks.domain.banks import create_bank

    unit = create_unit(name="本县", kind="county", parent=None, at=AT, actor=None)
    return create_bank(name="题库", unit=unit, at=AT, actor=None)


def _questions(count: int, seed: int) -> list[Any]:
    from questionbanks.kinds.base import Choice, Question

    source = random.Random(seed)
    made = []
    for number in range(count):
        row = _row(source, number)
        choices = tuple(Choice(label, text) for label, text in zip("ABCD", row[3:7], strict=True))
        made.append(Question("single", row[2], choices, (row[7],), topic=row[9]))
    return made


def measure_doubles(stored: int) -> dict[str, float]:
    """Seconds to look for doubles of 10,000 items, a tenth of which are in the bank in other words."""
    bank = _bank()
    from questionbanks.domain.banks import topic_paths
    from questionbanks.domain.doubles import find_doubles
    from questionbanks.domain.items import create_items
    from questionbanks.domain.queries import Wanted, facets, find_items
    from questionbanks.kinds.base import replace

    old = _questions(stored, 1)
    create_items(bank=bank, questions=old, at=AT, actor=None)
    new = _questions(ROWS - ROWS // 10, 2)
    new += [replace(one, stem=one.stem.replace("下列", "以下", 1)) for one in old[: ROWS // 10]]
    start = time.perf_counter()
    found = find_doubles(bank=bank, questions=new)
    seconds = time.perf_counter() - start
    assert sum(bool(one) for one in found[-(ROWS // 10) :]) > ROWS // 10 * 0.95
    start = time.perf_counter()
    wanted, paths = Wanted(words="村民会议 听证"), topic_paths(bank)
    shown = list(find_items(bank, wanted, paths).select_related("current")[:50])
    assert facets(bank, wanted, paths)[1] >= len(shown)
    return {"seconds": seconds, "page": time.perf_counter() - start}


def measure_memory() -> dict[str, float]:
    """MB above idle of the importing process and of its child, and the seconds of each step."""
    bank = _bank()
    from questionbanks.domain.imports import confirm_import, open_import, read_import, undo_import

    data = workbook(ROWS)
    idle = peak_mb()
    start = time.perf_counter()
    run = open_import(bank=bank, data=data, name="题.xlsx", at=AT, actor=None)
    run = read_import(run=run, at=AT)
    reviewed = time.perf_counter()
    assert confirm_import(run=run, at=AT, actor=None) == ROWS
    stored = time.perf_counter()
    undo_import(run=run, at=AT, actor=None)
    child = peak_mb(resource.RUSAGE_CHILDREN)
    return {
        "above_idle": peak_mb() - idle + child,
        "child": child,
        "review": reviewed - start,
        "store": stored - reviewed,
        "undo": time.perf_counter() - stored,
    }


if __name__ == "__main__":
    result = measure_doubles(int(sys.argv[2])) if sys.argv[1] == "doubles" else measure_memory()
    print(json.dumps(result))
