"""What the leaders' and the office's pages show, as workbooks: numbers as numbers, with the definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openpyxl import Workbook

from examsite.lib.cells import Cell, add_sheet, book_bytes, new_book

from ..item_report import FLAG_NAMES, notes
from ..measures import DEFINITION_HEADER, MEASURES, Figure, Shape, definition_rows
from ..reports.document import Value
from ..reports.figures import COLUMNS, HEADLINE, FiguresReport
from ..reports.missing import Missing
from ..reports.tables import value_of
from ..reports.years import MEASURED, YearPoint
from ..stats import FormStats
from ..suppression import Hidden
from .sheets import add_table

HIDDEN = "·"
HIDDEN_NOTE = "“·”：该组不足5人，或为避免推算出这样的组，只列人数。"


def figures_book(report: FiguresReport, points: Sequence[YearPoint]) -> bytes:
    """A page of figures: headline, stages, groups, bands, years, laws, definitions."""
    book = new_book()
    _headline(book, report)
    add_table(
        book,
        "首考补考最终",
        ("阶段", "应考", "参考", "参考率", "合格", "合格率", "平均分"),
        [
            (one.label, one.required, one.taken, *(_cell(report, figure) for figure in one.figures[:1]),
             one.passed, *(_cell(report, figure) for figure in one.figures[1:]))
            for one in report.stages
        ],
    )  # fmt: skip
    names = [MEASURES[name].name for name in COLUMNS]
    rows: list[list[Value]] = [
        [row.label, row.parent, *(_cell(report, row.cells[name]) for name in COLUMNS)] for row in report.rows
    ]
    rows.append(["合计", "", *(_cell(report, report.figures[name]) for name in COLUMNS)])
    add_table(book, f"按{report.cut_name}", (report.cut_name, "上级", *names), rows, [HIDDEN_NOTE])
    add_sheet(book, "分数段", ("最终成绩", "人数", "占比"), report.band_rows)
    _years(book, points)
    _laws(book, report)
    _definitions(book)
    return book_bytes(book)


def _headline(book: Workbook, report: FiguresReport) -> None:
    rows: list[list[Value]] = []
    for name in HEADLINE:
        figure, is_shown = report.figures[name], report.shows(name)
        part = int(figure.part) if figure.definition.shape is Shape.RATE and is_shown else None
        whole = int(figure.whole) if figure.whole is not None and is_shown else None
        rows.append([figure.definition.name, _cell(report, figure), part, whole, name, figure.version])
    notes = [
        f"{'、'.join(exam.title for exam in report.exams)}；范围：{report.scope.unit.name}",
        f"数据为{report.as_of:%Y-%m-%d %H:%M:%S %Z}的情况",
        *report.notes,
    ]
    add_table(book, "概况", ("指标", "数值", "分子", "分母", "指标编号", "口径版本"), rows, notes)


def _cell(report: FiguresReport, figure: Figure | Hidden) -> Value:
    """A number for a cell; a dot where it is hidden, "—" where it would not be true."""
    if not report.shows(figure.measure):
        return "—"
    if isinstance(figure, Hidden):
        return HIDDEN
    if figure.definition.shape is Shape.COUNT:
        return int(figure.part)
    return value_of(figure)


def _years(book: Workbook, points: Sequence[YearPoint]) -> None:
    def cell(value: Figure | Hidden | None) -> Value:
        if value is None:
            return "—"
        return HIDDEN if isinstance(value, Hidden) else value_of(value)

    add_table(
        book,
        "历年",
        ("年度", "应考", *(MEASURES[name].name for name in MEASURED), "说明"),
        [
            (
                one.label,
                one.required,
                *(cell(one.cells[name]) for name in MEASURED),
                one.why_missing or one.source,
            )
            for one in points
        ],
    )


def _laws(book: Workbook, report: FiguresReport) -> None:
    rows: list[list[Value]] = []
    for law in report.law_rows:
        rows.append([law.name, "全部", value_of(law.total), law.answers, None, ""])
        for unit, cell in zip(report.laws.units, law.cells, strict=True):
            if cell.figure is not None:
                rows.append(
                    [law.name, report.unit_names[unit], value_of(cell.figure), None, cell.people, cell.others]
                )
    add_table(
        book,
        "法律掌握率",
        ("法律", "单位", "掌握率", "作答", "人数", "与谁合并计算"),
        rows,
        ["只算首次作答；不足5人或20次作答的单位与同一管区（或其他管区）的合并计算。"],
    )


def _definitions(book: Workbook) -> None:
    add_sheet(book, "口径说明", DEFINITION_HEADER, definition_rows())


# --- Who is missing ------------------------------------------------------------------------------------


def missing_book(found: Sequence[Missing]) -> bytes:
    """Who has not sat or not passed: by unit, and by name for those who may see names."""
    book = new_book()
    counts: list[Sequence[Cell]] = [
        (one.unit, reason, number) for one in found for reason, number in one.counts.items()
    ]
    add_sheet(book, "人数", ("单位", "原因", "人数"), counts)
    people: list[Sequence[Cell]] = [
        (one.unit, reason, name) for one in found for reason, names in one.names.items() for name in names
    ]
    if people:
        add_sheet(book, "名单", ("单位", "原因", "姓名"), people)
    return book_bytes(book)


# --- Items of a form -----------------------------------------------------------------------------------

ITEM_HEADER = (
    "题", "试题编号", "题型", "人数", "得分率", "题总相关", "题余相关", "区分度27%", "删后α", "未答", "提示",
)  # fmt: skip


def statistics_book(stats: FormStats, items: Mapping[str, tuple[int, str]]) -> bytes:
    """A form's statistics. `items`: number on the paper → number in the bank and kind."""
    book = new_book()
    low, high = stats.alpha_ci95 or (None, None)
    consistency = stats.consistency
    add_sheet(
        book,
        "整卷",
        ("项目", "数值"),
        [
            ("人数", stats.n), ("题数", len(stats.items)), ("满分", stats.full), ("平均分", stats.mean),
            ("标准差", stats.sd), ("信度α", stats.alpha), ("α的95%区间下限", low), ("α的95%区间上限", high),
            ("KR-20", stats.kr20), ("测量标准误", stats.sem),
            ("合格判定一致性", None if consistency is None else consistency.agreement),
            *(("说明", note) for note in notes(stats)),
        ],
    )  # fmt: skip
    add_sheet(
        book,
        "逐题",
        ITEM_HEADER,
        [
            (
                one.item, *items.get(one.item, (None, "")), stats.n, one.facility, one.item_total,
                one.item_rest, one.discrimination_27, one.alpha_if_deleted, one.blank,
                "、".join(FLAG_NAMES[flag] for flag in one.flags),
            )
            for one in stats.items
        ],
    )  # fmt: skip
    add_sheet(
        book,
        "选项",
        ("题", "选项", "人数", "占比", "高分组", "低分组", "与其余相关", "是否答案", "几乎没人选"),
        [
            (
                item.item, option.label or "未答", option.chosen, option.share, option.upper, option.lower,
                option.option_rest, "是" if option.is_key else "", "是" if option.is_dead else "",
            )
            for item in stats.items
            for option in item.options
        ],
    )  # fmt: skip
    return book_bytes(book)
