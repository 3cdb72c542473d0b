"""The attempt token in a request: `Authorization: Attempt <token>`."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from examsite.lib.errors import DomainError, Forbidden

from ..engine.tokens import BadToken, Claims, issue_token, read_token
from ..models import Attempt

SCHEME = "Attempt"


class NoToken(DomainError):
    """The request carries no token of ours."""

    status = 401


def claims_of(request: HttpRequest, attempt_id: UUID) -> Claims:
    """What the request's token says. Raises NoToken for none or a forged one, Forbidden for another's."""
    scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme != SCHEME or not text:
        raise NoToken("no_token", "请重新进入考试。")
    try:
        claims = read_token(settings.SECRET_KEY, text.strip())
    except BadToken as error:
        raise NoToken("bad_token", "考试凭据无效，请重新进入考试。") from error
    if claims.attempt_id != attempt_id:
        raise Forbidden("wrong_attempt", "这份凭据不是这次作答的。")
    return claims


def token_for(attempt: Attempt, device: str) -> str:
    """The token of this device for the attempt as it stands."""
    return issue_token(settings.SECRET_KEY, Claims(attempt.pk, attempt.form_id, attempt.epoch, device))
