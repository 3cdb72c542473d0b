"""What is looked at in every imported item besides its form: its statutes, and letters in its rationale."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from ..formats.base import Parsed, Problem
from ..formats.richtext import to_plain
from ..kinds.base import Question, replace
from ..kinds.registry import kind
from ..statutes.citing import basis_of
from .citations import LawBook, citations_of

STALE = "stale_law"  # code of the problems that make an item "possibly out of date"
PINNED = "letters_in_rationale"
_VERDICT = r"(?:选?项|(?:说法)?(?:不?正确|错误|不?对|错|不选|入选|当选|不?符合|不?属于))"
_LETTERS = re.compile(
    rf"(?<![A-Za-z0-9])([A-H](?:[、,，和及与]?[A-H])*)\s*{_VERDICT}"
    r"|(?:选择?|选项|答案[为是]?[:：]?|排除)\s*([A-H](?:[、,，和及与]?[A-H])*)(?![A-Za-z0-9])"
    r"|(?:^|[\s。；;])([A-H])\s?[、.．:：](?=\s?[一-鿿《“])"
)


def check_parsed(parsed: Parsed, *, book: LawBook, day: date) -> Parsed:
    """The same items with their statutes found and their order pinned where it must be, and the problems of
    both. Counts do not change: nothing found here keeps an item out."""
    questions, problems = [], []
    for question in parsed.questions:
        checked, found = check_question(question, book=book, day=day)
        questions.append(checked)
        problems += found
    return Parsed(
        tuple(questions), (*parsed.problems, *problems), parsed.format, parsed.encoding, parsed.layout
    )


def check_question(question: Question, *, book: LawBook, day: date) -> tuple[Question, list[Problem]]:
    """One item: see `check_parsed`."""
    if not citations_of(question):
        known = [one for one in basis_of(question, book.names) if book.law(one.law)]
        question = replace(question, citations=tuple(known))
    problems = _stale(question, book, day)
    parts = []
    for one in (question, *question.parts):
        letters = letters_in_rationale(one)
        if letters and not one.pinned:
            message = f"解析里提到选项{'、'.join(letters)}，已固定选项顺序"
            fix = "把解析改成不提字母的说法后，可以取消固定"
            problems.append(Problem(one.where, PINNED, message, one.rationale[:200], fix, "note"))
            one = replace(one, pinned=True)
        parts.append(one)
    return replace(parts[0], parts=tuple(parts[1:])), problems


def _stale(question: Question, book: LawBook, day: date) -> list[Problem]:
    problems: dict[str, Problem] = {}
    for cited in citations_of(question):
        raw = f"《{cited.law}》{cited.article}"
        reason = book.stale_reason(cited, day)
        if reason:
            fix = "改引现行法律并核对答案；仍然正确的，入库后由审题人认可"
            problems[reason] = Problem(question.where, STALE, reason, raw, fix, "doubtful")
            continue
        renewed = book.renewed(cited, day)
        if renewed:
            problems[renewed] = Problem(
                question.where, STALE, renewed, raw, "对照新版核对条号和答案", "doubtful"
            )
    return list(problems.values())


def letters_in_rationale(question: Question) -> Sequence[str]:
    """The choices that the rationale speaks of by their letters: shuffled, it would speak of others."""
    if not kind(question.kind).has_choices:
        return ()
    found: set[str] = set()
    for match in _LETTERS.finditer(to_plain(question.rationale)):
        found.update(char for char in "".join(filter(None, match.groups())) if char.isascii())
    return sorted(found & set(question.labels))
