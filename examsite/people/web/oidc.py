"""The county's single sign-on: the library speaks with the provider, our own sign-in decides."""

from __future__ import annotations

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from examsite.lib import clock
from examsite.lib.errors import DomainError

from .. import sessions
from ..domain.signing_in import sign_in_by_provider
from .signing_in import STEPS, safe_next

logger = logging.getLogger(__name__)


class CountyAdapter(DefaultSocialAccountAdapter):
    """Never creates accounts, never stores what the provider tells beyond its name for the person."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The provider has said who it is: from here on it is our own door."""
        raise ImmediateHttpResponse(self._enter(request, sociallogin))

    @staticmethod
    def _enter(request: HttpRequest, sociallogin: Any) -> HttpResponse:
        account, at = sociallogin.account, clock.now()
        claims = {**account.extra_data.get("id_token", {}), **account.extra_data.get("userinfo", {})}
        try:
            user = sign_in_by_provider(
                provider=account.provider,
                subject=account.uid,
                username=str(claims.get(settings.OIDC_USERNAME_CLAIM, "")),
                at=at,
            )
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("people:sign_in")
        wanted = safe_next(request, sociallogin.state.get("next") or "")
        step = sessions.begin(request, user, way="oidc", at=at, next_url=wanted)
        return redirect(STEPS[step] if step else wanted or "home")

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Something went wrong between the provider and us: back to the door, with a sentence."""
        logger.warning("single sign-on failed: %s %s", error, type(exception).__name__ if exception else "")
        messages.error(request, "统一身份认证没有完成，请再试一次；还不行，请用用户名和密码登录。")
        raise ImmediateHttpResponse(redirect("people:sign_in"))
