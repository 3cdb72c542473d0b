"""The annual paragraph where it is true: exact, every digit tied to its figure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.analytics.claims import Sentence, Words
from exams.analytics.exam_sentences import exam_sentence
from exams.analytics.sentence_facts import ExamFacts, ExamWords
from exams.analytics.sentences import Style, annual_paragraph
from exams.analytics.tally import Tally
from exams.engine.results import ExamRule, FinalRule
from tests.paragraph_facts import (
    CADRES,
    DECEMBER,
    NOVEMBER,
    SEED_TEXT,
    VERIFIED_TEXT,
    VILLAGERS,
    activities,
    cadres,
    exam,
    report,
)


def test_the_seed_paragraph_character_for_character(people):
    paragraph = annual_paragraph(report(people), Style.SEED)
    assert paragraph.text == SEED_TEXT
    assert paragraph.refusals == ()


def test_the_verified_paragraph_character_for_character(people):
    paragraph = annual_paragraph(report(people), Style.VERIFIED)
    assert paragraph.text == VERIFIED_TEXT
    assert paragraph.refusals == ()


def test_every_number_is_tied_to_its_figure(people):
    digits = [one for each in annual_paragraph(report(people), Style.SEED).sentences for one in each.digits]
    assert [(one.text, one.figure.measure, one.figure.part, one.subject) for one in digits] == [
        ("12", "activity_count", 12, "activities:2022:campaign"),
        ("2", "activity_count", 2, "activities:2022:lecture:习近平法治思想"),
        ("100余", "activity_count", 106, "activities:2022:home_visit"),
        ("近3万", "activity_audience", 29640, "activities:2022"),
        ("4", "activity_count", 4, "activities:2022:study_group"),
        ("4", "activity_count", 4, "activities:2022:training"),
        ("104", "taken", 104, "exam:骨干群众"),
        ("100%", "pass_rate_required", 104, "exam:骨干群众"),
        ("100%", "pass_rate_required", 63, "exam:在编机关干部"),
    ]


@pytest.mark.parametrize("style", Style)
def test_words_hold_no_number_but_dates(people, style):
    words = [
        one.text
        for sentence in annual_paragraph(report(people), style).sentences
        for one in sentence.segments
        if isinstance(one, Words)
    ]
    assert re.findall(r"\d+(?!年|月|\d)", "".join(f"{text}|" for text in words)) == []


def test_eleven_activities_are_eleven(people):
    facts = replace(report(people), activities=activities(campaign=11, home_visit=11))
    assert annual_paragraph(facts, Style.SEED).text.startswith(
        "2022年以来，我镇开展集中普法宣传11次，习近平法治思想专题讲座2次，送法入户11次，"
    )


def test_the_note_beside_attendances(people):
    first = annual_paragraph(report(people), Style.SEED).sentences[0]
    assert first.notes == ("普法受众29640为人次，未按人去重",)


# -- variations that are true ------------------------------------------------------------------------------


def test_late_additions_are_named_in_both_styles(people):
    sat = [*people.many(63, lambda: people.person(80)), people.person(80, added_after_freeze=True)]
    facts = exam(sat, CADRES, DECEMBER)
    assert exam_sentence(facts, Style.VERIFIED).text == (
        "12月组织机关干部在线学法考试，在编应考64人（含冻结后新增1人），参考64人，参考率100%，合格率100%。"
    )
    assert exam_sentence(facts, Style.SEED).notes == ("冻结后新增1人",)


def test_a_makeup_in_the_next_year_is_said(people):
    facts = exam(cadres(people), CADRES, (date(2022, 12, 4), date(2023, 1, 10)))
    assert exam_sentence(facts, Style.SEED).text.startswith("12月至次年1月，我镇全体在编机关干部全员参与")


def test_second_tries_of_the_main_sitting_are_said(people):
    rule = ExamRule(tries=3)
    sat = [
        *people.many(9, lambda: people.person(80)),
        people.person(50, 70),
        people.person(50, people.try_(61, makeup=True)),
    ]
    assert exam_sentence(exam(sat, VILLAGERS, NOVEMBER, rule), Style.VERIFIED).text == (
        "11月组织“法律明白人”学法考试，应考11人，参考11人，参考率100%；"
        "合格11人，合格率100%（其中首次合格9人，正考内再次作答合格1人，补考合格1人）。"
    )


def test_where_the_last_try_counts_no_split_is_printed(people):
    """One loses his first pass, one gains a late one: as many passes as first passes, of other people."""
    rule = ExamRule(final_rule=FinalRule.LAST, tries=2)
    sat = [*people.many(8, lambda: people.person(80)), people.person(70, 50), people.person(50, 70)]
    assert exam_sentence(exam(sat, VILLAGERS, NOVEMBER, rule), Style.VERIFIED).text == (
        "11月组织“法律明白人”学法考试，应考10人，参考10人，参考率100%；合格9人，合格率90.00%。"
    )


def test_nobody_came(people):
    facts = exam(people.many(8, lambda: people.person()), VILLAGERS, NOVEMBER)
    assert (
        exam_sentence(facts, Style.VERIFIED).text
        == "11月组织“法律明白人”学法考试，应考8人，参考0人，参考率0%。"
    )


def test_a_group_called_全体(people):
    words = ExamWords("学法考试", "全体村干部")
    facts = exam(cadres(people), words, DECEMBER)
    assert exam_sentence(facts, Style.SEED).text == "12月，我镇全体村干部全员参与学法考试，通过率100%。"
    assert exam_sentence(facts, Style.VERIFIED).text.startswith("12月组织村干部学法考试，应考63人，")


# -- nothing false, whatever the roster --------------------------------------------------------------------


@given(
    st.integers(0, 12),
    st.integers(0, 4),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(Style),
    st.sampled_from([VILLAGERS, CADRES]),
    st.booleans(),
)
def test_all_is_only_said_of_all(passed, failed, absent, exempt, style, words, attested):
    taken = passed + failed
    counts = Tally(
        roster=taken + absent + exempt,
        exempt=exempt,
        taken=taken,
        attempts=taken,
        passed=passed,
        main_taken=taken,
        first_scored=taken,
        first_passed=passed,
        main_passed=passed,
        final_scored=taken,
        bands=(0, 0, 0, passed, failed),
        online=taken,
    )
    claim = exam_sentence(ExamFacts("x", words, *NOVEMBER, counts, is_attested=attested), style)
    said = claim if isinstance(claim, Sentence) else claim.alternative
    text = said.text if said else ""
    if "参考率100%" in text:
        assert absent == 0
    if "合格率100%" in text:
        assert failed == 0
    if "通过率100%" in text:
        assert (failed, absent) == (0, 0)
    if "全员" in text:
        assert absent == 0
        assert attested
    if "全体" in text:
        assert exempt == 0
