"""The refusal of a whole file."""

from __future__ import annotations


class Unreadable(Exception):
    """The file as a whole cannot be read. `message` says what it is and what to do (Chinese)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
