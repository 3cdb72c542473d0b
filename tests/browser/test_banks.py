"""Banks in a real browser: the import wizard, hostile texts on every page, and everybody can use it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from examsite.people.models import Role, User
from questionbanks.domain import imports
from questionbanks.domain.banks import create_bank
from questionbanks.domain.editions import add_edition, add_law, store_text
from questionbanks.domain.items import create_items
from questionbanks.kinds.base import Citation, Question
from questionbanks.models import Bank, ImportRun, Item
from questionbanks.statutes.reading import read_statute
from tests.browser.looking import DESK, PHONE, faults_of, sign_in
from tests.factories import AT, make_questions, make_staff, make_unit_tree

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CSV = """题干,选项A,选项B,答案,解析
村民会议由本村多少周岁以上的村民组成？,十六,十八,B,
村务公开至少多久一次？,一季度,一年,A,选A。
没有答案的题？,甲,乙,,
"""
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><iframe src=javascript:alert(1)>',
    "<div><b onclick=alert(1)>粗</b>体</div>",
    "javascript:alert(1)",
]


@pytest.fixture
def officer(db: None) -> User:
    return make_staff(make_unit_tree().county, Role.OFFICER, "李敏", username="officer")


@pytest.fixture
def bank(officer: User) -> Bank:
    return create_bank(name="学法题库", unit=officer.grants.get().unit, at=AT, actor=None)


@pytest.fixture
def desk(officer: User, live_server: Any, new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """The officer's browser, signed in."""

    def open_page() -> Page:
        context = new_context(viewport=DESK.viewport, base_url=live_server.url)
        sign_in(context, live_server, officer)
        return context.new_page()

    return open_page


def upload(page: Page, bank: Bank, name: str, data: bytes) -> None:
    page.goto(f"/banks/{bank.pk}/import")
    page.get_by_label("选择文件").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="上传并检查").click()


def test_the_wizard(desk: Callable[..., Page], bank: Bank) -> None:
    page = desk()
    upload(page, bank, "题.csv", CSV.encode("gb18030"))
    expect(page.get_by_text("找到 3 题，可入库 2 题")).to_be_visible()
    expect(page.get_by_text("没有答案。建议：补上答案")).to_be_visible()
    page.get_by_role("link", name="修改", exact=True).click()
    page.get_by_role("radio", name="A", exact=True).check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("第4行已改好，确认后入库。")).to_be_visible()
    page.get_by_role("link", name=re.compile("选项顺序固定")).click()
    expect(page.get_by_text("解析里提到选项A，已固定选项顺序")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载带批注的 Excel").click()
    assert download.value.suggested_filename == "题-批注.xlsx"
    page.get_by_role("button", name="入库 3 条").click()
    expect(page.get_by_text("已入库3题，都是草稿")).to_be_visible()
    assert Item.objects.count() == 3
    page.get_by_label("我要删除这批 3 题").check()
    page.get_by_role("button", name="整批撤销").click()
    expect(page.get_by_text("已撤销这次导入，3道题已从题库删除。")).to_be_visible()
    assert Item.objects.count() == 0


def test_a_large_file_shows_its_progress_and_then_the_review(
    desk: Callable[..., Page], bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "READ_AT_ONCE", 10)
    page = desk()
    upload(page, bank, "大.csv", CSV.encode())
    expect(page.get_by_role("heading", name="检查“大.csv”")).to_be_visible(timeout=30_000)


def test_scripts_in_a_bank_never_run(desk: Callable[..., Page], bank: Bank) -> None:
    """T-50: every imported field, on every page; the fixture fails on any complaint of the policy."""
    fields = ["题干", "选项A", "选项B", "解析", "知识点", "标签", "出处", "适用对象", "材料"]
    book = openpyxl.Workbook()
    book.worksheets[0].append([*fields, "答案"])
    for number, payload in enumerate(PAYLOADS):
        book.worksheets[0].append([*(f"{name}{number}{payload}" for name in fields), "A"])
    buffer = io.BytesIO()
    book.save(buffer)
    page = desk()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    upload(page, bank, "题<img src=x onerror=alert(1)>.xlsx", buffer.getvalue())
    run = ImportRun.objects.get()
    for address in ("", "?group=all", "/columns", "/rows/1"):
        page.goto(f"/banks/imports/{run.pk}{address}")
    page.goto(f"/banks/imports/{run.pk}")
    page.get_by_role("button", name=re.compile("^入库 ")).first.click()
    expect(page.get_by_text("都是草稿").first).to_be_visible()
    addresses = [f"/banks/{bank.pk}", f"/banks/{bank.pk}/topics", f"/banks/{bank.pk}/import", "/banks/"]
    for item in bank.items.all():
        addresses += [f"/banks/items/{item.pk}", f"/banks/items/{item.pk}/edit"]
    for address in addresses:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert bank.items.count() == len(PAYLOADS)
    assert dialogs == []


@pytest.fixture
def addresses(bank: Bank, officer: User, tmp_path: Path) -> list[str]:
    """Every page of banks and statutes, with something on it."""
    law = add_law(
        title="村法",
        short="村法",
        aliases=[],
        type="statute",
        adopted_on=date(2018, 1, 1),
        in_force_on=date(2018, 1, 1),
        article_count=2,
        at=AT,
        actor=None,
    )
    cited = Question(
        "true_false", "村里的事。", key=True, citations=(Citation("村法", "2018-01-01", "第一条"),)
    )
    create_items(bank=bank, questions=[cited, *make_questions("multiple", 60)], at=AT, actor=officer)
    old = law.editions.get()
    new = add_edition(law=law, adopted_on=date(2025, 1, 1), in_force_on=date(2026, 1, 1), at=AT, actor=None)
    store_text(edition=old, statute=read_statute("村法\n第一条 甲事。\n第二条 乙。"), at=AT, actor=None)
    store_text(edition=new, statute=read_statute("村法\n第一条 甲件事。\n第二条 丙。"), at=AT, actor=None)
    run = imports.start_import(bank=bank, data=CSV.encode(), name="题.csv", at=AT, actor=officer)
    item = bank.items.get(number=1)
    return [
        "/banks/",
        "/banks/new",
        f"/banks/{bank.pk}",
        f"/banks/{bank.pk}?words=nothing-like-it",
        f"/banks/{bank.pk}/topics",
        f"/banks/{bank.pk}/export",
        f"/banks/{bank.pk}/import",
        f"/banks/{bank.pk}/imports",
        f"/banks/{bank.pk}/items/new?kind=case_group",
        f"/banks/items/{item.pk}",
        f"/banks/items/{item.pk}/edit",
        f"/banks/imports/{run.pk}",
        f"/banks/imports/{run.pk}?group=all",
        f"/banks/imports/{run.pk}/columns",
        f"/banks/imports/{run.pk}/rows/3",
        "/banks/laws",
        "/banks/laws/stale",
        "/banks/laws/new",
        f"/banks/laws/{law.pk}",
        f"/banks/laws/{law.pk}/editions/new",
        f"/banks/laws/editions/{new.pk}",
        f"/banks/laws/editions/{new.pk}/text",
        f"/banks/laws/compare/{old.pk}/{new.pk}",
    ]


@pytest.mark.once
def test_axe_finds_nothing_and_nothing_sticks_out(desk: Callable[..., Page], addresses: list[str]) -> None:
    assert faults_of(desk(), "", {address: address for address in addresses}, PHONE, DESK) == {}
