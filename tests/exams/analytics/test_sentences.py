"""The annual paragraph: exact where it is true; else refused with reason, place and honest words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.analytics.approximation import HOUSE, Convention, Word
from exams.analytics.claims import Paragraph, Pointer, Refusal, Sentence, Words, quote, say, where_to_look
from exams.analytics.counts import ActivityCounts
from exams.analytics.exam_sentences import exam_sentence
from exams.analytics.sentence_facts import (
    ActivityFacts,
    ActivityYear,
    ExamFacts,
    ExamWords,
    House,
    ReportFacts,
    count_helped_older,
    watch_list,
)
from exams.analytics.sentences import Style, annual_paragraph
from exams.analytics.tally import Tally, tally
from exams.engine.results import ExamRule, FinalRule, PersonResult

SEED_TEXT = (
    "2022年以来，我镇开展集中普法宣传12次，习近平法治思想专题讲座2次，送法入户100余次，普法受众近3万人。"
    "全年开展党委理论中心组学法4次，机关干部法治教育培训4次。"
    "11月，我镇骨干群众104人参与“法律明白人”学法考试，通过率100%。"
    "12月，我镇全体在编机关干部全员参与在线学法考试，通过率100%。"
)
VERIFIED_TEXT = (
    "2022年，我镇开展集中普法宣传12次、习近平法治思想专题讲座2次、送法入户106次，普法受众29640人次；"
    "党委理论学习中心组学法4次，机关干部法治培训4次。"
    "11月组织“法律明白人”学法考试，应考104人，参考104人，参考率100%；"
    "合格104人，合格率100%（其中首次合格97人，补考合格7人）。"
    "12月组织机关干部在线学法考试，在编应考63人，参考63人，参考率100%，合格率100%。"
)

RULE = ExamRule()
VILLAGERS = ExamWords("“法律明白人”学法考试", "骨干群众")
CADRES = ExamWords("在线学法考试", "在编机关干部")
NOVEMBER = (date(2022, 11, 8), date(2022, 11, 29))
DECEMBER = (date(2022, 12, 4), date(2022, 12, 8))


def activities(**changes: int) -> ActivityYear:
    counts = {"campaign": 12, "lecture": 2, "home_visit": 106, "study_group": 4, "training": 4, **changes}
    audience = {"campaign": 27000, "lecture": 640, "home_visit": 2000, "study_group": 0, "training": 0}
    return ActivityYear(
        2022,
        tuple(
            ActivityFacts(
                kind,
                ActivityCounts(number, audience[kind]),
                theme="习近平法治思想" if kind == "lecture" else "",
            )
            for kind, number in counts.items()
        ),
    )


def exam(
    people: list[PersonResult],
    words: ExamWords,
    days: tuple[date, date],
    rule: ExamRule = RULE,
    **more: object,
) -> ExamFacts:
    return ExamFacts(
        exam_id=words.audience,
        words=words,
        opened=days[0],
        closed=days[1],
        tally=tally(people, rule),
        is_attested=True,
        final_rule=rule.final_rule,
        watch=watch_list(people, rule),
        **more,  # type: ignore[arg-type]
    )


def villagers(p) -> list[PersonResult]:
    """104 people of 18 villages: 97 pass at once (12 of them on paper), 7 by a makeup."""
    made = []
    for index in range(104):
        village = ("青城镇", "北管区", f"第{index % 18 + 1}村")
        if index < 12:
            tries = [p.try_(75, mode="paper")]
        elif index < 97:
            tries = [p.try_(75)]
        else:
            tries = [p.try_(50), p.try_(70, makeup=True)]
        made.append(p.person(*tries, unit_path=village))
    return made


def cadres(p, **last: object) -> list[PersonResult]:
    """63 people of the offices; `last` changes the last of them, who sits in 党政办公室."""
    office = ("青城镇", "党政办公室")
    made = p.many(62, lambda: p.person(80, unit_path=office))
    return [*made, last.pop("person", None) or p.person(80, unit_path=office)]


def report(
    p, *, november: list[PersonResult] | None = None, december: list[PersonResult] | None = None
) -> ReportFacts:
    return ReportFacts(
        year=2022,
        activities=activities(),
        exams=(
            exam(cadres(p) if december is None else december, CADRES, DECEMBER),
            exam(villagers(p) if november is None else november, VILLAGERS, NOVEMBER),
        ),
    )


# -- true as it stands -------------------------------------------------------------------------------------


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


# -- no longer true ----------------------------------------------------------------------------------------

OFFICE = ("青城镇", "党政办公室")


def refusal_of(paragraph: Paragraph) -> Refusal:
    assert len(paragraph.refusals) == 1
    return paragraph.refusals[0]


def test_one_villager_fails(people):
    november = villagers(people)
    november[-1] = people.person(50, people.try_(59, makeup=True), unit_path=("青城镇", "北管区", "东风村"))
    paragraph = annual_paragraph(report(people, november=november), Style.SEED)
    refusal = refusal_of(paragraph)
    assert refusal.fact == "“通过率100%”"
    assert refusal.message == (
        "“通过率100%”不成立：104人应考，104人参考，103人合格（1人不合格）。涉及：东风村1人（不合格）。"
        "可写：“应考104人，参考104人，参考率100%；合格103人，合格率99.04%（其中首次合格97人，补考合格6人）。”"
    )
    assert refusal.who == (Pointer(november[-1].entry_id, "东风村", "不合格"),)
    assert paragraph.text == SEED_TEXT.replace(
        "11月，我镇骨干群众104人参与“法律明白人”学法考试，通过率100%。", ""
    )
    assert paragraph.honest.sentences[2].text == (
        "11月组织“法律明白人”学法考试，应考104人，参考104人，参考率100%；"
        "合格103人，合格率99.04%（其中首次合格97人，补考合格6人）。"
    )


def test_one_cadre_is_deferred(people):
    december = cadres(people, person=people.person(status="deferred", unit_path=OFFICE))
    refusal = refusal_of(annual_paragraph(report(people, december=december), Style.SEED))
    assert refusal.fact == "“全员”"
    assert refusal.message == (
        "“全员”不成立：63人应考，62人参考（1人缓考）。涉及：党政办公室1人（缓考）。"
        "可写：“应考63人，参考62人，参考率98.41%，合格率100%。”"
    )
    assert refusal.who == (Pointer(december[-1].entry_id, "党政办公室", "缓考"),)
    assert refusal.alternative.text == (
        "12月组织机关干部在线学法考试，在编应考63人，参考62人，参考率98.41%，合格率100%。"
    )


def test_one_cadre_is_absent(people):
    december = cadres(people, person=people.person(unit_path=OFFICE))
    refusal = refusal_of(annual_paragraph(report(people, december=december), Style.SEED))
    assert refusal.message.startswith(
        "“全员”不成立：63人应考，62人参考（1人缺考）。涉及：党政办公室1人（缺考）。"
    )


def test_one_cadre_is_exempt(people):
    december = cadres(people, person=people.person(status="exempt", unit_path=OFFICE))
    refusal = refusal_of(annual_paragraph(report(people, december=december), Style.SEED))
    assert refusal.fact == "“全员”"
    assert refusal.message == (
        "“全员”不成立：名册63人，其中1人免考。涉及：党政办公室1人（免考）。"
        "可写：“12月，我镇在编机关干部除免考1人外全员参与在线学法考试，通过率100%。”"
    )
    assert refusal.alternative.text == "12月，我镇在编机关干部除免考1人外全员参与在线学法考试，通过率100%。"


def test_an_exemption_stands_in_the_verified_sentence(people):
    december = cadres(people, person=people.person(status="exempt", unit_path=OFFICE))
    assert annual_paragraph(report(people, december=december), Style.VERIFIED).sentences[-1].text == (
        "12月组织机关干部在线学法考试，在编应考62人（另有免考1人），参考62人，参考率100%，合格率100%。"
    )


def test_one_cadre_fails_and_one_is_absent(people):
    december = [
        *cadres(people, person=people.person(59, unit_path=OFFICE))[1:],
        people.person(unit_path=OFFICE),
    ]
    refusal = refusal_of(annual_paragraph(report(people, december=december), Style.SEED))
    assert refusal.fact == "“全员”、“通过率100%”"
    assert refusal.message == (
        "“全员”不成立：63人应考，62人参考（1人缺考）；"
        "“通过率100%”不成立：63人应考，62人参考，61人合格（1人不合格，1人缺考）。"
        "涉及：党政办公室1人（不合格）、党政办公室1人（缺考）。"
        "可写：“应考63人，参考62人，参考率98.41%；合格61人，合格率98.39%。”"
    )


def test_a_roster_nobody_attested_is_not_everybody(people):
    facts = replace(exam(cadres(people), CADRES, DECEMBER), is_attested=False)
    refusal = exam_sentence(facts, Style.SEED)
    assert refusal.message.startswith("“全员”不成立：名册尚未经党建办或组织委员核实。可写：“应考63人")
    assert exam_sentence(facts, Style.VERIFIED).text.startswith("12月组织机关干部在线学法考试，在编应考63人")


def test_everybody_who_came_passed_but_not_everybody_came(people):
    """应考104, 参考100, 合格100: 合格率 is 100 %, 通过率 is not."""
    sat = people.many(100, lambda: people.person(80))
    facts = exam(sat + people.many(4, lambda: people.person()), VILLAGERS, NOVEMBER)
    refusal = exam_sentence(facts, Style.SEED)
    assert refusal.message == (
        "“通过率100%”不成立：104人应考，100人参考，100人合格（4人缺考）。涉及：东风村4人（缺考）。"
        "可写：“应考104人，参考100人，参考率96.15%，合格率100%。”"
    )


def test_paper_in_an_online_exam(people):
    december = cadres(people, person=people.person(people.try_(80, mode="paper"), unit_path=OFFICE))
    facts = exam(december, CADRES, DECEMBER)
    for style in Style:
        refusal = exam_sentence(facts, style)
        assert refusal.fact == "“在线”"
        assert refusal.alternative.text == (
            "12月组织机关干部学法考试，在编应考63人，参考63人，参考率100%，合格率100%（其中纸笔作答1人）。"
        )


def test_an_unfrozen_roster_gives_counts_and_no_rate(people):
    facts = replace(exam(villagers(people), VILLAGERS, NOVEMBER), is_frozen=False)
    for style in Style:
        refusal = exam_sentence(facts, style)
        assert refusal.alternative.text == "11月组织“法律明白人”学法考试，参考104人，合格104人。"
        assert "%" not in refusal.message


def test_nobody_required(people):
    facts = exam([people.person(status="exempt")], VILLAGERS, NOVEMBER)
    refusal = exam_sentence(facts, Style.VERIFIED)
    assert (refusal.message, refusal.alternative) == ("应考人数为0，没有可写的比率。请检查名册。", None)


def test_while_the_makeup_is_still_open(people):
    facts = replace(exam(villagers(people), VILLAGERS, NOVEMBER), is_complete=False)
    refusal = exam_sentence(facts, Style.SEED)
    assert refusal.fact == "“最终结果”"
    assert refusal.alternative.text.startswith("11月组织“法律明白人”学法考试，截至目前，应考104人，")


def test_while_a_paper_is_not_marked(people):
    december = cadres(people, person=people.person(None, unit_path=OFFICE))
    refusal = exam_sentence(exam(december, CADRES, DECEMBER), Style.VERIFIED)
    assert refusal.message == (
        "还有1人成绩未出，不能写合格情况。请先完成阅卷并公布成绩。涉及：党政办公室1人（未出成绩）。"
        "可写：“12月组织机关干部在线学法考试，在编应考63人，参考63人，参考率100%。”"
    )


def test_a_small_group_is_counts_only(people):
    facts = exam(people.many(4, lambda: people.person(80)), VILLAGERS, NOVEMBER)
    honest = "11月组织“法律明白人”学法考试，应考4人，参考4人，合格4人。"
    assert exam_sentence(facts, Style.VERIFIED).text == honest
    assert exam_sentence(facts, Style.SEED).alternative.text == honest


def test_two_exams_of_one_name_in_one_month(people):
    facts = ReportFacts(
        2022,
        exams=(exam(villagers(people), VILLAGERS, NOVEMBER), exam(villagers(people), VILLAGERS, NOVEMBER)),
    )
    paragraph = annual_paragraph(facts, Style.VERIFIED)
    assert [one.message for one in paragraph.refusals] == [
        "11月有2场考试都叫“‘法律明白人’学法考试”，读者分不清是哪一场。请在考试设置中改用不同的年报名称。"
    ] * 2


def test_two_exams_of_a_year_are_two_sentences_and_no_sum(people):
    again = ExamWords("“法律明白人”学法复训考试", "骨干群众")
    facts = ReportFacts(
        2022, exams=(exam(villagers(people), VILLAGERS, NOVEMBER), exam(villagers(people), again, DECEMBER))
    )
    texts = [one.text for one in annual_paragraph(facts, Style.VERIFIED).sentences]
    assert [text[:8] for text in texts] == ["11月组织“法律", "12月组织“法律"]
    assert "208" not in "".join(texts)


def test_a_year_without_exams():
    paragraph = annual_paragraph(ReportFacts(2022), Style.SEED)
    assert [one.message for one in paragraph.claims] == [
        "2022年没有名册已冻结的考试，不能写学法考试情况。请先建立考试并冻结应考名册。"
    ]


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


# -- activities --------------------------------------------------------------------------------------------


def only(*facts: ActivityFacts, **more: object) -> ReportFacts:
    return ReportFacts(2022, activities=ActivityYear(2022, facts, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "seed", "verified"),
    [
        (
            [ActivityFacts("study_group", ActivityCounts(4, 0))],
            "2022年以来，我镇开展党委理论中心组学法4次。",
            "2022年，我镇开展党委理论学习中心组学法4次。",
        ),
        (
            [ActivityFacts("campaign", ActivityCounts(1, 80))],
            "2022年以来，我镇开展集中普法宣传1次，普法受众80人。",
            "2022年，我镇开展集中普法宣传1次，普法受众80人次。",
        ),
        (
            [
                ActivityFacts("lecture", ActivityCounts(1, 0)),
                ActivityFacts("lecture", ActivityCounts(2, 0), theme="宪法"),
                ActivityFacts("other", ActivityCounts(3, 0)),
                ActivityFacts("campaign", ActivityCounts(0, 0)),
            ],
            "2022年以来，我镇开展宪法专题讲座2次，专题讲座1次，其他普法活动3次。",
            "2022年，我镇开展宪法专题讲座2次、专题讲座1次、其他普法活动3次。",
        ),
    ],
)
def test_activities_that_took_place_are_named(facts, seed, verified):
    assert annual_paragraph(only(*facts), Style.SEED).text == seed
    assert annual_paragraph(only(*facts), Style.VERIFIED).text == verified


def test_an_empty_register_says_nothing():
    assert annual_paragraph(only(), Style.SEED).sentences == ()


def test_people_only_when_told_apart():
    fact = ActivityFacts("campaign", ActivityCounts(1, 80))
    assert annual_paragraph(only(fact, is_deduplicated=True), Style.VERIFIED).text.endswith("普法受众80人。")
    strict = House(audience_as_people=False)
    assert annual_paragraph(only(fact), Style.SEED, strict).text.endswith("普法受众80人次。")


def test_round_words_need_an_exact_count():
    facts = only(ActivityFacts("campaign", ActivityCounts(12, 29640), is_exact=False))
    refusal = annual_paragraph(facts, Style.SEED).refusals[0]
    assert refusal.alternative.text == "2022年，我镇开展集中普法宣传12次，普法受众29640人次（含估算）。"


def test_an_unknown_kind_of_activity_is_refused():
    with pytest.raises(ValueError):
        ActivityFacts("party", ActivityCounts(1, 1))


# -- round words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "x", "n", "allowed"),
    [
        (Word.OVER, 100, 100, False),
        (Word.OVER, 100, 101, True),
        (Word.OVER, 100, 109, True),
        (Word.OVER, 100, 110, False),
        (Word.MANY, 100, 106, True),
        (Word.NEARLY, 30000, 26999, False),
        (Word.NEARLY, 30000, 27000, True),
        (Word.NEARLY, 30000, 29999, True),
        (Word.NEARLY, 30000, 30000, False),
        (Word.ABOUT, 100, 95, True),
        (Word.ABOUT, 100, 94, False),
        (Word.ABOUT, 100, 105, True),
        (Word.ABOUT, 100, 106, False),
        (Word.OVER, 0, 5, False),
    ],
)
def test_when_a_round_word_may_stand(word, x, n, allowed):
    assert HOUSE.allows(word, x, n) is allowed


@pytest.mark.parametrize(
    ("n", "words", "text"),
    [
        (12, (Word.OVER,), "12"),
        (99, (Word.NEARLY,), "99"),
        (100, (Word.OVER,), "100"),
        (106, (Word.OVER,), "100余"),
        (110, (Word.OVER,), "110"),
        (115, (Word.OVER,), "110余"),
        (128, (Word.OVER,), "120余"),
        (29640, (Word.NEARLY, Word.OVER), "近3万"),
        (26900, (Word.NEARLY, Word.OVER), "2.6万余"),
        (30000, (Word.NEARLY, Word.OVER), "3万"),
        (30500, (Word.NEARLY, Word.OVER), "3万余"),
        (950, (Word.NEARLY,), "近1000"),
        (102, (Word.ABOUT,), "约100"),
    ],
)
def test_counts_in_round_words(n, words, text):
    assert HOUSE.approximate(n, words) == text


@given(st.integers(1, 10**7), st.lists(st.sampled_from(Word), max_size=4))
def test_a_round_word_is_never_said_of_a_count_it_does_not_fit(n, words):
    text = HOUSE.approximate(n, words)
    found = next((word for word in Word if word.value in text), None)
    number = text.replace("余", "").replace("多", "").replace("近", "").replace("约", "")
    x = round(float(number[:-1]) * 10000) if number.endswith("万") else int(number)
    assert x == n if found is None else HOUSE.allows(found, x, n)


def test_the_convention_is_the_house_s_own():
    assert Convention(smallest=10).approximate(12, (Word.OVER,)) == "12"
    assert Convention(smallest=10).approximate(102, (Word.MANY,)) == "100多"


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


# -- small parts -------------------------------------------------------------------------------------------


def test_neighbouring_words_become_one():
    assert say("t", "甲", ["乙", "丙"], "", "丁").segments == (Words("甲乙丙丁"),)


def test_quotes_inside_quotes_are_single():
    assert quote("“法律明白人”考试") == "“‘法律明白人’考试”"


def test_many_units_are_counted():
    who = [Pointer("e", f"第{number}村", "缺考") for number in range(7)]
    assert where_to_look(who) == (
        "涉及：第0村1人（缺考）、第1村1人（缺考）、第2村1人（缺考）、第3村1人（缺考）、第4村1人（缺考）等7个单位。"
    )
    assert where_to_look([]) == ""


def test_who_is_watched(people):
    roster = [
        people.person(80),
        people.person(50),
        people.person(),
        people.person(status="deferred"),
        people.person(status="exempt"),
        people.person(status="removed"),
        people.person(None),
        people.person(40, status="removed"),
    ]
    assert [one.reason for one in watch_list(roster, RULE)] == [
        "不合格",
        "缺考",
        "缓考",
        "免考",
        "未出成绩",
        "不合格",
    ]


@pytest.mark.parametrize(
    ("bands", "expected"),
    [([], 0), (["60岁及以上", "45岁以下"], 1), (["60岁及以上", "未登记"], None), ([""], None)],
)
def test_how_many_of_the_helped_are_older(people, bands, expected):
    helped = [people.person(people.try_(70, mode="paper"), age_band=band) for band in bands]
    assert count_helped_older([*helped, people.person(70, age_band="")]) == expected
