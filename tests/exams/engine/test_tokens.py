"""A token says what was sealed into it, and nothing else is a token."""

from __future__ import annotations

import base64
from uuid import UUID

import pytest

from exams.engine.tokens import BadToken, Claims, issue_token, read_token

CLAIMS = Claims(
    UUID("01890a5d-ac96-774b-bcce-b302099a8057"), UUID("01890a5d-ac96-774b-bcce-b302099a8058"), 3, "平板-1"
)
TOKEN = issue_token("secret", CLAIMS)


def test_what_goes_in_comes_out() -> None:
    assert read_token("secret", TOKEN) == CLAIMS


def test_a_token_is_safe_in_a_header() -> None:
    assert TOKEN.isascii()
    assert "=" not in TOKEN


def flipped(position: int) -> str:
    raw = bytearray(base64.urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4)))
    raw[position] ^= 1
    return base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()


@pytest.mark.parametrize("position", range(0, 69, 4))
def test_every_changed_byte_is_seen(position: int) -> None:
    with pytest.raises(BadToken):
        read_token("secret", flipped(position))


@pytest.mark.parametrize(
    "text",
    ["", "a", "not a token", TOKEN[:-4], TOKEN + "AAAA", "字", "A" * 200, TOKEN.replace("-", "+") + "!"],
)
def test_what_is_not_a_token(text: str) -> None:
    with pytest.raises(BadToken):
        read_token("secret", text)


def test_another_secret_refuses_it() -> None:
    with pytest.raises(BadToken):
        read_token("other", TOKEN)
