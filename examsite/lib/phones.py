"""Telephone numbers as people write them."""

from __future__ import annotations

import re
import unicodedata

_NOISE = re.compile(r"[\s\-—–_.()]+")
_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1\d{10}$)")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)


def tidy_phone(text: str) -> str:
    """The number without spaces, dashes, brackets, full-width forms and the prefix of China."""
    return _COUNTRY.sub("", _NOISE.sub("", unicodedata.normalize("NFKC", text)))


def phone_fault(text: str) -> str | None:
    """Why the text is no Chinese mobile number, in words; None when it is one (or empty)."""
    number = tidy_phone(text)
    if not number or _MOBILE.fullmatch(number):
        return None
    if _SCIENTIFIC.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", "")):
        return f"手机号成了科学计数法“{text.strip()}”，后几位已经丢失；请把该列设为文本格式后重新填写"
    if not number.isdigit():
        return f"手机号“{text.strip()}”里有数字以外的字符"
    if len(number) != 11:
        return f"手机号“{number}”是{len(number)}位，应为11位"
    return f"手机号“{number}”不是以13至19开头的手机号"


def masked_phone(number: str) -> str:
    """138****1234."""
    return f"{number[:3]}****{number[-4:]}" if len(number) == 11 else "****" if number else ""
