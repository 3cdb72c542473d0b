"""Every deed that the code writes into the log has words for the page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from exams.domain.roster_changes import CHANGES
from exams.models import ListState
from examsite.people.words import action_words, detail_words
from questionbanks.domain.reviewing import LIFE

ROOT = Path(__file__).resolve().parent.parent
FILES = [
    path for app in ("examsite", "questionbanks", "exams") for path in sorted((ROOT / app).rglob("*.py"))
]
_DEED = re.compile(r"[a-z_]+\.[a-z_]+")
# What stands behind the prefix of a name that is put together (f"roster.{action}").
PUT_TOGETHER: dict[str, Iterable[str]] = {
    "entry.": ("withhold", "lift_withholding"),
    "items.": LIFE,
    "list.": [state for state in ListState.values if state != ListState.REVIEW],
    "quarantine.": ("accept_late", "refuse_late"),
    "roster.": CHANGES,
    "seat.": ("block", "unblock"),
}


def deeds(tree: ast.Module) -> Iterator[str]:
    """The literal `action=` of every call of record() and the pieces of a conditional one; and what a module
    that records gives to a function of its own to pass on (`_note("a.b", …)`)."""
    records = any(
        isinstance(node, ast.ImportFrom) and any(alias.name == "record" for alias in node.names)
        for node in tree.body
    )
    for node in ast.walk(tree):
        name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name == "record":
            for keyword in node.keywords:
                if keyword.arg == "action" and not isinstance(keyword.value, ast.JoinedStr):
                    yield from texts(keyword.value)
        elif isinstance(node, ast.Call) and records and name.startswith("_"):
            yield from (one for given in node.args for one in texts(given) if _DEED.fullmatch(one))


def texts(tree: ast.AST) -> Iterator[str]:
    return (str(one.value) for one in ast.walk(tree) if isinstance(one, ast.Constant))


def prefixes(tree: ast.Module) -> Iterator[str]:
    """What the names that record() puts together begin with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
            for keyword in node.keywords:
                if keyword.arg == "action" and isinstance(keyword.value, ast.JoinedStr):
                    yield str(getattr(keyword.value.values[0], "value", ""))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_the_search_finds_deeds() -> None:
    tree = ast.parse(
        'record(action="a.b", target=x)\nrecord(action="c" if y else "d")\nrecord(action=f"e.{z}")'
    )
    assert sorted(deeds(tree)) == ["a.b", "c", "d"]
    assert list(prefixes(tree)) == ["e."]


def test_the_search_finds_deeds_that_are_passed_on() -> None:
    tree = ast.parse('from x import record\nNAME = "a.csv"\n_note("a.b", y)\n_note(z, "c.d" if z else "e.f")')
    assert sorted(set(deeds(tree))) == ["a.b", "c.d", "e.f"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_deed_has_its_words(path: Path) -> None:
    named = set(deeds(parsed(path)))
    assert [action for action in sorted(named) if action_words(action) == action] == []


def test_every_deed_whose_name_is_put_together_has_its_words() -> None:
    assert {prefix for path in FILES for prefix in prefixes(parsed(path))} == set(PUT_TOGETHER)
    named = [f"{prefix}{rest}" for prefix, some in PUT_TOGETHER.items() for rest in some]
    assert [action for action in named if action_words(action) == action] == []


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"way": "slip"}, "方式：姓名和6位数字"),
        ({"role": "officer", "unit": "青城镇"}, "角色：考务；单位：青城镇"),
        ({"stage": None, "certificate": ""}, "状态：—；证书编号：—"),
        ({"release_rule": "by_hand", "open_book": True}, "成绩公布：由考务手动公布；开卷：是"),
        ({"codes": ["A", "B"], "unheard_of": {"rows": 2}}, "卷号：A、B；unheard_of：（行数：2）"),
        (None, ""),
    ],
)
def test_what_stands_beside_a_deed_is_said_in_words(details: dict[str, object] | None, words: str) -> None:
    assert detail_words(details) == words
