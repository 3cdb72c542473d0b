"""Exams: created, changed until published, then frozen; and who ends when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.approvals import digest_of, on_approval, propose, use_approval
from examsite.people.domain.audit import record
from examsite.people.models import Approval, Category, Unit, User

from ..engine.headings import plain
from ..engine.transitions import State
from ..models import (
    Blueprint,
    Exam,
    FinalRule,
    FormRole,
    MakeupCap,
    ReleaseRule,
    RosterEntry,
    Seat,
    SittingKind,
)
from .end_times import SAT_BY, end_times

ACTION = "exam.publish"
MAX_TRIES = 10


@dataclass(frozen=True, slots=True)
class ExamSpec:
    """What is decided about an exam before anybody starts; field for field as the model has it."""

    title: str
    stat_year: int
    category: Category
    label: str
    audience_label: str
    blueprint: Blueprint | None = None
    pass_line: Decimal = Decimal(60)
    excellent_line: Decimal = Decimal(90)
    final_rule: str = FinalRule.BEST
    tries: int = 1
    makeup_cap: str = MakeupCap.NONE
    makeup_excellent: bool = False
    release_rule: str = ReleaseRule.BY_HAND
    release_at: datetime | None = None
    key_release_rule: str = ReleaseRule.BY_HAND
    key_release_at: datetime | None = None
    rounding: int | None = None
    open_book: bool = False
    shuffle_items: bool = False

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def spec_of(exam: Exam) -> ExamSpec:
    """What the exam says now."""
    return ExamSpec(**{name: getattr(exam, name) for name in ExamSpec.__dataclass_fields__})


@transaction.atomic
def create_exam(*, unit: Unit, spec: ExamSpec, at: datetime, actor: User | None) -> Exam:
    """A new exam of the unit. Raises Invalid with the field's sentence, Conflict for a double title."""
    spec = _checked(unit, spec, None)
    exam = Exam.objects.create(unit=unit, created_by=actor, created_at=at, **spec.fields())
    record(action="exam.create", target=exam, at=at, actor=actor, unit=unit, after=_shown(spec))
    return exam


@transaction.atomic
def change_exam(*, exam: Exam, spec: ExamSpec, at: datetime, actor: User | None) -> Exam:
    """Change what an exam says. Raises Conflict once it is published; then nothing of it moves.

    The order of items moves no more as soon as one paper is published: it stands in the paper.
    """
    locked = _locked(exam)
    require_unpublished(locked)
    if spec.shuffle_items != locked.shuffle_items and order_is_fixed(locked):
        stands = "每人不同" if locked.shuffle_items else "人人相同"
        raise Conflict("forms_published", f"已有定卷的试卷，题序随卷固定为“{stands}”，不能再改。")
    if locked.roster_frozen_at and spec.category.pk != locked.category_id:
        raise Conflict("roster_frozen", "名册已按原考试对象冻结，不能再换考试对象。")
    spec = _checked(locked.unit, spec, locked)
    before = _shown(spec_of(locked))
    for name, value in spec.fields().items():
        setattr(locked, name, value)
    locked.save()
    after = _shown(spec)
    changed = {name for name in after if after[name] != before[name]}
    if changed:
        record(
            action="exam.change",
            target=locked,
            at=at,
            actor=actor,
            unit=locked.unit,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return locked


@transaction.atomic
def delete_exam(*, exam: Exam, at: datetime, actor: User) -> None:
    """Remove an exam that was never published and has no frozen roster."""
    locked = _locked(exam)
    require_unpublished(locked)
    if locked.roster_frozen_at or locked.attempts.exists():
        raise Conflict("in_use", "名册已冻结或已有作答，考试不能删除。")
    record(action="exam.delete", target=locked, at=at, actor=actor, unit=locked.unit)
    Seat.objects.filter(sitting__exam=locked).delete()
    locked.sittings.all().delete()
    locked.entries.all().delete()
    locked.forms.all().delete()
    locked.delete()


def require_unpublished(exam: Exam) -> None:
    """Raise Conflict once an exam is published."""
    if exam.published_at is not None:
        raise Conflict("published", f"“{exam}”已发布，设置已经固定，不能再改。")


def order_is_fixed(exam: Exam) -> bool:
    """Whether a published paper says already if items are shuffled."""
    return exam.forms.filter(published_at__isnull=False).exists()


def _locked(exam: Exam) -> Exam:
    return Exam.objects.select_for_update(of=("self",)).select_related("unit").get(pk=exam.pk)


def _shown(spec: ExamSpec) -> dict[str, str]:
    """The spec in words; a Decimal is written the same way before and after the database had it."""

    def words(value: Any) -> str:
        if value is None:
            return ""
        return plain(value) if isinstance(value, Decimal) else str(value)

    return {name: words(value) for name, value in spec.fields().items()}


def _checked(unit: Unit, spec: ExamSpec, itself: Exam | None) -> ExamSpec:
    """The spec with trimmed words and no times that its rules do not use; raises where it is not sound."""
    words = {name: getattr(spec, name).strip() for name in ("title", "label", "audience_label")}
    if not words["title"]:
        raise Invalid("title", "请填写考试名称。")
    words["label"] = words["label"] or words["title"]
    if not words["audience_label"]:
        raise Invalid("audience_label", "请填写年报中的对象名称，如“骨干群众”。")
    if not 2000 <= spec.stat_year <= 2100:
        raise Invalid("stat_year", "统计年度要写成四位年份，如 2026。")
    same = Exam.objects.filter(unit=unit, stat_year=spec.stat_year, title=words["title"])
    if (same.exclude(pk=itself.pk) if itself else same).exists():
        raise Conflict("double", f"“{unit}”在 {spec.stat_year} 年已有名为“{words['title']}”的考试。")
    if not 0 <= spec.pass_line <= 100:
        raise Invalid("pass_line", "合格线要在 0 到 100 之间（百分比）。")
    if not spec.pass_line <= spec.excellent_line <= 100:
        raise Invalid("excellent_line", "优秀线不能低于合格线，也不能高于 100。")
    if not 1 <= spec.tries <= MAX_TRIES:
        raise Invalid("tries", f"正考可考次数要在 1 到 {MAX_TRIES} 之间。")
    if spec.rounding not in (None, 0, 1, 2):
        raise Invalid("rounding", "成绩取舍只能是 0、1 或 2 位小数，或不填。")
    times = {}
    for rule, time, what in (
        (spec.release_rule, "release_at", "成绩"),
        (spec.key_release_rule, "key_release_at", "解析"),
    ):
        value = getattr(spec, time)
        if rule == ReleaseRule.AT_TIME and value is None:
            raise Invalid(time, f"{what}到指定时间公布，请填写公布时间。")
        times[time] = value if rule == ReleaseRule.AT_TIME else None
    if times["release_at"] and times["key_release_at"] and times["key_release_at"] < times["release_at"]:
        raise Invalid("key_release_at", "解析公布时间不能早于成绩公布时间。")
    return ExamSpec(**{**spec.fields(), **words, **times})


# --- Publishing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """What an exam still lacks. `must`: without it the exam cannot be published. `step` names the page."""

    code: str
    text: str
    step: str
    must: bool = True


def gaps(*, exam: Exam, at: datetime) -> list[Gap]:
    """What stands between the exam and its publication, in the order of the steps."""
    found = []
    if exam.blueprint_id is None and not exam.forms.exists():
        found.append(Gap("blueprint", "还没有选组卷规则", "settings"))
    forms = exam.forms.filter(published_at__isnull=False)
    drafts = exam.forms.filter(published_at__isnull=True).count()
    if not forms.filter(role=FormRole.MAIN).exists():
        found.append(Gap("forms", "还没有定卷的正式卷", "forms"))
    elif not forms.filter(role=FormRole.RESERVE).exists():
        found.append(Gap("reserve", "没有备用卷，泄题或错题时无卷可换", "forms", must=False))
    if drafts:
        found.append(Gap("drafts", f"还有 {drafts} 套卷没有定卷", "forms", must=False))
    if exam.roster_frozen_at is None:
        found.append(Gap("roster", "应考名册还没有冻结", "roster"))
    found += _sitting_gaps(exam, at)
    return found


def _sitting_gaps(exam: Exam, at: datetime) -> list[Gap]:
    main = exam.sittings.filter(kind=SittingKind.MAIN)
    if not main.exists():
        return [Gap("sitting", "还没有正考场次", "sittings")]
    found = []
    if not main.filter(closes_at__gt=at).exists():
        found.append(Gap("past", "正考场次的结束时间都已过去", "sittings"))
    seats = Seat.objects.filter(sitting__exam=exam, sitting__kind=SittingKind.MAIN)
    unseated = exam.entries.filter(status__in=SAT_BY).exclude(seats__in=seats).count()
    if unseated and exam.roster_frozen_at:
        found.append(Gap("seats", f"还有 {unseated} 名应考人没有排进正考场次", "sittings"))
    formless = seats.filter(
        Q(form__isnull=True) | Q(form__published_at__isnull=True), entry__status__in=SAT_BY
    ).count()
    if formless:
        found.append(Gap("deal", f"还有 {formless} 个座位没有分卷", "sittings"))
    short = sum(bool(one.odd) and one.last_full_start is None for one in end_times(exam=exam))
    if short:
        found.append(Gap("window", f"{short} 个场次的时间窗比作答时长短", "sittings", must=False))
    return found


def what_is_approved(exam: Exam) -> dict[str, Any]:
    """What the second person is shown and bound to: rules, roster, forms, sittings."""
    return {
        "考试": exam.title,
        "设置": _shown(spec_of(exam)),
        "名册指纹": exam.roster_digest,
        "应考人数": exam.entries.filter(status__in=SAT_BY).count(),
        "试卷": dict(
            exam.forms.filter(published_at__isnull=False).order_by("code").values_list("code", "digest")
        ),
        "场次": [
            f"{one.title} {one.opens_at.isoformat()}—{one.closes_at.isoformat()} {one.duration_s}秒"
            for one in exam.sittings.order_by("opens_at")
        ],
    }


@transaction.atomic
def propose_exam(*, exam: Exam, at: datetime, actor: User) -> Approval:
    """Ask a second person to publish the exam. Raises Conflict while something is missing."""
    _require_ready(exam, at)
    return propose(
        action=ACTION,
        target=exam,
        content=what_is_approved(exam),
        summary=f"发布考试：{exam.title}",
        unit=exam.unit,
        at=at,
        actor=actor,
    )


@transaction.atomic
def publish_exam(*, exam: Exam, at: datetime, actor: User, second_person: bool = True) -> Exam:
    """Freeze the exam and show it to its candidates. Raises Conflict while something is missing."""
    locked = _locked(exam)
    _require_ready(locked, at)
    if second_person:
        use_approval(action=ACTION, target=locked, content=what_is_approved(locked), at=at)
    return _publish(locked, at, actor)


@on_approval(ACTION)
def _publish_approved(approval: Approval, at: datetime) -> Exam:
    exam = Exam.objects.select_for_update(of=("self",)).select_related("unit").filter(
        pk=UUID(approval.object_id)
    ).first()  # fmt: skip
    if exam is None:
        raise Conflict("gone", "这场考试已被删除。")
    _require_ready(exam, at)
    if digest_of(what_is_approved(exam)) != approval.digest:
        raise Conflict("changed", f"“{exam}”在提交审批后改过，请重新提交。")
    return _publish(exam, at, approval.approver)


def _require_ready(exam: Exam, at: datetime) -> None:
    if exam.published_at is not None:
        raise Conflict("published", f"“{exam}”已经发布。")
    missing = [gap.text for gap in gaps(exam=exam, at=at) if gap.must]
    if missing:
        raise Conflict("not_ready", f"“{exam}”还不能发布：{'；'.join(missing)}。", gaps=missing)


@transaction.atomic
def close_exam(*, exam: Exam, at: datetime, actor: User | None) -> Exam:
    """The exam is over: no further sittings, no additions to the roster; its figures can be frozen.

    Raises Conflict before its publication, while a window is open or somebody is answering.
    """
    locked = _locked(exam)
    if locked.published_at is None:
        raise Conflict("not_published", f"“{locked}”还没有发布。")
    if locked.closed_at is not None:
        raise Conflict("closed", f"“{locked}”已经结束。")
    if locked.sittings.filter(closes_at__gt=at).exists():
        raise Conflict("open", "还有场次没有结束，结束后才能关闭考试。")
    running = locked.attempts.filter(state=State.IN_PROGRESS.value, voided_at__isnull=True).count()
    if running:
        raise Conflict("running", f"还有 {running} 人正在作答，收卷后才能关闭考试。")
    locked.closed_at = at
    locked.save(update_fields=["closed_at"])
    record(action="exam.close", target=locked, at=at, actor=actor, unit=locked.unit)
    return locked


def _publish(exam: Exam, at: datetime, actor: User | None) -> Exam:
    exam.published_at = at
    exam.save(update_fields=["published_at"])
    record(
        action="exam.publish",
        target=exam,
        at=at,
        actor=actor,
        unit=exam.unit,
        after={"roster": exam.roster_digest, "entries": RosterEntry.objects.filter(exam=exam).count()},
    )
    return exam
