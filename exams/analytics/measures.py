"""Every measure as one declared object: its words, its numerator, its denominator, its version.

The page 口径说明 and the appendix of the report are printed from these objects, and the figures are
computed by them: the words cannot drift from the arithmetic. A change of meaning is a new version.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from examsite.lib.percent import EMPTY, format_rate

from .tally import Tally


class Shape(StrEnum):
    """How a measure is printed: people or things counted, a share, a mean."""

    COUNT = "count"
    RATE = "rate"
    MEAN = "mean"


class Scope(StrEnum):
    """Whose counts a measure reads: those of an exam, an item, a topic, the villages, the activities."""

    EXAM = "exam"
    ITEM = "item"
    TOPIC = "topic"
    VILLAGES = "villages"
    ACTIVITIES = "activities"
    YEAR = "year"
    UNITS = "units"


@dataclass(frozen=True, slots=True)
class Measure:
    """One definition. `part` and `whole` name attributes of the counts of its scope.

    `whole` is None for a plain count. `formula` and `note` are the words that users read; `filters` says
    in words which records are looked at.
    """

    id: str
    version: int
    name: str
    formula: str
    part: str
    whole: str | None = None
    shape: Shape = Shape.COUNT
    scope: Scope = Scope.EXAM
    filters: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure's value as counts; it becomes text only when it is printed."""

    measure: str
    version: int
    part: int | Decimal
    whole: int | Decimal | None = None

    @property
    def definition(self) -> Measure:
        return MEASURES[self.measure]

    @property
    def is_full(self) -> bool:
        """A rate of everybody, and there is somebody."""
        return self.whole is not None and self.part == self.whole > 0

    def text(self, decimals: int = 2) -> str:
        """ "104", "98.08%", "100%", "85.32"; "—" where the denominator is empty."""
        shape = self.definition.shape
        if shape is Shape.COUNT or self.whole is None:
            return str(self.part)
        if shape is Shape.MEAN:
            return format_mean(Decimal(self.part), int(self.whole), decimals)
        return format_rate(*_as_integers(self.part, self.whole), decimals)


def _as_integers(part: int | Decimal, whole: int | Decimal) -> tuple[int, int]:
    """Two points sums in the same ratio as integers (points have finitely many decimals)."""
    places = max(-int(Decimal(value).as_tuple().exponent) for value in (part, whole))
    scale = Decimal(10) ** max(places, 0)
    return int(part * scale), int(whole * scale)


def format_mean(amount: Decimal, count: int, decimals: int = 2) -> str:
    """The mean half-up to `decimals`; "—" of nobody. Full marks are printed only where all have them."""
    if count == 0:
        return EMPTY
    unit = Decimal(1).scaleb(-decimals)
    shown = (amount / count).quantize(unit, ROUND_HALF_UP)
    if shown == 100 and amount < 100 * count:
        shown -= unit
    return str(shown)


def evaluate(measure_id: str, counts: object) -> Figure:
    """The figure of this measure over these counts. KeyError for an unknown measure."""
    measure = MEASURES[measure_id]
    whole = None if measure.whole is None else getattr(counts, measure.whole)
    return Figure(measure.id, measure.version, getattr(counts, measure.part), whole)


_REQUIRED = "应考人员"
_VALID = "有效作答（未作废、不重复、至少保存一题或本人交卷）"
_FIRST = "正考中的第一次有效作答"
_OWED = "应补考人员"


def _count(id: str, name: str, formula: str, part: str, *filters: str, note: str = "") -> Measure:
    return Measure(id, 1, name, formula, part, filters=filters, note=note)


def _rate(id: str, name: str, formula: str, part: str, whole: str, *filters: str, note: str = "") -> Measure:
    return Measure(id, 1, name, formula, part, whole, Shape.RATE, filters=filters, note=note)


_EXAM_COUNTS = (
    _count("roster", "名册人数", "冻结时应考名册登记的人数", "roster"),
    _count("added", "冻结后新增", "冻结后经批准补入名册的人数", "added"),
    _count("exempt", "免考人数", "经批准不参加的人数（须有事由和批准人）", "exempt", "没有有效作答"),
    _count("removed", "移出人数", "冻结后因调离、退休、死亡、错录移出的人数", "removed", "没有有效作答"),
    _count(
        "required",
        "应考人数",
        "名册人数＋冻结后新增－免考－移出",
        "required",
        note="缓考仍算应考，到补考结束仍未参加即为缺考",
    ),
    _count(
        "taken",
        "参考人数",
        "应考人员中至少有一次有效作答的人数",
        "taken",
        _REQUIRED,
        _VALID,
        note="正考、补考、纸笔合并，按人去重",
    ),
    _count("attempts", "参考人次", "有效作答的次数", "attempts", _REQUIRED, _VALID),
    _count("absent", "缺考人数", "应考－参考", "absent"),
    _count("passed", "合格人数", "最终成绩≥合格线的人数", "passed", _REQUIRED, _VALID),
    _count(
        "main_taken",
        "正考参考人数",
        "在正考场次（含同期纸笔）有有效作答的人数",
        "main_taken",
        _REQUIRED,
        _VALID,
        note="按人去重",
    ),
    _count("first_passed", "首考合格人数", "正考中第一次有效作答即合格的人数", "first_passed", _FIRST),
    _count(
        "main_passed",
        "正考合格人数",
        "正考场次内（含允许的多次作答）合格的人数",
        "main_passed",
        _REQUIRED,
        _VALID,
        note="多次作答按考前确定的取分规则",
    ),
    _count("owed", "应补考人数", "正考缺考＋正考结束仍不合格", "owed", _REQUIRED),
    _count("makeup_taken", "补考参考人数", "应补考人员中补考有有效作答的人数", "makeup_taken", _OWED, _VALID),
    _count("makeup_passed", "补考合格人数", "补考参考人员中补考合格的人数", "makeup_passed", _OWED, _VALID),
    _count(
        "excellent",
        "优秀人数",
        "最终成绩≥优秀线的人数",
        "excellent",
        _REQUIRED,
        _VALID,
        note="补考成绩默认不计优秀",
    ),
    _count("paper", "纸笔作答人数", "至少有一次纸笔有效作答的人数", "paper", _REQUIRED, _VALID),
    _count("assisted", "协助作答人数", "由工作人员读题或代填的人数", "assisted", _REQUIRED, _VALID),
    _count(
        "helped", "纸笔或协助人数", "用纸笔或由人协助作答的人数", "helped", _REQUIRED, _VALID, note="按人去重"
    ),
    _count(
        "external", "外部平台人数", "在外部平台参考的人数", "external", _REQUIRED, _VALID, note="不计题目统计"
    ),
    _count("deferred", "缓考未考人数", "经批准缓考且至今没有有效作答的人数", "deferred", _REQUIRED),
    _count("pending", "未出成绩人数", "已作答、成绩尚未评出或公布的人数", "pending", _REQUIRED, _VALID),
    _count(
        "entered_unanswered",
        "进入未作答",
        "进入考试但没有保存答案、也未本人交卷的人数",
        "entered_unanswered",
        _REQUIRED,
        note="不计参考",
    ),
    _count("voided", "作废次数", "经两人批准作废的作答次数", "voided", note="不计参考"),
)

_EXAM_RATES = (
    _rate("turnout_rate", "参考率", "参考÷应考", "taken", "required"),
    _rate("pass_rate", "合格率", "合格÷参考", "passed", "taken", note="参考口径，默认"),
    _rate("pass_rate_required", "通过率", "合格÷应考", "passed", "required", note="应考口径"),
    _rate("main_turnout_rate", "正考参考率", "正考参考÷应考", "main_taken", "required"),
    _rate("first_pass_rate", "首考合格率", "首考合格÷正考参考", "first_passed", "main_taken", _FIRST),
    _rate("makeup_turnout_rate", "补考参考率", "补考参考÷应补考", "makeup_taken", "owed", _OWED),
    _rate("makeup_pass_rate", "补考合格率", "补考合格÷补考参考", "makeup_passed", "makeup_taken", _OWED),
    _rate("excellent_rate", "优秀率", "优秀÷参考", "excellent", "taken", note="补考成绩默认不计优秀"),
    _rate("band_90", "[90,100]分占比", "最终成绩90分及以上÷有成绩", "band_90", "final_scored"),
    _rate("band_80", "[80,90)分占比", "最终成绩80分及以上不足90分÷有成绩", "band_80", "final_scored"),
    _rate("band_70", "[70,80)分占比", "最终成绩70分及以上不足80分÷有成绩", "band_70", "final_scored"),
    _rate("band_60", "[60,70)分占比", "最终成绩60分及以上不足70分÷有成绩", "band_60", "final_scored"),
    _rate("band_0", "[0,60)分占比", "最终成绩不足60分÷有成绩", "band_0", "final_scored"),
)

_MEANS = (
    Measure(
        "final_mean",
        1,
        "平均分",
        "参考人员最终成绩之和÷有成绩的参考人数",
        "final_sum",
        "final_scored",
        Shape.MEAN,
        filters=(_REQUIRED, _VALID),
        note="折算百分制；缺考不按0分计",
    ),
    Measure(
        "first_mean",
        1,
        "首考平均分",
        "正考第一次有效作答成绩之和÷有成绩的正考参考人数",
        "first_sum",
        "first_scored",
        Shape.MEAN,
        filters=(_FIRST,),
        note="折算百分制",
    ),
)

_OTHERS = (
    Measure(
        "item_full_rate",
        1,
        "题目正确率",
        "该题得满分的作答÷该题有效作答",
        "full_marks",
        "answered",
        Shape.RATE,
        Scope.ITEM,
        (_FIRST,),
    ),
    Measure(
        "mastery",
        1,
        "知识点掌握率",
        "该知识点得分之和÷满分之和",
        "earned",
        "possible",
        Shape.RATE,
        Scope.TOPIC,
        (_FIRST,),
    ),
    Measure(
        "village_coverage",
        1,
        "法律明白人覆盖率",
        "在岗（证书有效）不少于3人的行政村÷行政村总数",
        "covered",
        "villages",
        Shape.RATE,
        Scope.VILLAGES,
        ("截至所注日期",),
    ),
    Measure("villages", 1, "行政村数", "所辖行政村总数", "villages", scope=Scope.VILLAGES),
    Measure(
        "villages_covered",
        1,
        "达标村数",
        "在岗（证书有效）不少于3人的行政村数",
        "covered",
        scope=Scope.VILLAGES,
    ),
    Measure(
        "village_people",
        1,
        "在岗法律明白人数",
        "在岗且证书有效的法律明白人数",
        "people",
        scope=Scope.VILLAGES,
        filters=("截至所注日期",),
    ),
    Measure(
        "activity_count",
        1,
        "普法活动次数",
        "该类活动在台账中的条数",
        "activities",
        scope=Scope.ACTIVITIES,
        filters=("活动日期在所注年度内",),
    ),
    Measure(
        "activity_audience",
        1,
        "普法受众",
        "各次活动受众之和",
        "audience",
        scope=Scope.ACTIVITIES,
        filters=("活动日期在所注年度内",),
        note="人次；未按人去重",
    ),
    Measure(
        "units_low_turnout",
        1,
        "参考率偏低单位数",
        "参考率低于警戒线（默认95%）的单位数",
        "low_turnout",
        "units",
        scope=Scope.UNITS,
        filters=("应考人数大于0的单位",),
    ),
    Measure("year_exams", 1, "考试场数", "当年名册已冻结的考试数", "exams", scope=Scope.YEAR),
    Measure("year_attempts", 1, "全年参考人次", "当年各考试有效作答次数之和", "attempts", scope=Scope.YEAR),
    Measure(
        "year_persons",
        1,
        "全年参考人数",
        "当年参加过任一考试的人数",
        "persons",
        scope=Scope.YEAR,
        note="按人去重",
    ),
)

MEASURES: dict[str, Measure] = {one.id: one for one in (*_EXAM_COUNTS, *_EXAM_RATES, *_MEANS, *_OTHERS)}

DEFINITION_HEADER = ("指标编号", "版本", "名称", "定义与公式", "统计范围", "说明")


def describe(measure: Measure) -> str:
    """One line of the 口径说明: "合格率＝合格÷参考（参考口径，默认）"."""
    link = "：" if measure.shape is Shape.COUNT else "＝"
    note = f"（{measure.note}）" if measure.note else ""
    return f"{measure.name}{link}{measure.formula}{note}"


def definition_rows() -> list[tuple[str, int, str, str, str, str]]:
    """The 口径说明 as a table, one row a measure, columns as DEFINITION_HEADER."""
    return [
        (one.id, one.version, one.name, one.formula, "；".join(one.filters), one.note)
        for one in MEASURES.values()
    ]


def roster_notes(counts: Tally) -> tuple[str, ...]:
    """What must stand beside every rate of these counts: late additions, leave, unmarked papers."""
    notes = (
        ("冻结后新增{}人", counts.added),
        ("免考{}人", counts.exempt),
        ("冻结后移出{}人", counts.removed),
        ("缓考未考{}人", counts.deferred),
        ("进入未作答{}人", counts.entered_unanswered),
        ("未出成绩{}人", counts.pending),
        ("作废{}次", counts.voided),
        ("外部平台{}人", counts.external),
    )
    return tuple(text.format(number) for text, number in notes if number)
