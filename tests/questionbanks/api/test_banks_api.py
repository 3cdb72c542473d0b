"""The API of banks: banks, items, versions, imports, exports, statutes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from examsite.people.models import User
from questionbanks.domain.editions import add_law, store_text
from questionbanks.domain.items import create_items
from questionbanks.kinds.base import Choice, Citation, Question, replace
from questionbanks.kinds.codec import question_to_json
from questionbanks.models import Bank, ImportRun, Item, ItemState
from questionbanks.statutes.reading import read_statute
from tests.factories import AT, UnitTree, make_questions

API = "/api/v1"
AB = (Choice("A", "甲"), Choice("B", "乙"))
QUESTION = Question(
    "single", "村民会议由谁召集？", AB, ("A",), topic="村民自治", tags=("一",), rationale="见法条。"
)
CSV = "题干,选项A,选项B,答案\n甲题是什么意思？,甲,乙,A\n乙题是什么意思？,甲,乙,\n"


class Desk:
    """A client that speaks JSON."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.status = 0

    def get(self, path: str, **query: object) -> Any:
        return self._read(self.client.get(f"{API}/{path}", query))

    def post(self, path: str, body: object = None) -> Any:
        return self._read(self.client.post(f"{API}/{path}", json.dumps(body or {}), "application/json"))

    def put(self, path: str, body: object) -> Any:
        return self._read(self.client.put(f"{API}/{path}", json.dumps(body), "application/json"))

    def upload(self, bank: Bank, data: bytes | str, name: str = "题.csv", **fields: str) -> Any:
        content = data.encode() if isinstance(data, str) else data
        form = {"file": SimpleUploadedFile(name, content)} | fields
        return self._read(self.client.post(f"{API}/banks/{bank.pk}/imports", form))

    def _read(self, reply: Any) -> Any:
        self.status = reply.status_code
        return json.loads(reply.content) if "json" in reply["Content-Type"] else reply.content


@pytest.fixture
def desk_of(signed_in: Callable[[User], Client]) -> Callable[[User], Desk]:
    return lambda user: Desk(signed_in(user))


@pytest.fixture
def desk(desk_of: Callable[[User], Desk], officer: User) -> Desk:
    return desk_of(officer)


def make(bank: Bank, *questions: Question, **fields: Any) -> list[Item]:
    return create_items(bank=bank, questions=questions, at=AT, actor=None, **fields)


# --- banks and items ---------------------------------------------------------------------------------------


def test_banks(desk: Desk, tree: UnitTree, bank: Bank) -> None:
    made = desk.post("banks", {"unit": str(tree.town.pk), "name": "新题库"})
    assert desk.status == 201
    assert sorted(one["name"] for one in desk.get("banks")["results"]) == ["学法题库", "新题库"]
    desk.put(f"banks/{made['id']}", {"name": "改名"})
    assert desk.get(f"banks/{made['id']}")["name"] == "改名"
    assert desk.post("banks", {"unit": str(tree.other_town.pk), "name": "别镇"})["code"] == "not_found"
    assert desk.status == 404
    desk.post("banks", {"unit": str(tree.town.pk), "name": "改名"})
    assert desk.status == 409


def test_items_are_listed_without_keys(desk: Desk, bank: Bank) -> None:
    make(bank, QUESTION, *make_questions("true_false", 3))
    found = desk.get(f"banks/{bank.pk}/items", kind="single")
    assert [one["number"] for one in found["results"]] == [1]
    assert "key" not in json.dumps(found)
    assert desk.get(f"banks/{bank.pk}/items", words="无此")["count"] == 0
    assert len(desk.get(f"banks/{bank.pk}/items", page_size=2)["results"]) == 2


def test_an_item_is_made_read_and_changed(desk: Desk, bank: Bank) -> None:
    made = desk.post(f"banks/{bank.pk}/items", question_to_json(QUESTION))
    assert desk.status == 201
    assert (made["number"], made["state"], made["version"]) == (1, "draft", 1)
    found = desk.get(f"items/{made['id']}")
    assert found["question"] == question_to_json(replace(QUESTION, number="1"))
    assert found["uses"] == []
    version = desk.post(f"items/{made['id']}/versions", question_to_json(replace(QUESTION, stem="新题干？")))
    assert (desk.status, version["number"]) == (201, 2)
    assert [one["number"] for one in desk.get(f"items/{made['id']}/versions")["results"]] == [1, 2]
    assert desk.get(f"items/{made['id']}/versions/1")["content"]["stem"] == QUESTION.stem
    desk.get(f"items/{made['id']}/versions/3")
    assert desk.status == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid"),
        (question_to_json(QUESTION) | {"state": "approved"}, "invalid"),
        (question_to_json(QUESTION) | {"stale_reason": ""}, "invalid"),
        (question_to_json(QUESTION) | {"difficulty": 7}, "invalid"),
        (question_to_json(QUESTION) | {"content": "x"}, "bad_item"),
        (question_to_json(QUESTION) | {"key": {"schema": 1, "answer": "A", "rationale": ""}}, "bad_item"),
        (question_to_json(replace(QUESTION, key=())), "no_key"),
        (question_to_json(replace(QUESTION, key=("C",))), "key_without_choice"),
        (question_to_json(replace(QUESTION, stem="法" * 20_001)), "bad_item"),
        (question_to_json(replace(QUESTION, stem="法\x00")), "bad_item"),
    ],
)
def test_what_is_no_item_is_refused(desk: Desk, bank: Bank, body: dict[str, Any], code: str) -> None:
    found = desk.post(f"banks/{bank.pk}/items", body)
    assert (desk.status, found["code"]) == (400, code)
    assert Item.objects.count() == 0


def test_markup_is_cleaned(desk: Desk, bank: Bank) -> None:
    """T-50 through the API."""
    stem = "<div><b>粗</b>体<script>alert(1)</script></div>"
    desk.post(f"banks/{bank.pk}/items", question_to_json(replace(QUESTION, stem=stem)))
    assert Item.objects.get().current.content["stem"] == "<div><b>粗</b>体</div>"


def test_items_are_moved(desk: Desk, desk_of: Callable[[User], Desk], bank: Bank, reviewer: User) -> None:
    ids = [str(item.pk) for item in make(bank, *make_questions("single", 2))]
    assert desk.post(f"banks/{bank.pk}/items/move", {"action": "submit", "items": ids}) == {"moved": 2}
    second = desk_of(reviewer)
    assert second.post(f"banks/{bank.pk}/items/move", {"action": "approve", "items": ids}) == {"moved": 2}
    assert {item.state for item in bank.items.all()} == {ItemState.APPROVED}
    second.post(f"banks/{bank.pk}/items/move", {"action": "retire", "items": ids})
    assert second.status == 403
    found = desk.post(f"banks/{bank.pk}/items/move", {"action": "submit", "items": ids})
    assert (desk.status, found["code"]) == (409, "state")
    desk.post(f"banks/{bank.pk}/items/move", {"action": "retire", "items": [*ids, str(uuid4())]})
    assert desk.status == 404


def test_the_author_does_not_approve(desk: Desk, bank: Bank) -> None:
    made = desk.post(f"banks/{bank.pk}/items", question_to_json(QUESTION))
    desk.post(f"banks/{bank.pk}/items/move", {"action": "submit", "items": [made["id"]]})
    found = desk.post(f"banks/{bank.pk}/items/move", {"action": "approve", "items": [made["id"]]})
    assert (desk.status, found["code"]) == (403, "own_item")


def test_exports(desk: Desk, bank: Bank) -> None:
    make(bank, QUESTION, *make_questions("fill_blank", 0), *make_questions("true_false", 1))
    data = desk.post(f"banks/{bank.pk}/export", {"format": "native_json"})
    assert len(json.loads(data)["questions"]) == 2
    found = desk.post(f"banks/{bank.pk}/export", {"format": "aiken"})
    assert (desk.status, found["code"]) == (409, "losses")
    assert {one["where"] for one in found["losses"]} == {"1", "2"}
    desk.post(f"banks/{bank.pk}/export", {"format": "aiken", "accept_losses": True})
    assert desk.status == 200
    assert desk.post(f"banks/{bank.pk}/export", {"format": "xlsx", "kind": "multiple"})["code"] == "nothing"
    assert desk.post(f"banks/{bank.pk}/export", {"format": "docx!"})["code"] == "invalid"


# --- imports -----------------------------------------------------------------------------------------------


def test_upload_review_confirm_undo(desk: Desk, bank: Bank) -> None:
    run = desk.upload(bank, CSV)
    assert (desk.status, run["state"], run["found"], run["importable"]) == (201, "review", 2, 1)
    assert run["groups"]["broken"] == 1
    rows = desk.get(f"imports/{run['id']}/rows")["results"]
    assert [(one["order"], one["where"], one["broken"]) for one in rows] == [(1, "第2行", 0), (2, "第3行", 1)]
    assert [one["code"] for one in rows[1]["problems"]] == ["no_key"]
    assert [one["order"] for one in desk.get(f"imports/{run['id']}/rows", group="broken")["results"]] == [2]
    question = rows[1]["question"]
    question["key"]["answer"] = ["B"]
    changed = desk.put(f"imports/{run['id']}/rows/2", question)
    assert (changed["broken"], changed["edited"], changed["decision"]) == (0, True, "accept")
    assert desk.post(f"imports/{run['id']}/decisions", {"decision": "skip", "orders": [1]}) == {"decided": 1}
    assert Item.objects.count() == 0
    assert desk.post(f"imports/{run['id']}/confirm") == {"stored": 1}
    assert desk.get(f"imports/{run['id']}/rows/2")["item"] == str(Item.objects.get().pk)
    found = desk.post(f"imports/{run['id']}/confirm")
    assert (desk.status, found["code"]) == (409, "decided")
    book = openpyxl.load_workbook(io.BytesIO(desk.get(f"imports/{run['id']}/annotated")))
    assert book.worksheets[0].max_row == 4
    assert desk.post(f"imports/{run['id']}/undo") == {"removed": 1}
    assert Item.objects.count() == 0
    assert [one["state"] for one in desk.get(f"banks/{bank.pk}/imports")["results"]] == ["undone"]


def test_columns_are_corrected(desk: Desk, bank: Bank) -> None:
    run = desk.upload(bank, CSV.replace("选项B", "备注甲"))
    column = next(key for key in run["layout"] if "备注甲" in key)
    again = desk.post(f"imports/{run['id']}/mapping", {"mapping": {column: "choice:B"}})
    assert again["layout"][column] == "choice:B"
    assert desk.post(f"imports/{run['id']}/mapping", {"mapping": {"!Z": "stem"}})["code"] == "column"


def test_the_same_file_is_recognised(desk: Desk, bank: Bank) -> None:
    first = desk.upload(bank, CSV)
    assert desk.upload(bank, CSV)["earlier"] == [first["id"]]


@pytest.mark.parametrize(
    ("data", "fields", "code"),
    [
        (b"%PDF-1.7", {}, "pdf"),
        ("", {}, "invalid"),
        (CSV, {"format": "nonsense"}, "invalid"),
        (CSV, {"state": "stored"}, "invalid"),
        ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "e">]><quiz>&e;</quiz>', {}, "xml_declaration"),
    ],
)
def test_a_file_that_is_no_bank(
    desk: Desk, bank: Bank, data: bytes | str, fields: dict[str, str], code: str
) -> None:
    found = desk.upload(bank, data, **fields)
    assert (desk.status, found["code"]) == (400, code)
    assert ImportRun.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "skip"},
        {"decision": "skip", "orders": [1], "group": "all"},
        {"decision": "maybe", "orders": [1]},
        {"decision": "skip", "group": "nonsense"},
    ],
)
def test_a_wrong_decision(desk: Desk, bank: Bank, body: dict[str, Any]) -> None:
    run = desk.upload(bank, CSV)
    desk.post(f"imports/{run['id']}/decisions", body)
    assert desk.status == 400


def test_an_import_is_given_up(desk: Desk, bank: Bank) -> None:
    run = desk.upload(bank, CSV)
    assert desk.post(f"imports/{run['id']}/discard")["state"] == "discarded"
    desk.get(f"imports/{run['id']}/annotated")
    assert desk.status == 404


# --- statutes ----------------------------------------------------------------------------------------------


def test_laws(desk: Desk, desk_of: Callable[[User], Desk], bank: Bank, county_officer: User) -> None:
    law = add_law(
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
    make(bank, replace(QUESTION, citations=(Citation("村法", "2018-01-01", "第一条"),)))
    old = law.editions.get()
    store_text(edition=old, statute=read_statute("村法\n第一条 甲。\n第二条 乙。"), at=AT, actor=None)
    assert [one["short"] for one in desk.get("laws", words="村")["results"]] == ["村法"]
    assert len(desk.get(f"laws/{law.pk}")["editions"]) == 1
    assert [one["label"] for one in desk.get(f"editions/{old.pk}/articles")["results"]] == [
        "第一条",
        "第二条",
    ]
    body = {"adopted_on": "2025-01-01", "in_force_on": "2026-01-01"}
    desk.post(f"laws/{law.pk}/editions", body)
    assert desk.status == 403
    made = desk_of(county_officer).post(f"laws/{law.pk}/editions", body)
    assert desk.get(f"banks/{bank.pk}/items", stale="1")["count"] == 1
    assert desk.get(f"editions/{old.pk}/compare/{made['id']}")["code"] == "no_text"
    new = law.editions.get(pk=made["id"])
    store_text(edition=new, statute=read_statute("村法\n第一条 新的。\n第二条 甲。"), at=AT, actor=None)
    kinds = [one["kind"] for one in desk.get(f"editions/{old.pk}/compare/{made['id']}")]
    assert kinds == ["new", "renumbered", "gone"]


# --- who may -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("persona", ["other_officer", "marker"])
def test_others_find_nothing(
    desk: Desk, desk_of: Callable[[User], Desk], bank: Bank, persona: str, request: pytest.FixtureRequest
) -> None:
    item = make(bank, QUESTION)[0]
    run = desk.upload(bank, CSV)
    other = desk_of(request.getfixturevalue(persona))
    reads = [
        f"banks/{bank.pk}",
        f"banks/{bank.pk}/items",
        f"banks/{bank.pk}/imports",
        f"items/{item.pk}",
        f"items/{item.pk}/versions",
        f"items/{item.pk}/versions/1",
        f"imports/{run['id']}",
        f"imports/{run['id']}/rows",
        f"imports/{run['id']}/rows/1",
        f"imports/{run['id']}/annotated",
    ]
    writes = {
        f"banks/{bank.pk}/items": question_to_json(QUESTION),
        f"banks/{bank.pk}/items/move": {"action": "retire", "items": [str(item.pk)]},
        f"banks/{bank.pk}/export": {"format": "xlsx"},
        f"items/{item.pk}/versions": question_to_json(QUESTION),
        f"imports/{run['id']}/decisions": {"decision": "skip", "orders": [1]},
        f"imports/{run['id']}/mapping": {"mapping": {}},
        f"imports/{run['id']}/confirm": {},
        f"imports/{run['id']}/discard": {},
        f"imports/{run['id']}/undo": {},
    }
    statuses = []
    for path in reads:
        other.get(path)
        statuses.append(other.status)
    for path, body in writes.items():
        other.post(path, body)
        statuses.append(other.status)
    assert statuses == [404] * (len(reads) + len(writes))
    assert other.get("banks")["count"] == 0


def test_a_stranger_is_asked_to_sign_in(client: Client, bank: Bank) -> None:
    assert client.get(f"{API}/banks/{bank.pk}").status_code in (401, 403)
