"""An import under review: its lock, and its rows, one for each item of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from examsite.lib.errors import Conflict

from ..formats.base import Parsed, Problem
from ..formats.check import broken_places
from ..formats.richtext import to_plain
from ..formats.sandbox import placed_from_json, placed_to_json
from ..kinds.base import Question, replace
from ..models import Decision, Double, ImportRow, ImportRun
from .checks import STALE
from .doubles import Match

# The groups of the review page, in its order. A row may stand in several.
GROUPS: dict[str, tuple[str, Q]] = {
    "all": ("全部", Q()),
    "broken": ("要修改", Q(broken__gt=0)),
    "doubtful": ("存疑", Q(broken=0, doubtful=True)),
    "double": ("重复或相似", ~Q(double=Double.NONE)),
    "stale": ("可能过时", Q(stale=True)),
    "pinned": ("选项顺序固定", Q(pinned=True)),
    "fine": ("没有问题", Q(broken=0, doubtful=False, double=Double.NONE, stale=False)),
    "skipped": ("跳过", Q(decision=Decision.SKIP) | Q(decision=Decision.NONE, double=Double.EXACT)),
}
SOUND = Q(broken__lt=F("found"))  # there is something in it that can be stored
UNDECIDED = Q(decision=Decision.NONE)
# What is stored as things stand: an exact double only when somebody wants it.
CHOSEN = SOUND & (Q(decision=Decision.ACCEPT) | (UNDECIDED & ~Q(double=Double.EXACT)))


def locked_run(run: ImportRun, *states: str) -> ImportRun:
    """The run, locked until the transaction ends. Raises Conflict unless it is in one of `states`."""
    locked = ImportRun.objects.select_for_update(of=("self",)).select_related("bank__unit").get(pk=run.pk)
    if locked.state not in states:
        raise Conflict("decided", f"这次导入现在是“{locked.get_state_display()}”，不能做这一步。")
    return locked


def question_of_row(row: ImportRow) -> Question:
    """The item of a row, with its place."""
    return placed_from_json(row.question)


def problems_of_row(row: ImportRow) -> list[Problem]:
    """What stands against a row."""
    return [Problem(**data) for data in row.problems]


def sound_part(row: ImportRow) -> Question | None:
    """What of a row can be stored: the item; of a case with broken parts the rest; None for nothing."""
    question = question_of_row(row)
    broken = broken_places(Parsed((question,), tuple(problems_of_row(row))))
    if question.where in broken:
        return None
    if not question.parts:
        return question
    parts = tuple(part for part in question.parts if part.where not in broken)
    return replace(question, parts=parts) if parts else None


def rows_of(run: ImportRun, parsed: Parsed, doubles: Sequence[Sequence[Match]]) -> list[ImportRow]:
    """Unsaved rows of all items, in the order of the file."""
    by_place: dict[str, list[Problem]] = {}
    for problem in parsed.problems:
        by_place.setdefault(problem.where, []).append(problem)
    places = [(order, question.where) for order, question in enumerate(parsed.questions, 1)]
    rows = []
    for (order, where), question, matches in zip(places, parsed.questions, doubles, strict=True):
        row = ImportRow(run=run, order=order)
        own = (where, *(part.where for part in question.parts))
        problems = [problem for place in own for problem in by_place.get(place, ())]
        describe_row(row, question, problems, [match_to_json(one, places) for one in matches])
        rows.append(row)
    return rows


def describe_row(
    row: ImportRow, question: Question, problems: Sequence[Problem], doubles: Sequence[dict[str, Any]]
) -> None:
    """Set everything a row says of its question. `doubles`: what it resembles, best first."""
    broken = broken_places(Parsed((question,), tuple(problems)))
    answerable = question.parts if question.kind == "case_group" else (question,)
    same_words = [one for one in doubles if one["score"] == 1.0]
    row.where = question.where[:300]
    row.kind = question.kind
    row.question = placed_to_json(question)
    row.problems = [asdict(problem) for problem in problems]
    row.found = len(answerable)
    row.broken = sum(one.where in broken for one in answerable)
    if question.kind == "case_group" and question.where in broken:
        row.broken = max(row.found, 1)
    row.stale = any(problem.code == STALE for problem in problems)
    row.doubtful = any(one.severity == "doubtful" and one.code != STALE for one in problems) or any(
        not one["same_key"] for one in same_words
    )
    row.pinned = question.pinned or any(part.pinned for part in question.parts)
    row.doubles = list(doubles)
    row.double = Double.NONE
    if doubles:
        row.double = Double.EXACT if any(one["same_key"] for one in same_words) else Double.NEAR


def match_to_json(match: Match, places: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """A match as a row keeps it. `places`: order and `where` of the questions that `index` points into."""
    # 1.0 says "the same words": nothing is rounded up to it.
    score = match.score if match.score == 1.0 else min(round(match.score, 2), 0.99)
    data: dict[str, Any] = {"score": score, "same_key": match.same_key}
    if match.index is not None:
        order, where = places[match.index]
        return data | {"order": order, "where": where}
    return data | {"item": str(match.item), "number": match.number}


def double_problems(parsed: Parsed, doubles: Sequence[Sequence[Match]]) -> list[Problem]:
    """What the items of a file resemble, as notes: they keep nothing out."""
    problems = []
    for question, matches in zip(parsed.questions, doubles, strict=True):
        for one in matches[:1]:
            other = f"题库里的第{one.number}题" if one.index is None else parsed.questions[one.index].where
            if one.exact:
                code, message = "double", f"和{other}完全相同"
            elif one.score == 1.0:
                code, message = "double_other_answer", f"和{other}题目相同，答案不同"
            else:
                code, message = "near_double", f"和{other}相似（{min(one.score, 0.99):.2f}）"
            severity = "doubtful" if code == "double_other_answer" else "note"
            problems.append(
                Problem(question.where, code, message, to_plain(question.stem)[:200], "核对后决定", severity)
            )
    return problems


def places_of(parsed: Parsed) -> set[str]:
    """Every place at which an item or a part of one stands."""
    return {one.where for question in parsed.questions for one in (question, *question.parts)}


def chosen_rows(run: ImportRun, *, doubles: bool = False) -> QuerySet[ImportRow]:
    """The rows that will be stored as things stand; with `doubles` also exact doubles nobody decided on."""
    return run.rows.filter(CHOSEN | (SOUND & UNDECIDED) if doubles else CHOSEN)


def count_groups(run: ImportRun) -> dict[str, int]:
    """Rows in each group of the review, "chosen" ones, and "unseen": chosen ones that are doubtful or stale
    and that nobody has decided on. One statement."""
    wanted = {name: condition for name, (_, condition) in GROUPS.items()}
    wanted |= {"chosen": CHOSEN, "unseen": CHOSEN & UNDECIDED & (Q(doubtful=True) | Q(stale=True))}
    # Not under their own names: "broken" is a column, too.
    counts = run.rows.aggregate(**{f"n_{name}": Count("pk", filter=one) for name, one in wanted.items()})
    return {name: counts[f"n_{name}"] for name in wanted}
