"""Words of this app for templates of all apps."""

from __future__ import annotations

from django import template

from .. import words

register = template.Library()
register.filter("action_words", words.action_words)
