"""The demo's question banks: the questions written for this project, each approved by somebody else.

Two banks, so that the exam that is open now draws only from statutes known to stand unchanged, while the
exams of 2022 drew from both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from questionbanks.domain.banks import create_bank
from questionbanks.domain.items import create_items
from questionbanks.domain.laws import load_catalogue
from questionbanks.domain.reviewing import move_items
from questionbanks.kinds.base import Question
from questionbanks.models import Bank
from questionbanks.seed.load import CURRENT, law_catalogue, seed_questions

from .town import Town


@dataclass(frozen=True)
class Banks:
    """`current`: statutes known to stand today; `earlier`: statutes revised since, or not known."""

    current: Bank
    earlier: Bank


def build_banks(town: Town, *, at: datetime) -> Banks:
    """Load the catalogue of statutes and both banks."""
    load_catalogue(records=law_catalogue(), at=at, actor=town.staff["editor"])
    questions = seed_questions()
    return Banks(
        current=_build(town, "学法题库（现行法律）", [one for one in questions if CURRENT in one.tags], at),
        earlier=_build(town, "学法题库（2022年）", [one for one in questions if CURRENT not in one.tags], at),
    )


def _build(town: Town, name: str, questions: Sequence[Question], at: datetime) -> Bank:
    """Store the questions by the editor, approve them by the reviewer."""
    editor, reviewer = town.staff["editor"], town.staff["reviewer"]
    bank = create_bank(name=name, unit=town.town, at=at, actor=editor)
    items = create_items(bank=bank, questions=questions, at=at, actor=editor)
    ids = [item.pk for item in items]
    move_items(bank=bank, item_ids=ids, action="submit", at=at, actor=editor)
    move_items(bank=bank, item_ids=ids, action="approve", at=at, actor=reviewer)
    return bank
