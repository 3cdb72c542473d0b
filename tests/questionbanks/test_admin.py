"""The admin of banks: import with preview, export, actions, read-only history; all through the domain."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from examsite.people.models import AuditRecord, User
from questionbanks.domain.imports import import_at_once
from questionbanks.domain.items import create_items
from questionbanks.formats.base import Parsed
from questionbanks.formats.check import complete
from questionbanks.formats.registry import format_by_code
from questionbanks.kinds.base import Question, replace
from questionbanks.models import Bank, ImportRun, Item, ItemState
from questionbanks.resources import HeldFile
from tests.factories import AT, make_questions

GOOD = make_questions("single", 2)


@pytest.fixture
def desk(signed_in: Callable[[User], Client], county_officer: User) -> Client:
    return signed_in(county_officer)


def own_file(*questions: Question) -> bytes:
    return format_by_code("xlsx").emit(questions).data


def upload(desk: Client, bank: Bank, data: bytes, name: str = "题.xlsx") -> str:
    """Post the first step; the page that comes back."""
    reply = desk.post(
        "/admin/questionbanks/item/import/",
        {"bank": bank.pk, "resource": "0", "format": "0", "import_file": SimpleUploadedFile(name, data)},
    )
    assert reply.status_code == 200
    return reply.content.decode()


def hidden_fields(page: str) -> dict[str, str]:
    inputs = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page)
    pairs = [(re.search(r'name="([^"]+)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
    return {name.group(1): value.group(1) for name, value in pairs if name and value}


def test_import_with_preview(desk: Client, bank: Bank, county_officer: User) -> None:
    page = upload(desk, bank, own_file(*GOOD))
    assert GOOD[0].stem in page
    assert Item.objects.count() == 0
    assert ImportRun.objects.count() == 0
    reply = desk.post("/admin/questionbanks/item/process_import/", hidden_fields(page))
    assert reply.status_code == 302
    assert [item.current.content["stem"] for item in bank.items.order_by("number")] == [
        question.stem for question in GOOD
    ]
    assert ImportRun.objects.get().stored == 2
    assert AuditRecord.objects.get(action="items.create").actor == county_officer


def test_row_errors_stop_the_whole(desk: Client, bank: Bank) -> None:
    assert 'name="confirm"' in upload(desk, bank, own_file(GOOD[0]))
    bad = "题干,选项A,选项B,答案\n甲题是什么意思？,甲,乙,A\n乙题是什么意思？,甲,乙,\n".encode()
    page = upload(desk, bank, bad, "题.csv")
    assert "第3行：没有答案（补上答案）" in page
    assert 'name="confirm"' not in page
    assert Item.objects.count() == 0


def test_doubles_are_skipped_and_said(desk: Client, bank: Bank) -> None:
    create_items(bank=bank, questions=GOOD[:1], at=AT, actor=None)
    page = upload(desk, bank, own_file(*GOOD))
    assert "和题库第1题完全相同，跳过" in page
    desk.post("/admin/questionbanks/item/process_import/", hidden_fields(page))
    assert bank.items.count() == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7", "这是PDF文件，不能导入"),
        (b"PK\x03\x04nonsense", "损坏"),
        ("题干,答案\n".encode(), "没有试题"),
    ],
)
def test_files_that_are_no_bank(desk: Client, bank: Bank, data: bytes, said: str) -> None:
    page = upload(desk, bank, data, "题.bin")
    assert "errorlist" in page
    assert said in page
    assert "Traceback" not in page
    assert Item.objects.count() == 0


def test_a_held_file_has_our_name_only(tmp_path: Path) -> None:
    for name in ("../etc/passwd", "questions-1", "/etc/passwd", ""):
        with pytest.raises(Exception) as refused:
            HeldFile(name=name).read()
        assert type(refused.value).__name__ == "Unreadable"


def test_export_in_the_own_layout(desk: Client, bank: Bank) -> None:
    create_items(bank=bank, questions=[*GOOD, replace(GOOD[0], stem="=1+1是多少？")], at=AT, actor=None)
    reply = desk.post("/admin/questionbanks/item/export/", {"resource": "0", "format": "0"})
    assert reply.status_code == 200
    sheet = load_workbook(io.BytesIO(reply.content)).worksheets[0]
    rows = list(sheet.iter_rows())
    names = [cell.value for cell in rows[0]]
    stems = [row[names.index("题干")] for row in rows[1:]]
    assert [cell.value for cell in stems] == [GOOD[0].stem, GOOD[1].stem, "=1+1是多少？"]
    assert [cell.data_type for cell in stems] == ["s", "s", "s"]
    reply = desk.post("/admin/questionbanks/item/export/", {"resource": "0", "format": "1"})
    assert "'=1+1是多少？" in reply.content.decode("utf-8-sig")


def test_what_is_exported_comes_back(desk: Client, bank: Bank) -> None:
    create_items(bank=bank, questions=GOOD, at=AT, actor=None)
    data = desk.post("/admin/questionbanks/item/export/", {"resource": "0", "format": "0"}).content
    other = Bank.objects.create(unit=bank.unit, name="别的", created_at=AT)
    desk.post("/admin/questionbanks/item/process_import/", hidden_fields(upload(desk, other, data)))
    digests = [list(one.items.order_by("number").values_list("current__digest")) for one in (bank, other)]
    assert digests[0] == digests[1]


def test_actions_call_the_domain(desk: Client, bank: Bank) -> None:
    items = create_items(bank=bank, questions=GOOD, at=AT, actor=None)
    form = {"action": "submit", "_selected_action": [str(item.pk) for item in items]}
    desk.post("/admin/questionbanks/item/", form)
    assert {item.state for item in bank.items.all()} == {ItemState.IN_REVIEW}
    page = desk.post("/admin/questionbanks/item/", form, follow=True).content.decode()
    assert "第1、2题现在的状态不能提交审题" in page


def test_a_bank_is_made_through_the_domain(desk: Client, bank: Bank) -> None:
    form = {"unit": str(bank.unit_id), "name": "新题库", "description": "说明"}
    assert desk.post("/admin/questionbanks/bank/add/", form).status_code == 302
    made = Bank.objects.get(name="新题库")
    assert AuditRecord.objects.get(action="bank.create", object_id=str(made.pk)).label == "新题库"


def test_an_import_is_undone_from_its_list(desk: Client, bank: Bank) -> None:
    run = import_at_once(
        bank=bank,
        data=b"x",
        name="题.csv",
        parsed=complete(Parsed(tuple(GOOD), (), "csv")),
        doubles=[[], []],
        at=AT,
        actor=None,
    )
    desk.post("/admin/questionbanks/importrun/", {"action": "undo", "_selected_action": [str(run.pk)]})
    assert bank.items.count() == 0


def test_search_finds_words_however_they_are_written(desk: Client, bank: Bank) -> None:
    create_items(
        bank=bank, questions=[Question("true_false", "年满18周岁的村民。", key=True)], at=AT, actor=None
    )
    assert "年满18周岁" in desk.get("/admin/questionbanks/item/?q=十八周岁").content.decode()
    assert "年满18周岁" not in desk.get("/admin/questionbanks/item/?q=二十周岁").content.decode()


@pytest.mark.parametrize(
    "model",
    sorted(model.__name__ for model in admin.site._registry if model._meta.app_label == "questionbanks"),
)
def test_every_list_and_record_opens_in_chinese(desk: Client, bank: Bank, model: str) -> None:
    import_at_once(
        bank=bank,
        data=b"x",
        name="题.csv",
        parsed=complete(Parsed(tuple(GOOD), (), "csv")),
        doubles=[[], []],
        at=AT,
        actor=None,
    )
    cls = apps.get_model("questionbanks", model)
    page = desk.get(f"/admin/questionbanks/{model.lower()}/")
    assert page.status_code == 200
    assert cls._meta.verbose_name in page.content.decode()
    first = cls.objects.first()
    if first is not None:
        reply = desk.get(f"/admin/questionbanks/{model.lower()}/{first.pk}/change/")
        assert reply.status_code == 200


def test_history_is_read_only() -> None:
    editable = [
        model.__name__
        for model, registered in admin.site._registry.items()
        if model._meta.app_label == "questionbanks"
        and type(registered).has_change_permission is admin.ModelAdmin.has_change_permission
    ]
    assert editable == ["Bank"]


def test_only_the_county_comes_in(signed_in: Callable[[User], Client], officer: User, bank: Bank) -> None:
    for path in ("", "import/", "export/"):
        assert signed_in(officer).get(f"/admin/questionbanks/item/{path}").status_code == 302
