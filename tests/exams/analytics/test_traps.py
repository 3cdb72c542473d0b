"""The traps of such statistics, each with its fixed expected result: one table, equality only.

T17 (answers after the deadline) belongs to the timing rules and is not here; T16 and T19 are tested as far
as counts go.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from exams.analytics.approximation import HOUSE, Word
from exams.analytics.measures import evaluate, roster_notes
from exams.analytics.tally import Tally, tally, tally_by, total, year_turnout
from exams.engine.results import (
    ExamRule,
    MakeupCap,
    PersonResult,
    RosterStatus,
    final_outcome,
    first_percent,
    flag_duplicates,
    may_leave_roster,
    percent_of,
    resolve,
)
from examsite.lib.percent import format_rate

RULE = ExamRule()
THREE_TRIES = ExamRule(tries=3)
CAPPED = ExamRule(makeup_cap=MakeupCap.PASS_LINE)


def rate(measure: str, counts: Tally) -> str:
    return evaluate(measure, counts).text()


def seed(p) -> list[PersonResult]:
    """104 people: 97 pass at once, 7 by a makeup; 12 on paper."""
    paper = p.many(12, lambda: p.person(p.try_(80, mode="paper")))
    online = p.many(85, lambda: p.person(80))
    makeup = p.many(7, lambda: p.person(50, p.try_(70, makeup=True)))
    return paper + online + makeup


def counted(p, *, passed: int, failed: int = 0, absent: int = 0) -> Tally:
    people = p.many(passed, lambda: p.person(80)) + p.many(failed, lambda: p.person(40))
    return tally(people + p.many(absent, lambda: p.person()), RULE)


def t5(p) -> Tally:
    people = (
        p.many(92, lambda: p.person(80))
        + p.many(7, lambda: p.person(50, p.try_(65, makeup=True)))  # failed, made up
        + p.many(
            1, lambda: p.person(50, p.try_(55, makeup=True))
        )  # failed twice: the one who took and failed
        + p.many(2, lambda: p.person(p.try_(65, makeup=True)))  # absent, made up
        + p.many(2, lambda: p.person())
    )
    return tally(people, RULE)


def t24(p) -> Tally:
    people = (
        p.many(10, lambda: p.person(80))
        + p.many(5, lambda: p.person(50, 70))
        + p.many(2, lambda: p.person(40, 45, 50, p.try_(66, makeup=True)))
        + p.many(1, lambda: p.person(40, p.try_(50, makeup=True)))
        + p.many(1, lambda: p.person(p.try_(66, makeup=True)))
        + p.many(1, lambda: p.person())
    )
    return tally(people, THREE_TRIES)


def moved(p) -> dict[str, Tally]:
    """One person moved to 南管区 after the freeze; the roster still says 北管区."""
    north = p.many(3, lambda: p.person(80, unit_path=("青城镇", "北管区")))
    south = p.many(2, lambda: p.person(80, unit_path=("青城镇", "南管区")))
    groups = tally_by(north + south, RULE, lambda one: one.unit)
    return {**groups, "合计": total(groups.values())}


def both_exams(p) -> list[list[PersonResult]]:
    return [[p.person(80, person_id="张三")], [p.person(70, person_id="张三")]]


def twice(p) -> PersonResult:
    """The same person online and, later, on paper."""
    person = p.person(p.try_(55), p.try_(90, mode="paper"))
    return p.person(*flag_duplicates(person.tries))


CASES: list[tuple[str, Callable, Callable[..., object], object]] = [
    ("T1 参考率", lambda p: tally(seed(p), RULE), lambda t: rate("turnout_rate", t), "100%"),
    ("T1 合格率", lambda p: tally(seed(p), RULE), lambda t: rate("pass_rate", t), "100%"),
    ("T1 N,E,M", lambda p: tally(seed(p), RULE), lambda t: (t.roster, t.exempt, t.removed), (104, 0, 0)),
    (
        "T1 T,P,P1",
        lambda p: tally(seed(p), RULE),
        lambda t: (t.taken, t.passed, t.first_passed),
        (104, 104, 97),
    ),
    ("T1 纸笔,线上", lambda p: tally(seed(p), RULE), lambda t: (t.paper, t.online), (12, 92)),
    ("T2 两位", lambda p: counted(p, passed=1248, failed=1), lambda t: rate("pass_rate", t), "99.92%"),
    ("T2 一位", lambda p: (1248, 1249), lambda t: format_rate(*t, 1), "99.9%"),
    ("T2 整数", lambda p: (1248, 1249), lambda t: format_rate(*t, 0), "99%"),
    ("T3 843", lambda p: (843, 1249), lambda t: format_rate(*t), "67.49%"),
    ("T3 312", lambda p: (312, 1249), lambda t: format_rate(*t), "24.98%"),
    ("T4 参考率", lambda p: counted(p, passed=100, absent=4), lambda t: rate("turnout_rate", t), "96.15%"),
    ("T4 合格率", lambda p: counted(p, passed=100, absent=4), lambda t: rate("pass_rate", t), "100%"),
    (
        "T4 通过率",
        lambda p: counted(p, passed=100, absent=4),
        lambda t: rate("pass_rate_required", t),
        "96.15%",
    ),
    ("T5 D,T1,P1", t5, lambda t: (t.required, t.main_taken, t.first_passed), (104, 100, 92)),
    ("T5 补考应,实,合格", t5, lambda t: (t.owed, t.makeup_taken, t.makeup_passed), (12, 10, 9)),
    ("T5 首考合格率", t5, lambda t: rate("first_pass_rate", t), "92.00%"),
    ("T5 补考参考率", t5, lambda t: rate("makeup_turnout_rate", t), "83.33%"),
    ("T5 补考合格率", t5, lambda t: rate("makeup_pass_rate", t), "90.00%"),
    ("T5 参考率", t5, lambda t: (t.taken, rate("turnout_rate", t)), (102, "98.08%")),
    ("T5 合格率", t5, lambda t: (t.passed, rate("pass_rate", t)), (101, "99.02%")),
    ("T5 通过率", t5, lambda t: rate("pass_rate_required", t), "97.12%"),
    (
        "T6 人数,人次",
        lambda p: tally([p.person(55, 62, 88)], THREE_TRIES),
        lambda t: (t.taken, t.attempts),
        (1, 3),
    ),
    ("T6 首考不合格", lambda p: tally([p.person(55, 62, 88)], THREE_TRIES), lambda t: t.first_passed, 0),
    (
        "T6 首考55",
        lambda p: p.person(55, 62, 88).tries,
        lambda one: first_percent(one, THREE_TRIES),
        Decimal(55),
    ),
    ("T6 最终88", lambda p: tally([p.person(55, 62, 88)], THREE_TRIES), lambda t: t.final_sum, Decimal(88)),
    ("T6 非优秀", lambda p: tally([p.person(55, 62, 88)], THREE_TRIES), lambda t: t.excellent, 0),
    (
        "T7 最终60",
        lambda p: tally([p.person(40, p.try_(95, makeup=True))], CAPPED),
        lambda t: t.final_sum,
        60,
    ),
    ("T7 合格", lambda p: tally([p.person(40, p.try_(95, makeup=True))], CAPPED), lambda t: t.passed, 1),
    ("T7 非优秀", lambda p: tally([p.person(40, p.try_(95, makeup=True))], CAPPED), lambda t: t.excellent, 0),
    (
        "T7 原分95",
        lambda p: p.person(40, p.try_(95, makeup=True)),
        lambda one: final_outcome(one.tries, CAPPED).raw,
        95,
    ),
    (
        "T7 不封顶也非优秀",
        lambda p: tally([p.person(40, p.try_(95, makeup=True))], RULE),
        lambda t: t.excellent,
        0,
    ),
    ("T8 冻结时单位", moved, lambda t: (t["北管区"].taken, t["南管区"].taken), (3, 2)),
    ("T8 镇合计", moved, lambda t: t["合计"].taken, 5),
    ("T9 各考试各1人", both_exams, lambda exams: [tally(one, RULE).taken for one in exams], [1, 1]),
    (
        "T9 全年1人2次",
        both_exams,
        lambda exams: (year_turnout(exams).persons, year_turnout(exams).attempts),
        (1, 2),
    ),
    ("T10 不得移出", lambda p: p.person(40), may_leave_roster, False),
    ("T10 未考可移出", lambda p: p.person(), may_leave_roster, True),
    (
        "T10 移出无效",
        lambda p: tally([p.person(40, status="removed")], RULE),
        lambda t: (t.required, t.removed),
        (1, 0),
    ),
    (
        "T10 作废后",
        lambda p: tally([p.person(p.try_(40, voided=True))], RULE),
        lambda t: (t.taken, t.voided),
        (0, 1),
    ),
    ("T11 空单位参考率", lambda p: Tally(), lambda t: rate("turnout_rate", t), "—"),
    ("T11 空单位合格率", lambda p: Tally(), lambda t: rate("pass_rate", t), "—"),
    (
        "T12 合计",
        lambda p: total([counted(p, passed=3), counted(p, passed=10, failed=10)]),
        lambda t: (t.passed, t.taken, rate("pass_rate", t)),
        (13, 23, "56.52%"),
    ),
    ("T13 59.5", lambda p: p.person("59.5"), lambda one: resolve(one, RULE).passed, False),
    (
        "T13 一位小数",
        lambda p: p.person("59.5"),
        lambda one: resolve(one, ExamRule(rounding=1)).passed,
        False,
    ),
    (
        "T13 考前定为取整",
        lambda p: p.person("59.5"),
        lambda one: resolve(one, ExamRule(rounding=0)).passed,
        True,
    ),
    ("T13 60", lambda p: p.person(60), lambda one: resolve(one, RULE).passed, True),
    (
        "T14 72/120",
        lambda p: p.person(percent_of(Decimal(72), Decimal(120))),
        lambda one: resolve(one, RULE).passed,
        True,
    ),
    (
        "T14 71/120",
        lambda p: p.person(percent_of(Decimal(71), Decimal(120))),
        lambda one: resolve(one, RULE).passed,
        False,
    ),
    (
        "T14 分数段",
        lambda p: tally([p.person(percent_of(Decimal(108), Decimal(120)))], RULE),
        lambda t: t.bands,
        (1, 0, 0, 0, 0),
    ),
    ("T15 先交者有效", twice, lambda one: resolve(one, RULE).final.percent, 55),
    ("T15 后者重复", twice, lambda one: [each.duplicate for each in one.tries], [False, True]),
    (
        "T15 人数,人次,重复",
        lambda p: tally([twice(p)], RULE),
        lambda t: (t.taken, t.attempts, t.duplicates),
        (1, 1, 1),
    ),
    (
        "T16 题目作废后重算",
        lambda p: [tally([p.person(each)], RULE) for each in (58, percent_of(Decimal(60), Decimal(100)))],
        lambda t: (t[0].passed, t[1].passed),
        (0, 1),
    ),
    (
        "T16 退出总分",
        lambda p: percent_of(Decimal(58), Decimal(96)),
        lambda percent: percent.quantize(Decimal("0.01")),
        Decimal("60.42"),
    ),
    (
        "T18 进入未作答",
        lambda p: tally([p.person(p.try_(0, answered=False)), p.person(80)], RULE),
        lambda t: (t.required, t.taken, t.entered_unanswered),
        (2, 1, 1),
    ),
    (
        "T19 跨年补考",
        lambda p: tally([p.person(50, p.try_(70, makeup=True)), p.person(p.try_(70, makeup=True))], RULE),
        lambda t: (t.required, t.taken, t.passed),
        (2, 2, 2),
    ),
    (
        "T20 旁注",
        lambda p: tally([p.person(80), p.person(80, added_after_freeze=True)], RULE),
        roster_notes,
        ("冻结后新增1人",),
    ),
    (
        "T20 应考",
        lambda p: tally([p.person(80), p.person(80, added_after_freeze=True)], RULE),
        lambda t: (t.roster, t.required),
        (1, 2),
    ),
    (
        "T21 各列各的",
        lambda p: [counted(p, passed=3, failed=1), counted(p, passed=1, failed=3)],
        lambda t: [rate("pass_rate", one) for one in t],
        ["75.00%", "25.00%"],
    ),
    (
        "T22 免考非缺考",
        lambda p: tally([p.person(80), p.person(status="exempt", reason="retiring")], RULE),
        lambda t: (t.roster, t.exempt, t.required, t.absent),
        (2, 1, 1, 0),
    ),
    ("T23 近3万", lambda p: 29_640, lambda n: HOUSE.allows(Word.NEARLY, 30_000, n), True),
    ("T23 26900不可", lambda p: 26_900, lambda n: HOUSE.allows(Word.NEARLY, 30_000, n), False),
    ("T24 首考合格率", t24, lambda t: (t.main_taken, rate("first_pass_rate", t)), (18, "55.56%")),
    ("T24 应补考", t24, lambda t: (t.main_passed, t.owed), (15, 5)),
    ("T24 补考参考率", t24, lambda t: (t.makeup_taken, rate("makeup_turnout_rate", t)), (4, "80.00%")),
    ("T24 补考合格率", t24, lambda t: (t.makeup_passed, rate("makeup_pass_rate", t)), (3, "75.00%")),
    ("T24 最终", t24, lambda t: (t.required, t.taken, t.passed), (20, 19, 18)),
    (
        "T24 首次10+再次5+补考3",
        t24,
        lambda t: (t.first_passed, t.main_passed - t.first_passed, t.passed - t.main_passed),
        (10, 5, 3),
    ),
]


@pytest.mark.parametrize(
    ("given", "look", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_trap(people, given, look, expected):
    assert look(given(people)) == expected


def test_a_removed_person_with_a_valid_try_stays_required(people):
    person = people.person(40, status=RosterStatus.REMOVED)
    assert resolve(person, RULE).is_required is True
