"""Being signed in, as the browser's session knows it; for the faces of all apps.

Whoever still owes a step (second factor, new password) is not signed in: the session remembers him by halves
(`Half`) until the step is done. The sign-ins of staff end when idle. Denials go into the audit log.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import get_user, login, logout
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from examsite.lib import clock

from .domain.accounts import is_staff
from .domain.audit import coming_from
from .domain.second_factor import has_second_factor
from .domain.signing_in import record_sign_in, record_sign_out
from .domain.tries import record_denial
from .models import User

BACKEND = "examsite.people.backends.RoleBackend"
BROWSER = "browser"
HALF_LIFETIME = timedelta(minutes=15)
# Proofs that are good enough to sit an exam, and for nothing else.
BEARER_WAYS = ("ticket", "slip")
SURE_LIFETIME = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)  # how often "seen" is written: not with every request

View = Callable[..., HttpResponse]


def address_of(request: HttpRequest) -> str:
    """Where the request comes from: the connection, or what our own proxies say of it.

    Of X-Forwarded-For only the entries that our `PROXY_HOPS` proxies added count; the rest may be forged.
    """
    hops = settings.PROXY_HOPS
    if hops:
        forwarded = request.headers.get("X-Forwarded-For", "")
        entries = [one.strip() for one in forwarded.split(",") if one.strip()]
        if len(entries) >= hops:
            return entries[-hops][:64]
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


# --- Going in and out ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Half:
    """Somebody who has shown a first proof: who, how, when, and where he wanted to go."""

    user: str
    way: str
    at: float
    next: str
    coded: bool = False


def next_step(user: User, half: Half) -> str | None:
    """What is still owed before the person is in: "code", "enrol", "password"; None when nothing is."""
    if not is_staff(user):
        return None
    if has_second_factor(user) and not half.coded:
        return "code"
    if settings.STAFF_TOTP and not half.coded:
        return "enrol"
    days = settings.STAFF_PASSWORD_DAYS
    if days and half.way == "password" and user.password_changed_at is not None:
        proven = datetime.fromtimestamp(half.at, tz=user.password_changed_at.tzinfo)
        if proven - user.password_changed_at > timedelta(days=days):
            return "password"
    return None


def begin(request: HttpRequest, user: User, *, way: str, at: datetime, next_url: str = "") -> str | None:
    """After a first proof: go in, or remember the half; returns the step still owed, if any."""
    half = Half(user=str(user.pk), way=way, at=at.timestamp(), next=next_url)
    return _go_on(request, user, half, at)


def proceed(request: HttpRequest, *, at: datetime, coded: bool = False) -> str | None:
    """After a further step is done: the next one, or None when the person is in."""
    half = half_of(request, at)
    user = half_user(request, at)
    if half is None or user is None:
        return "begin"
    if coded:
        half = Half(**{**asdict(half), "coded": True})
    return _go_on(request, user, half, at)


def _go_on(request: HttpRequest, user: User, half: Half, at: datetime) -> str | None:
    step = next_step(user, half)
    if step is None:
        enter(request, user, way=half.way, at=at)
    else:
        request.session["half"] = asdict(half)
    return step


def half_of(request: HttpRequest, at: datetime) -> Half | None:
    """The half sign-in of this session, while it is fresh."""
    data = request.session.get("half")
    if not data or at.timestamp() - data["at"] > HALF_LIFETIME.total_seconds():
        return None
    return Half(**data)


def half_user(request: HttpRequest, at: datetime) -> User | None:
    half = half_of(request, at)
    return User.objects.filter(pk=half.user, is_active=True).first() if half else None


def enter(
    request: HttpRequest, user: User, *, way: str, at: datetime, ends_at: datetime | None = None
) -> None:
    """The person is in: a new session key, a line in the log. `ends_at` bounds a ticket's sign-in."""
    request.session.pop("half", None)
    browser = browser_mark(request) or secrets.token_hex(12)
    with transaction.atomic():  # one wait for the disk, at the rush before an exam
        login(request, user, backend=BACKEND)
        record_sign_in(user=user, way=way, at=at)
        request.session[BROWSER] = browser
        request.session["way"] = way
        if way not in BEARER_WAYS and is_staff(user):
            request.session["staff_seen"] = at.timestamp()
            request.session["sure_at"] = at.timestamp()
        if ends_at is not None:
            request.session.set_expiry(ends_at)
        request.session.save()
    _mark(request, user, way)


def renew(request: HttpRequest) -> None:
    """A new, empty session, also for who was signed in here before; only the browser's mark goes over."""
    browser = browser_mark(request)
    request.session.flush()
    if browser:
        request.session[BROWSER] = browser


def browser_mark(request: HttpRequest) -> str:
    """A random mark that is the same for all who signed in, one after the other, in this browser; "" before
    the first did. By it the office learns that several people sat on one device; signing out ends it."""
    found: str = request.session.get(BROWSER, "")
    return found


def leave(request: HttpRequest, *, at: datetime) -> None:
    """Out: the session is gone from the store, the line is in the log."""
    if request.user.is_authenticated:
        record_sign_out(user=User.objects.get(pk=request.user.pk), at=at)
    logout(request)
    _mark(request, request.user, "")


# --- Being sure, for grave steps -------------------------------------------------------------------------


def is_sure(request: HttpRequest, at: datetime) -> bool:
    """Whether the person has proven himself within the last ten minutes."""
    return at.timestamp() - request.session.get("sure_at", 0) <= SURE_LIFETIME.total_seconds()


def make_sure(request: HttpRequest, at: datetime) -> None:
    request.session["sure_at"] = at.timestamp()


def sure(view: View) -> View:
    """A page for a grave step: who has not proven himself lately does so first, and comes back."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not is_sure(request, clock.now()):
            back = request.get_full_path() if request.method == "GET" else request.headers.get("referer", "")
            return HttpResponseRedirect(f"{reverse('people:confirm')}?{urlencode({'next': back})}")
        return view(request, *args, **kwargs)

    return wrapped


# --- Every request ---------------------------------------------------------------------------------------


class SignInMiddleware:
    """Ends idle sign-ins of staff, gives the audit log the address, and logs denials.

    Lazy: a request that never asks who it is (the saving of answers) costs no session and no query here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(lambda: _present(request))  # type: ignore[assignment]
        with coming_from(address_of(request)):
            response = self.get_response(request)
            if response.status_code == 403:
                self._log_denial(request)
        return response

    @staticmethod
    def _log_denial(request: HttpRequest) -> None:
        user = getattr(request, "_present_user", None)
        if isinstance(user, User):
            match = request.resolver_match
            record_denial(user=user, route=match.view_name if match else "", at=clock.now())


def _present(request: HttpRequest) -> Any:
    """The person of the session, unless he has been away too long."""
    if hasattr(request, "_present_user"):
        return request._present_user
    user, session = get_user(request), request.session
    if user.is_authenticated and "staff_seen" in session:
        away = clock.now().timestamp() - session["staff_seen"]
        if away > settings.STAFF_IDLE_MINUTES * 60:
            session.flush()
            session["idled"] = True
            user = AnonymousUser()
        elif away > SEEN_EVERY.total_seconds():
            session["staff_seen"] = clock.now().timestamp()
    return _mark(request, user, session.get("way", "") if user.is_authenticated else "")


def _mark(request: HttpRequest, user: Any, way: str) -> Any:
    """Remember who it is; whoever holds only a slip is a candidate, whatever roles he has."""
    user.as_candidate = way in BEARER_WAYS
    request._present_user = user  # type: ignore[attr-defined]
    return user
