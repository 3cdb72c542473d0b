"""The sentence bank: each sentence where it is true, and what is offered where it is not."""

from __future__ import annotations

from datetime import date

import pytest

from exams.analytics.claims import Pointer
from exams.analytics.counts import ActivityCounts, UnitCounts
from exams.analytics.measures import Figure, evaluate
from exams.analytics.sentence_bank import (
    activity_sentences,
    change_sentence,
    coverage_sentence,
    exam_detail_sentence,
    first_attempt_sentence,
    helped_sentence,
    leaders_sentence,
    officers_sentence,
    plan_sentence,
    problem_sentence,
    year_sentence,
)
from exams.analytics.sentence_facts import (
    ActivityFacts,
    ActivityYear,
    ExamFacts,
    ExamWords,
    House,
    PlanFacts,
    ProblemFacts,
    Style,
    VillageFacts,
    YearFacts,
    YearOnYear,
    count_helped_older,
    watch_list,
)
from exams.analytics.tally import Tally, Turnout, tally
from exams.engine.results import ExamRule
from tests.claims import refused, said

WORDS = ExamWords("“法律明白人”考试", "骨干群众")
RULE = ExamRule()


def facts(roster, **more: object) -> ExamFacts:
    fields: dict[str, object] = {
        "tally": tally(roster, RULE),
        "watch": watch_list(roster, RULE),
        "helped_older": count_helped_older(roster),
    }
    return ExamFacts("x", WORDS, date(2022, 11, 8), date(2022, 11, 29), **{**fields, **more})  # type: ignore[arg-type]


# 1 --------------------------------------------------------------------------------------------------------


def test_year():
    assert said(year_sentence(YearFacts(2022, Turnout(3, 250, 160)))) == (
        "全年组织各类学法考试3场，参考250人次，160人（去重）。"
    )


def test_year_without_exams():
    assert refused(year_sentence(YearFacts(2022, Turnout(0, 0, 0)))) == ("“学法考试”", None)


# 2 --------------------------------------------------------------------------------------------------------


def test_exam_in_detail(people):
    roster = [
        *people.many(5, lambda: people.person(95)),
        people.person(70),
        people.person(50),
        people.person(),
    ]
    assert said(exam_detail_sentence(facts(roster, villages=6))) == (
        "11月组织“法律明白人”考试，覆盖6个村（社区），应考8人，参考7人，参考率87.50%；"
        "合格6人，合格率85.71%，优秀率71.43%，平均85.00分。"
    )


def test_exam_in_detail_of_few_people(people):
    assert said(exam_detail_sentence(facts(people.many(4, lambda: people.person(95))))) == (
        "11月组织“法律明白人”考试，应考4人，参考4人，合格4人。"
    )


def test_exam_in_detail_before_the_freeze(people):
    claim = exam_detail_sentence(facts([people.person(95)], is_frozen=False))
    assert refused(claim) == ("“应考人数”", "11月组织“法律明白人”考试，参考1人，合格1人。")


# 3 --------------------------------------------------------------------------------------------------------


def test_first_attempts_and_makeup(people):
    roster = [
        *people.many(8, lambda: people.person(80)),
        people.person(50, people.try_(70, makeup=True)),
        people.person(50),
        people.person(people.try_(70, makeup=True)),
    ]
    assert said(first_attempt_sentence(facts(roster))) == (
        "首考合格率80.00%，对3名未合格和缺考人员组织补考，补考合格2人。"
    )


def test_first_attempts_without_makeup(people):
    roster = [*people.many(8, lambda: people.person(80)), people.person(50)]
    assert said(first_attempt_sentence(facts(roster))) == "首考合格率88.89%。"


def test_first_attempts_of_few(people):
    assert (
        refused(first_attempt_sentence(facts(people.many(4, lambda: people.person(80)))))[0] == "“首考合格率”"
    )


# 4 --------------------------------------------------------------------------------------------------------


def helped(people, *, absent: int = 0, band: str = "60岁及以上") -> ExamFacts:
    roster = [
        *people.many(3, lambda: people.person(people.try_(70, mode="paper"), age_band=band)),
        people.person(people.try_(70, mode="assisted"), age_band="60岁及以上"),
        *people.many(4, lambda: people.person(80, age_band="45岁以下")),
        *people.many(absent, lambda: people.person()),
    ]
    return facts(roster)


def test_help_for_older_people(people):
    assert said(helped_sentence(helped(people))) == (
        "为4名年龄较大群众提供纸笔考试或读题协助，实现应考尽考。"
    )


def test_not_everybody_sat(people):
    claim = helped_sentence(helped(people, absent=1))
    assert refused(claim) == ("“应考尽考”", "为4名年龄较大群众提供纸笔考试或读题协助。")
    assert claim.who[0].reason == "缺考"


def test_not_all_who_were_helped_are_old(people):
    claim = helped_sentence(helped(people, band="45岁以下"))
    assert refused(claim) == ("“年龄较大”", "为4名群众提供纸笔考试或读题协助，实现应考尽考。")
    assert "其中60岁及以上1人" in claim.message


def test_both_fail(people):
    claim = helped_sentence(helped(people, absent=1, band="未登记"))
    assert refused(claim) == ("“应考尽考”、“年龄较大”", "为4名群众提供纸笔考试或读题协助。")
    assert "年龄登记不全" in claim.message


def test_nobody_was_helped(people):
    assert refused(helped_sentence(facts([people.person(80)]))) == ("“纸笔考试或读题协助”", None)


# 5 --------------------------------------------------------------------------------------------------------

YEAR_END = date(2022, 12, 31)


@pytest.mark.parametrize(
    ("last_year", "ending"),
    [
        (None, "共11名。"),
        (9, "共11名，较上年增加2名。"),
        (11, "共11名，与上年持平。"),
        (12, "共11名，较上年减少1名。"),
    ],
)
def test_every_village_has_three(last_year, ending):
    villages = VillageFacts(YEAR_END, {"东风村": 3, "西山村": 5, "河口村": 3}, last_year)
    assert said(coverage_sentence(villages)) == (
        f"截至12月31日，全镇3个行政村均配备3名以上“法律明白人”，{ending}"
    )


def test_a_village_has_two():
    claim = coverage_sentence(VillageFacts(YEAR_END, {"东风村": 3, "西山村": 2, "河口村": 3}))
    assert refused(claim) == (
        "“均配备”",
        "截至12月31日，全镇3个行政村中2个配备3名以上“法律明白人”，覆盖率66.67%，共8名。",
    )
    assert claim.message.startswith("“均配备”不成立：西山村2人不足3人。可写：“截至12月31日，")
    assert claim.who == (Pointer("", "西山村", "在岗2人"),)


def test_no_village():
    assert refused(coverage_sentence(VillageFacts(YEAR_END, {}))) == ("“均配备”", None)


# 6, 7 -----------------------------------------------------------------------------------------------------


def test_all_leaders_sat(people):
    assert said(leaders_sentence(facts(people.many(9, lambda: people.person(88))))) == (
        "领导班子成员9人全部参加年度学法考试，平均88.00分。"
    )


def test_few_leaders_have_no_mean(people):
    assert said(leaders_sentence(facts(people.many(4, lambda: people.person(88))))) == (
        "领导班子成员4人全部参加年度学法考试。"
    )


@pytest.mark.parametrize(
    ("status", "alternative", "reason"),
    [
        ("required", "领导班子成员年度学法考试应考7人，参考6人，平均88.00分。", "缺考"),
        ("exempt", "领导班子成员年度学法考试应考6人，参考6人，另有免考1人，平均88.00分。", "免考"),
    ],
)
def test_not_all_leaders_sat(people, status, alternative, reason):
    roster = [*people.many(6, lambda: people.person(88)), people.person(status=status)]
    claim = leaders_sentence(facts(roster))
    assert refused(claim) == ("“全部”", alternative)
    assert [one.reason for one in claim.who] == [reason]


def test_officers(people):
    roster = [*people.many(8, lambda: people.person(88)), people.person(50)]
    assert said(officers_sentence(facts(roster))) == "行政执法人员9人参加专业法律知识考试，合格率88.89%。"


def test_few_officers(people):
    roster = [*people.many(2, lambda: people.person(88)), people.person(50)]
    assert said(officers_sentence(facts(roster))) == "行政执法人员3人参加专业法律知识考试，合格2人。"


@pytest.mark.parametrize(
    "write",
    [exam_detail_sentence, first_attempt_sentence, helped_sentence, leaders_sentence, officers_sentence],
)
def test_no_sentence_while_results_are_missing(people, write):
    roster = [*people.many(8, lambda: people.person(80)), people.person(None)]
    claim = write(facts(roster))
    assert refused(claim)[0] == "“合格人数”"
    assert [one.reason for one in claim.who] == ["未出成绩"]


# 9 --------------------------------------------------------------------------------------------------------


def change(before: tuple[int, int], after: tuple[int, int], version: int = 1) -> YearOnYear:
    return YearOnYear(
        Figure("first_pass_rate", version, *before), Figure("first_pass_rate", 1, *after), "series:法律明白人"
    )


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ((80, 100), (88, 100), "由80.00%提高到88.00%，提高8个百分点。"),
        ((75, 100), (100, 100), "由75.00%提高到100%，提高25个百分点。"),
        ((90, 100), (825, 1000), "由90.00%下降到82.50%，下降7.5个百分点。"),
        ((40, 60), (50, 70), "由66.67%提高到71.43%，提高4.76个百分点。"),
        ((45, 50), (90, 100), "由90.00%到90.00%，基本持平。"),
        ((0, 40), (1, 40), "由0%提高到2.50%，提高2.5个百分点。"),
    ],
)
def test_against_last_year(before, after, text):
    assert said(change_sentence(change(before, after))) == f"与上年相比，首考合格率{text}"


@pytest.mark.parametrize(
    ("facts_", "reason"),
    [
        (change((80, 100), (88, 100), version=2), "两年的首考合格率口径版本不同"),
        (change((20, 29), (88, 100)), "两年中有一年只有29人，少于30人"),
        (change((80, 100), (0, 0)), "两年中有一年只有0人"),
    ],
)
def test_years_that_cannot_be_compared(facts_, reason):
    claim = change_sentence(facts_)
    assert refused(claim) == ("“与上年相比”", None)
    assert claim.message.startswith(reason)


# 10 -------------------------------------------------------------------------------------------------------


def test_activities_are_in_the_bank():
    year = ActivityYear(2022, (ActivityFacts("campaign", ActivityCounts(12, 300)),))
    assert [one.text for one in activity_sentences(year, Style.VERIFIED)] == [
        "2022年，我镇开展集中普法宣传12次，普法受众300人次。"
    ]


# 11 -------------------------------------------------------------------------------------------------------


def turnout(required: int, taken: int) -> Tally:
    return Tally(roster=required, taken=taken, attempts=taken)


@pytest.mark.parametrize(
    ("reasons", "text"),
    [
        ({"外出务工": 9, "因病因事": 3}, "存在的问题：2个单位参考率低于95%，主要原因是外出务工。"),
        ({"外出务工": 6, "借调挂职": 6}, "存在的问题：2个单位参考率低于95%，主要原因是借调挂职、外出务工。"),
        ({"因病因事": 4}, "存在的问题：2个单位参考率低于95%。"),
        ({}, "存在的问题：2个单位参考率低于95%。"),
    ],
)
def test_units_with_low_turnout(reasons, text):
    units = {"甲": turnout(20, 19), "乙": turnout(20, 18), "丙": turnout(3, 2), "丁": turnout(0, 0)}
    claim = problem_sentence(ProblemFacts(units, reasons))
    assert said(claim) == text
    assert claim.digits[0].figure == evaluate("units_low_turnout", UnitCounts(3, 2))


def test_all_units_sat():
    claim = problem_sentence(ProblemFacts({"甲": turnout(20, 19)}))
    assert refused(claim) == ("“参考率低于95%”", "各单位参考率均不低于95%。")


def test_no_unit_has_anybody():
    assert refused(problem_sentence(ProblemFacts({"甲": turnout(0, 0)}))) == ("“参考率”", None)


# 12 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("targets", "by", "text"),
    [
        (
            {"《农村土地承包法》": ("东风村", "西山村"), "《禁毒法》": ()},
            date(2023, 3, 31),
            "下一年度安排：针对《农村土地承包法》（东风村、西山村）、《禁毒法》组织专题宣讲6场，"
            "3月31日前完成补学补考。",
        ),
        ({"《宪法》": ()}, None, "下一年度安排：针对《宪法》组织专题宣讲6场。"),
    ],
)
def test_plan(targets, by, text):
    assert said(plan_sentence(PlanFacts(targets, 6, by))) == text


@pytest.mark.parametrize("plan", [PlanFacts({}, 6), PlanFacts({"《宪法》": ()}, 0)])
def test_an_empty_plan_is_no_plan(plan):
    assert refused(plan_sentence(plan)) == ("“专题宣讲”", None)


def test_the_house_sets_the_lines(people):
    strict = House(minimum_group=10, minimum_compare=200)
    assert refused(change_sentence(change((80, 100), (88, 100)), strict))[0] == "“与上年相比”"
    assert said(leaders_sentence(facts(people.many(9, lambda: people.person(88))), strict)) == (
        "领导班子成员9人全部参加年度学法考试。"
    )
