"""A world for load: what it promises to the programs that run against it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from exams.models import Exam, Form
from examsite.people.models import User

pytestmark = pytest.mark.django_db


def load(folder: Path, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    world, keys = folder / "world.json", folder / "keys.json"
    arguments = {"candidates": 5, "questions": 20, "json": world, "keys": keys, **options}
    call_command("load_world", **arguments, verbosity=0)
    return json.loads(world.read_text(encoding="utf-8")), json.loads(keys.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOAD_WORLD", "1")


def test_without_the_switch_nothing_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOAD_WORLD")
    with pytest.raises(CommandError, match="LOAD_WORLD=1"):
        load(tmp_path)
    assert Exam.objects.count() == 0
    assert not (tmp_path / "world.json").exists()


@pytest.mark.parametrize("options", [{"candidates": 0}, {"questions": 0}, {"duration": 0}, {"grace": -1}])
def test_senseless_numbers_are_refused(tmp_path: Path, options: dict[str, int]) -> None:
    with pytest.raises(CommandError):
        load(tmp_path, **options)
    assert Exam.objects.count() == 0


def test_what_it_writes(tmp_path: Path) -> None:
    world, keys = load(tmp_path)
    assert sorted(world) == ["base_path", "sitting", "staff", "tickets"]
    assert world["base_path"] == "/api/v1"
    assert len(set(world["tickets"])) == 5
    assert sorted(world["staff"]) == ["password", "username"]
    assert sorted(keys) == ["canaries", "questions"]
    assert len(keys["questions"]) == len(set(keys["canaries"])) == 20
    assert oct((tmp_path / "world.json").stat().st_mode & 0o777) == "0o600"


def test_the_keys_are_what_an_outsider_marks_by(tmp_path: Path) -> None:
    _, keys = load(tmp_path)
    found = list(keys["questions"].values())
    assert {tuple(sorted(one)) for one in found} == {("credit", "key", "kind", "per_option", "points")}
    assert {one["credit"] for one in found} == {"all", "half", "option", "ratio"}
    kinds = [one["kind"] for one in found]
    assert (kinds.count("single"), kinds.count("multiple"), kinds.count("true_false")) == (8, 8, 4)
    assert [one for one in found if one["kind"] == "true_false" and not isinstance(one["key"], bool)] == []
    assert [one for one in found if one["kind"] == "single" and len(one["key"]) != 1] == []
    assert [one for one in found if one["kind"] == "multiple" and len(one["key"]) < 2] == []


@pytest.mark.parametrize("questions", [1, 3, 50])
def test_half_or_more_have_choices_whatever_the_number(tmp_path: Path, questions: int) -> None:
    _, keys = load(tmp_path, questions=questions)
    with_choices = [one for one in keys["questions"].values() if one["kind"] != "true_false"]
    assert len(keys["questions"]) == questions
    assert len(with_choices) * 2 >= questions


def test_no_canary_is_in_the_paper(tmp_path: Path) -> None:
    _, keys = load(tmp_path)
    paper = json.dumps(Form.objects.get().paper, ensure_ascii=False)
    assert [canary for canary in keys["canaries"] if canary in paper] == []


def test_two_worlds_stand_side_by_side(tmp_path: Path) -> None:
    first, _ = load(tmp_path)
    second, _ = load(tmp_path)
    assert first["sitting"] != second["sitting"]
    assert Exam.objects.count() == 2


def test_a_ticket_and_the_staff_account_open_their_doors(tmp_path: Path) -> None:
    world, _ = load(tmp_path)
    api = world["base_path"]
    phone, desk = Client(), Client()
    phone.post(f"{api}/sign-in", {"ticket": world["tickets"][0]}, content_type="application/json")
    (mine,) = phone.get(f"{api}/my/sittings").json()
    desk.post(f"{api}/sign-in", world["staff"], content_type="application/json")
    assert (mine["id"], mine["state"]) == (world["sitting"], "open")
    assert desk.get(f"{api}/sittings/{world['sitting']}/monitor").json()["counts"]["expected"] == 5
    assert desk.get(f"{api}/sittings/{world['sitting']}/evidence").status_code == 200
    assert User.objects.filter(username=world["staff"]["username"]).count() == 1
