"""Rosters and score lists, person by person: for the evidence pack, never for a page of figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from examsite.lib.cells import Cell

from ...domain.roster_changes import words_of
from ...domain.standings import rule_of
from ...engine.results import PersonResult, RosterStatus, counting_tries, resolve
from ...models import Exam, RosterEntry, RosterEvent
from ...models import RosterStatus as StatusLabels
from ..cuts import MODE_NAMES

ROSTER_HEADER = ("准考证号", "姓名", "单位", "类别", "编制", "应考状态", "冻结后新增")
SCORE_HEADER = (
    "准考证号", "姓名", "单位", "首考成绩", "最终成绩", "是否合格", "作答次数", "方式", "作答编号",
)  # fmt: skip
CHANGE_HEADER = ("时间", "准考证号", "姓名", "变更", "从", "到", "事由", "经办人", "审批人")


def roster_rows(exam: Exam) -> list[tuple[Cell, ...]]:
    """The roster as it stands, in its order."""
    entries = RosterEntry.objects.filter(exam=exam).select_related("unit", "category")
    return [
        (
            one.admission_number, one.name, one.unit.name, one.category.name, one.get_establishment_display(),
            one.get_status_display(), "是" if one.added_late else "",
        )
        for one in entries.order_by("admission_number")
    ]  # fmt: skip


def change_rows(exam: Exam, zone: tzinfo) -> list[tuple[Cell, ...]]:
    """What happened to the roster since the freeze."""
    labels = dict(StatusLabels.choices) | {"": ""}
    events = RosterEvent.objects.filter(exam=exam).select_related("entry", "actor", "approver")
    return [
        (
            f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}",
            one.entry.admission_number, one.entry.name, what, labels[one.before], labels[one.after],
            why, str(one.actor), str(one.approver or ""),
        )
        for one in events
        for what, why in [words_of(one)]
    ]  # fmt: skip


def score_rows(exam: Exam, people: Sequence[PersonResult]) -> list[tuple[Cell, ...]]:
    """Everybody on the roster with first and final result; whose result is not out has none."""
    rule = rule_of(exam)
    entries = {
        str(key): (number, name)
        for key, number, name in RosterEntry.objects.filter(exam=exam).values_list(
            "pk", "admission_number", "name"
        )
    }
    rows: list[tuple[Cell, ...]] = []
    for person in people:
        standing = resolve(person, rule)
        valid = counting_tries(person.tries)
        number, name = entries[person.entry_id]
        passed = "" if standing.final is None else ("合格" if standing.passed else "不合格")
        if not standing.is_required:
            passed = "免考" if person.status is RosterStatus.EXEMPT else "移出"
        elif not standing.taken:
            passed = "缓考" if person.status is RosterStatus.DEFERRED else "缺考"
        rows.append(
            (
                number,
                name,
                person.unit,
                None if standing.first is None else round(standing.first.percent, 2),
                None if standing.final is None else round(standing.final.percent, 2),
                passed or "成绩未出",
                len(valid),
                "、".join(sorted({MODE_NAMES[one.mode.value] for one in valid})),
                "、".join(one.attempt_id for one in valid),
            )
        )
    return sorted(rows, key=lambda row: str(row[0]))


def notice_lines(exam: Exam, zone: tzinfo, at: datetime) -> list[str]:
    """What candidates and invigilators were told: the sittings, and every notice of them."""
    lines = [f"{exam.title}（{exam.unit}，{exam.category}）"]
    for sitting in exam.sittings.order_by("opens_at"):
        opens, closes = (one.astimezone(zone) for one in (sitting.opens_at, sitting.closes_at))
        window = f"{opens:%Y-%m-%d %H:%M} 至 {closes:%Y-%m-%d %H:%M}"
        minutes = sitting.duration_s // 60
        lines.append(f"{sitting.get_kind_display()} {sitting.title}：{window}，作答{minutes}分钟")
        for notice in sitting.notices.filter(at__lte=at).order_by("at"):
            lines.append(f"  {notice.at.astimezone(zone):%m-%d %H:%M} 通知：{notice.text}")
    return lines
