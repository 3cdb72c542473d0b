"""After the freeze: 免考, 缓考, 移出, 恢复, 新增, each with reason and approver, shown beside every rate.

Who has a valid attempt cannot be exempted or removed: his result counts, whatever it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from examsite.lib.errors import Conflict, Invalid, NotFound
from examsite.lib.uploads import Upload
from examsite.people.domain.approvals import on_approval, propose
from examsite.people.domain.audit import record
from examsite.people.models import Approval, Membership, User

from ..engine.transitions import State
from ..models import AnswerEvent, Attempt, Exam, Mode, RosterEntry, RosterEvent, RosterStatus
from .rosters import new_entry, next_number, unit_digits

ADD = "add"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one entry: from which states, to which, and with which reasons (code, label)."""

    label: str
    target: str
    sources: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...]
    needs_no_attempt: bool = False

    def reason_label(self, code: str) -> str:
        return dict(self.reasons)[code]


_OPEN = (RosterStatus.REQUIRED, RosterStatus.DEFERRED)
# The reasons stay coarse on purpose: illness and maternity are sensitive.
CHANGES: dict[str, Change] = {
    "exempt": Change(
        "免考",
        RosterStatus.EXEMPT,
        _OPEN,
        (
            ("retiring", "临近退休"),
            ("long_leave", "长期因病因事"),
            ("seconded", "借调挂职"),
            ("other", "其他"),
        ),
        needs_no_attempt=True,
    ),
    "defer": Change(
        "缓考",
        RosterStatus.DEFERRED,
        (RosterStatus.REQUIRED,),
        (
            ("personal", "因病因事"),
            ("away", "外出务工"),
            ("seconded", "借调挂职"),
            ("leave", "休假"),
            ("other", "其他"),
        ),
    ),
    "remove": Change(
        "移出",
        RosterStatus.REMOVED,
        (*_OPEN, RosterStatus.EXEMPT),
        (("moved", "调离"), ("retired", "退休"), ("deceased", "死亡"), ("mistake", "错录")),
        needs_no_attempt=True,
    ),
    "restore": Change(
        "恢复应考",
        RosterStatus.REQUIRED,
        (RosterStatus.DEFERRED, RosterStatus.EXEMPT, RosterStatus.REMOVED),
        (("returned", "事由消失"), ("mistake", "办理有误")),
    ),
}
ADD_REASONS = (("recruit", "新入职"), ("moved_in", "调入"), ("missed", "补录"))
LABELS = {ADD: "新增"} | {action: change.label for action, change in CHANGES.items()}


def words_of(event: RosterEvent) -> tuple[str, str]:
    """What was done to the roster, and why."""
    reasons = ADD_REASONS if event.action == ADD else CHANGES[event.action].reasons
    return LABELS[event.action], dict(reasons).get(event.reason_code, "")


# --- Valid attempts ----------------------------------------------------------------------------------


def valid_attempts() -> Q:
    """Attempts that count as having sat: not void, and at least one answer saved or handed in by oneself.

    A paper or outside attempt counts as it is: its answers were entered.
    """
    saved = Exists(AnswerEvent.objects.filter(attempt=OuterRef("pk")))
    handed_in = Q(submitted_at__isnull=False, settled=False)
    return Q(voided_at__isnull=True) & (Q(saved) | handed_in | Q(mode__in=(Mode.PAPER, Mode.EXTERNAL)))


def has_valid_attempt(entry: RosterEntry) -> bool:
    """Whether the person has sat this exam, here or on another platform."""
    outside = entry.external_results.filter(ended_at__isnull=True)
    return Attempt.objects.filter(valid_attempts(), entry=entry).exists() or outside.exists()


# --- Proposing and carrying out ----------------------------------------------------------------------


@transaction.atomic
def propose_change(
    *,
    entry: RosterEntry,
    action: str,
    reason_code: str,
    reason: str,
    at: datetime,
    actor: User,
    attachment: Upload | None = None,
) -> Approval:
    """Ask a second person for 免考, 缓考, 移出 or 恢复应考. It happens when he agrees."""
    change = _require_possible(entry, action, reason_code, reason)
    content = {
        "应考人": f"{entry.name}（{entry.unit}，{entry.admission_number}）",
        "变更": f"{entry.get_status_display()} → {RosterStatus(change.target).label}",
        "事由": change.reason_label(reason_code),
        "说明": reason.strip(),
        "附件": _keep(attachment, entry.exam),
        "代码": f"{action}/{reason_code}",
    }
    return propose(
        action=f"roster.{action}",
        target=entry,
        content=content,
        summary=f"{entry.exam.title}：{entry.name}（{entry.unit}）{change.label}",
        unit=entry.exam.unit,
        at=at,
        actor=actor,
    )


@transaction.atomic
def change_entry(
    *, entry: RosterEntry, action: str, reason_code: str, reason: str, at: datetime, actor: User,
    attachment: Upload | None = None,
) -> RosterEntry:  # fmt: skip
    """Carry out a change at once, for offices that need no second person; the actor is the approver."""
    change = _require_possible(entry, action, reason_code, reason)
    return _apply(entry, change, action, reason_code, reason, _keep(attachment, entry.exam), actor, actor, at)


def _carry_out(approval: Approval, at: datetime) -> RosterEntry:
    entry = _locked_entry(UUID(approval.object_id))
    action, reason_code = approval.content["代码"].split("/")
    reason = approval.content["说明"]
    change = _require_possible(entry, action, reason_code, reason)
    return _apply(
        entry, change, action, reason_code, reason, approval.content["附件"], approval.proposer,
        approval.approver, at,
    )  # fmt: skip


for _action in CHANGES:
    on_approval(f"roster.{_action}")(_carry_out)


def _locked_entry(key: UUID) -> RosterEntry:
    entry = (
        RosterEntry.objects.select_for_update(of=("self",))
        .select_related("exam__unit", "unit")
        .filter(pk=key)
        .first()
    )
    if entry is None:
        raise NotFound("gone", "没有找到这名应考人。")
    return entry


def _require_possible(entry: RosterEntry, action: str, reason_code: str, reason: str) -> Change:
    if action not in CHANGES:
        raise Invalid("action", "名册没有这种变更。")
    change = CHANGES[action]
    if entry.exam.roster_frozen_at is None:
        raise Conflict("not_frozen", "名册还没有冻结，直接修改名册草稿即可。")
    if entry.status not in change.sources:
        raise Conflict(
            "status", f"“{entry.name}”现在是“{entry.get_status_display()}”，不能办理{change.label}。"
        )
    _require_reason(change.reasons, reason_code, reason)
    if change.needs_no_attempt:
        if entry.attempts.filter(state=State.IN_PROGRESS.value, voided_at__isnull=True).exists():
            raise Conflict("running", f"“{entry.name}”正在作答，不能办理{change.label}。")
        if has_valid_attempt(entry):
            raise Conflict(
                "has_attempt", f"“{entry.name}”已有有效作答，不能{change.label}；确需作废须两人审批作废作答。"
            )
    return change


def _require_reason(reasons: Sequence[tuple[str, str]], code: str, words: str) -> None:
    if code not in dict(reasons):
        raise Invalid("reason_code", "请选择事由。")
    if code == "other" and not words.strip():
        raise Invalid("reason", "选“其他”时请写明说明。")


def _apply(
    entry: RosterEntry, change: Change, action: str, reason_code: str, reason: str, attachment: str,
    actor: User, approver: User, at: datetime,
) -> RosterEntry:  # fmt: skip
    before = entry.status
    changed = RosterEntry.objects.filter(pk=entry.pk, status=before).update(status=change.target)
    if changed != 1:
        raise Conflict("changed", f"“{entry.name}”的状态刚被别人改过，请刷新后再办。")
    entry.status = change.target
    event = RosterEvent.objects.create(
        entry=entry,
        action=action,
        before=before,
        after=change.target,
        reason_code=reason_code,
        reason=reason.strip()[:500],
        attachment=attachment,
        actor=actor,
        approver=approver,
        at=at,
    )
    record(
        action=f"roster.{action}",
        target=entry,
        at=at,
        actor=actor,
        unit=entry.exam.unit,
        before={"status": before},
        after={"status": str(change.target), "approver": str(event.approver)},
        reason=change.reason_label(reason_code),
    )
    return entry


def _keep(upload: Upload | None, exam: Exam) -> str:
    """Store an attachment and return its name; the event refers to it once the change happens."""
    if upload is None:
        return ""
    return str(default_storage.save(f"roster/{exam.pk.hex}/{upload.name}", ContentFile(upload.data)))


# --- Additions ---------------------------------------------------------------------------------------


@transaction.atomic
def propose_addition(
    *, exam: Exam, member: Membership, reason_code: str, reason: str, at: datetime, actor: User
) -> Approval:
    """Ask a second person to add somebody to a frozen roster."""
    _require_addable(exam, member, reason_code)
    return propose(
        action="roster.add",
        target=exam,
        content={
            "新增": f"{member.user}（{member.unit}，{member.category}）",
            "事由": dict(ADD_REASONS)[reason_code],
            "说明": reason.strip(),
            "代码": f"{member.pk}/{reason_code}",
        },
        summary=f"{exam.title}：名册新增 {member.user}（{member.unit}）",
        unit=exam.unit,
        at=at,
        actor=actor,
    )


@transaction.atomic
def add_entry(
    *, exam: Exam, member: Membership, reason_code: str, reason: str, at: datetime, actor: User
) -> RosterEntry:
    """Add somebody at once, for offices that need no second person."""
    locked = _locked_exam(exam.pk)
    _require_addable(locked, member, reason_code)
    return _add(locked, member, reason_code, reason, actor, actor, at)


@on_approval("roster.add")
def _carry_out_addition(approval: Approval, at: datetime) -> RosterEntry:
    exam = _locked_exam(UUID(approval.object_id))
    key, reason_code = approval.content["代码"].split("/")
    member = Membership.objects.select_related("user", "unit", "category").filter(pk=key).first()
    if member is None:
        raise Conflict("gone", "这段任职已不存在，请重新办理新增。")
    _require_addable(exam, member, reason_code)
    return _add(exam, member, reason_code, approval.content["说明"], approval.proposer, approval.approver, at)


def _locked_exam(key: UUID) -> Exam:
    return Exam.objects.select_for_update(of=("self",)).select_related("unit").get(pk=key)


def _require_addable(exam: Exam, member: Membership, reason_code: str) -> None:
    if exam.roster_frozen_at is None:
        raise Conflict("not_frozen", "名册还没有冻结，请直接重新抽取名册。")
    if exam.closed_at is not None:
        raise Conflict("closed", "考试已结束，不能再新增应考人。")
    if not member.unit.path.startswith(exam.unit.path) or member.category_id != exam.category_id:
        raise Invalid(
            "not_member", f"“{member.user}”不是“{exam.unit}”的“{exam.category}”，不能加入这份名册。"
        )
    if exam.entries.filter(user=member.user).exists():
        raise Conflict("double", f"“{member.user}”已在名册里。")
    _require_reason(ADD_REASONS, reason_code, "")


def _add(
    exam: Exam, member: Membership, reason_code: str, reason: str, actor: User, approver: User, at: datetime
) -> RosterEntry:
    entry = new_entry(exam, member)
    entry.added_late = True
    entry.admission_number = next_number(exam, member.unit, _serials_in_use(exam, member))
    entry.save()
    RosterEvent.objects.create(
        entry=entry,
        action=ADD,
        after=entry.status,
        reason_code=reason_code,
        reason=reason.strip()[:500],
        actor=actor,
        approver=approver,
        at=at,
    )
    record(
        action="roster.add",
        target=entry,
        at=at,
        actor=actor,
        unit=exam.unit,
        after={"approver": str(approver)},
        reason=dict(ADD_REASONS)[reason_code],
    )
    return entry


def _serials_in_use(exam: Exam, member: Membership) -> Counter[str]:
    """The highest serial given out under the unit's digits."""
    digits = unit_digits(member.unit)
    numbers = exam.entries.filter(admission_number__contains=f"-{digits}-")
    serials = [int(number.split("-")[3]) for number in numbers.values_list("admission_number", flat=True)
               if number.split("-")[2] == digits]  # fmt: skip
    return Counter({digits: max(serials, default=0)})
