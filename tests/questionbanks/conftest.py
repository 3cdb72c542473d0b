"""People at the banks of a town, and a browser for each of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from examsite.people.models import Role, User
from questionbanks.domain.banks import create_bank
from questionbanks.models import Bank
from tests.factories import AT, UnitTree, make_staff, make_unit_tree


@pytest.fixture
def tree(db: None) -> UnitTree:
    return make_unit_tree()


@pytest.fixture
def bank(tree: UnitTree) -> Bank:
    return create_bank(name="学法题库", unit=tree.town, at=AT, actor=None)


@pytest.fixture
def officer(tree: UnitTree) -> User:
    """The town's officer, who is the banks' editor as well."""
    return make_staff(tree.town, Role.OFFICER, "李敏", username="officer")


@pytest.fixture
def reviewer(tree: UnitTree) -> User:
    return make_staff(tree.town, Role.REVIEWER, "周强", username="reviewer")


@pytest.fixture
def county_officer(tree: UnitTree) -> User:
    return make_staff(tree.county, Role.OFFICER, "赵县", username="county")


@pytest.fixture
def other_officer(tree: UnitTree) -> User:
    """The officer of the neighbouring town."""
    return make_staff(tree.other_town, Role.OFFICER, "钱邻", username="other")


@pytest.fixture
def marker(tree: UnitTree) -> User:
    """Somebody with a role that has nothing to do with banks."""
    return make_staff(tree.town, Role.MARKER, "孙阅", username="marker")


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
