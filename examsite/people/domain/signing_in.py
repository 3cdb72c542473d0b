"""Ways in that need a secret: password, one-time link.

Equal answers, equal time: whatever is wrong (no such person, wrong password, blocked, locked), one password
hash is computed and one sentence is said.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from examsite.lib.errors import Conflict
from examsite.lib.phones import phone_fault, tidy_phone

from ..models import ExternalIdentity, SignInLink, User
from ..sealed import digest, people_with_phone
from .accounts import set_password
from .audit import record
from .tries import SignInRefused, account_key, count_try, forget_failures, record_refusal, slowness

REFUSED = (
    "用户名或密码没对上。连续输错5次，要等15分钟才能再试；忘了密码，请找本单位考务人员发一次性登录链接。"
)
UNKNOWN_IDENTITY = (
    "统一身份认证通过了，但本系统里没有对应的账号。请考务人员把您的用户名登记成统一身份认证的用户名。"
)


def sign_in_with_password(
    *,
    identifier: str,
    password: str,
    address: str,
    at: datetime,
    wait: Callable[[float], None] = time.sleep,
) -> User:
    """The person whose user name or telephone number and password these are.

    Raises SignInRefused for everything that does not fit. The second factor, where one is due, is the
    caller's next question.
    """
    user = _find(identifier)
    _prove(user, account_key(user, identifier), password, address, at, wait)
    assert user is not None
    return user


def prove_password(
    *, user: User, password: str, address: str, at: datetime, wait: Callable[[float], None] = time.sleep
) -> None:
    """Somebody who is in shows his password again. Raises SignInRefused; tries count as at the door."""
    _prove(user, account_key(user), password, address, at, wait)


def _prove(
    user: User | None, account: str, password: str, address: str, at: datetime, wait: Callable[[float], None]
) -> None:
    may_try = count_try(account, address, at)
    wait(slowness(account, at))
    if not _fits(user if may_try else None, password):
        record_refusal(user, address, at)
        raise SignInRefused("refused", REFUSED)
    forget_failures(account, address)


def record_sign_in(*, user: User, way: str, at: datetime) -> None:
    """The log's line for a completed sign-in; `way` is password, link, oidc, ticket or slip."""
    record(action="sign_in", target=user, at=at, actor=user, after={"way": way})


def record_sign_out(*, user: User, at: datetime) -> None:
    record(action="sign_out", target=user, at=at, actor=user)


# --- Passwords -----------------------------------------------------------------------------------------


def _find(identifier: str) -> User | None:
    """By user name, else by a telephone number that only one account has."""
    text = identifier.strip()[:64]
    user = User.objects.filter(username__in={text, text.lower()}).first() if text else None
    if user is None and tidy_phone(text) and phone_fault(text) is None:
        owners = list(people_with_phone(text).filter(is_active=True)[:2])
        user = owners[0] if len(owners) == 1 else None
    return user


def _fits(user: User | None, password: str) -> bool:
    """Whether the password is the person's; takes the time of one hash in every case."""
    if user is None or not user.is_active or not user.has_usable_password():
        make_password(password)
        return False
    return check_password(password, user.password)


# --- The county's identity provider ------------------------------------------------------------------------


@transaction.atomic
def sign_in_by_provider(*, provider: str, subject: str, username: str, at: datetime) -> User:
    """The person whom the county's identity provider says this is.

    At the first time he is found by his user name and bound to `subject`; from then on the subject alone
    counts. Nobody is created: who may sit an exam is decided by the roster, not by the provider.
    """
    identity = (
        ExternalIdentity.objects.select_related("user").filter(provider=provider, subject=subject).first()
    )
    if identity is None:
        name = username.strip().lower()
        user = User.objects.filter(username=name, is_active=True).first() if name else None
        if user is None or user.identities.filter(provider=provider).exists():
            raise SignInRefused("unknown_identity", UNKNOWN_IDENTITY)
        identity = ExternalIdentity.objects.create(user=user, provider=provider, subject=subject, bound_at=at)
        record(action="person.bind", target=user, at=at, actor=user, after={"provider": provider})
    if not identity.user.is_active:
        raise SignInRefused("unknown_identity", UNKNOWN_IDENTITY)
    return identity.user


# --- One-time links --------------------------------------------------------------------------------------


def link_of(*, token: str, at: datetime) -> SignInLink:
    """The open link with this token. Raises SignInRefused for a wrong, used or old one, all alike."""
    link = (
        SignInLink.objects.select_related("user")
        .filter(
            token_digest=digest("sign-in-link", token.strip()),
            used_at__isnull=True,
            expires_at__gt=at,
            user__is_active=True,
        )
        .first()
    )
    if link is None:
        raise SignInRefused("refused", "这个链接已用过、已过期或不完整，请找考务人员重发。")
    return link


@transaction.atomic
def use_link(*, token: str, password: str, at: datetime) -> User:
    """Sign in by a one-time link and set the password. The link is dead afterwards.

    A password that will not do leaves the link alive.
    """
    link = link_of(token=token, at=at)
    if SignInLink.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=at) != 1:
        raise Conflict("used", "这个链接刚刚已被使用。")
    return set_password(user=link.user, password=password, at=at, actor=link.user)
