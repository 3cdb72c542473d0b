"""Every planted bug still fits the source, and still is Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.mutations import MUTATIONS, Edit, Mutation, Stale, copy_tree, edited, plant
from tests.faults.server import CHECKOUT


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_fits_the_source(mutation: Mutation) -> None:
    texts = {edit.path: (CHECKOUT / edit.path).read_text(encoding="utf-8") for edit in mutation.edits}
    for edit in mutation.edits:
        texts[edit.path] = edited(edit, texts[edit.path])
    for path, text in texts.items():
        compile(text, path, "exec")


def test_a_text_that_is_gone_is_noticed() -> None:
    with pytest.raises(Stale):
        edited(Edit("x.py", "gone", "new"), "a = 1\n")
    with pytest.raises(Stale):
        edited(Edit("x.py", "a", "b"), "a = a\n")


def test_a_bug_is_planted_in_the_copy_alone(tmp_path: Path) -> None:
    mutation = MUTATIONS[0]
    before = [(CHECKOUT / edit.path).read_text(encoding="utf-8") for edit in mutation.edits]
    copy_tree(CHECKOUT, tmp_path)
    plant(mutation, tmp_path)
    assert [(CHECKOUT / edit.path).read_text(encoding="utf-8") for edit in mutation.edits] == before
    for edit in mutation.edits:
        assert edit.new in (tmp_path / edit.path).read_text(encoding="utf-8")
    assert not (tmp_path / "tests").exists()


def test_every_bug_of_the_list_is_planted() -> None:
    assert sorted(mutation.name for mutation in MUTATIONS) == [
        "IDOR by sign-in",
        "IDOR by token",
        "ack before commit",
        "arrival order",
        "async commit, PostgreSQL",
        "async commit, SQLite",
        "client time",
        "double attempt",
        "double grade",
        "key leak",
        "late answers dropped",
        "no submit guard",
        "paper cache",
        "reused number acknowledged",
        "sheet overwrite",
        "stale grade",
        "sweeper's time",
        "two time stamps",
    ]
