"""Pages of banks: the list, search and facets, what is done with many items, topics; who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from exams.domain.pool import load_pool
from examsite.lib import clock
from examsite.people.models import AuditRecord, User
from questionbanks.domain.banks import create_bank
from questionbanks.domain.items import create_items
from questionbanks.domain.queries import ORDERS
from questionbanks.kinds.base import Question
from questionbanks.models import Bank, Edition, Item, ItemCitation, ItemState, Law
from tests.factories import AT, UnitTree, cite_ended_law, make_questions

SignIn = Callable[[User], Client]


def fill(bank: Bank, count: int = 3, kind: str = "single", **fields: object) -> list[Item]:
    return create_items(bank=bank, questions=make_questions(kind, count, **fields), at=AT, actor=None)


def text(reply: object) -> str:
    return reply.content.decode()  # type: ignore[attr-defined]


# --- who may -----------------------------------------------------------------------------------------------


def test_a_stranger_signs_in_first(client: Client, bank: Bank) -> None:
    assert client.get(f"/banks/{bank.pk}").status_code == 302


@pytest.mark.parametrize("persona", ["other_officer", "marker"])
def test_a_bank_out_of_sight_is_not_there(
    signed_in: SignIn, bank: Bank, persona: str, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(persona))
    item = fill(bank, 1)[0]
    addresses = ["", "/edit", "/topics", "/export", "/import", "/imports", "/items/new"]
    assert [client.get(f"/banks/{bank.pk}{one}").status_code for one in addresses] == [404] * len(addresses)
    assert client.get(f"/banks/items/{item.pk}").status_code == 404
    assert client.get(f"/banks/items/{item.pk}/edit").status_code == 404
    assert client.post(f"/banks/{bank.pk}/move", {"action": "retire", "all": "1"}).status_code == 404
    assert bank.name not in text(client.get("/banks/"))


def test_a_reviewer_reads_and_reviews_but_does_not_change(
    signed_in: SignIn, bank: Bank, reviewer: User
) -> None:
    client = signed_in(reviewer)
    item = fill(bank, 1)[0]
    assert client.get(f"/banks/{bank.pk}").status_code == 200
    for address in (f"/banks/{bank.pk}/edit", f"/banks/{bank.pk}/import", f"/banks/items/{item.pk}/edit"):
        assert client.get(address).status_code == 403
    assert client.post(f"/banks/{bank.pk}/move", {"action": "retire", "all": "1"}).status_code == 403
    Item.objects.update(state=ItemState.IN_REVIEW)
    client.post(f"/banks/{bank.pk}/move", {"action": "approve", "item": str(item.pk)})
    item.refresh_from_db()
    assert (item.state, item.reviewer) == (ItemState.APPROVED, reviewer)


def test_the_county_sees_the_towns_banks(signed_in: SignIn, bank: Bank, county_officer: User) -> None:
    assert bank.name in text(signed_in(county_officer).get("/banks/"))


def test_the_towns_officer_reads_the_countys_bank(signed_in: SignIn, tree: UnitTree, officer: User) -> None:
    county = create_bank(name="县级题库", unit=tree.county, at=AT, actor=None)
    client = signed_in(officer)
    assert client.get(f"/banks/{county.pk}").status_code == 200
    assert client.get(f"/banks/{county.pk}/edit").status_code == 403


# --- banks -------------------------------------------------------------------------------------------------


def test_a_bank_is_made_and_renamed(signed_in: SignIn, tree: UnitTree, officer: User) -> None:
    client = signed_in(officer)
    reply = client.post("/banks/new", {"unit": str(tree.town.pk), "name": "新题库", "description": "说明"})
    made = Bank.objects.get(name="新题库")
    assert reply["Location"] == f"/banks/{made.pk}"
    client.post(f"/banks/{made.pk}/edit", {"name": "改名", "description": ""})
    made.refresh_from_db()
    assert (made.name, made.description) == ("改名", "")
    assert [one.action for one in AuditRecord.objects.filter(object_id=str(made.pk)).order_by("at")] == [
        "bank.create",
        "bank.change",
    ]


def test_a_bank_for_another_town_is_not_offered(signed_in: SignIn, tree: UnitTree, officer: User) -> None:
    reply = signed_in(officer).post("/banks/new", {"unit": str(tree.other_town.pk), "name": "新题库"})
    assert reply.status_code == 400
    assert Bank.objects.count() == 0


def test_a_double_is_refused_on_the_form(signed_in: SignIn, bank: Bank, officer: User) -> None:
    reply = signed_in(officer).post("/banks/new", {"unit": str(bank.unit_id), "name": bank.name})
    assert reply.status_code == 409
    assert "已有名为“学法题库”的题库" in text(reply)


def test_the_list_counts_as_usable_only_what_new_forms_may_take(
    signed_in: SignIn, bank: Bank, officer: User
) -> None:
    today = localdate(clock.now())
    ended, marked, upheld, coming, draft, retired, _ = fill(bank, 7)
    bank.items.update(state=ItemState.APPROVED)
    for item, state in ((draft, ItemState.DRAFT), (retired, ItemState.RETIRED)):
        bank.items.filter(pk=item.pk).update(state=state)
    for item in (ended, marked, upheld, draft, retired):
        cite_ended_law(item, ended_on=today)
    bank.items.filter(pk=marked.pk).update(stale_reason="《村规》失效")
    upheld.current.citations.update(upheld_at=AT)
    law = Law.objects.create(title="镇规", short="镇规")
    later = Edition.objects.create(law=law, adopted_on="2010-01-01", ended_on=today + timedelta(days=1))
    ItemCitation.objects.create(version=coming.current, edition=later, article="第一条")
    ItemCitation.objects.create(version=ended.current, edition=later, article="第二条")
    create_bank(name="空题库", unit=bank.unit, at=AT, actor=None)
    page = signed_in(officer).get("/banks/")
    assert [(one.usable, one.ended, one.stale, one.drafts) for one in page.context["page_obj"]] == [
        (3, 1, 1, 1),
        (0, 0, 0, 0),
    ]
    usable = load_pool([bank], at=clock.now()).usable
    assert len(usable) == 3
    assert "另有 1 题的法律已失效，待标记" in text(page)


def test_the_list_takes_as_many_statements_for_many_items(
    signed_in: SignIn, bank: Bank, officer: User
) -> None:
    client = signed_in(officer)
    client.get("/banks/")
    with CaptureQueriesContext(connection) as few:
        client.get("/banks/")
    for item in fill(bank, 12):
        cite_ended_law(item, ended_on=AT.date())
    create_bank(name="又一题库", unit=bank.unit, at=AT, actor=None)
    with CaptureQueriesContext(connection) as many:
        client.get("/banks/")
    assert len(many) == len(few)


# --- search ------------------------------------------------------------------------------------------------


@pytest.fixture
def shelf(bank: Bank, signed_in: SignIn, officer: User) -> Callable[[str], list[int]]:
    """Numbers that the bank's page shows for a query."""
    fill(bank, 2, topic="甲/子", difficulty=1, audience=("法律明白人",))
    fill(bank, 2, kind="true_false", topic="甲", difficulty=3, tags=("互斥:甲",))
    create_items(
        bank=bank,
        questions=[Question("true_false", "年满18周岁的村民有选举权。", key=True)],
        at=AT,
        actor=None,
    )
    client = signed_in(officer)

    def numbers(query: str) -> list[int]:
        page = client.get(f"/banks/{bank.pk}?{query}").context["page_obj"]
        return [item.number for item in page]

    return numbers


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("words=十八周岁", [5]),
        ("words=村民 选举", [5]),
        ("words=村民 无此", []),
        ("words=%233", [3]),
        ("words=第3题", [3]),
        ("kind=single", [1, 2]),
        ("kind=nonsense", [1, 2, 3, 4, 5]),
        ("state=approved", []),
        ("difficulty=3", [3, 4]),
        ("difficulty=9", [1, 2, 3, 4, 5]),
        ("audience=法律明白人", [1, 2]),
        ("audience=法律", []),
        ("tag=互斥:甲", [3, 4]),
        ("topic=none", [5]),
        ("topic=nonsense", [1, 2, 3, 4, 5]),
        ("law=none", [1, 2, 3, 4, 5]),
        ("stale=1", []),
        ("order=-number", [5, 4, 3, 2, 1]),
        ("order=stem;drop", [1, 2, 3, 4, 5]),
        ("kind=true_false&difficulty=3", [3, 4]),
    ],
)
def test_conditions(shelf: Callable[[str], list[int]], query: str, numbers: list[int]) -> None:
    assert shelf(query) == numbers


def test_a_topic_shows_what_stands_below_it(shelf: Callable[[str], list[int]], bank: Bank) -> None:
    assert shelf(f"topic={bank.topics.get(name='甲').pk}") == [1, 2, 3, 4]
    assert shelf(f"topic={bank.topics.get(name='子').pk}") == [1, 2]


def test_facets_count_under_the_other_conditions(
    shelf: Callable[[str], list[int]], bank: Bank, signed_in: SignIn, officer: User
) -> None:
    page = signed_in(officer).get(f"/banks/{bank.pk}?kind=true_false")
    facets = {
        one.name: {option.label: option.count for option in one.options} for one in page.context["facets"]
    }
    assert facets["kind"] == {"单选题": 2, "判断题": 3}
    assert facets["difficulty"] == {"难": 2}
    assert facets["topic"] == {"甲": 2, "（没有知识点）": 1}


def test_every_facet_option_shows_as_many_as_it_says(
    shelf: Callable[[str], list[int]], bank: Bank, signed_in: SignIn, officer: User
) -> None:
    bank.items.filter(number=2).update(state=ItemState.RETIRED)
    bank.items.filter(number=3).update(stale_reason="《村法》失效")
    client = signed_in(officer)
    for query in ("", "kind=single", "words=true", "difficulty=3&kind=true_false", "tag=互斥:甲", "stale=1"):
        page = client.get(f"/banks/{bank.pk}?{query}")
        assert page.context["page_obj"].paginator.count == len(shelf(query))
        for facet in page.context["facets"]:
            own = "&".join(part for part in query.split("&") if not part.startswith(f"{facet.name}="))
            for option in facet.options:
                assert len(shelf(f"{own}&{facet.name}={option.value}")) == option.count, (query, facet.name)


def test_retired_items_show_when_asked_for(shelf: Callable[[str], list[int]], bank: Bank) -> None:
    bank.items.filter(number=1).update(state=ItemState.RETIRED)
    assert shelf("") == [2, 3, 4, 5]
    assert shelf("state=retired") == [1]


def test_the_page_takes_as_many_statements_for_many_items(
    bank: Bank, signed_in: SignIn, officer: User
) -> None:
    client = signed_in(officer)
    fill(bank, 1)
    client.get(f"/banks/{bank.pk}")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/banks/{bank.pk}")
    fill(bank, 60, topic="甲/乙")
    with CaptureQueriesContext(connection) as many:
        client.get(f"/banks/{bank.pk}")
    assert len(many) == len(few)


@pytest.mark.parametrize(
    "parameter",
    [
        "words",
        "kind",
        "state",
        "topic",
        "law",
        "difficulty",
        "audience",
        "tag",
        "stale",
        "run",
        "order",
        "page",
    ],
)
@pytest.mark.parametrize(
    "attack",
    ["' OR 1=1 --", "1;DROP TABLE x", '") UNION SELECT 1--', "\x00", "-1", "9" * 400, "%", "_", "\\"],
)
def test_t60_query_parameters_are_no_sql(
    bank: Bank, signed_in: SignIn, officer: User, parameter: str, attack: str
) -> None:
    fill(bank, 1)
    reply = signed_in(officer).get(f"/banks/{bank.pk}", {parameter: attack})
    assert reply.status_code == 200
    assert bank.items.count() == 1


def test_t60_orders_are_an_enumeration() -> None:
    assert sorted(ORDERS) == ["-created_at", "-number", "number"]


# --- many items --------------------------------------------------------------------------------------------


def test_all_that_the_filter_shows_is_moved(bank: Bank, signed_in: SignIn, officer: User) -> None:
    fill(bank, 60)
    fill(bank, 2, kind="true_false")
    client = signed_in(officer)
    client.post(f"/banks/{bank.pk}/move", {"action": "submit", "all": "1", "kind": "single"})
    assert bank.items.filter(state=ItemState.IN_REVIEW).count() == 60
    assert bank.items.filter(state=ItemState.DRAFT).count() == 2


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"action": "submit"}, "请先选择试题。"),
        ({"action": "submit", "item": "nonsense"}, "选中的试题不对，请刷新页面再试。"),
        ({"action": "delete"}, "没有这种操作。"),
        ({"action": "restore", "all": "1"}, "第1题现在的状态不能恢复为草稿。"),
    ],
)
def test_what_cannot_be_done_is_said(
    bank: Bank, signed_in: SignIn, officer: User, form: dict[str, str], said: str
) -> None:
    fill(bank, 1)
    address = f"/banks/{bank.pk}"
    client = signed_in(officer)
    reply = client.post(
        f"{address}/move", form, follow=True, headers={"referer": f"http://testserver{address}"}
    )
    assert said in text(reply)
    assert bank.items.get().state == ItemState.DRAFT


# --- topics ------------------------------------------------------------------------------------------------


def test_topics_are_listed_and_merged(bank: Bank, signed_in: SignIn, officer: User) -> None:
    fill(bank, 2, topic="甲/子")
    fill(bank, 1, kind="true_false", topic="乙")
    client = signed_in(officer)
    assert "改名或移动" in text(client.get(f"/banks/{bank.pk}/topics"))
    second = bank.topics.get(name="乙")
    reply = client.post(
        f"/banks/{bank.pk}/topics/{second.pk}", {"name": "子", "parent": str(bank.topics.get(name="甲").pk)}
    )
    assert reply.status_code == 302
    assert sorted(bank.topics.values_list("name", flat=True)) == ["子", "甲"]
    assert bank.topics.get(name="子").items.count() == 3


def test_a_topic_of_another_bank_is_not_there(bank: Bank, signed_in: SignIn, officer: User) -> None:
    other = create_bank(name="别的", unit=bank.unit, at=AT, actor=None)
    fill(other, 1, topic="甲")
    assert signed_in(officer).get(f"/banks/{bank.pk}/topics/{other.topics.get().pk}").status_code == 404
