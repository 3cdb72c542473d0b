"""Editions: a new one ends the old, items become stale, texts are stored and compared, items follow."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from examsite.lib.errors import Conflict, Invalid
from examsite.people.models import AuditRecord, User
from questionbanks.domain.editions import (
    PREAMBLE,
    add_edition,
    add_law,
    compare_editions,
    follow_edition,
    items_citing,
    read_statute_file,
    repeal_law,
    store_text,
)
from questionbanks.domain.items import create_items, whole_question
from questionbanks.domain.laws import items_with_ended_law, load_catalogue, mark_stale
from questionbanks.kinds.base import Citation, Question
from questionbanks.models import Bank, Edition, Item, ItemState, Law
from questionbanks.seed.load import law_catalogue
from questionbanks.statutes.reading import read_statute
from tests.factories import AT

TODAY = date(2026, 3, 2)


def cite(bank: Bank, law: str, edition: str, *articles: str, stem: str = "对吗？") -> Item:
    citations = tuple(Citation(law, edition, article) for article in articles)
    question = Question("true_false", f"{stem}{law}{''.join(articles)}", key=True, citations=citations)
    return create_items(bank=bank, questions=[question], at=AT, actor=None, state=ItemState.APPROVED)[0]


def test_a_new_edition_ends_the_old_and_marks_its_items(bank: Bank, laws: dict[str, Edition]) -> None:
    item = cite(bank, "民法典", "2020-05-28", "第三条")
    other = cite(bank, "行政复议法", "2023-09-01", "第三条")
    made = add_edition(
        law=laws["民法典2020"].law, adopted_on=date(2025, 12, 1), in_force_on=TODAY, at=AT, actor=None
    )
    laws["民法典2020"].refresh_from_db()
    assert laws["民法典2020"].ended_on == TODAY
    assert made.ended_on is None
    item.refresh_from_db()
    other.refresh_from_db()
    assert item.stale_reason == "《民法典》（2020年版）2026-03-02起失效"
    assert item.state == ItemState.APPROVED
    assert other.stale_reason == ""
    assert AuditRecord.objects.get(action="edition.add").after["stale"] == 1


def test_an_edition_to_come_marks_nothing_before_its_day(bank: Bank, laws: dict[str, Edition]) -> None:
    item = cite(bank, "民法典", "2020-05-28", "第三条")
    day = date(2026, 7, 1)
    add_edition(law=laws["民法典2020"].law, adopted_on=TODAY, in_force_on=day, at=AT, actor=None)
    assert list(items_with_ended_law(TODAY)) == []
    assert mark_stale(day=date(2026, 6, 30)) == 0
    assert mark_stale(day=day) == 1
    assert mark_stale(day=day) == 0
    item.refresh_from_db()
    assert item.stale_reason.endswith("2026-07-01起失效")


@pytest.mark.parametrize(
    ("adopted", "begins", "error", "code"),
    [
        (date(2020, 5, 28), TODAY, Conflict, "double"),
        (date(2026, 1, 1), date(2025, 1, 1), Invalid, "order"),
        (date(2020, 6, 1), date(2020, 7, 1), Invalid, "order"),
    ],
)
def test_editions_in_the_wrong_order(
    laws: dict[str, Edition], adopted: date, begins: date, error: type[Exception], code: str
) -> None:
    with pytest.raises(error) as refused:
        add_edition(law=laws["民法典2020"].law, adopted_on=adopted, in_force_on=begins, at=AT, actor=None)
    assert refused.value.code == code  # type: ignore[attr-defined]
    assert Edition.objects.filter(law__short="民法典").count() == 1


def test_a_law_is_repealed(bank: Bank, laws: dict[str, Edition]) -> None:
    item = cite(bank, "民法典", "2020-05-28", "第三条")
    assert repeal_law(law=laws["民法典2020"].law, on=TODAY, by="某法", at=AT, actor=None) == 1
    item.refresh_from_db()
    assert item.stale_reason
    assert Law.objects.get(short="民法典").repealed_by == "某法"


def test_a_law_is_added_once(laws: dict[str, Edition]) -> None:
    values = {
        "aliases": ["渔法"],
        "type": "statute",
        "adopted_on": TODAY,
        "in_force_on": TODAY,
        "article_count": 50,
    }
    add_law(title="中华人民共和国渔业法", short="渔业法", at=AT, actor=None, **values)
    with pytest.raises(Conflict):
        add_law(title="别的名称", short="渔业法", at=AT, actor=None, **values)


def test_the_catalogue_is_loaded_twice_without_harm(db: None) -> None:
    records = law_catalogue()
    assert load_catalogue(records=records, at=AT, actor=None) == len(records)
    counts = (Law.objects.count(), Edition.objects.count())
    load_catalogue(records=records, at=AT, actor=None)
    assert (Law.objects.count(), Edition.objects.count()) == counts
    assert Law.objects.get(short="合同法").repealed_on == date(2021, 1, 1)


# --- text --------------------------------------------------------------------------------------------------

OLD = "# 中华人民共和国民法典\n第一条 甲。\n第二条 乙。\n第三条 丙丙丙丙丙。\n第四条 丁。"
NEW = "# 中华人民共和国民法典\n第一条 甲。\n第二条 新的一条。\n第三条 乙。\n第四条 丙丙丙丙戊。"


def test_a_text_is_stored_and_comes_again_without_harm(laws: dict[str, Edition]) -> None:
    edition = laws["民法典2020"]
    stored = store_text(edition=edition, statute=read_statute(OLD), at=AT, actor=None)
    assert (stored.added, stored.changed, stored.kept) == (4, 0, 0)
    again = store_text(edition=edition, statute=read_statute(OLD), at=AT, actor=None)
    assert (again.added, again.changed, again.kept) == (0, 0, 4)
    assert [one.label for one in edition.articles.order_by("order")] == [
        "第一条",
        "第二条",
        "第三条",
        "第四条",
    ]


def test_another_text_replaces_only_when_told(laws: dict[str, Edition]) -> None:
    edition = laws["民法典2020"]
    store_text(edition=edition, statute=read_statute(OLD), at=AT, actor=None)
    with pytest.raises(Conflict) as refused:
        store_text(edition=edition, statute=read_statute(NEW), at=AT, actor=None)
    assert refused.value.code == "changed"
    assert edition.articles.get(label="第二条").text == "乙。"
    stored = store_text(edition=edition, statute=read_statute(NEW), at=AT, actor=None, replace_changed=True)
    assert (stored.added, stored.changed, stored.kept) == (0, 3, 1)


def test_a_text_of_another_law_is_refused(laws: dict[str, Edition]) -> None:
    with pytest.raises(Invalid) as refused:
        store_text(edition=laws["合同法1999"], statute=read_statute(OLD), at=AT, actor=None)
    assert refused.value.message == "文件里是《民法典》，不是《合同法》。"


def test_a_preamble_is_kept_first(laws: dict[str, Edition]) -> None:
    statute = read_statute("# 民法典\n## 序言\n前言。\n## 第一章\n第一条 甲。")
    store_text(edition=laws["民法典2020"], statute=statute, at=AT, actor=None)
    assert [one.label for one in laws["民法典2020"].articles.order_by("order")] == [PREAMBLE, "第一条"]


def test_a_file_without_articles(db: None) -> None:
    with pytest.raises(Invalid) as refused:
        read_statute_file("一段话".encode(), name="话.txt")
    assert refused.value.code == "no_articles"
    with pytest.raises(Invalid) as refused:
        read_statute_file(b"%PDF-1.7", name="法.pdf")
    assert refused.value.code == "pdf"


# --- following ---------------------------------------------------------------------------------------------


@pytest.fixture
def editions(laws: dict[str, Edition]) -> tuple[Edition, Edition]:
    old = laws["民法典2020"]
    new = add_edition(law=old.law, adopted_on=date(2025, 12, 1), in_force_on=TODAY, at=AT, actor=None)
    store_text(edition=old, statute=read_statute(OLD), at=AT, actor=None)
    store_text(edition=new, statute=read_statute(NEW), at=AT, actor=None)
    old.refresh_from_db()
    return old, new


def test_editions_are_compared(editions: tuple[Edition, Edition]) -> None:
    assert [(one.kind, one.old_label, one.new_label) for one in compare_editions(*editions)] == [
        ("same", "第一条", "第一条"),
        ("new", "", "第二条"),
        ("renumbered", "第二条", "第三条"),
        ("changed", "第三条", "第四条"),
        ("gone", "第四条", ""),
    ]


def test_without_a_text_nothing_is_compared(laws: dict[str, Edition]) -> None:
    with pytest.raises(Invalid) as refused:
        compare_editions(laws["行政复议法2017"], laws["行政复议法2023"])
    assert refused.value.code == "no_text"


def test_items_follow_where_the_words_stand(
    bank: Bank, editions: tuple[Edition, Edition], editor: User
) -> None:
    old, new = editions
    same = cite(bank, "民法典", "2020-05-28", "第一条")
    moved = cite(bank, "民法典", "2020-05-28", "第二条")
    changed = cite(bank, "民法典", "2020-05-28", "第三条")
    both = cite(bank, "民法典", "2020-05-28", "第一条", "第三条")
    assert list(items_citing(old)) == [same, moved, changed, both]
    assert follow_edition(items=items_citing(old), old=old, new=new, at=AT, actor=editor) == (2, 2)
    for item in (same, moved, changed, both):
        item.refresh_from_db()
    assert whole_question(moved).citations == (Citation("民法典", "2025-12-01", "第三条"),)
    assert (moved.current.number, moved.state, moved.stale_reason) == (2, ItemState.DRAFT, "")
    assert whole_question(same).citations == (Citation("民法典", "2025-12-01", "第一条"),)
    assert changed.current.number == both.current.number == 1
    assert changed.stale_reason
    assert list(items_citing(old)) == [changed, both]


@pytest.mark.shared
def test_the_sample_statutes_are_of_the_catalogue(db: None, shared_data: Path) -> None:
    load_catalogue(records=law_catalogue(), at=AT, actor=None)
    for path in sorted((shared_data / "laws").glob("*.md")):
        statute = read_statute(path.read_text(encoding="utf-8"))
        edition = Edition.objects.get(law__title=statute.title, adopted_on=statute.adopted)
        stored = store_text(edition=edition, statute=statute, at=AT, actor=None)
        assert stored.added >= len(statute.articles)
    counted = Edition.objects.get(law__short="民法典").articles.count()
    assert counted == Edition.objects.get(law__short="民法典").article_count == 1260
