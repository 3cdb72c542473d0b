"""Identifiers and secrets: UUIDv7 keys, opaque codes for people, random tokens and their digests."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
import uuid

# No 0/O, 1/I/L: these codes are read aloud and typed by hand.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def uuid7() -> uuid.UUID:
    """A time-ordered random identifier (RFC 9562, version 7). It is not a secret: it opens nothing."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return uuid.UUID(int=value)


def random_code(length: int) -> str:
    """A code for reading aloud, from a cryptographic source; about 4.95 bits a character."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def random_digits(length: int) -> str:
    """Decimal digits from a cryptographic source."""
    return "".join(secrets.choice("0123456789") for _ in range(length))


def random_token() -> str:
    """A bearer secret of 192 bits, URL-safe."""
    return secrets.token_urlsafe(24)


def keyed_digest(secret: str, purpose: str, value: str) -> str:
    """Lower-hex HMAC-SHA-256 of `value`, for secrets that have 112 bits or more (ASVS 6.5.2).

    `purpose` separates uses of the same secret.
    """
    return hmac.new(f"{purpose}\x00{secret}".encode(), value.encode(), hashlib.sha256).hexdigest()
