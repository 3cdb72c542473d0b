"""Telephone numbers at rest: AES-256-GCM with a key id, and a keyed digest for finding doubles."""

from __future__ import annotations

import base64
import hashlib
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .ids import keyed_digest

KEY_ID = "1"


def _key(secret: str) -> bytes:
    return hashlib.sha256(f"sealing\x00{secret}".encode()).digest()


def seal(text: str, secret: str) -> str:
    """The text encrypted: "<key id>.<base64 of nonce and ciphertext>"; empty stays empty."""
    if not text:
        return ""
    nonce = os.urandom(12)
    sealed = AESGCM(_key(secret)).encrypt(nonce, text.encode(), KEY_ID.encode())
    return f"{KEY_ID}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, secret: str) -> str:
    """Inverse of `seal`; ValueError for an unknown key id, InvalidTag for a changed text."""
    if not sealed:
        return ""
    key_id, _, data = sealed.partition(".")
    if key_id != KEY_ID:
        raise ValueError(f"unknown key id {key_id!r}")
    raw = base64.urlsafe_b64decode(data)
    return AESGCM(_key(secret)).decrypt(raw[:12], raw[12:], key_id.encode()).decode()


def phone_index(phone: str, secret: str) -> str:
    """The digest by which equal telephone numbers find each other; empty for an empty number."""
    return keyed_digest(secret, "phone", phone) if phone else ""


def seal_bytes(data: bytes, secret: str) -> bytes:
    """Bytes encrypted (a file that waits to be imported): nonce and ciphertext."""
    nonce = os.urandom(12)
    return nonce + AESGCM(_key(secret)).encrypt(nonce, data, KEY_ID.encode())


def unseal_bytes(sealed: bytes, secret: str) -> bytes:
    """Inverse of `seal_bytes`."""
    return AESGCM(_key(secret)).decrypt(sealed[:12], sealed[12:], KEY_ID.encode())
