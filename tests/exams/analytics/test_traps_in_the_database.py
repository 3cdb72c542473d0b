"""The traps T1–T24 once more, through rows: facts read, people counted, figures printed. Equality only.

Each case builds its rows, then one or several looks at what the statistics make of them. The same numbers
come out of the stored sums (`Seen.stored`) and of the rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from exams.analytics.facts.people import people_of
from exams.analytics.measures import roster_notes
from exams.analytics.tally import tally, year_turnout
from exams.domain.standings import rule_of
from exams.engine.results import PersonResult, final_outcome, first_percent
from exams.models import Attempt, Mark
from examsite.lib.percent import format_rate
from examsite.people.models import User
from tests.exam_world import make_user
from tests.figures_world import JANUARY, LATER, NOVEMBER, ExamWorld, make_town
from tests.trap_worlds import (
    Seen,
    annulled,
    capped,
    counted,
    entered_unanswered,
    failed_then_removed,
    moved,
    one_with,
    online_and_paper,
    over_new_year,
    quarantined_only,
    recruit,
    retiring,
    seed,
    t5,
    t24,
    three_tries,
    two_villages,
    voided,
)

pytestmark = pytest.mark.django_db


def first_of(seen: Seen) -> PersonResult:
    return seen.people[0]


CASES: list[tuple[str, Callable, Callable[[Seen], object], object]] = [
    ("T1 N,E,M", seed, lambda s: (s.counts.roster, s.counts.exempt, s.counts.removed), (104, 0, 0)),
    ("T1 T,P,P1", seed, lambda s: (s.counts.taken, s.counts.passed, s.counts.first_passed), (104, 104, 97)),
    ("T1 纸笔,线上", seed, lambda s: (s.counts.paper, s.counts.online), (12, 92)),
    ("T1 参考率", seed, lambda s: s.rate("turnout_rate"), "100%"),
    ("T1 合格率", seed, lambda s: s.rate("pass_rate"), "100%"),
    (
        "T2 1248/1249",
        lambda town: counted(town, passed=1248, failed=1),
        lambda s: [format_rate(s.counts.passed, s.counts.taken, places) for places in (2, 1, 0)],
        ["99.92%", "99.9%", "99%"],
    ),
    (
        "T3 843/1249",
        lambda town: counted(town, passed=843, failed=406),
        lambda s: (s.rate("pass_rate"), format_rate(312, s.counts.taken)),
        ("67.49%", "24.98%"),
    ),
    (
        "T4 参考,合格,通过",
        lambda town: counted(town, passed=100, absent=4),
        lambda s: [s.rate(one) for one in ("turnout_rate", "pass_rate", "pass_rate_required")],
        ["96.15%", "100%", "96.15%"],
    ),
    (
        "T5 D,T1,P1",
        t5,
        lambda s: (s.counts.required, s.counts.main_taken, s.counts.first_passed),
        (104, 100, 92),
    ),
    ("T5 补考", t5, lambda s: (s.counts.owed, s.counts.makeup_taken, s.counts.makeup_passed), (12, 10, 9)),
    (
        "T5 率",
        t5,
        lambda s: [
            s.rate(one)
            for one in (
                "first_pass_rate",
                "makeup_turnout_rate",
                "makeup_pass_rate",
                "turnout_rate",
                "pass_rate",
                "pass_rate_required",
            )
        ],
        ["92.00%", "83.33%", "90.00%", "98.08%", "99.02%", "97.12%"],
    ),
    ("T6 人数,人次", three_tries, lambda s: (s.counts.taken, s.counts.attempts), (1, 3)),
    (
        "T6 首考55",
        three_tries,
        lambda s: first_percent(first_of(s).tries, rule_of(s.world.exam)),
        Decimal(55),
    ),
    (
        "T6 首考不合格,最终88,非优秀",
        three_tries,
        lambda s: (s.counts.first_passed, s.counts.final_sum, s.counts.excellent),
        (0, Decimal(88), 0),
    ),
    (
        "T7 最终60,合格,非优秀",
        capped,
        lambda s: (s.counts.final_sum, s.counts.passed, s.counts.excellent),
        (60, 1, 0),
    ),
    (
        "T7 原分95",
        capped,
        lambda s: final_outcome(first_of(s).tries, rule_of(s.world.exam)).raw,  # type: ignore[union-attr]
        95,
    ),
    (
        "T8 冻结时单位",
        moved,
        lambda s: {name: one.taken for name, one in s.below(s.world.town.town.pk).items()},
        {"北管区": 3, "南管区": 1},
    ),
    ("T8 镇合计", moved, lambda s: s.stored.taken, 4),
    ("T10 有成绩不得移出", failed_then_removed, lambda s: s.world.refusal, "has_attempt"),  # type: ignore[attr-defined]
    ("T10 仍是应考", failed_then_removed, lambda s: (s.counts.required, s.counts.removed), (1, 0)),
    ("T10 作废后", voided, lambda s: (s.counts.taken, s.counts.voided), (0, 1)),
    ("T11 空单位", lambda town: ExamWorld(town), lambda s: s.rate("turnout_rate"), "—"),
    ("T11 空单位合格率", lambda town: ExamWorld(town), lambda s: s.rate("pass_rate"), "—"),
    (
        "T12 各村",
        two_villages,
        lambda s: {name: (one.passed, one.taken) for name, one in s.below(s.world.town.north.pk).items()},
        {"东风村": (3, 3), "柳行村": (10, 20)},
    ),
    (
        "T12 合计",
        two_villages,
        lambda s: (s.stored.passed, s.stored.taken, s.rate("pass_rate")),
        (13, 23, "56.52%"),
    ),
    ("T13 59.5", one_with("59.5"), lambda s: s.counts.passed, 0),
    ("T13 考前定为取整", one_with("59.5", rounding=0), lambda s: s.counts.passed, 1),
    ("T13 60", one_with("60"), lambda s: s.counts.passed, 1),
    ("T14 72/120", one_with("72", full=120), lambda s: s.counts.passed, 1),
    ("T14 71.5/120", one_with("71.5", full=120), lambda s: s.counts.passed, 0),
    ("T14 分数段", one_with("108", full=120), lambda s: s.counts.bands, (1, 0, 0, 0, 0)),
    ("T15 先交者有效", online_and_paper, lambda s: s.counts.final_sum, 55),
    (
        "T15 后者重复",
        online_and_paper,
        lambda s: (s.counts.taken, s.counts.attempts, s.counts.duplicates),
        (1, 1, 1),
    ),
    ("T16 重算后", annulled, lambda s: (s.counts.passed, s.counts.final_sum), (1, Decimal(60))),
    ("T17 迟到答案待裁定", quarantined_only, lambda s: (s.counts.taken, s.counts.entered_unanswered), (0, 1)),
    (
        "T18 进入未作答",
        entered_unanswered,
        lambda s: (s.counts.required, s.counts.taken, s.counts.entered_unanswered),
        (3, 2, 1),
    ),
    (
        "T19 跨年补考",
        over_new_year,
        lambda s: (s.counts.required, s.counts.taken, s.counts.passed),
        (2, 2, 2),
    ),
    ("T20 旁注", recruit, lambda s: roster_notes(s.counts), ("冻结后新增1人",)),
    ("T20 应考", recruit, lambda s: (s.counts.roster, s.counts.added, s.counts.required), (1, 1, 2)),
    (
        "T22 免考非缺考",
        retiring,
        lambda s: (s.counts.roster, s.counts.exempt, s.counts.required, s.counts.absent),
        (2, 1, 1, 0),
    ),
    ("T24 首考", t24, lambda s: (s.counts.main_taken, s.rate("first_pass_rate")), (18, "55.56%")),
    ("T24 应补考", t24, lambda s: (s.counts.main_passed, s.counts.owed), (15, 5)),
    (
        "T24 补考率",
        t24,
        lambda s: (s.rate("makeup_turnout_rate"), s.rate("makeup_pass_rate")),
        ("80.00%", "75.00%"),
    ),
    ("T24 最终", t24, lambda s: (s.counts.required, s.counts.taken, s.counts.passed), (20, 19, 18)),
]


@pytest.mark.parametrize(
    ("build", "look", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_trap(build, look, expected):
    seen = Seen(build(make_town()))
    assert look(seen) == expected
    assert seen.stored == seen.counts


def test_t9_a_double_counts_once_after_the_merge():
    worlds = [ExamWorld(town := make_town()), ExamWorld(town, title="村干部考试")]
    kept, double = make_user("王芳"), make_user("王芳2")
    worlds[0].person(80, user=kept)
    worlds[1].person(70, user=double)
    User.objects.filter(pk=double.pk).update(merged_into=kept)
    people = [people_of(world.exam, at=LATER) for world in worlds]
    assert year_turnout(people).persons == 1


def test_t16_before_the_correction_the_old_result_stands():
    world = annulled(make_town())
    attempt = Attempt.objects.get()
    section = world.form.sections.create(order=1, title="一", kind="single")
    slot = world.form.slots.create(
        section=section, order=1, code="s1", version=_version(world), kind="single", points=100
    )
    for points, at in ((58, NOVEMBER), (60, JANUARY)):
        Mark.objects.create(
            attempt=attempt, slot=slot, points=points, possible=100, rule="all", sheet_digest="d", at=at
        )
    before = people_of(world.exam, at=JANUARY.replace(day=9))
    assert tally(before, rule_of(world.exam)).final_sum == Decimal(58)


def _version(world: ExamWorld):
    from tests.factories import make_bank

    return make_bank(world.town.town, single=1).items.get().current
