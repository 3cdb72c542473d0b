"""法律明白人: who becomes one, who is in office, and which villages have enough of them on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from examsite.lib.errors import Conflict, Invalid

from ..models import LawWiseStage, Membership, Source, Stage, Unit, UnitKind, User
from .audit import record
from .memberships import members_as_of, valid_on

CATEGORY = "law-wise"  # the category of people whose stages are kept
ENOUGH = 3  # in office in a village (national rules of 2021: three or more)
# What may follow what. Those who were in office before the site existed begin there.
FOLLOWS: dict[str | None, frozenset[str]] = {
    None: frozenset({Stage.TRAINEE, Stage.QUALIFIED, Stage.SERVING}),
    Stage.TRAINEE: frozenset({Stage.QUALIFIED, Stage.LEFT}),
    Stage.QUALIFIED: frozenset({Stage.SERVING, Stage.LEFT}),
    Stage.SERVING: frozenset({Stage.LEFT, Stage.QUALIFIED}),
    Stage.LEFT: frozenset({Stage.TRAINEE, Stage.SERVING}),
}


@dataclass(frozen=True)
class VillageCount:
    """A village on a day: how many are at each stage; in office counts valid certificates only."""

    unit: Unit
    trainees: int
    qualified: int
    serving: int

    @property
    def covered(self) -> bool:
        return self.serving >= ENOUGH


@dataclass(frozen=True)
class Coverage:
    """法律明白人覆盖率: `covered` of `villages` have enough in office. Counts; the rate is printed later."""

    on: date
    rows: tuple[VillageCount, ...]

    @property
    def villages(self) -> int:
        return len(self.rows)

    @property
    def covered(self) -> int:
        return sum(row.covered for row in self.rows)

    @property
    def serving(self) -> int:
        return sum(row.serving for row in self.rows)


def stage_of(user: User) -> LawWiseStage | None:
    """The stage the person is at; None for somebody who never was on the way."""
    return user.stages.filter(valid_to__isnull=True).select_related("unit").first()


@transaction.atomic
def change_stage(
    *,
    user: User,
    stage: Stage,
    since: date,
    at: datetime,
    actor: User | None,
    unit: Unit | None = None,
    source: Source | None = None,
    certificate: str = "",
    certified_to: date | None = None,
    reason: str = "",
) -> LawWiseStage:
    """The next stage from a day on; village, source and certificate stay where they are not named.

    Raises Conflict for a stage that does not follow, Invalid for missing or impossible particulars.
    """
    now = _open_row(user)
    before = now.stage if now else None
    if stage not in FOLLOWS[before]:
        raise Conflict("no_such_step", f"“{user}”现在是{_words(before)}，不能转为“{stage.label}”。")
    unit = unit or (now.unit if now else None)
    source = source or (Source(now.source) if now else None)
    if unit is None or unit.kind != UnitKind.VILLAGE:
        raise Invalid("no_village", "请选择村（社区）。")
    if source is None:
        raise Invalid("no_source", "请选择选任来源。")
    if stage == Stage.LEFT and not reason.strip():
        raise Invalid("no_reason", "请写明退出的事由。")
    if now is not None and not certificate and stage in (Stage.QUALIFIED, Stage.SERVING):
        certificate, certified_to = now.certificate, certified_to or now.certified_to
    if certified_to is not None and certified_to <= since:
        raise Invalid("expired", "证书有效期须晚于起始日期。")
    row = LawWiseStage(
        user=user, unit=unit, stage=stage, source=source, valid_from=since, reason=reason.strip()[:200],
        certificate=certificate.strip()[:64], certified_to=certified_to,
    )  # fmt: skip
    return _step(now, row, at=at, actor=actor)


def _open_row(user: User) -> LawWiseStage | None:
    rows = LawWiseStage.objects.select_for_update(of=("self",)).select_related("unit", "user")
    return rows.filter(user=user, valid_to__isnull=True).first()


def _step(now: LawWiseStage | None, row: LawWiseStage, *, at: datetime, actor: User | None) -> LawWiseStage:
    """End the row of now where the next one begins; what was stays as it was."""
    if now is not None:
        if row.valid_from < now.valid_from:
            raise Invalid("before_start", f"日期不能早于现状态的起始日{now.valid_from:%Y-%m-%d}。")
        now.valid_to = row.valid_from
        now.save(update_fields=["valid_to"])
    if row.stage in (Stage.TRAINEE, Stage.LEFT):
        row.certificate, row.certified_to = "", None
    row.recorded_by, row.recorded_at = actor, at
    row.save()
    record(
        action="stage.change",
        target=row.user,
        at=at,
        actor=actor,
        unit=row.unit,
        before={"stage": now.stage if now else None},
        after={"stage": str(row.stage), "since": row.valid_from.isoformat(), "certificate": row.certificate},
        reason=row.reason,
    )
    return row


@transaction.atomic
def renew_certificate(
    *,
    user: User,
    certificate: str,
    certified_to: date | None,
    since: date,
    at: datetime,
    actor: User | None,
    reason: str = "",
) -> LawWiseStage:
    """Another certificate from a day on, at the stage where the person is: 合格 stays 合格, 在岗 stays 在岗.

    Raises Conflict for somebody at neither, Invalid for a day before the stage or an end that is over.
    """
    now = _open_row(user)
    if now is None or now.stage not in (Stage.QUALIFIED, Stage.SERVING):
        raise Conflict("no_such_step", f"“{user}”现在是{_words(now and now.stage)}，没有证书可换。")
    if certified_to is not None and certified_to <= since:
        raise Invalid("expired", "证书有效期须晚于起始日期。")
    row = _same(now, Stage(now.stage), since, certificate, certified_to, reason)
    return _step(now, row, at=at, actor=actor)


@transaction.atomic
def end_certificate(
    *, user: User, on: date, at: datetime, actor: User | None, reason: str
) -> LawWiseStage | None:
    """The person's certificate is valid no longer from a day on; None for somebody without any.

    Who was 合格 by it is 培养对象 again. Who is 在岗 remains so until the village says otherwise, but does
    not count as certified. A stage that begins later than `on` loses it from its first day on.
    """
    now = _open_row(user)
    if now is None or now.stage not in (Stage.QUALIFIED, Stage.SERVING):
        return None
    since = max(on, now.valid_from)
    stage = Stage.TRAINEE if now.stage == Stage.QUALIFIED else Stage.SERVING
    return _step(now, _same(now, stage, since, "", since, reason), at=at, actor=actor)


def _same(
    now: LawWiseStage, stage: Stage, since: date, certificate: str, certified_to: date | None, reason: str
) -> LawWiseStage:
    """The next row of the same person in the same village."""
    return LawWiseStage(
        user=now.user, unit=now.unit, stage=stage, source=now.source, valid_from=since,
        reason=reason.strip()[:200], certificate=certificate[:64], certified_to=certified_to,
    )  # fmt: skip


@transaction.atomic
def change_stages(
    *, users: Iterable[User], stage: Stage, since: date, at: datetime, actor: User, **particulars: object
) -> list[LawWiseStage]:
    """The same step for many, all or none: those who passed an exam become 合格."""
    return [
        change_stage(user=user, stage=stage, since=since, at=at, actor=actor, **particulars)  # type: ignore[arg-type]
        for user in users
    ]


def unregistered(*, unit: Unit, on: date) -> QuerySet[Membership]:
    """Memberships of the category in villages below `unit` whose people were never given a stage."""
    return (
        members_as_of(date=on, units=[unit])
        .filter(category=CATEGORY, unit__kind=UnitKind.VILLAGE)
        .exclude(Exists(LawWiseStage.objects.filter(user=OuterRef("user"))))
    )


@transaction.atomic
def register_many(
    *, members: Iterable[Membership], stage: Stage, since: date, source: Source, at: datetime, actor: User
) -> list[LawWiseStage]:
    """The first stage of many, each in the village of his membership; all or none."""
    return [
        change_stage(
            user=one.user, stage=stage, since=since, unit=one.unit, source=source, at=at, actor=actor
        )
        for one in members
    ]


def _words(stage: str | None) -> str:
    return f"“{Stage(stage).label}”" if stage else "普通人员"


# --- As of a day -------------------------------------------------------------------------------------------


def stages_on(on: date) -> QuerySet[LawWiseStage]:
    """Where everybody stands on a day."""
    return LawWiseStage.objects.filter(valid_on(on))


def people_at(*, unit: Unit, on: date, stage: Stage | None = None) -> QuerySet[LawWiseStage]:
    """Who stands where below `unit` on a day, village by village; by default all who have not left."""
    rows = stages_on(on).filter(unit__path__startswith=unit.path)
    rows = rows.exclude(stage=Stage.LEFT) if stage is None else rows.filter(stage=stage)
    return rows.select_related("user", "unit").order_by("unit__path", "user__name", "pk")


def certified(on: date) -> Q:
    """Whose certificate is valid on a day."""
    return Q(certified_to__isnull=True) | Q(certified_to__gt=on)


def coverage_on(*, unit: Unit, on: date) -> Coverage:
    """The villages below `unit` that existed on the day, with their people; two queries."""
    villages = Unit.objects.filter(path__startswith=unit.path, kind=UnitKind.VILLAGE).filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on), Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    )
    counts = {
        row["unit"]: row
        for row in stages_on(on)
        .filter(unit__path__startswith=unit.path)
        .order_by()
        .values("unit")
        .annotate(
            trainees=Count("pk", filter=Q(stage=Stage.TRAINEE)),
            qualified=Count("pk", filter=Q(stage=Stage.QUALIFIED)),
            serving=Count("pk", filter=Q(stage=Stage.SERVING) & certified(on)),
        )
    }
    empty = {"trainees": 0, "qualified": 0, "serving": 0}
    rows = []
    for village in villages.order_by("path"):
        row = counts.get(village.pk, empty)
        rows.append(VillageCount(village, row["trainees"], row["qualified"], row["serving"]))
    return Coverage(on, tuple(rows))
