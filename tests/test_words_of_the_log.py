"""Every deed that the code writes into the log has words for the page."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from examsite.people.words import action_words

ROOT = Path(__file__).resolve().parent.parent
FILES = [
    path for app in ("examsite", "questionbanks", "exams") for path in sorted((ROOT / app).rglob("*.py"))
]


def deeds(tree: ast.AST) -> Iterator[str]:
    """The literal `action=` of every call of record() and the pieces of a conditional one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
            for keyword in node.keywords:
                if keyword.arg == "action":
                    values = [one for one in ast.walk(keyword.value) if isinstance(one, ast.Constant)]
                    if not isinstance(keyword.value, ast.JoinedStr):
                        yield from (str(one.value) for one in values)


def test_the_search_finds_deeds() -> None:
    tree = ast.parse(
        'record(action="a.b", target=x)\nrecord(action="c" if y else "d")\nrecord(action=f"e.{z}")'
    )
    assert sorted(deeds(tree)) == ["a.b", "c", "d"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_deed_has_its_words(path: Path) -> None:
    named = set(deeds(ast.parse(path.read_text(encoding="utf-8"))))
    assert [action for action in sorted(named) if action_words(action) == action] == []
