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
    now = LawWiseStage.objects.select_for_update().filter(user=user, valid_to__isnull=True).first()
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
    if now is not None:
        if since < now.valid_from:
            raise Invalid("before_start", f"日期不能早于现状态的起始日{now.valid_from:%Y-%m-%d}。")
        now.valid_to = since
        now.save(update_fields=["valid_to"])
        if not certificate and stage in (Stage.QUALIFIED, Stage.SERVING):
            certificate, certified_to = now.certificate, certified_to or now.certified_to
    if certified_to is not None and certified_to <= since:
        raise Invalid("expired", "证书有效期须晚于起始日期。")
    row = LawWiseStage.objects.create(
        user=user,
        unit=unit,
        stage=stage,
        source=source,
        certificate="" if stage in (Stage.TRAINEE, Stage.LEFT) else certificate.strip()[:64],
        certified_to=None if stage in (Stage.TRAINEE, Stage.LEFT) else certified_to,
        valid_from=since,
        reason=reason.strip()[:200],
        recorded_by=actor,
        recorded_at=at,
    )
    record(
        action="stage.change",
        target=user,
        at=at,
        actor=actor,
        unit=unit,
        before={"stage": before},
        after={"stage": str(stage), "since": since.isoformat(), "certificate": row.certificate},
        reason=reason,
    )
    return row


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
