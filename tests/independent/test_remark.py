"""The independent marker at work: on whole stories, and on evidence that somebody has tampered with."""

from __future__ import annotations

import ast
import json
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exams.demo.load_world import build_load_world
from exams.domain.evidence import export_evidence
from exams.domain.papers import paper_of
from exams.domain.releases import release_sitting
from exams.domain.saving import Item, save_answers
from exams.domain.starting import start_attempt
from exams.domain.submitting import submit_attempt
from exams.engine.tokens import Claims
from exams.models import Attempt, Sitting
from examsite.lib import clock
from examsite.people.models import User
from tests.story import Story
from tests.walkthrough import perform

SCRIPT = Path(__file__).with_name("remark.py")
STORIES = sorted((Path(__file__).resolve().parent.parent / "walkthroughs").glob("*.csv"))
Lines = list[dict[str, Any]]


def evidence_of(story: Story) -> dict[str, Lines]:
    """Each sitting of the exam once its results are out, a year later."""
    story.exam.sittings.filter(exam__release_rule="by_hand").update(released_at=story.at)
    later = story.at + timedelta(days=365)
    sittings = Sitting.objects.filter(exam=story.exam, attempts__isnull=False).distinct()
    return {
        one.title: list(export_evidence(sitting=one, at=later, actor=story.officers[0]))
        for one in sittings.select_related("exam__unit")
    }


def remark(folder: Path, lines: Lines) -> tuple[int, str]:
    """The script's verdict, in a process that cannot import anything of ours."""
    path = folder / "evidence.ndjson"
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8", newline="\n")
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(SCRIPT), str(path)],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.removeprefix(f"{path}: ").strip()


# --- It agrees -------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", STORIES, ids=[one.stem for one in STORIES])
def test_every_total_of_a_story_is_found_again(path: Path, tmp_path: Path) -> None:
    story = perform(path)
    marked = 0
    for lines in evidence_of(story).values():
        assert {line["type"] for line in lines} >= {"sitting", "attempt", "mark", "receipt", "key"}
        code, said = remark(tmp_path, lines)
        assert said.endswith(" 0 differ")
        assert code == 0
        marked += int(said.split()[2])
    assert marked == Attempt.objects.filter(exam=story.exam, points__isnull=False).count() > 0


def story(name: str) -> Story:
    return perform(next(one for one in STORIES if one.stem.endswith(name)))


@pytest.mark.django_db
def test_what_people_gave_is_taken_from_the_log_of_marks(tmp_path: Path) -> None:
    (lines,) = evidence_of(story("marked_twice")).values()
    assert remark(tmp_path, lines)[1] == "3 attempts, 3 totals, 3 answers (2 marked by people), 0 differ"


@pytest.mark.django_db
def test_an_exam_for_load_is_found_again(tmp_path: Path) -> None:
    chance, at = random.Random(6), clock.now()
    world = build_load_world(candidates=6, questions=25, duration_s=3600, grace_s=180, at=at)
    for seat in world.sitting.seats.select_related("sitting__exam", "entry__user", "form").order_by("number"):
        attempt = start_attempt(seat=seat, number=1, device="tab", at=at).attempt
        paper = paper_of(seat.form_id).for_attempt(attempt.pk, attempt.choice_orders)
        slots = [slot for section in paper["sections"] for slot in section["slots"]]
        items = [
            Item(seq, slot["slot"], guess(slot, chance), None)
            for seq, slot in enumerate(slots, 1)
            if chance.random() < 0.9
        ]
        claims = Claims(attempt.pk, attempt.form_id, attempt.epoch, "tab")
        save_answers(claims=claims, items=items)
        submit_attempt(claims=claims, items=[], sheet_digest=None)
    officer = User.objects.get(username=world.staff["username"])
    later = world.sitting.closes_at
    release_sitting(sitting=world.sitting, at=later, actor=officer)
    sitting = Sitting.objects.select_related("exam__unit").get(pk=world.sitting.pk)
    lines = list(export_evidence(sitting=sitting, at=later, actor=officer))
    verdict = "6 attempts, 6 totals, 150 answers (0 marked by people), 0 differ"
    assert remark(tmp_path, lines) == (0, verdict)
    totals = {one["points"] for one in lines if one["type"] == "mark" and one["slot"] is None}
    assert len(totals) > 1


def guess(slot: dict[str, Any], chance: random.Random) -> Any:
    """Any answer that the phone could send."""
    if slot["kind"] == "true_false":
        return chance.random() < 0.5
    ids = [one["id"] for one in slot["choices"]]
    return (
        chance.choice(ids) if slot["kind"] == "single" else sorted(chance.sample(ids, chance.randint(1, 4)))
    )


@pytest.mark.django_db
def test_without_keys_nothing_is_marked(tmp_path: Path) -> None:
    (lines,) = evidence_of(story("pass_line")).values()
    code, said = remark(tmp_path, [one for one in lines if one["type"] != "key"])
    assert (code, said) == (1, "no keys in it: the results are not released yet")


# --- It sees what is wrong -------------------------------------------------------------------------------


def of(lines: Lines, kind: str, **wanted: Any) -> dict[str, Any]:
    return next(
        one for one in lines if one["type"] == kind and all(one[name] == wanted[name] for name in wanted)
    )


def more_points(lines: Lines) -> None:
    of(lines, "mark", points="50.00", active=True)["points"] = "51.00"


def another_total(lines: Lines) -> None:
    of(lines, "mark", slot=None)["points"] = "99.00"


def other_full_marks(lines: Lines) -> None:
    of(lines, "mark", slot=None)["possible"] = "120.00"


def no_total(lines: Lines) -> None:
    lines.remove(of(lines, "mark", slot=None))


def no_mark(lines: Lines) -> None:
    lines.remove(of(lines, "mark", points="50.00", active=True))


def lost_answer(lines: Lines) -> None:
    lines.remove(of(lines, "event"))


def changed_answer(lines: Lines) -> None:
    event = of(lines, "event")
    attempt = of(lines, "attempt", attempt=event["attempt"])
    shown = next(one["choices"] for one in attempt["slots"] if one["slot"] == event["slot"])
    event["value"] = next(one for one in shown if one != event["value"])


def older_key(lines: Lines) -> None:
    line = next(one for one in lines if one["type"] == "key" and one["earlier"])
    line["credit"] = line["earlier"][0]["credit"]


def another_receipt(lines: Lines) -> None:
    of(lines, "receipt")["digest"] = "0" * 64


TAMPERED: list[Callable[[Lines], None]] = [
    more_points,
    another_total,
    other_full_marks,
    no_total,
    no_mark,
    lost_answer,
    changed_answer,
    older_key,
    another_receipt,
]


@pytest.mark.django_db
@pytest.mark.parametrize("tamper", TAMPERED, ids=[one.__name__ for one in TAMPERED])
def test_tampered_evidence_is_found_out(tamper: Callable[[Lines], None], tmp_path: Path) -> None:
    (lines,) = evidence_of(story("everybody_gets_full_marks")).values()
    tamper(lines)
    code, said = remark(tmp_path, lines)
    assert code == 1
    assert not said.endswith(" 0 differ")


# --- It stands apart -------------------------------------------------------------------------------------


def imported(source: str) -> set[str]:
    """The top names that a source imports, by any statement."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." if node.level else (node.module or "").split(".")[0])
    return found


def test_it_imports_the_standard_library_and_no_loader() -> None:
    names = imported(SCRIPT.read_text(encoding="utf-8"))
    assert names - sys.stdlib_module_names == set()
    assert names & {"importlib", "runpy", "subprocess", "sqlite3", "ctypes"} == set()
    assert "__import__" not in SCRIPT.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import exams.engine.marking", {"exams"}),
        ("def f():\n    from questionbanks import kinds", {"questionbanks"}),
        ("from .x import y", {"."}),
    ],
)
def test_the_guard_sees_an_import(source: str, names: set[str]) -> None:
    assert imported(source) == names
