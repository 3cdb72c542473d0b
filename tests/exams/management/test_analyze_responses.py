"""The command: JSON only on standard output, a table for people, one sentence for what is wrong."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

KEYS = ["n", "items", "alpha", "alpha_ci95", "kr20", "sem", "mean", "sd"]
ITEM_KEYS = [
    "id",
    "facility",
    "item_total",
    "item_rest",
    "discrimination_27",
    "alpha_if_deleted",
    "options",
    "flags",
]


def run(*args: object) -> tuple[str, str]:
    out, errors = io.StringIO(), io.StringIO()
    call_command("analyze_responses", *map(str, args), stdout=out, stderr=errors)
    return out.getvalue(), errors.getvalue()


@pytest.fixture
def lettered(tmp_path: Path) -> tuple[Path, Path]:
    """40 people, 3 items; the better half has A, the rest B, C or nothing."""
    rows = ["A,A,A"] * 20 + ["A,B,C"] * 5 + ["B,C,A"] * 5 + ["C,,B"] * 10
    matrix, key = tmp_path / "作答.csv", tmp_path / "key.csv"
    matrix.write_text("\n".join(["一,二,三", *rows]), encoding="gb18030")
    key.write_text("item,key\n一,A\n二,A\n三,A\n", encoding="gb18030")
    return matrix, key


def test_json_has_the_agreed_shape(lettered):
    out, errors = run(lettered[0], "--key", lettered[1], "--json")
    found = json.loads(out)
    assert list(found) == KEYS
    assert [list(item) for item in found["items"]] == [ITEM_KEYS] * 3
    assert [item["id"] for item in found["items"]] == ["一", "二", "三"]
    assert found["n"] == 40
    assert [item["facility"] for item in found["items"]] == [0.625, 0.5, 0.625]
    assert [(one["option"], one["n"]) for one in found["items"][1]["options"]] == [
        ("", 10),
        ("A", 20),
        ("B", 5),
        ("C", 5),
    ]
    assert errors == ""


def test_what_is_unknown_is_null_and_said_on_standard_error(tmp_path):
    matrix = tmp_path / "small.csv"
    matrix.write_text("a,b\n1,0\n1,1\n0,0\n")
    out, errors = run(matrix, "--json")
    found = json.loads(out)
    assert (found["alpha"], found["alpha_ci95"], found["kr20"], found["sem"]) == (None, None, None, None)
    assert found["items"][0]["discrimination_27"] is None
    assert found["items"][0]["options"] == []
    assert found["mean"] == 1.0
    assert found["sd"] == 1.0
    assert errors == "人数少于30人，不计算\n"


def test_the_table_is_for_people(lettered):
    out, _ = run(*lettered[:1], "--key", lettered[1])
    lines = out.splitlines()
    assert lines[0] == "人数 40　题数 3　满分 3"
    assert lines[3].startswith("合格判定一致性 ")
    assert lines[5].split() == [
        "题号",
        "正确率",
        "题总相关",
        "题余相关",
        "区分度27%",
        "删后α",
        "未答",
        "提示",
    ]
    assert lines[7].split()[:2] == ["二", "0.500"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["没有.csv"], "打不开文件“没有.csv”。请检查文件名和权限。"),
        (["没有.csv", "--pass-line", "120"], "合格线应在0到100之间。"),
    ],
)
def test_bad_arguments(args, message):
    with pytest.raises(CommandError) as refusal:
        run(*args)
    assert str(refusal.value) == message


def test_a_bad_file_is_one_sentence(tmp_path):
    matrix = tmp_path / "m.csv"
    matrix.write_text("a,b\n1,7\n")
    with pytest.raises(CommandError) as refusal:
        run(matrix, "--json")
    assert str(refusal.value).startswith("第2行“b”是“7”，不是0或1。")


@pytest.mark.shared
@pytest.mark.parametrize("name", ["LSAT6", "CTTdata", "MathExam14W"])
def test_equal_to_the_reference(shared_data, name):
    folder = shared_data / "psychometrics"
    expected = json.loads((folder / "reference.json").read_text())["datasets"][name]["own_formulas"]
    found = json.loads(run(folder / f"{name}.csv", "--json")[0])
    for field, same in (
        ("mean", "mean"),
        ("sd", "sd"),
        ("sem", "sem"),
        ("kr20", "kr20_popvar"),
        ("alpha", "kr20_popvar"),
    ):
        assert found[field] == pytest.approx(expected[same], rel=0, abs=1e-6)


@pytest.mark.shared
def test_letters_and_key_give_the_scored_matrix(shared_data, tmp_path):
    folder = shared_data / "psychometrics"
    raw, key = folder / "CTTdata_raw_ABCD.csv", folder / "CTTdata_key.csv"
    scored = json.loads(run(folder / "CTTdata.csv", "--json")[0])
    found = json.loads(run(raw, "--key", key, "--json")[0])
    assert {**found, "items": None} == {**scored, "items": None}
    assert [item["item_rest"] for item in found["items"]] == [item["item_rest"] for item in scored["items"]]


@pytest.mark.shared
def test_a_key_that_was_typed_wrong_is_found(shared_data, tmp_path):
    folder = shared_data / "psychometrics"
    with (folder / "CTTdata_key.csv").open() as lines:
        keys = list(csv.reader(lines))
    assert keys[11] == ["i11", "A"]
    keys[11][1] = "B"
    wrong = tmp_path / "key.csv"
    wrong.write_text("\n".join(",".join(row) for row in keys))
    found = json.loads(run(folder / "CTTdata_raw_ABCD.csv", "--key", wrong, "--json")[0])
    assert [item["id"] for item in found["items"] if "wrong_key" in item["flags"]] == ["i11"]
