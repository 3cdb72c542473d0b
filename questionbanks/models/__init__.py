"""Banks, items and their versions, statutes, imports."""

from .bank import Bank, Topic
from .imports import ImportRun, ImportState
from .item import Difficulty, Item, ItemCitation, ItemState, ItemVersion
from .law import Article, Edition, Law, LawType

__all__ = [
    "Article",
    "Bank",
    "Difficulty",
    "Edition",
    "ImportRun",
    "ImportState",
    "Item",
    "ItemCitation",
    "ItemState",
    "ItemVersion",
    "Law",
    "LawType",
    "Topic",
]
