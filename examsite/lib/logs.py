"""Log lines without secrets and without people: what looks like one is taken out, wherever it came from.

Nothing of this site writes a name, a number or a token into a log on purpose. But an address that failed, or
a database's complaint about a row, may carry one.
"""

from __future__ import annotations

import logging
import re

# The token in the address of a slip; the attempt's bearer token; signed values in general.
_TICKET = re.compile(r"(/t/)[^\s/?\"'<>]+")
_BEARER = re.compile(r"(\bAttempt\s+)[A-Za-z0-9_\-.=:]{16,}")
_QUERY = re.compile(r"(?<=\S)\?[^\s\"'<>]+=[^\s\"'<>]*")
# Telephone numbers and numbers of identity cards; not inside longer words, such as ids.
_NUMBERS = re.compile(r"(?<![0-9A-Za-z])(?:1[3-9]\d{9}|\d{17}[0-9Xx]|\d{15})(?![0-9A-Za-z])")
# What PostgreSQL tells of a row: DETAIL: Key (username)=(zhangsan) already exists.
_ROW = re.compile(r"(Key \([^)]*\)=|Failing row contains )\([^)]*\)")


def masked(text: str) -> str:
    """The text without tokens, query strings, telephone and identity numbers, and values of rows."""
    text = _TICKET.sub(r"\1…", text)
    text = _BEARER.sub(r"\1…", text)
    text = _ROW.sub(r"\1(…)", text)
    return _NUMBERS.sub("…", _QUERY.sub("?…", text))


class MaskingFormatter(logging.Formatter):
    """Masks the finished line, its traceback included; line breaks in a message cannot forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")
