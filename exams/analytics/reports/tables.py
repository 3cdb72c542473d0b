"""The tables of the annual report, 附表1–8: counts as numbers, rates as printed, small groups guarded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from examsite.lib.percent import EMPTY, Rate

from ...models import ActivityKind, Exam, PlanItem
from ..counts import TopicCounts
from ..facts.activities import KindMonths
from ..facts.villages import Village
from ..measures import DEFINITION_HEADER, Figure, Shape, definition_rows, evaluate, roster_notes
from ..suppression import MINIMUM_GROUP, Hidden
from ..tally import BAND_NAMES, Tally
from .document import Table, Value
from .figures import NEEDS_RESULTS, FiguresReport

WEAKEST = 10
PLAN_HEADER = ("法律或内容", "对象", "场次", "时间", "依据")


def rate(measure: str, counts: Tally, frozen: bool = True) -> Value:
    """A rate or mean for a cell: "—" where it would not be true or the group is too small."""
    figure = evaluate(measure, counts)
    if not frozen or (measure in NEEDS_RESULTS and counts.pending):
        return EMPTY
    return EMPTY if 0 < int(figure.whole or 0) < MINIMUM_GROUP else value_of(figure)


def value_of(figure: Figure) -> Value:
    """A figure for a cell: a rate with both its counts, a mean as a number of two decimals.

    Sums of points become hundredths: the same rate in integers.
    """
    if not figure.whole:
        return EMPTY
    if figure.definition.shape is Shape.MEAN:
        return Decimal(figure.text())
    scale = 1 if isinstance(figure.part, int) else 100
    return Rate(int(figure.part * scale), int(figure.whole * scale))


def points(value: Decimal | None) -> Value:
    """A percentage as a number of two decimals."""
    return None if value is None else value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def exams_table(rows: Iterable[tuple[Exam, str, Tally]]) -> Table:
    """附表1. `rows`: exam, its months, its counts."""
    lines: list[tuple[Value, ...]] = []
    notes: list[str] = []
    for exam, months, counts in rows:
        frozen = exam.roster_frozen_at is not None
        small = 0 < counts.taken < MINIMUM_GROUP
        lines.append(
            (
                exam.title,
                months,
                str(exam.category),
                counts.roster + counts.added,
                counts.exempt,
                counts.removed,
                counts.required,
                counts.taken,
                rate("turnout_rate", counts, frozen),
                counts.passed,
                rate("pass_rate", counts, frozen),
                rate("first_pass_rate", counts, frozen),
                counts.excellent,
                rate("excellent_rate", counts, frozen),
                rate("final_mean", counts, frozen),
                None if small or counts.pending else points(counts.highest),
                None if small or counts.pending else points(counts.lowest),
                f"{counts.owed}/{counts.makeup_taken}/{counts.makeup_passed}",
                counts.paper,
                counts.assisted,
                counts.external,
            )
        )
        remarks = [*roster_notes(counts), *([] if frozen else ["名册未冻结，只列人数"])]
        if remarks:
            notes.append(f"{exam.title}：{'；'.join(remarks)}")
    return Table(
        "1",
        "附表1 学法考试情况统计表",
        ("考试名称", "时间", "对象", "名册", "免考", "移出", "应考", "参考", "参考率", "合格", "合格率",
         "首考合格率", "优秀", "优秀率", "平均分", "最高", "最低", "补考应/实/合格", "纸笔", "协助",
         "外部平台"),
        tuple(lines),
        (*notes, "外部平台成绩没有题目统计。"),
    )  # fmt: skip


def units_table(number: int, title: str, report: FiguresReport) -> Table:
    """附表2 for one exam, or those of several towns: by unit, with sums from the counts."""

    def cell(cells: Mapping[str, Figure | Hidden], measure: str) -> Value:
        value = cells[measure]
        if not report.shows(measure):
            return EMPTY
        return "·" if isinstance(value, Hidden) else value_of(value)

    lines: list[tuple[Value, ...]] = [
        (
            row.label,
            row.counts.required,
            row.counts.taken,
            row.counts.absent,
            row.counts.passed,
            row.counts.excellent,
            cell(row.cells, "final_mean"),
            cell(row.cells, "turnout_rate"),
            cell(row.cells, "pass_rate"),
        )
        for row in report.rows
    ]
    total, figures = report.total, report.figures
    lines.append(
        (
            "合计", total.required, total.taken, total.absent, total.passed, total.excellent,
            cell(figures, "final_mean"), cell(figures, "turnout_rate"), cell(figures, "pass_rate"),
        )
    )  # fmt: skip
    return Table(
        f"2-{number}",
        f"附表2 分单位情况（{title}）",
        ("单位", "应考", "参考", "缺考", "合格", "优秀", "平均分", "参考率", "合格率"),
        tuple(lines),
        ("“·”：不足5人或为避免推算，只列人数。合计由人数相加得出。",),
    )


def bands_table(rows: Sequence[tuple[Exam, Tally]]) -> Table:
    """附表3: people and shares by score band, one line a band and exam."""
    lines: list[tuple[Value, ...]] = []
    for exam, counts in rows:
        small = counts.final_scored < MINIMUM_GROUP or exam.roster_frozen_at is None
        for name, count in zip(BAND_NAMES, counts.bands, strict=True):
            share: Value = EMPTY if small else Rate(count, counts.final_scored)
            lines.append((exam.title, name, count, share))
    return Table(
        "3",
        "附表3 分数段分布",
        ("考试名称", "分数段", "人数", "占比"),
        tuple(lines),
        ("最终成绩，折算百分制。因四舍五入，占比合计可能不等于100%。",),
    )


def reasons_table(rows: Iterable[tuple[Exam, Tally, Mapping[str, int]]]) -> Table:
    """附表4: who owed and took the makeup, and why people were absent; small groups merged, never a name."""
    lines: list[tuple[Value, ...]] = []
    for exam, counts, reasons in rows:
        lines += [
            (exam.title, "应补考", counts.owed),
            (exam.title, "补考参考", counts.makeup_taken),
            (exam.title, "补考合格", counts.makeup_passed),
        ]
        lines += [(exam.title, f"缺考：{reason}", count) for reason, count in reasons.items()]
    return Table(
        "4",
        "附表4 补考与缺考原因",
        ("考试名称", "项目", "人数"),
        tuple(lines),
        (f"原因只列大类；不足{MINIMUM_GROUP}人的原因并入“其他”。",),
    )


def mastery_table(rows: Sequence[tuple[str, str, int, TopicCounts]]) -> Table:
    """附表5: law, article, items, counts; the weakest first."""
    lines: list[tuple[Value, ...]] = [
        (law, article or "—", items, counts.answers, value_of(evaluate("mastery", counts)))
        for law, article, items, counts in rows[:WEAKEST]
    ]
    return Table(
        "5",
        "附表5 法律知识点掌握率（最弱10项）",
        ("法律", "条", "题数", "作答", "掌握率"),
        tuple(lines),
        ("只算首次作答；少于20次作答的条不列。",),
    )


def activities_table(kinds: Sequence[KindMonths]) -> Table:
    """附表6: kind × month."""
    lines: list[tuple[Value, ...]] = []
    for one in kinds:
        label = ActivityKind(one.kind).label
        months = [count.activities for count in one.counts]
        lines.append((label, *months, one.total.activities, one.total.audience, one.files))
    lines.append(
        (
            "合计",
            *(sum(one.counts[month].activities for one in kinds) for month in range(12)),
            sum(one.total.activities for one in kinds),
            sum(one.total.audience for one in kinds),
            sum(one.files for one in kinds),
        )
    )
    return Table(
        "6",
        "附表6 普法活动台账汇总",
        ("类别", *(f"{month}月" for month in range(1, 13)), "次数", "受众（人次）", "佐证份数"),
        tuple(lines),
        ("受众为人次，未按人去重。",),
    )


def villages_table(villages: Sequence[Village], minimum: int) -> Table:
    """附表7: 法律明白人 by village."""
    lines: list[tuple[Value, ...]] = [
        (one.area, one.name, one.members, one.in_office, "是" if one.in_office >= minimum else "否")
        for one in villages
    ]
    covered = sum(one.in_office >= minimum for one in villages)
    lines.append(
        (
            "合计",
            f"{len(villages)}个村",
            sum(one.members for one in villages),
            sum(one.in_office for one in villages),
            f"{covered}个村达标",
        )
    )
    return Table(
        "7",
        "附表7 法律明白人",
        ("管区", "村（社区）", "人数", "证书有效", f"是否≥{minimum}"),
        tuple(lines),
        ("人数为在册法律明白人；证书有效的计为在岗。截至12月31日或报告当日。",),
    )


def definitions_table(sources: Mapping[str, str]) -> Table:
    """附表8: every measure in words, then what the numbers rest on."""
    lines: list[tuple[Value, ...]] = [
        (one_id, f"v{version}", name, formula, filters or EMPTY, note or EMPTY)
        for one_id, version, name, formula, filters, note in definition_rows()
    ]
    lines += [("来源", "", name, words, EMPTY, EMPTY) for name, words in sources.items()]
    return Table("8", "附表8 口径说明与数据来源", DEFINITION_HEADER, tuple(lines))


def plan_table(year: int, items: Sequence[PlanItem]) -> Table:
    """附表9: what is planned for the year to come; intentions, not figures."""
    return Table(
        "9",
        f"附表9 {year}年普法计划",
        PLAN_HEADER,
        tuple(
            (one.law, one.places or EMPTY, one.talks, one.due or EMPTY, one.basis or EMPTY) for one in items
        ),
        (f"共{sum(one.talks for one in items)}场。依据为当年首次作答的掌握率。",),
    )
