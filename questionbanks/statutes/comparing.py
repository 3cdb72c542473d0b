"""Two editions of a statute, article by article: unchanged, renumbered, changed, gone, new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..likeness import bare

SAME, RENUMBERED, CHANGED, GONE, NEW = "same", "renumbered", "changed", "gone", "new"
LABELS = {SAME: "未变", RENUMBERED: "条号变了", CHANGED: "有修改", GONE: "已删去", NEW: "新增"}
ENOUGH = 0.4  # share of common word pairs from which an article counts as the successor of another
_SAME_PLACE = 0.1  # what the same number is worth beside that


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """What became of one article. Labels and texts are "" on the side where there is none."""

    kind: str
    old_label: str
    new_label: str
    old_text: str
    new_text: str

    @property
    def words(self) -> str:
        """The kind in Chinese."""
        return LABELS[self.kind]


Articles = Sequence[tuple[str, str]]


def compare_articles(old: Articles, new: Articles) -> list[ArticleChange]:
    """Pair the articles (label, text) of two editions, in the order of the new one.

    What is gone stands at its old place. The same words are the same article whatever the number; the others
    go to the article with which they share most of their pairs of characters.
    """
    pairs = _same_words(old, new)
    pairs |= _alike(old, new, pairs)
    by_new = {j: i for i, j in pairs.items()}
    gone = [i for i in range(len(old)) if i not in pairs]
    changes: list[ArticleChange] = []
    reached = -1
    for j, (label, text) in enumerate(new):
        i = by_new.get(j)
        if i is not None:
            changes += [_gone(old[k]) for k in gone if reached < k < i]
            reached = max(reached, i)
        changes.append(_pair(old[i], new[j]) if i is not None else ArticleChange(NEW, "", label, "", text))
    changes += [_gone(old[k]) for k in gone if k > reached]
    return changes


def _pair(old: tuple[str, str], new: tuple[str, str]) -> ArticleChange:
    if bare(old[1]) == bare(new[1]):
        kind = SAME if old[0] == new[0] else RENUMBERED
    else:
        kind = CHANGED
    return ArticleChange(kind, old[0], new[0], old[1], new[1])


def _gone(old: tuple[str, str]) -> ArticleChange:
    return ArticleChange(GONE, old[0], "", old[1], "")


def _same_words(old: Articles, new: Articles) -> dict[int, int]:
    """Articles whose words are the same; of several the one with the same label first."""
    places: dict[str, list[int]] = {}
    for j, (_, text) in enumerate(new):
        places.setdefault(bare(text), []).append(j)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for labelled in (True, False):
        for i, (label, text) in enumerate(old):
            for j in places.get(bare(text), ()):
                if i not in pairs and j not in taken and (not labelled or new[j][0] == label):
                    pairs[i] = j
                    taken.add(j)
    return pairs


def _alike(old: Articles, new: Articles, done: dict[int, int]) -> dict[int, int]:
    """Of the rest the best pairs first, each article once."""
    taken = set(done.values())
    grams = {j: _grams(text) for j, (_, text) in enumerate(new) if j not in taken}
    holders: dict[str, list[int]] = {}
    for j, counted in grams.items():
        for gram in counted:
            holders.setdefault(gram, []).append(j)
    scores: list[tuple[float, int, int]] = []
    for i, (label, text) in enumerate(old):
        if i in done:
            continue
        own = _grams(text)
        shared: Counter[int] = Counter()
        for gram, count in own.items():
            for j in holders.get(gram, ()):
                shared[j] += min(count, grams[j][gram])
        for j, common in shared.items():
            share = 2 * common / max(own.total() + grams[j].total(), 1)
            score = share + (_SAME_PLACE if new[j][0] == label else 0)
            if score >= ENOUGH:
                scores.append((score, i, j))
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for _, i, j in sorted(scores, key=lambda one: (-one[0], one[1], one[2])):
        if i not in pairs and j not in used:
            pairs[i] = j
            used.add(j)
    return pairs


def _grams(text: str) -> Counter[str]:
    words = bare(text)
    return Counter(words[k : k + 2] for k in range(max(len(words) - 1, 1)))
