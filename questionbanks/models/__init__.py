"""Banks, items and their versions, statutes, imports."""

from .bank import Bank, Topic
from .imports import Decision, Double, ImportFile, ImportRow, ImportRun, ImportState
from .item import Difficulty, Item, ItemCitation, ItemFinding, ItemState, ItemVersion
from .law import Article, Edition, Law, LawType

__all__ = [
    "Article",
    "Bank",
    "Decision",
    "Difficulty",
    "Double",
    "Edition",
    "ImportFile",
    "ImportRow",
    "ImportRun",
    "ImportState",
    "Item",
    "ItemCitation",
    "ItemFinding",
    "ItemState",
    "ItemVersion",
    "Law",
    "LawType",
    "Topic",
]
