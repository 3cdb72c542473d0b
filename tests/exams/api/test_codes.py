"""T-42: what proves something is compared exactly: no empty value, no other type, no look-alike gets in."""

from __future__ import annotations

import unicodedata
from typing import Any

import pyotp
import pytest
from django.test import Client
from django.urls import reverse

from exams.domain.tickets import IssuedTicket, issue_tickets
from examsite.lib import clock
from examsite.people.domain.second_factor import turn_on
from examsite.people.models import Role
from tests.exam_world import make_world
from tests.factories import PASSWORD, make_staff, make_unit_tree

pytestmark = pytest.mark.django_db
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
LOOSE: list[Any] = ["", "0", 0, 0.0, True, False, None, [], {}, [""], "null", "true", "%", "*"]


@pytest.fixture
def slip() -> IssuedTicket:
    """A slip whose digits begin with a zero, which a number would lose."""
    world = make_world()
    while True:
        (issued,) = issue_tickets(entries=[world.seat.entry], at=clock.now())
        if issued.code[0] == "0":
            return issued


def sign_in(**proofs: Any) -> int:
    return Client().post("/api/v1/sign-in", proofs, content_type="application/json").status_code


@pytest.mark.parametrize("value", LOOSE, ids=repr)
@pytest.mark.parametrize("proof", ["ticket", "slip_code", "password"])
def test_t42_loose_values_open_nothing(slip: IssuedTicket, proof: str, value: Any) -> None:
    ways = {
        "ticket": {},
        "slip_code": {"name": slip.entry.name},
        "password": {"username": "somebody"},
    }
    assert sign_in(**ways[proof], **{proof: value}) in (400, 401)


def test_t42_only_the_very_digits_open(slip: IssuedTicket) -> None:
    name, code = slip.entry.name, slip.code
    for wrong in (code.translate(ARABIC), int(code), code[:5], code + "0", [code]):
        assert sign_in(name=name, slip_code=wrong) in (400, 401)
    assert sign_in(name=name, slip_code=code) == 200


def test_t42_a_token_is_no_pattern(slip: IssuedTicket) -> None:
    for wrong in (
        slip.token[:-1],
        slip.token.swapcase(),
        slip.token + "%",
        slip.token[:5] + "%",
        [slip.token],
    ):
        assert sign_in(ticket=wrong) in (400, 401)
    assert sign_in(ticket=slip.token) == 200


@pytest.mark.parametrize("table", [FULL_WIDTH, ARABIC], ids=["full width", "arabic"])
def test_t42_look_alikes_of_a_second_factor_are_refused(table: dict[int, int]) -> None:
    officer = make_staff(make_unit_tree().town, Role.OFFICER, username="officer")
    secret, now = pyotp.random_base32(), clock.now()
    turn_on(user=officer, secret=secret, code=pyotp.TOTP(secret).at(now, -1), at=now)
    code = pyotp.TOTP(secret).at(now)
    alike = code.translate(table)
    assert unicodedata.normalize("NFKC", alike) == code or alike.isdigit()
    client = Client()
    client.post(reverse("people:sign_in"), {"identifier": "officer", "password": PASSWORD})
    assert client.post(reverse("people:sign_in_code"), {"code": alike}).status_code == 401
    assert client.post(reverse("people:sign_in_code"), {"code": code}).status_code == 302
