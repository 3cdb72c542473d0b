"""The hash chain over the audit log: sealed in batches, verified by anybody who has the last hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from examsite.lib.errors import Conflict

from ..models import AuditRecord, AuditSeal, SealedRecord

BATCH = 5000
KEPT = timedelta(days=3 * 366)  # three years, and never a day less
UNSEALED = timedelta(days=2)  # records that wait longer for a seal are reported


@dataclass(frozen=True)
class Finding:
    """Something in the chain that does not hold: the number of the seal, and what, in words."""

    number: int
    words: str


def line_of(record: AuditRecord) -> str:
    """The record as one line of canonical JSON: what the hash is taken over."""
    return json.dumps(
        [
            record.pk,
            record.at.astimezone(UTC).isoformat(),
            str(record.actor_id or ""),
            record.action,
            record.object_type,
            record.object_id,
            record.label,
            str(record.unit_id or ""),
            record.before,
            record.after,
            record.reason,
            record.address,
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def digest_of(previous: str, records: Iterable[AuditRecord]) -> str:
    """Lower-hex SHA-256 of the previous hash and the records' lines, in the order of their ids."""
    hashed = hashlib.sha256(previous.encode())
    for record in records:
        hashed.update(b"\n")
        hashed.update(line_of(record).encode())
    return hashed.hexdigest()


@transaction.atomic
def seal_batch(*, at: datetime) -> AuditSeal | None:
    """Seal up to BATCH records that have no seal yet; None when there are none.

    Two sealers at once: the second's number is taken, and his transaction fails (IntegrityError).
    """
    records = list(AuditRecord.objects.filter(sealed__isnull=True).order_by("pk")[:BATCH])
    if not records:
        return None
    last = AuditSeal.objects.order_by("-number").first()
    previous = last.digest if last else ""
    seal = AuditSeal.objects.create(
        number=last.number + 1 if last else 1,
        previous=previous,
        digest=digest_of(previous, records),
        records=len(records),
        last_at=max(record.at for record in records),
        sealed_at=at,
    )
    SealedRecord.objects.bulk_create(
        (SealedRecord(record=record, seal=seal) for record in records), batch_size=500
    )
    return seal


def seal_all(*, at: datetime) -> list[AuditSeal]:
    """Seal everything that waits."""
    seals = []
    while seal := seal_batch(at=at):
        seals.append(seal)
    return seals


def verify_chain(*, at: datetime, head: str = "") -> list[Finding]:
    """Everything that does not hold; empty when the log is as it was sealed.

    `head`: the last hash as noted down elsewhere; without it a chain that was cut off at its end and sealed
    anew looks whole.
    """
    findings: list[Finding] = []
    previous, seal = "", None
    for expected, seal in enumerate(AuditSeal.objects.all(), 1):
        if seal.number != expected:
            findings.append(Finding(expected, f"缺第{expected}号封存"))
            break
        if seal.previous != previous:
            findings.append(Finding(seal.number, "与前一号封存的哈希对不上"))
        findings += _check(seal)
        previous = seal.digest
    if head and not AuditSeal.objects.filter(digest=head).exists():
        findings.append(Finding(seal.number if seal else 0, "链上没有给出的哈希：链被截断或改写过"))
    late = AuditRecord.objects.filter(sealed__isnull=True, at__lt=at - UNSEALED).count()
    if late:
        findings.append(Finding(0, f"有{late}条记录超过两天没有封存，请检查定时任务"))
    return findings


def _check(seal: AuditSeal) -> list[Finding]:
    records = list(AuditRecord.objects.filter(sealed__seal=seal).order_by("pk"))
    if not records and seal.expired_at is not None:
        return []
    if len(records) != seal.records:
        return [Finding(seal.number, f"应有{seal.records}条记录，现有{len(records)}条")]
    if digest_of(seal.previous, records) != seal.digest:
        return [Finding(seal.number, "有记录被改动过")]
    return []


@transaction.atomic
def expire_records(*, at: datetime) -> int:
    """Delete the records of whole seals that are older than three years; the seals stay in the chain.

    Returns how many records went. Raises Conflict when the chain does not hold: what is in doubt is kept.
    """
    old = list(AuditSeal.objects.filter(expired_at__isnull=True, last_at__lt=at - KEPT))
    if not old:
        return 0
    if any(finding.number for finding in verify_chain(at=at)):
        raise Conflict("chain_broken", "日志链校验没有通过，到期记录暂不清除，请先查明原因。")
    gone = 0
    for seal in old:
        keys = list(SealedRecord.objects.filter(seal=seal).values_list("pk", flat=True))
        SealedRecord.objects.filter(pk__in=keys).delete()
        gone += AuditRecord.objects.filter(pk__in=keys).delete()[0]
    AuditSeal.objects.filter(pk__in=[seal.pk for seal in old]).update(expired_at=at)
    return gone


def expiring(*, at: datetime) -> int:
    """How many records `expire_records` would delete."""
    return sum(
        AuditSeal.objects.filter(expired_at__isnull=True, last_at__lt=at - KEPT).values_list(
            "records", flat=True
        )
    )
