"""After a key was corrected, an outsider who has the evidence alone still gets every mark and every total."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from exams.domain.evidence import export_evidence
from exams.domain.releases import release_sitting
from exams.engine.keys import Method
from exams.models import Section
from examsite.lib import clock
from questionbanks.kinds.base import Blanks, Choice, Question
from tests.marking_world import MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
Line = dict[str, Any]
SINGLE, OTHER, BOOLEAN, FILL = range(4)
CHOICES = tuple(Choice(label, f"说法{label}") for label in "ABCD")
QUESTIONS = [
    Question("single", "第一题？", CHOICES, ("A",), points=D(2)),
    Question("single", "第二题？", CHOICES, ("B",), points=D(3)),
    Question("true_false", "第三题。", key=True, points=D(2)),
    Question("fill_blank", "每届任期____年。", key=Blanks((("五",),)), points=D(5)),
]


class Outsider:
    """Reads the lines and marks again; knows the documented shapes and nothing of the product's code."""

    def __init__(self, lines: list[Line]) -> None:
        self.of: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            self.of[line["type"]].append(line)
        self.keys = {(one["question"], one["key_version"]): one for one in self.of["key"]}
        self.cost = {one["question"]: D(one["per_option"]) for one in self.of["key"]}

    def sheet(self, attempt: str) -> dict[str, Any]:
        events = [one for one in self.of["event"] if one["attempt"] == attempt]
        return {one["slot"]: one["value"] for one in sorted(events, key=lambda e: (e["epoch"], e["seq"]))}

    def earns(self, slot: Line, key: Any, value: Any) -> bool:
        if value is None:
            return False
        if slot["kind"] == "true_false":
            return bool(value is key)
        if slot["kind"] == "fill_blank":
            return all(text in texts for text, texts in zip(value, key["accepted"], strict=True))
        return [slot["choices"][value]] == key

    def points(self, slot: Line, key: Line, value: Any) -> Decimal:
        possible = D(slot["points"])
        if key["credit"] in ("full", "out"):
            return possible if key["credit"] == "full" else D(0)
        if any(self.earns(slot, one, value) for one in [key["key"], *key["also"]]):
            return possible
        return -self.cost[slot["question"]] if key["credit"] == "minus" and value is not None else D(0)

    def versions(self, slot: Line) -> dict[int, Line]:
        line = self.keys[slot["question"], slot["key_version"]]
        return {one["key_version"]: one for one in [line, *line["earlier"]]}

    def totals(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Attempt → points and possible."""
        found = {}
        for attempt in self.of["attempt"]:
            sheet, sums, possible = self.sheet(attempt["attempt"]), defaultdict(lambda: D(0)), D(0)
            for slot in attempt["slots"]:
                key = self.versions(slot)[slot["key_version"]]
                if key["credit"] == "out":
                    continue
                possible += D(slot["points"])
                sums[slot["section"]] += self.points(slot, key, sheet.get(slot["slot"]))
            found[attempt["attempt"]] = (sum((max(one, D(0)) for one in sums.values()), D(0)), possible)
        return found

    def wrong_marks(self) -> list[Line]:
        """Marks, also superseded ones, that the key of their version does not give."""
        slots = {(one["attempt"], slot["slot"]): slot for one in self.of["attempt"] for slot in one["slots"]}
        wrong = []
        for mark in self.of["mark"]:
            if mark["slot"] is None:
                continue
            slot = slots[mark["attempt"], mark["slot"]]
            key = self.versions(slot)[mark["key_version"]]
            value = self.sheet(mark["attempt"]).get(mark["slot"])
            if D(mark["points"]) != self.points(slot, key, value) or mark["rule"] != key["credit"]:
                wrong.append(mark)
        return wrong


def told(outsider: Outsider) -> dict[str, tuple[Decimal, Decimal]]:
    totals = [one for one in outsider.of["mark"] if one["slot"] is None]
    return {one["attempt"]: (D(one["points"]), D(one["possible"])) for one in totals}


@pytest.fixture
def place() -> MarkingWorld:
    """Four people hand in; wrong answers in the section of 判断 cost points."""
    place = make_marking_world(people=4, questions=QUESTIONS)
    Section.objects.filter(form__exam=place.exam, kind="true_false").update(
        credit_rule="minus", per_choice=D("1.5")
    )
    place.hand_in(0, {SINGLE: "A", OTHER: "B", BOOLEAN: True, FILL: ["五"]})
    place.hand_in(1, {SINGLE: "D", OTHER: "B", BOOLEAN: False})
    place.hand_in(2, {SINGLE: "C", OTHER: "A", BOOLEAN: False, FILL: [""]})
    place.hand_in(3, {})
    place.world.end()
    return place


def outside(place: MarkingWorld) -> Outsider:
    sitting, officer = place.world.sitting, place.world.officer
    if sitting.released_at is None:
        release_sitting(sitting=sitting, at=clock.now(), actor=officer)
        sitting.refresh_from_db()
    lines = export_evidence(sitting=sitting, at=clock.now(), actor=officer)
    return Outsider([json.loads(json.dumps(line)) for line in lines])


CORRECTIONS: dict[str, Callable[[MarkingWorld], None]] = {
    "none": lambda place: None,
    "another key": lambda place: place.correct(SINGLE, Method.KEY, ("D",)),
    "one more accepted": lambda place: place.correct(SINGLE, Method.ACCEPT, ("D",)),
    "true and false changed": lambda place: place.correct(BOOLEAN, Method.KEY, False),
    "another text in a blank": lambda place: place.correct(FILL, Method.ACCEPT, Blanks((("5",),))),
    "full marks": lambda place: place.correct(OTHER, Method.FULL),
    "out of the total": lambda place: place.correct(OTHER, Method.OUT),
}


@pytest.mark.parametrize("name", CORRECTIONS)
def test_an_outsider_gets_every_mark_and_total(place: MarkingWorld, name: str) -> None:
    CORRECTIONS[name](place)
    outsider = outside(place)
    assert len(outsider.of["attempt"]) == 4
    assert outsider.wrong_marks() == []
    assert outsider.totals() == told(outsider)


def test_after_three_corrections_of_one_key(place: MarkingWorld) -> None:
    place.correct(SINGLE, Method.OUT)
    place.correct(SINGLE, Method.KEY, ("D",))
    place.correct(SINGLE, Method.ACCEPT, ("C",))
    outsider = outside(place)
    (line,) = [one for one in outsider.of["key"] if one["key_version"] > 1]
    assert [one["credit"] for one in line["earlier"]] == ["all", "out", "all"]
    assert (line["key_version"], line["key"], line["also"]) == (4, ["D"], [["C"]])
    assert [one["key"] for one in line["earlier"]] == [["A"], ["A"], ["D"]]
    assert outsider.wrong_marks() == []
    assert outsider.totals() == told(outsider)


def test_a_correction_after_the_release_is_in_the_next_export(place: MarkingWorld) -> None:
    before = told(outside(place))
    place.correct(SINGLE, Method.KEY, ("C",))
    outsider = outside(place)
    assert outsider.totals() == told(outsider)
    assert told(outsider) != before
    assert [one["key"] for one in outsider.of["key"] if one["kind"] == "single"] == [["C"], ["B"]]
