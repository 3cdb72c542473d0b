"""A person's account: made once, kept for good; password, blocking, one-time links."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from examsite.lib.errors import Conflict, Forbidden, Invalid
from examsite.lib.ids import random_token
from examsite.lib.names import name_fault, tidy_name

from ..models import RoleGrant, SignInLink, Unit, User
from ..rules import may_reset
from ..sealed import digest, people_with_phone, read_phone, set_phone
from .audit import record

LINK_LIFETIME = timedelta(days=3)
USERNAME = re.compile(r"[a-z0-9][a-z0-9._\-]{1,63}")


def clean_name(text: str) -> str:
    """The name without stray spaces. Raises Invalid for what is no name."""
    name = tidy_name(text)
    if fault := name_fault(name):
        raise Invalid("name", f"{fault}。")
    return name


def clean_username(text: str | None) -> str | None:
    """The user name in lower case, or None. Raises Invalid for characters hard to type or read aloud."""
    username = (text or "").strip().lower()
    if username and not USERNAME.fullmatch(username):
        raise Invalid("username", "用户名为2至64个字母、数字、点、横线或下划线，以字母或数字开头。")
    return username or None


@transaction.atomic
def create_person(
    *,
    name: str,
    at: datetime,
    actor: User | None,
    username: str | None = None,
    phone: str = "",
    name_note: str = "",
    birth_year: int | None = None,
    unit: Unit | None = None,
) -> User:
    """A new person without a password. `unit` is where the deed is logged; membership is another step.

    Raises Invalid for a bad name, user name or number, Conflict for a user name that is taken.
    """
    user = User(
        name=clean_name(name),
        name_note=name_note.strip()[:32],
        username=clean_username(username),
        birth_year=_clean_year(birth_year, at),
    )
    _refuse_taken(user)
    set_phone(user, phone)
    user.set_unusable_password()
    user.save(force_insert=True)
    record(action="person.create", target=user, at=at, actor=actor, unit=unit)
    return user


@transaction.atomic
def change_person(
    *,
    user: User,
    at: datetime,
    actor: User,
    name: str,
    name_note: str = "",
    username: str | None = None,
    phone: str | None = None,
    birth_year: int | None = None,
    unit: Unit | None = None,
    reason: str = "",
) -> User:
    """Correct what is known of a person. `phone` None leaves the number as it is, "" removes it.

    The log says that the number changed, never which it was.
    """
    require_reset(actor, user)
    before = {"name": user.name, "name_note": user.name_note, "username": user.username}
    before["birth_year"] = user.birth_year
    had_phone = user.phone_index
    user.name, user.name_note = clean_name(name), name_note.strip()[:32]
    user.username = clean_username(username)
    user.birth_year = _clean_year(birth_year, at)
    _refuse_taken(user)
    if phone is not None:
        set_phone(user, phone)
    after = {"name": user.name, "name_note": user.name_note, "username": user.username}
    after["birth_year"] = user.birth_year
    changed = {key for key in after if after[key] != before[key]}
    if user.phone_index != had_phone:
        changed.add("phone")
        before["phone"], after["phone"] = ("有" if had_phone else ""), ("已更新" if user.phone_index else "")
    if changed:
        user.save()
        record(
            action="person.change",
            target=user,
            at=at,
            actor=actor,
            unit=unit,
            before={key: before[key] for key in sorted(changed)},
            after={key: after[key] for key in sorted(changed)},
            reason=reason,
        )
    return user


def _clean_year(year: int | None, at: datetime) -> int | None:
    if year is not None and not at.year - 120 <= year <= at.year - 14:
        raise Invalid("birth_year", f"出生年份“{year}”不对，请填写四位年份。")
    return year


def _refuse_taken(user: User) -> None:
    taken = user.username and User.objects.filter(username=user.username).exclude(pk=user.pk).exists()
    if taken:
        raise Conflict("username_taken", f"用户名“{user.username}”已有人使用。")


@transaction.atomic
def set_password(*, user: User, password: str, at: datetime, actor: User | None) -> User:
    """A new password; every other sign-in of the person ends. Raises Invalid for a weak one, in words."""
    weak = password_faults(user, password)
    if weak:
        raise Invalid("weak_password", "".join(weak))
    user.set_password(password)
    user.password_changed_at = at
    user.save(update_fields=["password", "password_changed_at"])
    record(action="person.password", target=user, at=at, actor=actor)
    return user


def password_faults(user: User, password: str) -> list[str]:
    """What is wrong with the password, in sentences; empty when it will do."""
    faults: list[str] = []
    try:
        validate_password(password, user)
    except ValidationError as error:
        faults += error.messages
    classes = sum(bool(re.search(one, password)) for one in (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]"))
    if classes < 3 and len(password) < 20:
        faults.append("请混用大写字母、小写字母、数字、符号中的至少三种（20个字符以上不限）。")
    phone = read_phone(user) if user.phone_sealed else ""
    if phone and phone in password:
        faults.append("密码里不要用自己的手机号。")
    return faults


@transaction.atomic
def end_sign_ins(*, user: User, at: datetime, actor: User | None, reason: str = "") -> None:
    """Everywhere the person is signed in, the next request finds him signed out."""
    User.objects.filter(pk=user.pk).update(sign_in_epoch=F("sign_in_epoch") + 1)
    user.refresh_from_db(fields=["sign_in_epoch"])
    record(action="person.end_sign_ins", target=user, at=at, actor=actor, reason=reason)


@transaction.atomic
def sign_out_everywhere(*, user: User, at: datetime, actor: User | None, reason: str = "") -> None:
    """The same on an officer's (or the person's own) order: a telephone is lost."""
    require_reset(actor, user)
    end_sign_ins(user=user, at=at, actor=actor, reason=reason)


Told = Callable[..., object]
_told_of_blocks: list[Told] = []


def on_block(function: Told) -> Told:
    """Register who is told when a person is blocked or unblocked, in the same transaction.

    It is called with user, blocked, at, actor, reason. Other apps shut the doors that need no sign-in.
    """
    _told_of_blocks.append(function)
    return function


def _tell_of_block(*, user: User, blocked: bool, at: datetime, actor: User, reason: str) -> None:
    for tell in _told_of_blocks:
        tell(user=user, blocked=blocked, at=at, actor=actor, reason=reason)


@transaction.atomic
def block_person(*, user: User, at: datetime, actor: User, reason: str, unit: Unit | None = None) -> User:
    """Nobody signs in with this account until it is unblocked; its present sign-ins end at once."""
    if not reason.strip():
        raise Invalid("no_reason", "请写明停用的理由。")
    if user.pk == actor.pk:
        raise Conflict("self", "不能停用自己的账号。")
    require_reset(actor, user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(action="person.block", target=user, at=at, actor=actor, unit=unit, reason=reason)
    end_sign_ins(user=user, at=at, actor=actor, reason=reason)
    _tell_of_block(user=user, blocked=True, at=at, actor=actor, reason=reason)
    return user


@transaction.atomic
def unblock_person(*, user: User, at: datetime, actor: User, unit: Unit | None = None) -> User:
    """The account works again. A merged or forgotten one stays closed."""
    require_reset(actor, user)
    if user.merged_into_id or user.forgotten_at:
        raise Conflict("closed", "这个账号已并入他人或已删除个人信息，不能再启用。")
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(action="person.unblock", target=user, at=at, actor=actor, unit=unit)
    _tell_of_block(user=user, blocked=False, at=at, actor=actor, reason="")
    return user


@transaction.atomic
def issue_link(*, user: User, at: datetime, actor: User | None, unit: Unit | None = None) -> str:
    """The token of a one-time link for the first sign-in or a forgotten password; earlier links die.

    It is returned once and stored as a keyed digest. Raises Conflict for an account that may not sign in,
    Invalid for one that has no name to sign in with later.
    """
    require_reset(actor, user)
    if not user.is_active:
        raise Conflict("blocked", "这个账号已停用，不能发登录链接。")
    if not user.username and people_with_phone(read_phone(user)).filter(is_active=True).count() != 1:
        raise Invalid("no_identifier", "请先为其设置用户名，或登记一个不与他人共用的手机号。")
    SignInLink.objects.filter(user=user, used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
    token = random_token()
    SignInLink.objects.create(
        user=user,
        token_digest=digest("sign-in-link", token),
        issued_by=actor,
        issued_at=at,
        expires_at=at + LINK_LIFETIME,
    )
    record(action="person.link", target=user, at=at, actor=actor, unit=unit)
    return token


def require_reset(actor: User | None, user: User) -> None:
    """Raise Forbidden unless `actor` may give the person a new way in; None is the command line."""
    if actor is not None and not may_reset(actor, user):
        raise Forbidden(
            "not_above", f"“{user}”担任的角色须由上级考务（县级由运维用命令行）重设登录方式，同级不能代办。"
        )


def is_staff(user: User) -> bool:
    """Whether the person holds a role (or runs the site), so that the stricter rules of signing in apply."""
    return (
        user.is_staff
        or user.is_superuser
        or RoleGrant.objects.filter(user=user, ended_at__isnull=True).exists()
    )
