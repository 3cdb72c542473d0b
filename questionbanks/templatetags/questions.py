"""Items in templates: texts as safe HTML, keys in words, tags of states."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from examsite.lib.percent import format_share

from ..differences import key_words
from ..formats.richtext import to_html, to_plain
from ..kinds.base import Question
from ..kinds.registry import KINDS
from ..models import ImportState, ItemState

register = template.Library()

_TAGS = {
    ItemState.DRAFT: "tag-off",
    ItemState.IN_REVIEW: "tag-warn",
    ItemState.APPROVED: "tag-ok",
    ItemState.RETIRED: "tag-off",
    ImportState.READING: "tag-now",
    ImportState.FAILED: "tag-bad",
    ImportState.REVIEW: "tag-warn",
    ImportState.STORED: "tag-ok",
    ImportState.DISCARDED: "tag-off",
    ImportState.UNDONE: "tag-off",
}


@register.filter
def rich(text: str) -> SafeString:
    """A text of an item for a page: escaped, or cleaned where it is restricted HTML."""
    return mark_safe(to_html(text))  # noqa: S308 - to_html escapes plain texts and cleans rich ones with nh3


@register.filter
def plain(text: str) -> str:
    """A text of an item without markup."""
    return to_plain(text)


@register.filter
def key_text(question: Question) -> str:
    """The key in words."""
    return key_words(question)


@register.filter
def has_stray_key(question: Question) -> bool:
    """Whether the key names a choice that is not there."""
    return isinstance(question.key, tuple) and not set(question.key) <= set(question.labels)


@register.filter
def kind_label(code: str) -> str:
    """单选题, 多选题, …"""
    return KINDS[code].label if code in KINDS else code


@register.filter
def state_tag(state: str) -> str:
    """The class of the tag for a state of an item or of an import."""
    return _TAGS.get(state, "")


@register.filter
def percent(score: float) -> str:
    """A likeness as people say it: 0.97 → "97%"; never 100% for less than the same."""
    return f"{int(score * 100)}%"


@register.filter
def share(value: float | None) -> str:
    """A share of 0..1 as a percentage of one decimal; "—" for one that cannot be said."""
    return "—" if value is None else format_share(float(value))


@register.filter
def dots(text: str, length: int = 80) -> str:
    """The beginning of a text, without markup."""
    flat = " ".join(to_plain(text).split())
    return flat if len(flat) <= length else f"{flat[:length]}…"
