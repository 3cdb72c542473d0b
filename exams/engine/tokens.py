"""The attempt token: what a phone shows with every save instead of a sign-in.

It carries attempt, form, epoch and device, sealed by HMAC-SHA-256, so that the save path looks up nobody.
It needs no end of its own: whether the attempt is open is asked of its row with every call.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

_HEAD = struct.Struct(">B16s16sI")
_VERSION = 1
_SEAL = 32


class BadToken(ValueError):
    """Not a token of ours."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says of its bearer."""

    attempt_id: UUID
    form_id: UUID
    epoch: int
    device: str


def _seal(secret: str, body: bytes) -> bytes:
    return hmac.new(f"attempt-token\x00{secret}".encode(), body, hashlib.sha256).digest()


def issue_token(secret: str, claims: Claims) -> str:
    """The token as it goes into `Authorization: Attempt <token>`: URL-safe, without padding."""
    body = _HEAD.pack(_VERSION, claims.attempt_id.bytes, claims.form_id.bytes, claims.epoch)
    body += claims.device.encode()
    return base64.urlsafe_b64encode(_seal(secret, body) + body).rstrip(b"=").decode()


@lru_cache(maxsize=4096)  # a phone shows the same one with every save
def read_token(secret: str, text: str) -> Claims:
    """The claims of a token; BadToken for everything that was not issued with this secret."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadToken("not base64") from error
    seal, body = raw[:_SEAL], raw[_SEAL:]
    if not hmac.compare_digest(seal, _seal(secret, body)) or len(body) < _HEAD.size:
        raise BadToken("not ours")
    version, attempt, form, epoch = _HEAD.unpack_from(body)
    if version != _VERSION:
        raise BadToken("unknown version")
    return Claims(UUID(bytes=attempt), UUID(bytes=form), epoch, body[_HEAD.size :].decode())
