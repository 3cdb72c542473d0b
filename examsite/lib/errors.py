"""Refusals as data: a stable code and a Chinese sentence; each face maps the family to its own form."""

from __future__ import annotations


class DomainError(Exception):
    """A rule of the house says no. `code` is stable and ASCII; `message` says what and what to do."""

    status = 400

    def __init__(self, code: str, message: str, **extra: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.extra = extra


class NotFound(DomainError):
    """The object does not exist or is out of the asker's sight; the two must look the same."""

    status = 404


class Forbidden(DomainError):
    """The person is known and may not do this."""

    status = 403


class Conflict(DomainError):
    """The present state does not allow this, now."""

    status = 409


class Invalid(DomainError):
    """The input does not hold together."""

    status = 400
