"""The sentence of the activity register."""

from __future__ import annotations

import pytest

from exams.analytics.counts import ActivityCounts
from exams.analytics.sentence_facts import ActivityFacts, ActivityYear, House, ReportFacts
from exams.analytics.sentences import Style, annual_paragraph


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
