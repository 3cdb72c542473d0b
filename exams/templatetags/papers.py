"""The texts of items on pages."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from questionbanks.formats.richtext import to_html

from ..domain.reviews import number_asked
from ..models import ReviewRequest

register = template.Library()


@register.filter
def item_text(text: str) -> SafeString:
    """A text of an item as safe HTML: escaped, or cleaned where it is rich."""
    return mark_safe(to_html(text))  # noqa: S308 - to_html escapes or sanitises every text


@register.filter
def percent(share: float) -> str:
    """A share 0..1 as a percentage with one decimal."""
    return f"{share * 100:.1f}%"


@register.filter
def two_decimals(number: float) -> str:
    """A number with two decimals."""
    return f"{number:.2f}"


@register.filter
def asked_about(review: ReviewRequest) -> str:
    """What a review is asked for, as its candidate numbers the questions."""
    number = number_asked(review)
    return "整张试卷" if number is None else f"第{number}题"
