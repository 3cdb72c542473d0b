"""manage.py import_questions and export_questions: reports, exit codes, what is stored."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from examsite.people.models import Unit
from questionbanks.models import Bank, ImportRun, Item
from tests.factories import make_unit_tree, make_user

CLEAN = """1. 村民会议由本村多少周岁以上的村民组成？
A. 十六周岁
B. 十八周岁
答案：B

2. 人民调解不收取任何费用。
答案：正确
"""
PARTLY = "题干,选项A,选项B,答案\n甲题在哪里？,甲,乙,A\n乙题在哪里？,甲,乙,\n"

pytestmark = pytest.mark.django_db


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "题.txt"
    path.write_text(CLEAN, encoding="utf-8")
    return path


def run(*arguments: str, code: int = 0) -> str:
    out = io.StringIO()
    if code:
        with pytest.raises(SystemExit) as ended:
            call_command(*arguments, stdout=out, stderr=out)
        assert ended.value.code == code
    else:
        call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


def report(tmp_path: Path) -> list[dict[str, Any]]:
    return json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))


def test_a_clean_file(clean: Path, tmp_path: Path) -> None:
    make_unit_tree()
    run("import_questions", str(clean), "--bank", "新库", "--report", str(tmp_path / "r.json"))
    (found,) = report(tmp_path)
    assert (found["found"], found["importable"], found["broken"], found["imported"]) == (2, 2, 0, 2)
    assert found["by_kind"]["single"] == 1
    assert found["by_kind"]["true_false"] == 1
    assert [one["answer"] for one in found["questions"]] == [["B"], True]
    assert Bank.objects.get().unit.name == "云山县"
    assert Item.objects.count() == 2


def test_problems_end_with_3_and_the_sound_are_stored(tmp_path: Path) -> None:
    make_unit_tree()
    path = tmp_path / "题.csv"
    path.write_text(PARTLY, encoding="utf-8")
    said = run("import_questions", str(path), "--bank", "库", "--report", str(tmp_path / "r.json"), code=3)
    (found,) = report(tmp_path)
    assert (found["found"], found["importable"], found["broken"], found["imported"]) == (2, 1, 1, 1)
    assert [one["where"] for one in found["problems"] if one["severity"] == "broken"] == ["第3行"]
    assert "找到2题，可入库1，有问题1，入库1" in said


def test_an_unreadable_file_ends_with_1_and_the_others_are_stored(clean: Path, tmp_path: Path) -> None:
    make_unit_tree()
    bad = tmp_path / "题.pdf"
    bad.write_bytes(b"%PDF-1.7")
    files = [str(bad), str(clean), str(tmp_path / "没有.txt")]
    run("import_questions", *files, "--bank", "库", "--report", str(tmp_path / "r.json"), code=1)
    found = report(tmp_path)
    assert [one["file"] for one in found] == files
    assert [one["imported"] for one in found] == [0, 2, 0]
    assert [one["problems"][0]["code"] for one in (found[0], found[2])] == ["pdf", "no_file"]


def test_a_dry_run_stores_nothing(clean: Path, tmp_path: Path) -> None:
    run("import_questions", str(clean), "--bank", "库", "--dry-run", "--report", str(tmp_path / "r.json"))
    assert report(tmp_path)[0]["found"] == 2
    assert report(tmp_path)[0]["imported"] == 0
    assert (Bank.objects.count(), Unit.objects.count(), ImportRun.objects.count()) == (0, 0, 0)


def test_an_empty_site_gets_a_unit_for_its_bank(clean: Path) -> None:
    run("import_questions", str(clean), "--bank", "库")
    assert Bank.objects.get().unit.kind == "county"


def test_the_same_file_twice(clean: Path, tmp_path: Path) -> None:
    make_unit_tree()
    run("import_questions", str(clean), "--bank", "库")
    run("import_questions", str(clean), "--bank", "库", "--report", str(tmp_path / "r.json"))
    (found,) = report(tmp_path)
    assert found["imported"] == 0
    assert "same_file" in [one["code"] for one in found["problems"]]
    assert [one["code"] for one in found["problems"] if one["where"]] == ["double", "double"]
    assert Item.objects.count() == 2
    run("import_questions", str(clean), "--bank", "库", "--again")
    assert Item.objects.count() == 4


def test_doubles_are_stored_and_told_unless_told_otherwise(tmp_path: Path) -> None:
    make_unit_tree()
    path = tmp_path / "题.csv"
    path.write_text("题干,选项A,选项B,答案\n" + "村民会议由谁召集？,甲,乙,A\n" * 2, encoding="utf-8")
    run("import_questions", str(path), "--bank", "甲库")
    assert Item.objects.filter(bank__name="甲库").count() == 2
    run("import_questions", str(path), "--bank", "乙库", "--skip-doubles")
    assert Item.objects.filter(bank__name="乙库").count() == 1


def test_the_report_on_standard_output(clean: Path) -> None:
    make_unit_tree()
    out = io.StringIO()
    call_command(
        "import_questions", str(clean), "--bank", "库", "--report", "-", stdout=out, stderr=io.StringIO()
    )
    assert json.loads(out.getvalue())[0]["found"] == 2


def test_the_actor_is_the_author(clean: Path) -> None:
    make_unit_tree()
    editor = make_user("李敏", username="limin")
    run("import_questions", str(clean), "--bank", "库", "--actor", "limin")
    assert {item.author for item in Item.objects.all()} == {editor}
    assert ImportRun.objects.get().created_by == editor


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--actor", "谁"], "没有用户名为“谁”的人员。"),
        (["--unit", "无此镇"], "没有名为“无此镇”的单位。"),
    ],
)
def test_wrong_arguments(clean: Path, extra: list[str], message: str) -> None:
    make_unit_tree()
    with pytest.raises(CommandError) as refused:
        call_command("import_questions", str(clean), "--bank", "库", *extra)
    assert str(refused.value) == message


def test_two_banks_of_one_name_need_the_unit(clean: Path) -> None:
    tree = make_unit_tree()
    for unit in (tree.town, tree.other_town):
        run("import_questions", str(clean), "--bank", "库", "--unit", unit.name)
    with pytest.raises(CommandError) as refused:
        call_command("import_questions", str(clean), "--bank", "库")
    assert str(refused.value) == "有2个名为“库”的题库，请用 --unit 说明是哪个单位的。"


def test_what_goes_out_comes_back(clean: Path, tmp_path: Path) -> None:
    make_unit_tree()
    run("import_questions", str(clean), "--bank", "库")
    target = tmp_path / "库.json"
    run("export_questions", str(target), "--bank", "库", "--format", "native_json")
    run("import_questions", str(target), "--bank", "回来", "--report", str(tmp_path / "r.json"))
    assert report(tmp_path)[0]["format"] == "native_json"
    assert report(tmp_path)[0]["imported"] == 2
    pairs = zip(
        Bank.objects.get(name="库").items.all(), Bank.objects.get(name="回来").items.all(), strict=True
    )
    assert [one.current.digest == other.current.digest for one, other in pairs] == [True, True]


def test_what_a_format_cannot_carry_ends_with_3(clean: Path, tmp_path: Path) -> None:
    make_unit_tree()
    run("import_questions", str(clean), "--bank", "库")
    said = run("export_questions", str(tmp_path / "库.txt"), "--bank", "库", "--format", "aiken", code=3)
    assert "第2题" in said


def test_a_bank_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("export_questions", str(tmp_path / "x"), "--bank", "无", "--format", "gift")
