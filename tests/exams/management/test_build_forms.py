"""manage.py build_forms: drafts, the file, and refusals with an exit code."""

from __future__ import annotations

import io
import json
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from exams.models import Form
from tests.papers_world import Office

pytestmark = pytest.mark.django_db


def run(office: Office, **options: object) -> str:
    out = io.StringIO()
    made = {"exam": str(office.exam.pk), "forms": 2, "seed": 5, "stdout": out}
    call_command("build_forms", **(made | options))
    return out.getvalue()


def test_the_file_has_items_and_objective_values(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "forms.json"
    told = run(office, json=file)
    report = json.loads(file.read_text(encoding="utf-8"))
    assert [form["code"] for form in report["forms"]] == ["A", "B"]
    assert [len(form["items"]) for form in report["forms"]] == [20, 20]
    first = report["forms"][0]["items"][0]
    assert sorted(first) == [
        "difficulty", "item", "kind", "law", "number", "part", "points", "section", "topic",
    ]  # fmt: skip
    for form in report["forms"]:
        assert sum(float(one["points"]) for one in form["items"]) == 100
        mean = sum(one["difficulty"] for one in form["items"]) / 20
        assert form["mean"] == pytest.approx(mean)
    assert report["objective"]["greatest_overlap"] == 0
    means = [form["mean"] for form in report["forms"]]
    assert report["objective"]["range_mean"] == pytest.approx(max(means) - min(means))
    assert told.splitlines()[0].startswith("A卷 正式卷：20 题，平均难度 0.")
    assert Form.objects.count() == 2


def test_the_same_seed_writes_the_same_items(office: Office, tmp_path: Path) -> None:
    def items(seed: int) -> list[list[str]]:
        file = tmp_path / "forms.json"
        run(office, json=file, seed=seed)
        return [[one["item"] for one in form["items"]] for form in json.loads(file.read_text())["forms"]]

    assert items(5) == items(5)
    assert items(5) != items(6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"exam": str(uuid4())}, "没有编号为"),
        ({"forms": 9}, "题库不够，没有组卷"),
        ({"forms": 0}, "一次可组"),
    ],
)
def test_what_cannot_be_built_ends_with_a_sentence(
    office: Office, tmp_path: Path, options: dict[str, object], words: str
) -> None:
    file = tmp_path / "forms.json"
    with pytest.raises(CommandError, match=words):
        run(office, json=file, **options)
    assert not file.exists()
    assert Form.objects.count() == 0
