"""Text → XML. Everything is escaped; what XML 1.0 cannot hold is dropped."""

from __future__ import annotations

import html
import re

from .richtext import to_html

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: str) -> str:
    """A text for an element or an attribute in double quotes."""
    return html.escape(_ILLEGAL.sub("", text)).replace("&#x27;", "'").replace("\r", "&#13;")


def attribute(text: str) -> str:
    """A text for an attribute: line ends and tabs are kept."""
    return escape(text).replace("\n", "&#10;").replace("\t", "&#9;")


def xhtml(text: str) -> str:
    """A text of the bank as well-formed XHTML inside a block, in the elements that QTI 2 allows."""
    markup = _ILLEGAL.sub("", to_html(text)).replace("<br>", "<br/>").replace("&nbsp;", "&#160;")
    for tag, name in (("u", "underline"), ("s", "strike")):
        markup = markup.replace(f"<{tag}>", f'<span class="{name}">').replace(f"</{tag}>", "</span>")
    return markup
