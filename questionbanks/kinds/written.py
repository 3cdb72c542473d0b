"""Two shared pieces of the kinds that are answered in writing: text checks and text folding."""

from __future__ import annotations

import re
import unicodedata

from .base import WireError

_DIGITS = {**{c: i for i, c in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_BIG_UNITS = {"万": 10_000, "亿": 100_000_000}
# Not beside a digit: "2千" is no Chinese numeral, and "1十" no number at all.
_NUMERAL = re.compile(
    r"(?<![\d零〇一二两三四五六七八九十百千万亿])[零〇一二两三四五六七八九十百千万亿]+(?!\d)"
)
_IGNORED = re.compile(r"[\s“”\"'‘’「」『』《》〈〉]+")
_END = "。.，,；;、"


def check_text(text: object, what: str) -> None:
    """Raise WireError unless `text` is a string that the database and the digest can carry."""
    if not isinstance(text, str):
        raise WireError(f"{what}的答案是文字")
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise WireError(f"{what}的答案含有无法保存的字符")


def numeral_value(numeral: str) -> int | None:
    """The number that a Chinese numeral stands for ("一百零三" → 103); None when it is not one number.

    Digits in a row ("二〇二六") are read digit by digit.
    """
    if all(char in _DIGITS for char in numeral):
        return int("".join(str(_DIGITS[char]) for char in numeral))
    total = section = digit = 0
    for char in numeral:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _UNITS:
            section += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            section += digit
            if section == 0:
                return None
            total += section * _BIG_UNITS[char]
            section = digit = 0
    return total + section + digit


def fold(text: str) -> str:
    """The form in which written answers are compared.

    NFKC (full width → half width), lower case, no white space, no quotation or title marks, no final
    stop, Chinese numerals as Arabic digits: 十五日 = 15日.
    """
    while (folded := _fold_once(text)) != text:  # a mark freed by one step may join a letter in the next
        text = folded
    return folded


def _fold_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    return _NUMERAL.sub(_arabic, _IGNORED.sub("", text).strip(_END))


def _arabic(match: re.Match[str]) -> str:
    value = numeral_value(match.group())
    return match.group() if value is None else str(value)
