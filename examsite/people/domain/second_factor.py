"""The second factor of staff: an authenticator app (TOTP, RFC 6238) and recovery codes on paper."""

from __future__ import annotations

from datetime import datetime

import pyotp
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from examsite.lib.errors import Conflict, Invalid
from examsite.lib.ids import random_code

from ..models import RecoveryCode, SecondFactor, User
from ..sealed import digest, seal, unseal
from .accounts import require_reset
from .audit import record
from .tries import SignInRefused, count_try, forget_failures, record_refusal

CODE_DIGITS, CODE_STEP = 6, 30  # RFC 6238's usual digits and seconds
RECOVERY_CODES = 10
CODE_REFUSED = "动态口令没对上。请看手机上最新的6位数字，并检查手机时间是否准确；连续输错5次要等15分钟。"


def new_secret() -> str:
    """A fresh secret (base32) for an authenticator app; it counts after `turn_on`."""
    return pyotp.random_base32()


@transaction.atomic
def turn_on(*, user: User, secret: str, code: str, at: datetime) -> list[str]:
    """The first right code turns the second factor on; returns the recovery codes, shown this once.

    Raises Conflict where one is in use (it is removed first, with a code), Invalid for a wrong code.
    """
    if has_second_factor(user):
        raise Conflict("in_use", "动态口令已经启用；要换手机，请先停用。")
    step = _step_of(secret, code, at)
    if step is None:
        raise Invalid("code", CODE_REFUSED)
    SecondFactor.objects.create(user=user, secret_sealed=seal(secret), since=at, last_step=step)
    record(action="second_factor.on", target=user, at=at, actor=user)
    return renew_recovery_codes(user=user, at=at)


@transaction.atomic
def renew_recovery_codes(*, user: User, at: datetime) -> list[str]:
    """Ten new codes on paper ("AB3D-9K2M-XY"); the old ones die."""
    RecoveryCode.objects.filter(user=user).delete()
    codes = [random_code(10) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code_hash=make_password(one)) for one in codes)
    record(action="second_factor.codes", target=user, at=at, actor=user)
    return [f"{one[:4]}-{one[4:8]}-{one[8:]}" for one in codes]


def has_second_factor(user: User) -> bool:
    return SecondFactor.objects.filter(user=user).exists()


def check_second_factor(*, user: User, code: str, at: datetime) -> None:
    """Accept a code of the app, once, or a recovery code, once. Raises SignInRefused.

    Here the account alone locks: only who knows the password gets this far.
    """
    account = digest("second-factor", str(user.pk))
    if not count_try(account, "second-factor", at):
        record_refusal(user, "second-factor", at)
        raise SignInRefused("refused", CODE_REFUSED)
    text = "".join(code.split()).replace("-", "").upper()
    fits = _use_app_code(user, text, at) if text.isdigit() else _use_recovery_code(user, text, at)
    if not fits:
        record_refusal(user, "second-factor", at)
        raise SignInRefused("refused", CODE_REFUSED)
    forget_failures(account, "second-factor")


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step the code belongs to: this one, the last or the next; None for a wrong code."""
    app = pyotp.TOTP(secret, digits=CODE_DIGITS, interval=CODE_STEP)
    now = int(at.timestamp()) // CODE_STEP
    text = "".join(code.split())
    if not text.isascii():  # the library takes look-alikes of digits for digits
        return None
    for step in (now, now - 1, now + 1):
        if pyotp.utils.strings_equal(app.generate_otp(step), text):
            return step
    return None


def _use_app_code(user: User, code: str, at: datetime) -> bool:
    row = SecondFactor.objects.filter(user=user).first()
    step = _step_of(unseal(row.secret_sealed), code, at) if row else None
    return (
        step is not None
        and SecondFactor.objects.filter(user=user, last_step__lt=step).update(last_step=step) == 1
    )


def _use_recovery_code(user: User, code: str, at: datetime) -> bool:
    for one in RecoveryCode.objects.filter(user=user, used_at__isnull=True):
        if check_password(code, one.code_hash):
            used = RecoveryCode.objects.filter(pk=one.pk, used_at__isnull=True).update(used_at=at)
            if used:
                record(action="second_factor.recovery", target=user, at=at, actor=user)
            return used == 1
    return False


@transaction.atomic
def remove_second_factor(*, user: User, at: datetime, actor: User | None, reason: str = "") -> None:
    """Turn it off: by the person himself, or by an officer above when telephone and codes are lost."""
    require_reset(actor, user)
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    record(action="second_factor.off", target=user, at=at, actor=actor, reason=reason)


def app_address(*, user: User, secret: str) -> str:
    """What the QR code says to an authenticator app (otpauth://)."""
    app = pyotp.TOTP(secret, digits=CODE_DIGITS, interval=CODE_STEP)
    return app.provisioning_uri(name=user.username or user.name, issuer_name="学法考试平台")
