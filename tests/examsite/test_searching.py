"""A search for a person leaves no name in an address."""

from __future__ import annotations

import pytest
from django.test import Client

from examsite.people.models import Role
from examsite.web import SEARCHES_KEPT as KEPT
from tests.factories import UnitTree, make_member, make_staff, make_unit_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> UnitTree:
    tree = make_unit_tree()
    make_member(tree.village, "张三")
    make_member(tree.village, "李四")
    return tree


@pytest.fixture
def client(tree: UnitTree) -> Client:
    client = Client()
    client.force_login(make_staff(tree.town, Role.OFFICER, "甲"))
    return client


def names(client: Client, address: str) -> list[str]:
    body = client.get(address).content.decode()
    return [name for name in ("张三", "李四") if f">{name}<" in body]


def test_the_words_wait_in_the_session_and_not_in_the_address(client: Client) -> None:
    answer = client.post("/search", {"page": "/people", "q": "张三"})
    assert (answer.status_code, answer["Location"]) == (302, "/people?found=1")
    assert names(client, "/people?found=1") == ["张三"]
    assert names(client, "/people?found=1&page=1") == ["张三"]


def test_the_list_without_the_mark_is_whole(client: Client) -> None:
    client.post("/search", {"page": "/people", "q": "张三"})
    assert names(client, "/people") == ["张三", "李四"]


def test_one_list_knows_nothing_of_anothers_search(client: Client) -> None:
    client.post("/search", {"page": "/units", "q": "张三"})
    assert names(client, "/people?found=1") == ["张三", "李四"]


def test_only_the_latest_searches_are_kept(client: Client) -> None:
    for number in range(KEPT + 3):
        client.post("/search", {"page": f"/list-{number}", "q": "张三"})
    assert list(client.session["searches"]) == [f"/list-{number}" for number in range(3, KEPT + 3)]


def test_a_nul_is_no_part_of_a_search(client: Client) -> None:
    client.post("/search", {"page": "/people", "q": "张\x00三"})
    assert names(client, "/people?found=1") == ["张三"]


@pytest.mark.parametrize("address", ["https://elsewhere.example/people", "//elsewhere.example", "people", ""])
def test_it_leads_nowhere_else(client: Client, address: str) -> None:
    assert client.post("/search", {"page": address, "q": "张三"})["Location"] == "/"


def test_it_is_only_posted_to(client: Client) -> None:
    assert client.get("/search").status_code == 405
