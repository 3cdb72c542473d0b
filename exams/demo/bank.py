"""The demo's question bank: the questions written for this project, each approved by somebody else."""

from __future__ import annotations

from datetime import datetime

from questionbanks.domain.items import create_bank, create_items, move_items
from questionbanks.domain.laws import load_catalogue
from questionbanks.models import Bank
from questionbanks.seed.load import law_catalogue, seed_questions

from .town import Town

BANK_NAME = "青城镇学法考试题库"


def build_bank(town: Town, *, at: datetime) -> Bank:
    """Load the catalogue of statutes, store the questions by the editor, approve them by the reviewer."""
    editor, reviewer = town.staff["editor"], town.staff["reviewer"]
    load_catalogue(records=law_catalogue(), at=at, actor=editor)
    bank = create_bank(name=BANK_NAME, unit=town.town, at=at, actor=editor)
    items = create_items(bank=bank, questions=seed_questions(), at=at, actor=editor)
    ids = [item.pk for item in items]
    move_items(bank=bank, item_ids=ids, action="submit", at=at, actor=editor)
    move_items(bank=bank, item_ids=ids, action="approve", at=at, actor=reviewer)
    return bank
