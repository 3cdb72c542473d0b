"""From draft to published form: what stands in the way, the second person, the paper for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from examsite.lib.errors import Conflict, Forbidden
from examsite.people.domain.approvals import digest_of, on_approval, propose, use_approval
from examsite.people.domain.audit import record
from examsite.people.models import Approval, User
from questionbanks.domain.laws import ended_reasons
from questionbanks.kinds import codec
from questionbanks.kinds.registry import defects
from questionbanks.models import Bank, ItemState

from ..engine.headings import plain
from ..engine.paper_check import Asked, Finding, paper_warnings
from ..models import Exam, Form, Slot
from .form_writing import compose_paper, slots_of
from .pool import exams_asking, exposure_of

ACTION = "form.publish"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a form cannot be published. `slot` None: the form as a whole."""

    code: str
    text: str
    slot: Slot | None = None


def obstacles(form: Form, *, at: datetime) -> list[Obstacle]:
    """Everything that must be mended first, in the order of the paper; law counts as of `at`."""
    slots = slots_of(form)
    if not slots:
        return [Obstacle("empty", "卷上还没有题")]
    ended = _ended(slots, at)
    found = [one for slot in slots if (one := _slot_obstacle(slot, ended.get(slot.version.item_id, "")))]
    total = sum((slot.points for slot in slots), Decimal(0))
    if total != form.total_points:
        text = f"各题合计 {plain(total)} 分，与满分 {plain(form.total_points)} 分不符，请调整分值"
        found.append(Obstacle("total", text))
    blueprint = form.exam.blueprint
    if blueprint is not None and form.total_points != blueprint.total_points:
        full, wanted = plain(form.total_points), plain(blueprint.total_points)
        text = f"卷面满分 {full} 分，组卷规则是 {wanted} 分，请重新组卷"
        found.append(Obstacle("blueprint", text))
    return found


def _ended(slots: Sequence[Slot], at: datetime) -> dict[UUID, str]:
    """Item → which law of it has ended, marked or not."""
    return ended_reasons(day=localdate(at), items={slot.version.item_id for slot in slots})


def _slot_obstacle(slot: Slot, ended: str) -> Obstacle | None:
    item = slot.version.item
    if item.state == ItemState.RETIRED:
        return Obstacle("retired", f"第 {slot.order} 题已停用，请换一道", slot)
    if item.current_id != slot.version_id:
        return Obstacle("newer", f"第 {slot.order} 题组卷后改过，请换成新版本或换一道", slot)
    if item.state != ItemState.APPROVED:
        return Obstacle("not_approved", f"第 {slot.order} 题还没有审定，请先审题或换一道", slot)
    if stale := item.stale_reason or ended:
        return Obstacle("stale", f"第 {slot.order} 题已过时（{stale}），请换一道", slot)
    if defects(codec.from_json(slot.version.content, slot.version.key)):
        return Obstacle("defect", f"第 {slot.order} 题不完整，请修改后重新审定，或换一道", slot)
    return None


def warnings_of(form: Form, duration_s: int | None = None, *, at: datetime) -> list[Finding]:
    """What is worth a second look; nothing of it forbids publishing but what obstacles() names, too."""
    asked, told, slots = [], set(), slots_of(form)
    ended = _ended(slots, at)
    for slot in slots:
        question = codec.from_json(slot.version.content, slot.version.key)
        material = ""
        if slot.part is not None:
            material = "" if slot.version_id in told else question.stem
            told.add(slot.version_id)
            question = question.parts[slot.part]
        stale = slot.version.item.stale_reason or ended.get(slot.version.item_id, "")
        asked.append(Asked(slot.order, question, material, stale))
    blueprint = form.exam.blueprint
    if duration_s is None:
        duration_s = blueprint.duration_s if blueprint else 3600
    return [*paper_warnings(asked, duration_s), *_worn(form, slots, at), *_practised(slots)]


def _practised(slots: Sequence[Slot]) -> list[Finding]:
    """Items of a bank that people may practise: until this form was made, its answers stood there, too."""
    banks = Bank.objects.filter(pk__in={slot.version.item.bank_id for slot in slots})
    opened = set(banks.filter(practice_since__isnull=False).values_list("pk", flat=True))
    slots = [slot for slot in slots if slot.version.item.bank_id in opened]
    if not slots:
        return []
    text = f"有 {len(slots)} 题出自开放练习的题库，组卷以前大家都能练到；现在起到公布解析以前不再放出"
    return [Finding("practised", text, tuple(slot.order for slot in slots))]


def _worn(form: Form, slots: Sequence[Slot], at: datetime) -> list[Finding]:
    """Items picked by hand or brought by a paper that were asked more often than the blueprint allows."""
    blueprint = form.exam.blueprint
    exposure = None if blueprint is None else exposure_of(blueprint, at=at, besides=form.exam)
    if exposure is None:
        return []
    known = exams_asking({slot.version.item.bank_id for slot in slots}, exposure)
    numbers = tuple(slot.order for slot in slots if known.get(slot.version.item_id, 0) >= exposure.most)
    if not numbers:
        return []
    listed = "、".join(str(number) for number in numbers)
    text = f"第 {listed} 题两年内已在 {exposure.most} 场以上的考试里考过，会的人可能多"
    return [Finding("worn", text, numbers)]


def paper_digest(form: Form, paper: dict[str, Any]) -> str:
    """Lower-hex SHA-256 of the paper and of every item version's digest."""
    return digest_of([paper, [slot.version.digest for slot in slots_of(form)]])


def what_is_approved(form: Form) -> dict[str, Any]:
    """What the second person is shown and bound to."""
    return {
        "考试": form.exam.title,
        "卷号": f"{form.code}（{form.get_role_display()}）",
        "满分": plain(form.total_points),
        "题数": form.slots.count(),
        "题序": "每人不同" if form.exam.shuffle_items else "人人相同",
        "卷面指纹": paper_digest(form, compose_paper(form)),
    }


@transaction.atomic
def propose_form(*, form: Form, at: datetime, actor: User) -> Approval:
    """Ask a second person to publish a draft. Raises Conflict when something stands in the way."""
    _require_ready(form, at)
    return propose(
        action=ACTION,
        target=form,
        content=what_is_approved(form),
        summary=f"{form.exam.title}：{form}定卷",
        unit=form.exam.unit,
        at=at,
        actor=actor,
    )


@transaction.atomic
def publish_form(*, form: Form, at: datetime, actor: User, second_person: bool = True) -> Form:
    """Freeze a draft for good. `second_person`: only with an approval of exactly this paper.

    Raises Conflict for a form published before or with obstacles, Forbidden without the approval.
    """
    locked = _locked(form.pk)
    if locked is None:
        raise Conflict("gone", "这套卷已被删除，请重新组卷。")
    _require_ready(locked, at)
    if second_person:
        approval = use_approval(action=ACTION, target=locked, content=what_is_approved(locked), at=at)
        _require_other(locked, approval)
    return _publish(locked, at, actor)


@on_approval(ACTION)
def _publish_approved(approval: Approval, at: datetime) -> Form:
    """The second person has agreed: publish what he was shown, and nothing else."""
    form = _locked(UUID(approval.object_id))
    if form is None:
        raise Conflict("gone", "这套卷已被删除，请重新组卷。")
    _require_ready(form, at)
    if digest_of(what_is_approved(form)) != approval.digest:
        raise Conflict("changed", f"{form}在提交审批后改过，请重新提交。")
    _require_other(form, approval)
    return _publish(form, at, approval.approver)


def _locked(form_id: UUID) -> Form | None:
    """The form, locked; its exam first, so that the rule that goes into the paper cannot change meanwhile."""
    Exam.objects.select_for_update(of=("self",), no_key=True).filter(forms=form_id).order_by("pk").first()
    rows = Form.objects.select_for_update(of=("self",)).select_related("exam__unit")
    return rows.filter(pk=form_id).first()


def _require_other(form: Form, approval: Approval) -> None:
    if approval.approver_id == form.built_by_id:
        raise Forbidden("own_form", "组卷的人不能审批自己组的卷，请由另一位考务审批。")


def _require_ready(form: Form, at: datetime) -> None:
    if form.published_at is not None:
        raise Conflict("published", f"{form}已经定卷，不能重复定卷。")
    found = obstacles(form, at=at)
    if found:
        sentences = "；".join(one.text for one in found[:5])
        more = f"等 {len(found)} 处" if len(found) > 5 else ""
        raise Conflict("not_ready", f"{form}还不能定卷：{sentences}{more}。")


def _publish(form: Form, at: datetime, actor: User | None) -> Form:
    paper = compose_paper(form)
    form.paper, form.digest, form.published_at = paper, paper_digest(form, paper), at
    form.save(update_fields=["paper", "digest", "published_at"])
    record(
        action="form.publish",
        target=form,
        at=at,
        actor=actor,
        unit=form.exam.unit,
        after={"digest": form.digest},
    )
    return form


@transaction.atomic
def propose_forms(*, exam: Exam, at: datetime, actor: User) -> list[Approval]:
    """Ask for a second person for every draft of the exam at once. Raises Conflict when there is none."""
    drafts = list(exam.forms.filter(published_at__isnull=True).select_related("exam__unit"))
    if not drafts:
        raise Conflict("no_drafts", "没有待定卷的试卷，请先组卷。")
    return [propose_form(form=form, at=at, actor=actor) for form in drafts]


@transaction.atomic
def publish_forms(*, exam: Exam, at: datetime, actor: User, second_person: bool = True) -> list[Form]:
    """Publish every draft of the exam, all or none."""
    drafts = list(exam.forms.filter(published_at__isnull=True))
    if not drafts:
        raise Conflict("no_drafts", "没有待定卷的试卷，请先组卷。")
    return [publish_form(form=form, at=at, actor=actor, second_person=second_person) for form in drafts]
