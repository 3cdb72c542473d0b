"""The text of a statute → articles; all sample statutes."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from questionbanks.statutes.reading import read_statute

TEXT = """中华人民共和国示例法
（2010年1月1日 某届会议通过 2020年2月2日 某届会议修订）
目录
第一章　总则
第二章　附则
第一章　总则
第一条　为了示例，制定本法。
第二条 下列情形适用本法：
（一）甲；
（二）乙。
第一条规定的情形除外。
第二条之一 插入的一条。
第三条规定以外的情形，不适用本法。
第三条 依照第二条的规定办理。
第二章 附 则
第四条 本法自2020年5月1日起施行。
附件一
第一条 附件里的一条不算。
"""


def test_articles_and_headings() -> None:
    statute = read_statute(TEXT)
    assert statute.title == "中华人民共和国示例法"
    assert statute.short == "示例法"
    assert [(one.label, one.heading) for one in statute.articles] == [
        ("第一条", "第一章 总则"),
        ("第二条", "第一章 总则"),
        ("第二条之一", "第一章 总则"),
        ("第三条", "第一章 总则"),
        ("第四条", "第二章 附 则"),
    ]
    assert statute.articles[1].text == "下列情形适用本法：\n（一）甲；\n（二）乙。\n第一条规定的情形除外。"
    assert statute.articles[2].text == "插入的一条。\n第三条规定以外的情形，不适用本法。"
    assert statute.problems == ()


def test_dates() -> None:
    statute = read_statute(TEXT)
    assert (statute.adopted, statute.in_force) == (date(2020, 2, 2), date(2020, 5, 1))


def test_the_first_editions_date_is_not_that_of_a_revision() -> None:
    revised = TEXT.replace("2020年5月1日", "2010年5月1日")
    assert read_statute(revised).in_force is None


def test_markdown() -> None:
    text = """# 中华人民共和国民法典

# 总则

2020年5月28日 通过

<!-- INFO END -->

## 第一章

**第一条** 甲。

笫二条 乙。
"""
    statute = read_statute(text)
    assert (statute.title, statute.part) == ("中华人民共和国民法典", "总则")
    assert [(one.label, one.text) for one in statute.articles] == [("第一条", "甲。"), ("第二条", "乙。")]


def test_a_preamble_stands_apart() -> None:
    statute = read_statute("# 宪法\n## 序 言\n甲。\n乙。\n## 第一章 总纲\n第一条 丙。\n")
    assert statute.preamble == "甲。\n乙。"
    assert [one.text for one in statute.articles] == ["丙。"]


def test_a_gap_is_told() -> None:
    assert read_statute("某法\n第一条 甲。\n第四条 乙。").problems == (
        "第一条后面直接是第四条，中间可能漏了",
    )


@pytest.mark.parametrize("text", ["", "没有条文的文字。", "# 标题\n\n一段话"])
def test_a_text_without_articles(text: str) -> None:
    statute = read_statute(text)
    assert statute.articles == ()
    assert statute.problems == ("没有找到“第一条”这样的条文；请确认文件里是法律全文",)


@pytest.mark.shared
def test_all_sample_statutes(shared_data: Path) -> None:
    """Titles, counts and first and last articles as expected; dates as in the names; no gaps."""
    expected = json.loads((shared_data / "EXPECTED_dev.json").read_text(encoding="utf-8"))
    paths = sorted((shared_data / "laws").glob("*.md"))
    assert len(paths) == 54
    civil_code = 0
    for path in paths:
        statute = read_statute(path.read_text(encoding="utf-8"))
        assert statute.problems == (), path.name
        assert [one.label for one in statute.articles if not one.text] == [], path.name
        named = re.search(r"\((\d{4}-\d{2}-\d{2})\)", path.name)
        if named:
            assert statute.adopted == date.fromisoformat(named.group(1)), path.name
        if statute.short == "民法典":
            civil_code += len(statute.articles)
        want = expected.get(f"laws/{path.name}")
        if want:
            assert (statute.title, len(statute.articles)) == (want["title"], want["articles"])
            assert (statute.articles[0].label, statute.articles[-1].label) == (want["first"], want["last"])
    assert civil_code == 1260


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("反电信网络诈骗法(2022-09-02)", date(2022, 12, 1)),
        ("行政处罚法(2021-01-22)", date(2021, 7, 15)),
        ("公务员法(2018-12-29)", date(2019, 6, 1)),
        ("妇女权益保障法(2022-10-30)", date(2023, 1, 1)),
        ("农村集体经济组织法(2024-06-28)", date(2025, 5, 1)),
    ],
)
def test_days_of_coming_into_force(shared_data: Path, name: str, day: date) -> None:
    text = (shared_data / "laws" / f"{name}.md").read_text(encoding="utf-8")
    assert read_statute(text).in_force == day
