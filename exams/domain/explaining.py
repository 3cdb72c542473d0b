"""Explain a mark: everything that one attempt's points rest on, in the order in which it happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from questionbanks.kinds.base import Answer, Question
from questionbanks.kinds.credit import RULES
from questionbanks.kinds.registry import kind

from ..engine.as_shown import as_shown
from ..engine.headings import plain
from ..engine.marking import RULE_LABELS, MarkingSlot
from ..engine.sheet import digest, fold
from ..models import (
    AnswerEvent,
    Attempt,
    AttemptEvent,
    KeyCorrection,
    Mark,
    Quarantine,
    Receipt,
    ReviewRequest,
    Slot,
)
from .keys import FormKeys, load_keys, resolve_answer
from .papers import numbers_in
from .results import keys_as_shown
from .sheets import load_sheet

# What happened to an attempt, as people say it.
EVENT_WORDS = {
    "submit": "交卷",
    "finish_marking": "评完",
    "remark": "重评",
    "reopen": "恢复作答",
    "extend": "延时",
    "void": "作废",
    "claim": "换设备",
    "block": "停考",
    "unblock": "恢复考试",
    "accept_late": "采纳迟到的答案",
    "refuse_late": "不采纳迟到的答案",
    "confirm_device": "确认换设备",
    "refuse_device": "拒绝换设备",
    "withhold": "暂缓公布成绩",
    "lift_withholding": "解除暂缓",
}


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One event of a question: what was answered when. `counts`: it is what stands on the sheet.

    `late`: kept aside at first; `accepted` by a person, refused, or None while undecided.
    """

    at: datetime
    answer: str
    order: str
    counts: bool
    late: bool = False
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class MarkLine:
    """One mark: points, how, by whom, by which key; `counts`: the newest on the sheet as it stands."""

    at: datetime
    points: Decimal
    rule: str
    by_machine: bool
    marker: str
    key_version: int
    comment: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """One question: what was asked, answered, and given for it. Choices and letters as the candidate saw.

    `number` is the candidate's own, `form_number` the form's: other where everybody has an order of his own.
    """

    slot_id: UUID
    number: int
    form_number: int
    section: str
    kind_label: str
    question: Question
    answer: str
    possible: Decimal
    rule: str
    keys: tuple[str, ...]
    published_key: str
    key_words: str
    answers: tuple[AnswerLine, ...]
    marks: tuple[MarkLine, ...]
    corrections: tuple[KeyCorrection, ...]

    @property
    def points(self) -> Decimal | None:
        return next((mark.points for mark in self.marks if mark.counts), None)


@dataclass(frozen=True, slots=True)
class Explanation:
    """An attempt from its start to its total. `digest_matches`: the receipt names the sheet as it stands."""

    attempt: Attempt
    questions: tuple[Explained, ...]
    history: tuple[tuple[datetime, str, str, str], ...]
    receipts: tuple[Receipt, ...]
    digest: str
    digest_matches: bool
    events: int
    reviews: tuple[ReviewRequest, ...]


def explain(attempt: Attempt) -> Explanation:
    """The whole of it, in a fixed number of statements. Who may see it is decided by the caller."""
    keys = load_keys(attempt.form_id)
    sheet = load_sheet(attempt.pk)
    now = digest(sheet)
    receipts = tuple(Receipt.objects.filter(attempt=attempt).order_by("id"))
    numbers = numbers_in(attempt)
    asked = Slot.objects.filter(form=attempt.form_id).select_related("section")
    slots = sorted(asked.prefetch_related("corrections"), key=lambda slot: numbers[slot.code])
    logs, count = _logs(attempt)
    marks: dict[UUID, list[Mark]] = defaultdict(list)
    for mark in Mark.objects.filter(attempt=attempt).select_related("marker").order_by("id"):
        marks[mark.slot_id].append(mark)
    return Explanation(
        attempt=attempt,
        questions=tuple(
            _explained(slot, numbers[slot.code], attempt, keys, logs[slot.code], marks[slot.pk], now)
            for slot in slots
        ),
        history=_history(attempt),
        receipts=receipts,
        digest=now,
        digest_matches=bool(receipts) and receipts[-1].digest == now,
        events=count,
        reviews=tuple(
            ReviewRequest.objects.filter(attempt=attempt)
            .select_related("slot", "answered_by")
            .prefetch_related("steps__actor")
            .order_by("asked_at")
        ),
    )


@dataclass(frozen=True, slots=True)
class _Logged:
    value: Any
    epoch: int
    seq: int
    at: datetime
    late: bool
    accepted: bool | None


def _logs(attempt: Attempt) -> tuple[dict[str, list[_Logged]], int]:
    logs: dict[str, list[_Logged]] = defaultdict(list)
    events = AnswerEvent.objects.filter(attempt=attempt).values_list(
        "slot", "value", "epoch", "seq", "received_at"
    )
    count = 0
    for slot, value, epoch, seq, at in events:
        logs[slot].append(_Logged(value, epoch, seq, at, False, None))
        count += 1
    late = Quarantine.objects.filter(attempt=attempt).values_list(
        "slot", "value", "epoch", "seq", "received_at", "accepted"
    )
    for slot, value, epoch, seq, at, accepted in late:
        logs[slot].append(_Logged(value, epoch, seq, at, True, accepted))
    for some in logs.values():
        some.sort(key=lambda one: (one.epoch, one.seq))
    return logs, count


def _explained(
    slot: Slot,
    number: int,
    attempt: Attempt,
    keys: FormKeys,
    log: Sequence[_Logged],
    marks: Sequence[Mark],
    now: str,
) -> Explained:
    order, marking = attempt.choice_orders.get(slot.code, ""), keys.by_id[slot.pk]
    published = keys.questions[slot.code]
    standing = fold((slot.code, one.value, one.epoch, one.seq) for one in log if not one.late or one.accepted)
    stands = standing.get(slot.code)

    def words(value: Any) -> tuple[Question, str]:
        answer: Answer = resolve_answer(keys, attempt.pk, slot.code, value)
        question, shown = as_shown(published, answer, order)
        return question, kind(slot.kind).describe_answer(shown)

    question, answer = words(stands.value if stands else None)
    counting = [mark for mark in marks if mark.sheet_digest == now]
    return Explained(
        slot_id=slot.pk,
        number=number,
        form_number=slot.order,
        section=slot.section.title,
        kind_label=kind(slot.kind).label,
        question=question,
        answer=answer,
        possible=slot.points,
        rule=rule_words(marking),
        keys=keys_as_shown(published, marking.key, order),
        published_key=kind(slot.kind).describe_key(question.key),
        key_words="全体给满分" if marking.key.full else "不计入总分" if marking.key.out else "",
        answers=tuple(
            AnswerLine(
                at=one.at,
                answer="（清除）" if one.value is None else words(one.value)[1],
                order=f"{one.epoch}-{one.seq}",
                counts=bool(stands) and (one.epoch, one.seq) == (stands.epoch, stands.seq),
                late=one.late,
                accepted=one.accepted,
            )
            for one in log
        ),
        marks=tuple(_mark_line(mark, counts=bool(counting) and mark is counting[-1]) for mark in marks),
        corrections=tuple(slot.corrections.all()),
    )


def rule_words(slot: MarkingSlot) -> str:
    """The credit rule of a slot as it was printed."""
    if slot.kind == "true_false" and slot.rule == "minus":
        return f"答错一题扣{plain(slot.per_choice)}分，本大题扣完为止"
    if slot.kind in ("multiple", "uncertain"):
        return RULES[slot.rule].heading.format(u=plain(slot.per_choice))
    if slot.kind == "fill_blank":
        return "按空计分，答对几空得几空的分"
    return "按采分点评阅" if slot.kind == "short_answer" else "答对得满分"


def _mark_line(mark: Mark, *, counts: bool) -> MarkLine:
    return MarkLine(
        at=mark.at,
        points=mark.points,
        rule=RULE_LABELS.get(mark.rule, "按计分规则"),
        by_machine=mark.marker_id is None,
        marker="机器" if mark.marker is None else str(mark.marker),
        key_version=mark.key_version,
        comment=mark.comment,
        counts=counts,
    )


def _history(attempt: Attempt) -> tuple[tuple[datetime, str, str, str], ...]:
    """(when, what, why, who) of everything that happened to the attempt."""
    rows = AttemptEvent.objects.filter(attempt=attempt).select_related("actor").order_by("at", "id")
    lines = [(attempt.started_at, "开始作答", "", "")]
    for event in rows:
        words = EVENT_WORDS.get(event.action, event.action)
        if event.action == "submit" and event.data.get("settled"):
            words = "到时收卷"
        if event.action == "extend":
            words = f"延时 {event.data.get('seconds', 0) // 60} 分钟"
        if event.action == "remark" and "points" in event.data:
            before, after = event.data["points"]
            words = f"重评：{plain(Decimal(before))} 分 → {plain(Decimal(after))} 分"
        lines.append((event.at, words, event.reason, str(event.actor) if event.actor else ""))
    return tuple(lines)
