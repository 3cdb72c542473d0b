"""Failed sign-ins, counted before they are checked.

Account and address together lock after five failures; the account alone only answers more slowly (or a rival
could lock a candidate out); an address alone never locks (a whole hall shares one). Counting first means that
fifty tries at once get no more guesses than fifty in a row.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from examsite.lib.errors import DomainError

from ..models import AuditRecord, SignInFailure, User
from ..sealed import digest
from .audit import record

TRIES = 5  # failures that lock account and address
LOCK = timedelta(minutes=15)  # the first lock; each further one lasts twice as long
LONGEST_LOCK = timedelta(hours=24)
FORGET = timedelta(hours=24)  # failures older than this are forgotten
SLOW_FROM = 10  # failures of an account, from anywhere, after which its answers slow down
SLOWEST = 2.0  # seconds
LOGGED_REFUSALS = 60  # refusals a minute and address that go into the audit log
LOGGED_DENIALS = 10  # of one person a minute


class SignInRefused(DomainError):
    """Not signed in; the sentence never says which part was wrong."""

    status = 401


def account_key(user: User | None, identifier: str = "") -> str:
    """One key for all names of an account, so that each has no guesses of its own."""
    name = f"user:{user.pk}" if user else f"text:{identifier.strip().casefold()[:64]}"
    return digest("sign-in-account", name)


def count_try(account: str, address: str, at: datetime) -> bool:
    """Count a try before it is checked; False while account and address are locked."""
    with transaction.atomic():
        pair = _locked_row(account, address, at)
        if pair.locked_until and at < pair.locked_until:
            return False
        _add_failure(pair, at)
        if pair.failures % TRIES == 0:
            times = pair.failures // TRIES - 1
            pair.locked_until = at + min(LOCK * 2 ** min(times, 10), LONGEST_LOCK)
        pair.save()
        whole = _locked_row(account, "", at)
        _add_failure(whole, at)
        whole.save()
    return True


def _locked_row(account: str, address: str, at: datetime) -> SignInFailure:
    row, _ = SignInFailure.objects.select_for_update().get_or_create(
        account=account, address=address, defaults={"last_at": at}
    )
    return row


def _add_failure(row: SignInFailure, at: datetime) -> None:
    row.failures = 1 if at - row.last_at > FORGET else row.failures + 1
    row.last_at = at


def slowness(account: str, at: datetime) -> float:
    """Seconds to wait before the answer, from the failures of this account from anywhere in the last hour."""
    row = SignInFailure.objects.filter(
        account=account, address="", last_at__gt=at - timedelta(hours=1)
    ).first()
    return min(SLOWEST, 0.1 * max(0, row.failures - SLOW_FROM)) if row else 0.0


def forget_failures(account: str, address: str) -> None:
    """A success clears its own address, and takes its own count off the account's."""
    SignInFailure.objects.filter(account=account, address=address).delete()
    SignInFailure.objects.filter(account=account, address="", failures__gt=0).update(
        failures=F("failures") - 1
    )


def unlock_person(*, user: User, at: datetime, actor: User) -> int:
    """Forget the person's failures: he may try again at once. Returns how many places were locked."""
    locked = SignInFailure.objects.filter(account=account_key(user), locked_until__gt=at).count()
    SignInFailure.objects.filter(account=account_key(user)).delete()
    record(action="person.unlock", target=user, at=at, actor=actor)
    return locked


def record_refusal(user: User | None, address: str, at: datetime) -> None:
    """Refusals are logged, at most some a minute and address, so that nobody fills the log."""
    minute = AuditRecord.objects.filter(
        action="sign_in.refuse", address=address[:64], at__gt=at - timedelta(minutes=1)
    )
    if len(minute.values_list("pk")[:LOGGED_REFUSALS]) < LOGGED_REFUSALS:
        record(
            action="sign_in.refuse",
            target=user or SignInFailure(),
            at=at,
            actor=None,
            address=address,
        )


def record_denial(*, user: User, route: str, at: datetime) -> None:
    """Somebody known asked for what he may not have; at most some a minute and person are logged."""
    minute = AuditRecord.objects.filter(action="access.refuse", actor=user, at__gt=at - timedelta(minutes=1))
    if len(minute.values_list("pk")[:LOGGED_DENIALS]) < LOGGED_DENIALS:
        record(action="access.refuse", target=user, at=at, actor=user, after={"route": route})
