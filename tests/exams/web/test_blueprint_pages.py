"""The sheet of a blueprint: filled, counted while typing, refused, copied."""

from __future__ import annotations

import pytest

from exams.models import Blueprint
from tests.office_pages import client_of, text_of, url
from tests.papers_world import Office

pytestmark = pytest.mark.django_db


def sheet(office: Office, **fields: object) -> dict[str, object]:
    made: dict[str, object] = {
        "name": "新规则",
        "unit": office.tree.town.pk,
        "banks": [office.bank.pk],
        "total": "100",
        "minutes": "60",
        "forms": "2",
        "command": "save",
        "s0-kind": "single",
        "s0-points": "5",
        "s0-credit_rule": "all",
        "s0-per_choice": "0",
        "s0-title": "",
        "s0-r0-law": "",
        "s0-r0-topic": "",
        "s0-r0-difficulty": "",
        "s0-r0-audience": "",
        "s0-r0-count": "20",
    }
    return made | fields


def test_a_blueprint_is_saved_from_the_sheet(office: Office) -> None:
    reply = client_of(office.officer).post(url("blueprint_new"), sheet(office))
    assert reply.url == url("blueprints")
    stored = Blueprint.objects.get(name="新规则")
    assert [(one.kind, one.points) for one in stored.sections.all()] == [("single", 5)]


def test_the_usual_set_fills_the_sheet_and_counts_at_once(office: Office) -> None:
    page = text_of(client_of(office.officer).get(url("blueprint_new"), {"template": "law-wise"}))
    assert 'value="法律明白人"' in page
    assert "可抽 40 题" in page
    assert "合计 <strong data-count>40</strong> 题" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"s0-r0-count": "19"}, "各大题合计 95 分，比满分 100 分少 5 分，请改题数或每题分值。"),
        ({"s0-r0-count": "many"}, "第一大题第1行：题数要写 1 到 500 的整数。"),
        ({"s0-points": "five"}, "第一大题：分值要写成数字，如 2 或 0.5。"),
        ({"s0-kind": "essay"}, "第一大题：请选择题型。"),
        ({"s0-r0-law": "x"}, "第一大题第1行：题库里没有这部法律的题。"),
        ({"name": ""}, "请填写组卷规则的名称。"),
        ({"banks": []}, "请至少选择一个题库。"),
        ({"minutes": "x"}, "作答时长要写成分钟数，如 60。"),
        ({"total": "x"}, "满分要写成大于 0 的数字，如 100。"),
        ({"unit": "x"}, "请选择组卷规则归哪个单位。"),
    ],
)
def test_a_refused_sheet_keeps_what_was_typed(
    office: Office, fields: dict[str, object], sentence: str
) -> None:
    reply = client_of(office.officer).post(
        url("blueprint_new"), sheet(office, **{"s0-title": "单选（一）"} | fields)
    )
    assert reply.status_code == 400
    assert sentence in text_of(reply)
    assert 'value="单选（一）"' in text_of(reply)
    assert Blueprint.objects.count() == 1


def test_rows_and_sections_are_added_and_removed_without_saving(office: Office) -> None:
    client = client_of(office.officer)

    def rows_after(command: str) -> tuple[int, int]:
        page = text_of(client.post(url("blueprint_new"), sheet(office, command=command)))
        return page.count("data-section="), page.count("data-row")

    assert rows_after("add-row:0") == (1, 2)
    assert rows_after("add-section") == (2, 2)
    assert rows_after("drop-row:0:0") == (1, 1)  # the last row stays
    assert rows_after("drop-section:0") == (0, 0)
    assert rows_after("drop-section:99") == (1, 1)
    assert Blueprint.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "asked"),
    [("single", 0), ("short_answer", 0), ("fill_blank", 0), ("true_false", 1), ("multiple", 1)],
)
def test_how_to_count_is_asked_only_where_there_is_a_choice(office: Office, kind: str, asked: int) -> None:
    data = sheet(office, **{"s0-kind": kind, "command": "count"})
    page = text_of(client_of(office.officer).post(url("blueprint_new"), data))
    assert page.count('name="s0-credit_rule"') == asked
    assert page.count('name="s0-per_choice"') == asked


def test_a_section_that_was_not_asked_how_to_count_is_all_or_nothing(office: Office) -> None:
    data = sheet(office)
    del data["s0-credit_rule"], data["s0-per_choice"]
    client = client_of(office.officer)
    page = text_of(client.post(url("blueprint_new"), data | {"s0-kind": "multiple", "command": "count"}))
    assert '<option value="all" selected>' in page
    assert 'name="s0-per_choice" value="0"' in page
    assert client.post(url("blueprint_new"), data).url == url("blueprints")
    (section,) = Blueprint.objects.get(name="新规则").sections.all()
    assert (section.credit_rule, section.per_choice) == ("all", 0)


def test_a_short_bank_is_counted_row_by_row_while_typing(office: Office) -> None:
    reply = (
        client_of(office.officer)
        .post(url("blueprint_count"), sheet(office, **{"s0-r0-difficulty": "3"}))
        .json()
    )
    assert reply["rows"] == [[{"available": 13, "reason": "可抽 13 题，差 7 题；不限难度有 40 题"}]]
    assert (
        reply["clashes"][0]["text"] == "“一、单项选择题”2套卷互不重题要 40 道，符合条件的只够 13 道，差 27 道"
    )
    assert (reply["sum"], reply["count"], reply["balanced"]) == ("100", 20, True)
    assert Blueprint.objects.count() == 1


def test_a_blueprint_is_copied_for_this_year(office: Office) -> None:
    client = client_of(office.officer)
    client.post(url("blueprint_clone", office.blueprint.pk))
    client.post(url("blueprint_clone", office.blueprint.pk))
    assert Blueprint.objects.count() == 3
    assert client_of(office.stranger).post(url("blueprint_clone", office.blueprint.pk)).status_code == 404


def test_the_countys_blueprints_are_used_by_its_towns_and_changed_by_the_county(office: Office) -> None:
    Blueprint.objects.update(unit=office.tree.county)
    client = client_of(office.stranger)
    assert "法律明白人" in text_of(client.get(url("blueprints")))
    assert client.get(url("blueprint_edit", office.blueprint.pk)).status_code == 404
    client.post(url("blueprint_clone", office.blueprint.pk))
    assert Blueprint.objects.filter(unit=office.tree.other_town).count() == 1
