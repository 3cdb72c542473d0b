"""The statutes that a text cites: 《民法典》第一千零四十二条, 依据村民委员会组织法第13条."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ..kinds.base import Citation, Question
from .labels import LABEL, label_of, number_of_match

MOST = 6  # citations kept of one item; more is a list of laws, not a basis
_PREFIX = "中华人民共和国"
_QUOTED = re.compile(r"[《〈]([^《》〈〉\n]{2,60})[》〉]\s*(?:[（(]([^（）()\n]{0,30})[）)])?\s*")
_ARTICLES = re.compile(rf"{LABEL}(?:[、,，和及]?\s*(?:第[一二三四五六七八九十\d]+[款项])*)")
_JOINT = re.compile(r"\s*[、,，和及以至]*\s*")
_YEAR = re.compile(r"((?:19|20)\d{2})")
_LAW_WORD = re.compile(r"(?:法|法典|条例|规定|办法|宪法|准则|规则|解释|纲要|决定|通则)(?:（[^）]*）)?$")


def law_name(name: str) -> str:
    """A name as the catalogue has it: without 《》, 中华人民共和国 and spaces."""
    bare = re.sub(r"[\s《》〈〉]+", "", name)
    return bare.removeprefix(_PREFIX) or bare


def cited_in(text: str, known: Collection[str] = ()) -> list[Citation]:
    """What a text cites, in its order, each once. `edition` is a year where the text gives one.

    Quoted names count when they end as statutes do or are `known` (short names, aliases); known names count
    without quotes, too, when an article follows.
    """
    found: dict[tuple[str, str], Citation] = {}
    for end, name, edition in _names(text, known):
        for label in _labels_after(text, end) or [""]:
            found.setdefault((name, label), Citation(name, edition, label))
    named = {name for name, label in found if label}
    return [one for key, one in found.items() if key[1] or key[0] not in named]


def basis_of(question: Question, known: Collection[str] = ()) -> tuple[Citation, ...]:
    """The statutes an item rests on, from its own words: those cited with an article first of all.

    The choices do not count: they name laws that are not the answer.
    """
    texts = [question.rationale, question.source, question.stem]
    texts += [text for part in question.parts for text in (part.rationale, part.stem)]
    found: dict[tuple[str, str], Citation] = {}
    for text in texts:
        for one in cited_in(text, known):
            found.setdefault((one.law, one.article), one)
    exact = [one for one in found.values() if one.article]
    return tuple((exact or list(found.values()))[:MOST])


def _names(text: str, known: Collection[str]) -> Iterator[tuple[int, str, str]]:
    """(where the name ends, name, year) of every statute named."""
    taken: list[tuple[int, int]] = []
    for match in _QUOTED.finditer(text):
        name = law_name(match.group(1))
        if name in known or _LAW_WORD.search(name):
            year = _YEAR.search(match.group(2) or "")
            taken.append(match.span())
            yield match.end(), name, year.group(1) if year else ""
    if not known:
        return
    longest = sorted(known, key=len, reverse=True)
    for match in re.finditer(LABEL, text):
        before = re.sub(r"[\s的]+$", "", text[max(match.start() - 60, 0) : match.start()])
        ending = next((one for one in longest if before.endswith(one)), None)
        inside = any(start <= match.start() - 1 < end for start, end in taken)
        if ending and not inside:
            yield match.start(), ending, ""


def _labels_after(text: str, place: int) -> list[str]:
    """The articles that follow a name at once: "第三条、第五条第二款"."""
    labels: list[str] = []
    while len(labels) < MOST:
        match = _ARTICLES.match(text, place)
        if match is None:
            return labels
        number = number_of_match(match)
        if number:
            labels.append(label_of(*number))
        joint = _JOINT.match(text, match.end())
        place = joint.end() if joint else match.end()
    return labels
