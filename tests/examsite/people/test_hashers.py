"""How the site hashes passwords and the digits on slips; the other tests hash quickly."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from pytest_django import Settings


def test_the_site_hashes_by_argon2id_with_the_measured_parameters(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = settings.SITE_HASHERS
    hashed = make_password("一个口令")
    assert hashed.split("$")[:4] == ["argon2", "argon2id", "v=19", "m=19456,t=2,p=1"]
    assert check_password("一个口令", hashed) is True
