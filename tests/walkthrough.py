"""Stories of whole exams, told in CSV and acted out minute by minute through the domain functions.

A file is one story: rows of `minute,who,does,what,expect`. Rows without a minute set the stage: the exam's
rules, its sections, items, forms, sittings and people. Rows with one are deeds; `expect` is checked right
after the deed, about the person in `who` and the exam as a whole. A `who` that begins with # is a comment.

    ,exam,set,pass_line=60 tries=3,
    ,section,single,rule=all,                      the items that follow belong to it
    ,item,Q1,single A-D key=B points=50,
    ,sitting,main,0-180 duration=60,               minutes; kind=makeup, mode=paper, seats=张三|李四, form=B
    ,person,张三,unit=东风村,
    0,张三,starts,main,
    5,张三,answers,Q1=B Q2=AC,
    20,张三,submits,,state=marked points=80
    25,张三,starts,main,refused=no_attempt_left

Times are minutes after T0. Answers and keys are in the letters of the item; √ × for 判断; ； between blanks.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from exams.models import Attempt
from examsite.lib.errors import DomainError
from tests.stage import pairs
from tests.story import Story, new_story

D = Decimal


def as_text(value: Any) -> str:
    """A found value as a story writes it."""
    if isinstance(value, list):
        return ",".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "-"
    if isinstance(value, Decimal | float):
        return f"{D(str(value)).quantize(D('0.01')).normalize():f}"
    return str(value)


def play(path: Path) -> list[str]:
    """Act a story out; every expectation that did not come true, with its line."""
    wrong: list[str] = []
    perform(path, wrong)
    return wrong


def perform(path: Path, wrong: list[str] | None = None) -> Story:
    """Act a story out; the stage as it is at the end. What did not come true is added to `wrong`, if given.

    Without it nobody looks after each deed: that takes longer than the deeds.
    """
    story, on_stage = new_story(), False
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            minute, who, does, what = (row[name].strip() for name in ("minute", "who", "does", "what"))
            if who.startswith("#") or not (who or does):
                continue
            if not minute:
                _set_stage(story, who, does, what)
                continue
            if not on_stage:
                story.publish()
                on_stage = True
            story.at = Story.minute(minute)
            found, refused = _act(story, who, does, what)
            if wrong is not None:
                found = {**_look(story, who, does, what), **found}
                deed = f"{path.stem}:{line}: {who} {does} {what}"
                wrong += [f"{deed}: {one}" for one in _untrue(row["expect"].strip(), found, refused)]
    return story


def _untrue(expect: str, found: dict[str, Any], refused: str) -> Iterator[str]:
    """What is not as expected."""
    for name, wanted in pairs(expect).items():
        got = refused if name == "refused" else as_text(found.get(name, "?"))
        if got != wanted:
            yield f"{name} is {got}, not {wanted}"
    if refused and "refused" not in expect:
        yield f"refused, {refused}"


def _set_stage(story: Story, who: str, does: str, what: str) -> None:
    {
        "exam": lambda: story.set_exam(what),
        "section": lambda: story.add_section(does, what),
        "item": lambda: story.add_item(does, what),
        "sitting": lambda: story.add_sitting(does, what),
        "person": lambda: story.add_person(does, what),
        "marker": lambda: story.add_marker(does),
    }[who]()


def _act(story: Story, who: str, does: str, what: str) -> tuple[dict[str, Any], str]:
    """Do it: what the deed itself tells, and the code of a refusal."""
    try:
        return getattr(story, does)(who, what) or {}, ""
    except DomainError as error:
        return {}, error.code


def _look(story: Story, who: str, does: str, what: str) -> dict[str, Any]:
    """What there is to be seen now, of the exam and of the person."""
    person = who if who in story.people else ""
    about: dict[str, Any] = {}
    if person and Attempt.objects.filter(entry=story.people[person]).exists():
        about = story.about(person, what if does == "looks" else "")
    return {**story.overall(), **about}
