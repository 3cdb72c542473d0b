"""Signing in over the API: by ticket, by password, or by name and the digits on the slip."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.lib.errors import DomainError, Forbidden, Invalid
from examsite.people import sessions
from examsite.people.domain.second_factor import check_second_factor
from examsite.people.domain.signing_in import sign_in_with_password
from examsite.people.models import User

from ..domain.tickets import find_by_slip, find_ticket
from ..models import Ticket
from . import schema
from .exam_view import ExamView

# A sign-in by ticket outlives the window by this much: somebody may have been given more time.
AFTER_WINDOW = timedelta(hours=4)
WAYS = ({"ticket"}, {"username", "password"}, {"username", "password", "code"}, {"name", "slip_code"})


class StepOwed(DomainError):
    """The proof was right, but the account asks for more than this call can take."""

    status = 403


def enter_by_ticket(request: Request, ticket: Ticket, *, way: str, at: object) -> User:
    """Sign the ticket's candidate in, for this exam only and as a candidate only.

    Every sign-in begins a new session, also for the person who was signed in here before.
    """
    user = ticket.entry.user
    sessions.renew(request)
    ends_at = max(ticket.expires_at, at) + AFTER_WINDOW
    request.session["exam"] = str(ticket.entry.exam_id)
    sessions.enter(request, user, way=way, at=at, ends_at=ends_at)
    return user


class SignIn(ExamView):
    """JSON only and without a CSRF token, so a foreign page must not be able to call it."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="sign_in",
        tags=["exam"],
        auth=[],
        request=schema.SignInIn,
        responses=schema.replies(schema.SignInOut, 401, 403),
    )
    def post(self, request: Request) -> Response:
        """Sign in; sets the sign-in cookie. A ticket may be used as often as it is needed."""
        refuse_foreign_origin(request)
        proofs = self.read(schema.SignInIn)
        if set(proofs) not in WAYS:
            raise Invalid("ways", "请只用一种方式登录：准考凭证，用户名和密码，或姓名和6位数字。")
        user = self._enter(request, proofs)
        return Response({"candidate": {"display_name": user.name}, "csrf_token": get_token(request._request)})

    def _enter(self, request: Request, proofs: dict[str, str]) -> User:
        plain = request._request
        if "ticket" in proofs:
            ticket = find_ticket(token=proofs["ticket"], at=self.at)
            return enter_by_ticket(plain, ticket, way="ticket", at=self.at)
        if "name" in proofs:
            ticket = find_by_slip(name=proofs["name"], code=proofs["slip_code"], at=self.at)
            return enter_by_ticket(plain, ticket, way="slip", at=self.at)
        user = sign_in_with_password(
            identifier=proofs["username"],
            password=proofs["password"],
            address=sessions.address_of(plain),
            at=self.at,
        )
        sessions.renew(plain)
        step = sessions.begin(plain, user, way="password", at=self.at)
        if step == "code" and "code" in proofs:
            check_second_factor(user=user, code=proofs["code"], at=self.at)
            step = sessions.proceed(plain, at=self.at, coded=True)
        if step is not None:
            raise StepOwed("step_owed", "这个账号还要再验证一步，请在登录页面上登录。", step=step)
        return user


def refuse_foreign_origin(request: Request) -> None:
    """Raise Forbidden when a browser says that another site's page makes this call."""
    origin = request.headers.get("Origin")
    if origin is None or origin in settings.CSRF_TRUSTED_ORIGINS:
        return
    parts = urlsplit(origin)
    if parts.scheme != request.scheme or parts.netloc != request.get_host():
        raise Forbidden("foreign_origin", "这个登录请求来自别的网站，已拒绝。")
