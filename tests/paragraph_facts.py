"""The year of a town as the annual paragraph is told of it: two exams, a register."""

from __future__ import annotations

from datetime import date

from exams.analytics.counts import ActivityCounts
from exams.analytics.sentence_facts import (
    ActivityFacts,
    ActivityYear,
    ExamFacts,
    ExamWords,
    ReportFacts,
    watch_list,
)
from exams.analytics.tally import tally
from exams.engine.results import ExamRule, PersonResult

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
