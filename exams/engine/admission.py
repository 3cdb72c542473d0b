"""Admission numbers (准考证号): year 4 – series 2 – unit 4 – serial 4 – check digit.

"2026-11-0103-0027-5". The check digit is ISO 7064 MOD 11,10: every wrong digit and nearly every swap of two
neighbours is found when a number is typed.
"""

from __future__ import annotations

import re

_SHAPE = re.compile(r"(\d{4})-?(\d{2})-?(\d{4})-?(\d{4})-?(\d)")


def check_digit(digits: str) -> str:
    """The ISO 7064 MOD 11,10 check digit of a string of decimal digits."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def admission_number(*, year: int, series: int, unit: str, serial: int) -> str:
    """The number in groups. `unit` is four digits; series 1–99, serial 1–9999."""
    if not (
        1000 <= year <= 9999 and 1 <= series <= 99 and 1 <= serial <= 9999 and re.fullmatch(r"\d{4}", unit)
    ):
        raise ValueError(f"no admission number for {year}, {series}, {unit!r}, {serial}")
    groups = [f"{year}", f"{series:02}", unit, f"{serial:04}"]
    return "-".join([*groups, check_digit("".join(groups))])


def read_number(text: str) -> str | None:
    """The number in its printed form, whatever hyphens or spaces were typed; None when it cannot be one."""
    match = _SHAPE.fullmatch(re.sub(r"[\s—–－]", "", text).replace("--", "-"))
    if match is None:
        return None
    *groups, check = match.groups()
    return "-".join([*groups, check]) if check_digit("".join(groups)) == check else None
