"""Tries are counted before they are checked: many at once get no more guesses than many in a row."""

from __future__ import annotations

from functools import partial

import pytest

from examsite.lib import clock
from examsite.people.domain import signing_in
from examsite.people.domain.signing_in import sign_in_with_password
from examsite.people.domain.tries import TRIES, SignInRefused
from examsite.people.models import SignInFailure
from tests.concurrency.conftest import all_at_once
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 50


def test_t72_fifty_tries_at_once_get_five_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    make_user("张三", username="zhangsan", password=PASSWORD)
    checked: list[str] = []
    real = signing_in.check_password

    def counting(password: str, stored: str) -> bool:
        checked.append(password)
        return real(password, stored)

    monkeypatch.setattr(signing_in, "check_password", counting)
    at = clock.now()

    def guess(number: int) -> None:
        sign_in_with_password(
            identifier="zhangsan",
            password=f"guess-{number}",
            address="203.0.113.7",
            at=at,
            wait=lambda seconds: None,
        )

    answers = all_at_once([partial(guess, number) for number in range(AT_ONCE)])
    assert [type(one) for one in answers] == [SignInRefused] * AT_ONCE
    assert len(checked) == TRIES
    assert SignInFailure.objects.get(address="203.0.113.7").failures == TRIES


def test_t73_a_hall_behind_one_address_is_not_locked_out_by_some_who_mistype() -> None:
    people = [make_user("张三", username=f"person{n}") for n in range(20)]
    password = "Qingcheng-2026-eins"
    for user in people:
        user.set_password(password)
        user.save(update_fields=["password"])
    hall, at = "203.0.113.7", clock.now()

    def enter(identifier: str, secret: str) -> bool:
        try:
            sign_in_with_password(
                identifier=identifier, password=secret, address=hall, at=at, wait=lambda seconds: None
            )
        except SignInRefused:
            return False
        return True

    for number in range(5):
        assert [enter(f"person{number}", "wrong") for _ in range(6)] == [False] * 6
    assert [enter(f"person{number}", password) for number in range(5)] == [False] * 5
    assert [enter(f"person{number}", password) for number in range(5, 20)] == [True] * 15
