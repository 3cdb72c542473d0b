"""Correcting a key after an exam: preview, two people, new marks beside the old ones.

A correction is of one question (an item version, or a part of a case group) in the exams that its people
run; the version itself never changes. It is refused while a sitting that asks the question is open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import OperationalError
from django.db.models import Q, QuerySet

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.approvals import on_approval
from examsite.people.domain.audit import record
from examsite.people.models import Approval, Unit, User
from examsite.people.tree import keys_of
from questionbanks.kinds import codec
from questionbanks.kinds.base import Key, Question, replace
from questionbanks.kinds.registry import kind
from questionbanks.models import ItemVersion

from ..engine.keys import METHOD_LABELS, METHODS_OF_KIND, Method
from ..engine.transitions import State
from ..models import (
    Attempt,
    Certificate,
    Exam,
    Form,
    KeyCorrection,
    MarkingTask,
    Sitting,
    Slot,
)
from .correction_writing import send_back, write_events, write_marks, write_notes, write_totals
from .frozen_figures import FrozenFigures, figures_resting_on, outdate_figures
from .marking import mark_many
from .marking_plans import deal_answers
from .remarking import CLOSED, ExamEffect, describe_keys, effect_on
from .second_person import ask_second_person

ACTION = "key.correct"


@dataclass(frozen=True, slots=True)
class CorrectionSpec:
    """What is to be corrected: the question, how, the new or added keys, and in which exams."""

    version: ItemVersion
    part: int | None
    method: Method
    keys: tuple[Key, ...]
    exams: tuple[Exam, ...]

    @property
    def question(self) -> Question:
        whole = codec.from_json(self.version.content, self.version.key)
        return whole if self.part is None else whole.parts[self.part]


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything a correction would touch. `open_sittings` refuse it; `elsewhere`: exams of others that ask
    the question and stay as they are."""

    spec: CorrectionSpec
    slots: tuple[Slot, ...]
    effects: tuple[ExamEffect, ...]
    sittings: tuple[Sitting, ...]
    figures: tuple[FrozenFigures, ...]
    certificates: tuple[Certificate, ...]
    open_sittings: tuple[Sitting, ...]
    elsewhere: int

    def counts(self) -> dict[str, Any]:
        """The numbers that both people agree to."""
        return {
            "改动得分（升）": sum(one.higher for one in self.effects),
            "改动得分（降）": sum(one.lower for one in self.effects),
            "须重新人工评阅": sum(one.rejudged for one in self.effects),
            "总分变动（份）": sum(one.totals for one in self.effects),
            "不合格变为合格": sum(one.now_pass for one in self.effects),
            "合格变为不合格": sum(one.now_fail for one in self.effects),
            "涉及已冻结数据": len(self.figures),
            "涉及证书": len(self.certificates),
        }


def slots_asking(
    version: ItemVersion, part: int | None, exams: Sequence[Exam] | None = None
) -> QuerySet[Slot]:
    """The slots of published forms that ask the question."""
    slots = Slot.objects.filter(version=version, part=part, form__published_at__isnull=False)
    if exams is not None:
        slots = slots.filter(form__exam__in=exams)
    return slots.select_related("form__exam__unit", "section", "version").order_by("form__exam", "form__code")


def check_spec(spec: CorrectionSpec) -> None:
    """Raise Invalid for a correction that makes no sense, Conflict for one that would change nothing."""
    question = spec.question
    if spec.method not in METHODS_OF_KIND.get(question.kind, ()):
        label = kind(question.kind).label
        raise Invalid("method", f"{label}不能用“{METHOD_LABELS[spec.method]}”；评分有误请重新人工评阅。")
    if not spec.exams:
        raise Invalid("no_exam", "请至少选一场考试。")
    needs_key = spec.method in (Method.KEY, Method.ACCEPT)
    if needs_key is not bool(spec.keys):
        raise Invalid("no_key", "请给出更正后的答案。" if needs_key else "这种更正方式不需要答案。")
    for key in spec.keys:
        defects = kind(question.kind).defects(replace(question, key=key))
        # A 多选 may turn out to have one right choice: marking knows what to do with it.
        grave = [one for one in defects if one.code != "key_count" or question.kind == "single"]
        if grave:
            raise Invalid("key", f"更正后的答案有误：{grave[0].message}。")
    if spec.method is Method.KEY and spec.keys == (question.key,):
        asking = slots_asking(spec.version, spec.part, spec.exams)
        if not asking.filter(corrections__isnull=False).exists():
            raise Conflict("same_key", "更正后的答案与原答案相同。")
    if not slots_asking(spec.version, spec.part, spec.exams).exists():
        raise Invalid("not_asked", "所选考试没有用到这道题。")


def preview_correction(*, spec: CorrectionSpec, at: datetime) -> Preview:
    """What the correction would do now; nothing is written."""
    check_spec(spec)
    slots = list(slots_asking(spec.version, spec.part, spec.exams))
    by_exam: dict[UUID, list[Slot]] = defaultdict(list)
    for slot in slots:
        by_exam[slot.form.exam_id].append(slot)
    effects = [
        effect_on(exam, by_exam[exam.pk], spec.method, spec.keys) for exam in spec.exams if exam.pk in by_exam
    ]
    changed = [
        one.attempt.pk for effect in effects for one in effect.changes if one.changes_total or one.reopens
    ]
    elsewhere = slots_asking(spec.version, spec.part).exclude(form__exam__in=spec.exams)
    forms = [slot.form_id for slot in slots]
    asked_in = Sitting.objects.filter(Q(attempts__form__in=forms) | Q(seats__form__in=forms)).distinct()
    sittings = asked_in.select_related("exam").order_by("opens_at")
    failing = {flip.after.entry.pk for one in effects for flip in one.flips if not flip.passes}
    return Preview(
        spec=spec,
        slots=tuple(slots),
        effects=tuple(effects),
        sittings=tuple(sittings),
        figures=tuple(figures_resting_on(changed)),
        certificates=tuple(Certificate.objects.filter(entry__in=failing, withdrawn_at__isnull=True)),
        open_sittings=tuple(one for one in sittings if _is_open(one, forms, at)),
        elsewhere=elsewhere.values("form__exam").distinct().count(),
    )


def _is_open(sitting: Sitting, forms: Sequence[UUID], at: datetime) -> bool:
    if sitting.opens_at <= at < sitting.closes_at:
        return True
    return Attempt.objects.filter(
        sitting=sitting, form__in=forms, state=State.IN_PROGRESS.value, voided_at__isnull=True
    ).exists()


def correct_key(*, spec: CorrectionSpec, reason: str, at: datetime, actor: User) -> KeyCorrection:
    """Propose the correction, or agree to somebody else's proposal of the same one, which carries it out.

    Raises Forbidden("needs_second") for the first of the two, Conflict while a sitting with the question is
    open, and when the marks have changed since the first person saw them.
    """
    reason = reason.strip()
    if not reason:
        raise Invalid("no_reason", "请写明更正的理由，考生会看到。")
    if len(reason) > 300:
        raise Invalid("long_reason", "理由请控制在300字以内。")
    preview = preview_correction(spec=spec, at=at)
    _require_closed(preview)
    approval = ask_second_person(
        action=ACTION,
        target=spec.version,
        content={**_content(preview), "理由": reason, "reason": reason},
        summary=f"答案更正：{spec.question.stem[:40]}（{METHOD_LABELS[spec.method]}）",
        unit=_common_unit(spec.exams),
        at=at,
        actor=actor,
    )
    return KeyCorrection.objects.get(effect__approval=str(approval.pk))


def _require_closed(preview: Preview) -> None:
    if preview.open_sittings:
        names = "、".join(str(one) for one in preview.open_sittings)
        raise Conflict("open_sitting", f"“{names}”还在考这道题，结束后才能更正答案。")


def _content(preview: Preview) -> dict[str, Any]:
    spec = preview.spec
    its_kind = kind(spec.question.kind)
    return {
        "试题": spec.question.stem,
        "原答案": its_kind.describe_key(spec.question.key),
        "更正方式": METHOD_LABELS[spec.method],
        "更正后": describe_keys(spec.question.kind, spec.keys) or "—",
        "考试": [exam.title for exam in spec.exams],
        **preview.counts(),
        "version": str(spec.version.pk),
        "part": spec.part,
        "method": spec.method.value,
        "keys": [its_kind.key_to_json(one) for one in spec.keys],
        "exams": sorted(str(exam.pk) for exam in spec.exams),
    }


def _common_unit(exams: Sequence[Exam]) -> Unit:
    """The lowest unit above all of these exams' units."""
    paths = [keys_of(exam.unit.path) for exam in exams]
    common = [level[0] for level in zip(*paths, strict=False) if len(set(level)) == 1]
    return Unit.objects.get(pk=common[-1])


# --- Carrying it out -------------------------------------------------------------------------------------


@on_approval(ACTION)
def _correct_approved(approval: Approval, at: datetime) -> KeyCorrection:
    content = approval.content
    version = ItemVersion.objects.get(pk=content["version"])
    exams = tuple(Exam.objects.select_related("unit").filter(pk__in=content["exams"]).order_by("pk"))
    method, part = Method(content["method"]), content["part"]
    draft = CorrectionSpec(version, part, method, (), exams)
    its_kind = kind(draft.question.kind)
    spec = CorrectionSpec(
        version, part, method, tuple(its_kind.key_from_json(one) for one in content["keys"]), exams
    )
    _hold_back_marking(list(slots_asking(version, part, exams).values_list("form", flat=True)))
    preview = preview_correction(spec=spec, at=at)
    _require_closed(preview)
    if any(content.get(name) != count for name, count in preview.counts().items()):
        raise Conflict("stale_preview", "提出以后成绩有变化，预览已不对。请不同意这一项，再重新预览、提出。")
    return _carry_out(preview, approval, at)


def _hold_back_marking(forms: Sequence[UUID]) -> None:
    """Wait for marking that is under way with the old key, and let none begin before the new one is there.

    First the attempts, then the forms: marking holds its attempt and needs the form when it commits. The
    forms' locks keep sheets that are keyed in just now from being inserted; who came in between is not
    waited for.
    """
    attempts = Attempt.objects.filter(form__in=forms, state__in=CLOSED).order_by("pk").values_list("pk")
    list(attempts.select_for_update(no_key=True))
    list(Form.objects.select_for_update().filter(pk__in=forms).order_by("pk").values_list("pk"))
    try:
        list(attempts.select_for_update(no_key=True, nowait=True))
    except OperationalError as error:
        raise Conflict("busy", "正好有答卷在录入或评阅，请稍后再同意一次。") from error


def _carry_out(preview: Preview, approval: Approval, at: datetime) -> KeyCorrection:
    spec, reason = preview.spec, approval.content["reason"]
    correction = KeyCorrection.objects.create(
        version=spec.version,
        part=spec.part,
        method=spec.method.value,
        keys=approval.content["keys"],
        reason=reason,
        effect={"approval": str(approval.pk), **preview.counts()},
        proposer=approval.proposer,
        approver=approval.approver,
        at=at,
    )
    correction.slots.set(preview.slots)
    correction.exams.set(spec.exams)
    changes = [one for effect in preview.effects for one in effect.changes]
    write_marks(changes, at)
    write_totals(changes)
    write_events(changes, correction, approval, at)
    send_back(changes, approval, at)
    if spec.method in (Method.FULL, Method.OUT):
        MarkingTask.objects.filter(slot__in=preview.slots, done_at=None, closed_at=None).update(closed_at=at)
    for effect in preview.effects:
        write_notes(effect, correction, at)
    mark_many(
        attempt_ids={one.attempt.pk for one in changes if one.attempt.points is None or one.reopens}, at=at
    )
    for exam in spec.exams:
        deal_answers(exam=exam, at=at)
    changed = [one.attempt.pk for one in changes if one.moves]
    outdate_figures(changed, reason=f"答案更正：{reason}", at=at)
    record(
        action="key.correct",
        target=correction,
        at=at,
        actor=approval.proposer,
        unit=approval.unit,
        after=approval.content,
        reason=reason,
    )
    return correction
