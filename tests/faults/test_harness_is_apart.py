"""The harness judges the product, so it must not share a line with it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
PRODUCT = {"examsite", "exams", "questionbanks", "django", "rest_framework", "benchmarks", "manage"}


def imported(source: str) -> set[str]:
    """The names that a source imports, by any means; relative ones begin with a dot."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("__import__", "import_module"):
            found.add("importlib")
    return found


def refused(source: str) -> list[str]:
    """The imports in a source that would tie the harness to the product."""
    return sorted(
        name
        for name in imported(source)
        if name.split(".")[0] in PRODUCT
        or name.split(".")[0] == "importlib"
        or name.startswith("..")
        or (name.split(".")[0] == "tests" and name.split(".")[:2] != ["tests", "faults"])
    )


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_no_module_imports_the_product(path: Path) -> None:
    assert refused(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("import exams.engine.sheet", ["exams.engine.sheet"]),
        ("from examsite.lib import clock", ["examsite.lib"]),
        ("def f():\n    from questionbanks import kinds", ["questionbanks"]),
        ("from ..factories import make_user", ["..factories"]),
        ("from tests.exam_world import World", ["tests.exam_world"]),
        ("import importlib", ["importlib"]),
        ("__import__('exams')", ["importlib"]),
        ("from .sheets import fold", []),
        ("from tests.faults.sheets import fold", []),
        ("import json", []),
    ],
)
def test_the_guard_sees_every_way_in(source: str, caught: list[str]) -> None:
    assert refused(source) == caught
