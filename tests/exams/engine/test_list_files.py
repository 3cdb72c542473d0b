"""Tables that somebody else kept: headers found, cells understood, everything else said in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from exams.engine.list_files import (
    ACTIVITY_COLUMNS,
    RESULT_COLUMNS,
    kind_of,
    read_count,
    read_list,
    read_moment,
    read_points,
)
from examsite.lib.cells import add_sheet, book_bytes, new_book
from examsite.lib.files.unreadable import Unreadable


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-11-03", (date(2022, 11, 3), None)),
        ("2022年11月3日", (date(2022, 11, 3), None)),
        ("2022/11/3 9:05", (date(2022, 11, 3), (9, 5))),
        ("2022-11-03T09:05", (date(2022, 11, 3), (9, 5))),
        ("2022.11.3 09:05:59", (date(2022, 11, 3), (9, 5))),
        ("2022-02-30", None),
        ("11月3日", None),
        ("2022-11-03 25:00", None),
        ("", None),
    ],
)
def test_moments(text, moment):
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    ("text", "count"),
    [("120", 120), ("1,200人次", 1200), ("1 200 人", 1200), ("40.0", 40), ("100余", None), ("近3万", None),
     ("-3", None), ("", None), ("1234567890", None)],
)  # fmt: skip
def test_counts(text, count):
    assert read_count(text) == count


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("85", Decimal(85)),
        ("85.5分", Decimal("85.5")),
        ("缺考", None),
        ("85.555", None),
        ("-1", None),
        ("NaN", None),
    ],
)
def test_points(text, points):
    assert read_points(text) == points


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("集中普法宣传", "campaign"),
        ("送法入户", "home_visit"),
        ("党委理论中心组学法", "study_group"),
        ("跳舞", None),
    ],
)
def test_kinds(text, kind):
    assert kind_of(text) == kind


def book(*rows: tuple) -> bytes:
    made = new_book()
    add_sheet(made, "台账", rows[0], rows[1:])
    return book_bytes(made)


def test_a_workbook_with_a_title_above_and_a_sum_below():
    data = book(
        ("2022年台账", "", ""),
        ("活动日期", "主题（内容）", "受众（人次）"),
        (date(2022, 5, 1), "民法典进乡村", 120),
        ("", "合计", 120),
    )
    table = read_list(data, "a.xlsx", ACTIVITY_COLUMNS, ("date", "topic"))
    assert [(row.where, dict(row.cells)) for row in table.rows] == [
        ("台账 第3行", {"date": "2022-05-01", "topic": "民法典进乡村", "audience": "120"})
    ]


def test_a_csv_in_the_encoding_of_chinese_offices():
    data = "姓名,工作单位,考试成绩\r\n张三,财政所,88\r\n".encode("gb18030")
    table = read_list(data, "x.dat", RESULT_COLUMNS, ("name", "points"))
    assert [dict(row.cells) for row in table.rows] == [{"name": "张三", "unit": "财政所", "points": "88"}]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        ("姓名,单位\r\n张三,财政所\r\n".encode(), "no_header"),
        ("姓名,成绩\r\n".encode(), "no_rows"),
        (b"%PDF-1.4 x", "pdf"),
    ],
)
def test_what_is_no_such_table_is_refused(data, code):
    with pytest.raises(Unreadable) as refused:
        read_list(data, "x", RESULT_COLUMNS, ("name", "points"))
    assert refused.value.code == code
