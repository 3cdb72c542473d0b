"""Words of this app for templates of all apps."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from .. import words
from ..domain.voice import unseen_messages

register = template.Library()
register.filter("action_words", words.action_words)
register.filter("detail_words", words.detail_words)


@register.inclusion_tag("people/messages.html", takes_context=True)
def site_messages(context: Context) -> dict[str, Any]:
    """The person's messages that he has not put away yet."""
    user = context["request"].user
    unseen = unseen_messages(user=user) if user.is_authenticated else []
    return {"unseen": unseen, "csrf_token": context.get("csrf_token")}
