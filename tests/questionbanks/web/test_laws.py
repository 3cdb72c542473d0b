"""Pages of statutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from examsite.people.models import User
from questionbanks.domain.editions import add_edition, add_law, store_text
from questionbanks.domain.items import create_items
from questionbanks.kinds.base import Citation, Question
from questionbanks.models import Bank, Edition, Item, Law
from questionbanks.statutes.reading import read_statute
from tests.factories import AT

SignIn = Callable[[User], Client]
TEXT = "# 中华人民共和国村法\n## 第一章 总则\n第一条 甲。\n第二条 乙<b>乙</b>。"


def text(reply: object) -> str:
    return reply.content.decode()  # type: ignore[attr-defined]


@pytest.fixture
def law(db: None) -> Law:
    return add_law(
        title="中华人民共和国村法",
        short="村法",
        aliases=[],
        type="statute",
        adopted_on=date(2018, 1, 1),
        in_force_on=date(2018, 2, 1),
        article_count=2,
        at=AT,
        actor=None,
    )


@pytest.fixture
def item(bank: Bank, law: Law) -> Item:
    question = Question(
        "true_false", "村里的事。", key=True, citations=(Citation("村法", "2018-01-01", "第一条"),)
    )
    return create_items(bank=bank, questions=[question], at=AT, actor=None)[0]


@pytest.fixture
def renewed(law: Law, item: Item) -> Edition:
    """A second edition with its text; the first has one, too."""
    old = law.editions.get()
    store_text(edition=old, statute=read_statute(TEXT), at=AT, actor=None)
    new = add_edition(law=law, adopted_on=date(2025, 1, 1), in_force_on=date(2026, 1, 1), at=AT, actor=None)
    changed = TEXT.replace("第二条 乙", "第二条 新的。\n第三条 乙")
    store_text(edition=new, statute=read_statute(changed), at=AT, actor=None)
    return new


def test_who_sees_and_who_keeps(
    signed_in: SignIn, law: Law, officer: User, county_officer: User, marker: User
) -> None:
    edition = law.editions.get()
    reading = [
        "/banks/laws",
        f"/banks/laws/{law.pk}",
        f"/banks/laws/editions/{edition.pk}",
        "/banks/laws/stale",
    ]
    keeping = [
        "/banks/laws/new",
        f"/banks/laws/{law.pk}/editions/new",
        f"/banks/laws/{law.pk}/repeal",
        f"/banks/laws/editions/{edition.pk}/text",
    ]
    expected = {marker: (404, 404), officer: (200, 403), county_officer: (200, 200)}
    for user, (read, keep) in expected.items():
        client = signed_in(user)
        assert [client.get(one).status_code for one in reading] == [read] * 4
        assert [client.get(one).status_code for one in keeping] == [keep] * 4


def test_a_law_an_edition_and_a_text_are_entered(
    signed_in: SignIn, bank: Bank, law: Law, item: Item, county_officer: User
) -> None:
    client = signed_in(county_officer)
    form = {"title": "中华人民共和国渔业法", "short": "渔业法", "aliases": "渔法", "type": "statute"}
    reply = client.post("/banks/laws/new", form | {"adopted_on": "2013-12-28", "in_force_on": "2013-12-28"})
    assert reply.status_code == 302
    assert Law.objects.get(short="渔业法").aliases == ["渔法"]
    client.post(
        f"/banks/laws/{law.pk}/editions/new", {"adopted_on": "2025-01-01", "in_force_on": "2026-01-01"}
    )
    item.refresh_from_db()
    assert item.stale_reason == "《村法》（2018年版）2026-01-01起失效"
    edition = law.editions.get(adopted_on="2025-01-01")
    reply = client.post(
        f"/banks/laws/editions/{edition.pk}/text",
        {"file": SimpleUploadedFile("村法.md", TEXT.encode())},
        follow=True,
    )
    assert "导入2条" in text(reply)
    page = text(client.get(f"/banks/laws/editions/{edition.pk}"))
    assert "乙&lt;b&gt;乙&lt;/b&gt;。" in page
    assert 'id="第二条"' in page
    assert item.pk.hex in text(client.get("/banks/laws/stale")).replace("-", "")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("法.pdf", b"%PDF-1.7", "这是PDF文件"),
        ("法.txt", "没有条文".encode(), "没有找到“第一条”这样的条文"),
        ("法.txt", "别的法\n第一条 甲".encode(), "文件里是《别的法》，不是《村法》。"),
    ],
)
def test_a_wrong_text_is_refused(
    signed_in: SignIn, law: Law, county_officer: User, name: str, data: bytes, said: str
) -> None:
    edition = law.editions.get()
    reply = signed_in(county_officer).post(
        f"/banks/laws/editions/{edition.pk}/text", {"file": SimpleUploadedFile(name, data)}
    )
    assert reply.status_code == 400
    assert said in text(reply)
    assert edition.articles.count() == 0


def test_a_wrong_day_is_refused_on_the_form(signed_in: SignIn, law: Law, county_officer: User) -> None:
    form = {"adopted_on": "2026-01-01", "in_force_on": "2025-01-01"}
    reply = signed_in(county_officer).post(f"/banks/laws/{law.pk}/editions/new", form)
    assert reply.status_code == 400
    assert "施行日期不能早于通过日期。" in text(reply)


def test_editions_side_by_side_and_items_that_follow(
    signed_in: SignIn, law: Law, item: Item, renewed: Edition, officer: User
) -> None:
    old = law.editions.get(adopted_on="2018-01-01")
    client = signed_in(officer)
    address = f"/banks/laws/compare/{old.pk}/{renewed.pk}"
    page = text(client.get(address))
    assert "第二条 → 第三条" in page
    assert f"{item.bank.name}第1题" in page
    assert "新的。" in text(client.get(f"{address}?kind=new"))
    assert "第二条 → 第三条" not in text(client.get(f"{address}?kind=new"))
    assert client.get(f"{address}?kind=nonsense").status_code == 200
    reply = client.post(f"{address}/follow", follow=True)
    assert "1道题改引新版" in text(reply)
    item.refresh_from_db()
    assert (item.current.number, item.stale_reason) == (2, "")


def test_items_of_others_do_not_follow(
    signed_in: SignIn, law: Law, item: Item, renewed: Edition, other_officer: User
) -> None:
    old = law.editions.get(adopted_on="2018-01-01")
    client = signed_in(other_officer)
    assert f"{item.bank.name}第1题" not in text(client.get(f"/banks/laws/compare/{old.pk}/{renewed.pk}"))
    client.post(f"/banks/laws/compare/{old.pk}/{renewed.pk}/follow")
    item.refresh_from_db()
    assert item.current.number == 1


def test_editions_of_two_laws_are_not_compared(signed_in: SignIn, law: Law, officer: User) -> None:
    other = add_law(
        title="别的法", short="别的法", aliases=[], type="statute", adopted_on=date(2020, 1, 1),
        in_force_on=None, article_count=None, at=AT, actor=None,
    )  # fmt: skip
    address = f"/banks/laws/compare/{law.editions.get().pk}/{other.editions.get().pk}"
    assert signed_in(officer).get(address).status_code == 404


def test_a_repeal(signed_in: SignIn, law: Law, item: Item, county_officer: User) -> None:
    client = signed_in(county_officer)
    client.post(f"/banks/laws/{law.pk}/repeal", {"repealed_on": "2026-02-01", "repealed_by": "新村法"})
    assert "2026-02-01 废止" in text(client.get("/banks/laws?words=村法"))
    item.refresh_from_db()
    assert item.stale_reason


def test_the_catalogue_takes_few_statements(signed_in: SignIn, law: Law, officer: User) -> None:
    client = signed_in(officer)
    client.get("/banks/laws")
    with CaptureQueriesContext(connection) as few:
        client.get("/banks/laws")
    for number in range(30):
        add_law(
            title=f"法{number}", short=f"法{number}", aliases=[], type="statute", adopted_on=date(2020, 1, 1),
            in_force_on=None, article_count=None, at=AT, actor=None,
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        client.get("/banks/laws")
    assert len(many) == len(few)
