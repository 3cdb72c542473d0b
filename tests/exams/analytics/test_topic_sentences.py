"""The sentence of what people know and do not know, law by law."""

from __future__ import annotations

from decimal import Decimal

from exams.analytics.counts import TopicCounts
from exams.analytics.sentence_bank import mastery_sentence
from exams.analytics.sentence_facts import TopicFacts
from tests.claims import refused, said


def topic(name: str, earned: int, answers: int = 100) -> TopicFacts:
    return TopicFacts(name, TopicCounts(Decimal(earned), Decimal(100), answers))


def test_what_is_known_and_what_is_not():
    topics = [
        topic("《农村土地承包法》", 58),
        topic("《宪法》", 91),
        topic("《民法典》", 85),
        topic("《禁毒法》", 81),
    ]
    assert said(mastery_sentence(topics)) == (
        "从答题情况看，群众对《宪法》、《民法典》掌握较好（掌握率91.00%、85.00%），"
        "对《农村土地承包法》掌握不足（58.00%），下一年度将作为普法重点。"
    )


def test_relatively_weak():
    assert said(mastery_sentence([topic("甲", 90), topic("乙", 70)])) == (
        "从答题情况看，群众对甲掌握较好（掌握率90.00%），对乙掌握相对薄弱（70.00%），下一年度将作为普法重点。"
    )


def test_nothing_is_well_known():
    assert said(mastery_sentence([topic("甲", 70), topic("乙", 50)])) == (
        "从答题情况看，群众对乙掌握不足（掌握率50.00%），下一年度将作为普法重点。"
    )


def test_nothing_is_weak():
    claim = mastery_sentence([topic("甲", 90), topic("乙", 85), topic("丙", 82)])
    assert refused(claim) == (
        "“掌握不足”",
        "从答题情况看，群众对甲、乙掌握较好（掌握率90.00%、85.00%），其余法律掌握率均不低于82.00%。",
    )


def test_topics_with_few_answers_do_not_count():
    claim = mastery_sentence([topic("甲", 90), topic("乙", 20, answers=19)])
    assert refused(claim) == ("“掌握”", None)
