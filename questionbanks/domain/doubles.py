"""Items that say the same, or nearly: in a file and in the bank it goes to. How: likeness.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from .. import likeness
from ..kinds.base import Question
from ..models import Bank, Item, ItemState
from .items import question_of

BATCH = 500
KEPT = 3  # of the items that one resembles


@dataclass(frozen=True, slots=True)
class Match:
    """Another item that an item resembles: `item` and `number` of the bank, or `index` in the same file.

    `score`: likeness.similarity, 1.0 for the same words. `same_key`: whether the answer is the same, too.
    """

    score: float
    same_key: bool
    index: int | None = None
    item: UUID | None = None
    number: int | None = None

    @property
    def exact(self) -> bool:
        """The same words and the same answer."""
        return self.score == 1.0 and self.same_key


@dataclass(frozen=True, slots=True)
class _Stored:
    """The items of a bank that are compared with, by position."""

    ids: list[UUID]
    numbers: list[int]
    keys: dict[str, list[int]]
    sketches: likeness.Sketches


def find_doubles(
    *, bank: Bank | None, questions: Sequence[Question], exclude: UUID | None = None
) -> list[list[Match]]:
    """For each question those that it resembles, best first: earlier ones of the list, items of the bank.

    Retired items do not count, nor does `exclude` (the item itself). Takes two statements and one for each
    500 items that need a closer look.
    """
    stored = _load(bank, exclude)
    first = len(stored.ids)
    texts = [likeness.folded(question) for question in questions]
    keys = [likeness.double_key(text) for text in texts]
    likely = likeness.candidates(
        stored.sketches, likeness.sketches([likeness.sketch(text) for text in texts])
    )
    earlier: dict[str, list[int]] = {}
    pairs: list[list[int]] = []
    for index, key in enumerate(keys):
        same = [*stored.keys.get(key, ())[:KEPT], *(first + one for one in earlier.get(key, ())[:KEPT])]
        pairs.append(list(dict.fromkeys([*same, *likely[index]])))
        earlier.setdefault(key, []).append(index)
    wanted = sorted({place for places in pairs for place in places if place < first})
    known = _read(stored, wanted)
    found = []
    for index, places in enumerate(pairs):
        matches = []
        for place in places:
            text, other = known[place] if place < first else (texts[place - first], questions[place - first])
            score = likeness.similarity(texts[index], text) if text else 0.0
            if score >= likeness.NEAR and texts[index]:
                matches.append(_match(stored, place, score, likeness.same_key(questions[index], other)))
        matches.sort(key=lambda one: (-one.score, not one.same_key, one.index is not None))
        found.append(matches[:KEPT])
    return found


def _match(stored: _Stored, place: int, score: float, same_key: bool) -> Match:
    first = len(stored.ids)
    if place >= first:
        return Match(score, same_key, index=place - first)
    return Match(score, same_key, item=stored.ids[place], number=stored.numbers[place])


def _load(bank: Bank | None, exclude: UUID | None) -> _Stored:
    rows = []
    if bank is not None:
        items = bank.items.exclude(state=ItemState.RETIRED).exclude(pk=exclude).order_by("number")
        rows = list(items.values_list("pk", "number", "double_key", "sketch"))
    keys: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        keys.setdefault(row[2], []).append(place)
    return _Stored(
        ids=[row[0] for row in rows],
        numbers=[row[1] for row in rows],
        keys=keys,
        sketches=likeness.sketches([bytes(row[3]) for row in rows]),
    )


def _read(stored: _Stored, places: Sequence[int]) -> dict[int, tuple[str, Question]]:
    """Position → folded text and question, of those of the bank that need a closer look."""
    by_id = {stored.ids[place]: place for place in places}
    ids = list(by_id)
    found = {}
    for start in range(0, len(ids), BATCH):
        items = Item.objects.filter(pk__in=ids[start : start + BATCH]).select_related("current")
        for item in items:
            found[by_id[item.pk]] = (item.folded, question_of(item.current))
    return found
