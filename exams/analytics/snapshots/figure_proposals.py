"""One figure from proposal to snapshot: an officer proposes it, another agrees to exactly this figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localtime

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.approvals import digest_of, on_approval, propose
from examsite.people.models import Approval, Unit, User

from ...domain.standings import rule_of
from ...engine.results import PersonResult
from ...models import Exam, Snapshot
from ..facts.people import people_of
from ..measures import Figure, describe, evaluate
from ..tally import pack, tally
from .freezing import counting_tries, freeze_figure, measure_of_exam

FREEZE_FIGURE = "figure.freeze"
WAITING = "待第二人批准"


@transaction.atomic
def propose_figure(
    *, exam: Exam, unit: Unit, measure: str, as_of: datetime | None, at: datetime, actor: User
) -> Approval:
    """Ask a second person to freeze one figure of an exam in the subtree of a unit.

    `as_of` None: as it stands now, and only as long as it stands so; else as it stood then. Who proposes the
    same once more gets the proposal that waits; one that no longer holds ends. Raises Invalid for an unknown
    measure, a moment to come and a unit nobody of which is listed, Conflict for a rate without its roster.
    """
    definition, moment = measure_of_exam(measure), as_of or at
    if moment > at:
        raise Invalid("as_of", "数据时间不能晚于现在。")
    exam = Exam.objects.select_related("unit").get(pk=exam.pk)  # as the second person's page will read it
    people = people_of(exam, at=moment, under=unit.path)
    if not people:
        raise Invalid("unit", f"“{unit}”没有人在“{exam.title}”的名册里。")
    figure = evaluate(measure, tally(people, rule_of(exam)))
    if figure.whole is not None and exam.roster_frozen_at is None:
        raise Conflict("roster", "名册未冻结，比率没有依据，不能冻结：请先冻结名册。")
    content = {
        "考试": exam.title,
        "单位": str(unit),
        "指标": definition.name,
        "数值": said(figure),
        "口径": describe(definition),
        "数据截至": f"{localtime(moment):%Y年%m月%d日%H时%M分%S秒}",
        "依据": _basis(people),
        "数字指纹": fingerprint(exam, measure, people),
        "exam": str(exam.pk),
        "unit": str(unit.pk),
        "measure": measure,
        "moment": moment.isoformat(),
        "as_of": None if as_of is None else as_of.isoformat(),
    }
    for one in waiting_for(exam, unit=unit, measure=measure, at=at):
        if _proposes_the_same(one.content, content):
            return one
        if not _still_holds(one, exam, unit, at):
            one.expires_at = at
            one.save(update_fields=["expires_at"])
    return propose(
        action=FREEZE_FIGURE,
        target=exam,
        content=content,
        summary=f"冻结数字：{exam.title} · {unit} · {definition.name} {figure.text()}",
        unit=exam.unit,
        at=at,
        actor=actor,
    )


def said(figure: Figure) -> str:
    """ "98.08%（102 ÷ 104）", "104"."""
    return figure.text() if figure.whole is None else f"{figure.text()}（{figure.part} ÷ {figure.whole}）"


def _basis(people: Sequence[PersonResult]) -> str:
    attempts, externals = counting_tries([people])
    more = f"，{len(externals)} 条外部成绩" if externals else ""
    return f"{len(people)} 名应考人，{len(attempts)} 份作答{more}"


def fingerprint(exam: Exam, measure: str, people: Sequence[PersonResult]) -> str:
    """Lower-hex SHA-256 of a figure and of everybody and everything it rests on, whatever the moment."""
    definition = measure_of_exam(measure)
    rule = rule_of(exam)
    return digest_of(
        {
            "definition": [definition.id, definition.version],
            "rule": repr(rule),
            "counts": pack(tally(people, rule)),
            "people": sorted([one.entry_id, one.status.value] for one in people),
            "roster": exam.roster_digest,
            "tries": counting_tries([people]),
        }
    )


def _proposes_the_same(waiting: dict[str, Any], content: dict[str, Any]) -> bool:
    """Equal figures resting on equal rows, both as of now or both as of the same moment."""
    return all(waiting[name] == content[name] for name in ("数字指纹", "as_of"))


def waiting_for(exam: Exam, *, unit: Unit, measure: str, at: datetime) -> QuerySet[Approval]:
    """The open proposals to freeze this figure, newest first."""
    return (
        open_proposals(at)
        .filter(object_id=str(exam.pk), content__unit=str(unit.pk), content__measure=measure)
        .order_by("-proposed_at", "-pk")
    )


def open_proposals(at: datetime) -> QuerySet[Approval]:
    """All figures that wait for a second person."""
    rows = Approval.objects.filter(action=FREEZE_FIGURE, decided_at__isnull=True, expires_at__gt=at)
    return rows.select_related("proposer")


def _still_holds(approval: Approval, exam: Exam, unit: Unit, at: datetime) -> bool:
    """Whether the rows still say what was proposed: as of its moment, and by now if it was for now."""
    content = approval.content
    moments = [datetime.fromisoformat(content["moment"]), *([at] if content["as_of"] is None else [])]
    return all(
        fingerprint(exam, content["measure"], people_of(exam, at=moment, under=unit.path))
        == content["数字指纹"]
        for moment in moments
    )


@on_approval(FREEZE_FIGURE)
def _freeze_approved(approval: Approval, at: datetime) -> Snapshot:
    """The second person agreed: the rows are read once more and must say what he was shown."""
    content = approval.content
    exam = Exam.objects.select_related("unit").filter(pk=content["exam"]).first()
    if exam is None:
        raise Conflict("gone", "这场考试已被删除。")
    unit = Unit.objects.get(pk=content["unit"])
    if not _still_holds(approval, exam, unit, at):
        raise Conflict(
            "changed", "提出以后数字或其依据有变化，不能按原来的内容冻结。请退回，由提出人核对后重新提出。"
        )
    return freeze_figure(
        exam=exam,
        unit=unit,
        measure=content["measure"],
        as_of=datetime.fromisoformat(content["moment"]),
        at=at,
        actor=approval.proposer,
        approver=approval.approver,
    )
