"""The pages of forms: built, changed item by item, picked, made from a file."""

from __future__ import annotations

import re

import pytest

from exams.domain.form_writing import slots_of
from exams.models import Form
from questionbanks.domain.imports import confirm_import, fill_import, open_import
from questionbanks.domain.reading import read_file
from questionbanks.models import Item, ItemState
from tests.factories import AT
from tests.office_pages import client_of, text_of, told, url
from tests.papers_world import Office

pytestmark = pytest.mark.django_db


def test_forms_are_built_from_the_page(office: Office) -> None:
    reply = client_of(office.officer).post(
        url("forms_build", office.exam.pk), {"main": 2, "reserves": 1, "cap": 1, "seed": 7}
    )
    assert told(reply) == ["已组 3 套卷（种子 7），请逐套检查后定卷。"]
    assert "各卷比较" in text_of(client_of(office.officer).get(url("forms", office.exam.pk)))


def test_a_bank_too_thin_is_explained_on_the_page(office: Office) -> None:
    reply = client_of(office.officer).post(
        url("forms_build", office.exam.pk), {"main": 9, "reserves": 0, "cap": 1, "seed": ""}
    )
    assert reply.status_code == 409
    assert "“二、判断题”9套卷互不重题要 45 道，符合条件的只够 30 道，差 15 道" in text_of(reply)
    assert "允许同一题用在 2 套卷里" in text_of(reply)
    assert Form.objects.count() == 0


def test_a_form_shows_keys_to_the_office_and_none_in_the_preview(office: Office) -> None:
    draft = office.build()[0]
    client = client_of(office.officer)
    assert "答案：" in text_of(client.get(url("form", draft.pk)))
    assert "见法条" in text_of(client.get(url("form", draft.pk)))
    preview = text_of(client.get(url("form_preview", draft.pk)))
    assert "见法条" not in preview
    assert "答案：" not in preview
    assert "is-key" not in preview


def test_what_must_be_mended_stands_on_the_form(office: Office) -> None:
    draft = office.build()[0]
    Item.objects.filter(pk=slots_of(draft)[0].version.item_id).update(state=ItemState.RETIRED)
    client = client_of(office.officer)
    assert "第 1 题已停用，请换一道" in text_of(client.get(url("form", draft.pk)))
    reply = client.post(url("form_deed", draft.pk), {"deed": "publish"})
    assert told(reply) == ["A卷还不能定卷：第 1 题已停用，请换一道。"]


@pytest.mark.parametrize("deed", ["replace", "lock", "unlock", "up", "down"])
def test_the_deeds_on_an_item(office: Office, deed: str) -> None:
    slot = slots_of(office.build()[0])[0]
    reply = client_of(office.officer).post(url("slot_deed", slot.pk), {"deed": deed})
    assert reply.url == url("form", slot.form_id) + "#q1"


@pytest.mark.parametrize(("name", "deed"), [("slot_deed", "x"), ("form_deed", "x")])
def test_an_unknown_deed_is_refused(office: Office, name: str, deed: str) -> None:
    draft = office.build()[0]
    key = slots_of(draft)[0].pk if name == "slot_deed" else draft.pk
    assert told(client_of(office.officer).post(url(name, key), {"deed": deed})) == ["没有这种操作。"]


def test_an_item_is_picked_by_hand(office: Office) -> None:
    slot = slots_of(office.build()[0])[0]
    client = client_of(office.officer)
    page = text_of(client.get(url("slot_pick", slot.pk)))
    offered = re.findall(r'name="item" value="([^"]+)"', page)
    client.post(url("slot_pick", slot.pk), {"item": offered[0]})
    assert str(slots_of(slot.form)[0].version.item_id) == offered[0]
    elsewhere = Item.objects.filter(kind="multiple").first()
    reply = client.post(url("slot_pick", slots_of(slot.form)[0].pk), {"item": str(elsewhere.pk)})
    assert told(reply)[-1] == "请从列表里选一道题。"


def test_a_paper_that_came_as_a_file_becomes_a_form_on_the_page(office: Office) -> None:
    text = "一、判断题（每题5分）\n1．村民委员会每届任期五年。（ √ ）\n2．村务应当公开。（ √ ）\n"
    run = open_import(bank=office.bank, data=text.encode(), name="试卷.txt", at=AT, actor=office.officer)
    parsed = read_file(text.encode(), name="试卷.txt", day=AT.date())
    run = fill_import(run=run, parsed=parsed, at=AT)
    client = client_of(office.officer)
    assert "还没有导入过试卷" in text_of(client.get(url("forms_ready", office.exam.pk)))
    confirm_import(run=run, at=AT, actor=office.officer)
    assert "试卷.txt" in text_of(client.get(url("forms_ready", office.exam.pk)))
    page = text_of(client.get(url("forms_ready", office.exam.pk), {"run": str(run.pk)}))
    assert 'name="points-0" value="5"' in page
    sent = {"run": str(run.pk), "points-0": "x", "rule-0": "all"}
    reply = client.post(url("forms_ready", office.exam.pk), sent)
    assert told(reply) == ["第一大题的每题分值要大于 0，最多两位小数。"]
    reply = client.post(url("forms_ready", office.exam.pk), sent | {"points-0": "5"})
    made = Form.objects.get()
    assert reply.url == url("form", made.pk)
    assert made.slots.count() == 2
