"""An explanation shows every step from the first tap to the total, in the candidate's own letters."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.explaining import Explanation, explain, rule_words
from exams.domain.quarantine import decide_quarantine
from exams.domain.saving import Item, save_answers
from exams.engine.keys import Method, SlotKey
from exams.engine.marking import MarkingSlot
from exams.models import Attempt, Quarantine
from examsite.lib import clock
from tests.exam_world import claims_of
from tests.marking_world import ESSAY, THREE, MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


@pytest.fixture
def place() -> MarkingWorld:
    return make_marking_world(people=1)


def explained(attempt: Attempt) -> Explanation:
    return explain(Attempt.objects.select_related("entry", "sitting__exam").get(pk=attempt.pk))


def letter(attempt: Attempt, slot: str, label: str) -> str:
    """The letter under which this candidate saw a choice."""
    return "ABCD"[attempt.choice_orders[slot].index(label)]


def test_a_whole_story(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {0: "A", 1: "要公开"})
    place.plan(place.markers[1])
    place.judge(attempt, 6, comment="第二点没写")
    place.judge(attempt, 7)
    late = place.world.ids(attempt.pk, place.world.slots[0], "B")[0]
    save_answers(claims=claims_of(attempt), items=[Item(90, place.world.slots[0], late, None)])
    decide_quarantine(
        quarantine=Quarantine.objects.get(),
        accept=True,
        reason="断网",
        at=clock.now(),
        actor=place.world.officer,
    )
    place.world.end()
    place.correct(0, Method.ACCEPT, ("C",), reason="两个都对")

    story = explained(attempt)
    single, essay, fill = story.questions
    right = letter(attempt, place.world.slots[0], "B")
    assert [(one.answer, one.counts, one.late, one.accepted) for one in single.answers] == [
        (letter(attempt, place.world.slots[0], "A"), False, False, None),
        (right, True, True, True),
    ]
    assert (single.answer, single.published_key, single.points) == (right, right, D(2))
    assert single.keys == (right, letter(attempt, place.world.slots[0], "C"))
    assert [(one.points, one.key_version, one.counts) for one in single.marks] == [
        (D(0), 1, False),
        (D(2), 1, False),
        (D(2), 2, True),
    ]
    assert [one.reason for one in single.corrections] == ["两个都对"]
    assert [(one.points, one.marker, one.comment, one.counts) for one in essay.marks] == [
        (D(6), "阅卷1", "第二点没写", False),
        (D(7), "阅卷1", "", False),
        (D(7), "阅卷1", "", True),
    ]
    assert (fill.answer, fill.points) == ("（未答）", D(0))
    assert [words for _, words, _, _ in story.history] == [
        "开始作答",
        "交卷",
        "评完",
        "重评",
        "评完",
        "采纳迟到的答案",
        "重评",
        "评完",
    ]
    assert (story.digest_matches, len(story.receipts), story.events) == (True, 2, 2)
    assert sum(one.points or D(0) for one in story.questions) == Attempt.objects.get().points == D(9)


def test_nothing_is_marked_yet(place: MarkingWorld) -> None:
    attempt = place.hand_in(0, {1: "要公开"})
    story = explained(attempt)
    assert [one.points for one in story.questions] == [D(0), None, D(0)]
    assert story.attempt.points is None


def test_the_statements_do_not_grow_with_the_answers(place: MarkingWorld) -> None:
    other = make_marking_world(people=1, name="白水镇")
    few, many = place.hand_in(0, {0: "A"}), other.hand_in(0, {0: "A", ESSAY: "一", 2: ["五", "连选连任"]})
    counts = []
    for attempt in (few, many):
        explained(attempt)
        with CaptureQueriesContext(connection) as statements:
            explained(attempt)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_the_statements_do_not_grow_with_the_corrections() -> None:
    place = make_marking_world(people=1, questions=THREE)
    attempt = place.hand_in(0, {0: "A"})
    place.world.end()
    counts = []
    for question in range(3):
        place.correct(question, Method.FULL)
        explained(attempt)
        with CaptureQueriesContext(connection) as statements:
            story = explained(attempt)
        counts.append(len(statements))
        assert [len(one.corrections) for one in story.questions] == [1] * (question + 1) + [0] * (
            2 - question
        )
    assert counts == [counts[0]] * 3


@pytest.mark.parametrize(
    ("kind", "rule", "words"),
    [
        ("single", "all", "答对得满分"),
        ("multiple", "all", "多选、少选、错选均不得分"),
        ("multiple", "option", "少选时每选对一项得0.5分，错选不得分"),
        ("true_false", "minus", "答错一题扣0.5分，本大题扣完为止"),
        ("true_false", "all", "答对得满分"),
        ("fill_blank", "all", "按空计分，答对几空得几空的分"),
        ("short_answer", "all", "按采分点评阅"),
    ],
)
def test_the_rule_in_words(kind: str, rule: str, words: str) -> None:
    assert rule_words(MarkingSlot("s", 1, kind, SlotKey((None,)), D(2), rule, D("0.5"))) == words
