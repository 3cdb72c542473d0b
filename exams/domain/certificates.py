"""Certificates: given for a passed and released result, looked up by anybody, withdrawn with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from examsite.lib.days import years_later
from examsite.lib.errors import Conflict, Invalid
from examsite.lib.ids import random_code
from examsite.people.domain.audit import record
from examsite.people.models import Unit, UnitKind, User

from ..models import Certificate, Exam, ResultNote, RosterStatus
from .certified_stages import give_to_stages, take_from_stages
from .standings import EntryStanding, standings_of

CODE_LENGTH = 16
MAX_YEARS = 30


class CertificateState(Enum):
    """What a certificate is worth on a day."""

    VALID = "valid"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


STATE_LABELS = {
    CertificateState.VALID: "有效",
    CertificateState.EXPIRED: "已过有效期",
    CertificateState.WITHDRAWN: "已收回",
}


@dataclass(frozen=True, slots=True)
class Verified:
    """What anybody may learn from a certificate's code: no full name, no telephone, no identity number."""

    number: str
    title: str
    masked_name: str
    unit_name: str
    issuer: str
    issued_on: date
    valid_until: date | None
    state: CertificateState


def state_on(certificate: Certificate, day: date) -> CertificateState:
    """What the certificate is worth on `day`."""
    if certificate.withdrawn_at is not None:
        return CertificateState.WITHDRAWN
    if certificate.valid_until is not None and day >= certificate.valid_until:
        return CertificateState.EXPIRED
    return CertificateState.VALID


def masked(name: str) -> str:
    """The surname and a star for every other character ("张*", "欧**"); a single character stays a star."""
    return name[0] + "*" * (len(name) - 1) if len(name) > 1 else "*"


def deserving(exam: Exam, at: datetime) -> list[EntryStanding]:
    """Who has passed by a released result, is not removed, and has no certificate in force for this exam."""
    held = set(
        Certificate.objects.filter(entry__exam=exam, withdrawn_at__isnull=True).values_list(
            "entry", flat=True
        )
    )
    return [
        one
        for one in standings_of(exam, told_at=at)
        if one.standing.passed and one.entry.pk not in held and one.entry.status != RosterStatus.REMOVED
    ]


@transaction.atomic
def issue_certificates(
    *,
    exam: Exam,
    title: str,
    valid_years: int | None,
    day: date,
    at: datetime,
    actor: User,
    entries: Collection[UUID] | None = None,
) -> list[Certificate]:
    """Give certificates to those who deserve one (or to some of them), numbered on from the last of the year.

    `valid_years` None: without end. 法律明白人 carry theirs into their stage (`give_to_stages`). Raises
    Invalid for a title or a number of years that makes no sense, Conflict when nobody, or somebody named,
    does not deserve one.
    """
    title = title.strip()
    if not 2 <= len(title) <= 50:
        raise Invalid("title", "证书名称请写 2 到 50 个字。")
    if valid_years is not None and not 1 <= valid_years <= MAX_YEARS:
        raise Invalid("years", f"有效期请填 1 到 {MAX_YEARS} 年，长期有效请留空。")
    # One after the other within a unit, or two officers would give the same number.
    issuer = Unit.objects.select_for_update(of=("self",)).select_related("parent").get(pk=exam.unit_id)
    chosen = deserving(exam, at)
    if entries is not None:
        named = set(entries)
        chosen = [one for one in chosen if one.entry.pk in named]
        if len(chosen) != len(named):
            raise Conflict("not_deserving", "所选的人中有人成绩不合格、未公布或已有证书，请刷新后重选。")
    if not chosen:
        raise Conflict("nobody", "没有可以发证的人：须成绩合格并已公布，且没有有效的证书。")
    last = Certificate.objects.filter(issuer=issuer, year=day.year).aggregate(last=Max("serial"))["last"] or 0
    prefix = _issuer_name(issuer)
    certificates = [
        Certificate(
            number=f"{prefix}〔{day.year}〕{serial:05}号",
            code=random_code(CODE_LENGTH),
            entry=one.entry,
            attempt_id=UUID(one.standing.final.source.attempt_id),
            issuer=issuer,
            year=day.year,
            serial=serial,
            name=one.entry.name,
            unit_name=one.entry.unit.name,
            title=title,
            issued_on=day,
            valid_until=None if valid_years is None else years_later(day, valid_years),
            issued_by=actor,
            issued_at=at,
        )
        for serial, one in enumerate(chosen, last + 1)
        if one.standing.final is not None
    ]
    made = Certificate.objects.bulk_create(certificates, batch_size=500)
    record(
        action="certificate.issue",
        target=exam,
        at=at,
        actor=actor,
        unit=exam.unit,
        after={"count": len(made), "first": made[0].number, "last": made[-1].number, "title": title},
    )
    give_to_stages(made, day=day, at=at, actor=actor)
    return made


def _issuer_name(unit: Unit) -> str:
    """The unit's name, with its parent's where another unit of the county is called the same."""
    if unit.kind != UnitKind.COUNTY and unit.parent and Unit.objects.filter(name=unit.name).count() > 1:
        return f"{unit.parent.name}{unit.name}"
    return unit.name


@transaction.atomic
def withdraw_certificate(*, certificate: Certificate, reason: str, at: datetime, actor: User) -> Certificate:
    """End a certificate for good, with a reason that its holder is told; the register keeps it.

    A 法律明白人 who stood on it no longer counts as certified from this day on (`take_from_stages`).
    """
    reason = reason.strip()
    if not reason:
        raise Invalid("no_reason", "请写明收回的事由。")
    if len(reason) > 300:
        raise Invalid("long_reason", "事由请控制在300字以内。")
    rows = Certificate.objects.select_for_update(of=("self",)).select_related("entry__exam__unit")
    locked = rows.get(pk=certificate.pk)
    if locked.withdrawn_at is not None:
        raise Conflict("withdrawn", "这张证书已经收回。")
    locked.withdrawn_at, locked.withdrawn_by, locked.withdrawn_reason = at, actor, reason
    locked.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    ResultNote.objects.create(entry=locked.entry, text=f"您的证书（{locked.number}）已收回：{reason}", at=at)
    record(
        action="certificate.withdraw",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.entry.exam.unit,
        reason=reason,
    )
    take_from_stages(locked, reason=reason, at=at, actor=actor)
    return locked


def verify_certificate(*, code: str, day: date) -> Verified | None:
    """What a code stands for, however it was typed; None for no certificate."""
    wanted = "".join(char for char in code.upper() if char.isalnum())
    found = Certificate.objects.select_related("issuer").filter(code=wanted).first()
    if found is None:
        return None
    return Verified(
        number=found.number,
        title=found.title,
        masked_name=masked(found.name),
        unit_name=found.unit_name,
        issuer=found.issuer.name,
        issued_on=found.issued_on,
        valid_until=found.valid_until,
        state=state_on(found, day),
    )


def without_basis(certificates: Iterable[Certificate]) -> list[Certificate]:
    """Those in force whose holder no longer passes, after a correction or a voided attempt."""
    held = [one for one in certificates if one.withdrawn_at is None]
    passed: dict[UUID, bool] = {}
    for exam in {one.entry.exam_id: one.entry.exam for one in held}.values():
        entries = [one.entry_id for one in held if one.entry.exam_id == exam.pk]
        passed |= {one.entry.pk: one.standing.passed for one in standings_of(exam, entries=entries)}
    return [one for one in held if not passed.get(one.entry_id, False)]


def certificates_of(exam: Exam) -> QuerySet[Certificate]:
    """The register of an exam."""
    rows = Certificate.objects.filter(entry__exam=exam).select_related(
        "entry__exam", "issuer", "withdrawn_by"
    )
    return rows.order_by("year", "serial")
