"""Practice and mistakes, on the pages and by the API: they work without script and tell nothing early."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from exams.models import Attempt
from examsite.lib import clock
from questionbanks.domain.banks import open_practice
from questionbanks.domain.items import create_items
from questionbanks.kinds.base import Choice, Question
from questionbanks.models import Bank, ItemState
from tests.exam_world import CANARY, MACHINE
from tests.factories import cite_ended_law
from tests.marking_world import MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
FREE = Question(
    "single",
    "没有考过的题？",
    tuple(Choice(label, f"说法{label}") for label in "ABCD"),
    ("C",),
    rationale="因为第三项写得明白",
)
JSON = "application/json"


@pytest.fixture
def place() -> MarkingWorld:
    """An open exam that one has sat, with mistakes; a bank that is open, with one item that no exam asks."""
    place = make_marking_world(people=2, questions=MACHINE)
    bank = Bank.objects.get(unit=place.world.town)
    create_items(bank=bank, questions=[FREE], at=clock.now(), actor=None, state=ItemState.APPROVED)
    open_practice(bank=bank, at=clock.now(), actor=place.world.officer)
    place.hand_in(0, {0: "A"})
    return place


@pytest.fixture
def bank(place: MarkingWorld) -> Bank:
    return Bank.objects.get(unit=place.world.town)


@pytest.fixture
def phone(place: MarkingWorld, client: Client) -> Client:
    client.force_login(place.world.user)
    return client


def text(reply: Any, status: int = 200) -> str:
    assert reply.status_code == status
    return str(reply.content.decode())


def test_my_exams_leads_there(phone: Client) -> None:
    page = text(phone.get("/my/exams"))
    assert "练习（自愿，不计入考核）" in page
    page = text(phone.get("/my/practice"))
    assert ("青城镇题库" in page, "1 题" in page, "没有错题，或解析还没有公布" in page) == (True, True, True)


def test_a_question_is_asked_without_its_key_and_answered_with_it(phone: Client, bank: Bank) -> None:
    address = f"/my/practice/{bank.pk}/1?seed=5"
    asked = text(phone.get(address))
    assert ("没有考过的题？" in asked, "第 1 题 / 1" in asked, "因为第三项" in asked) == (True, True, False)
    code = re.search(r'name="question" value="([^"]+)"', asked)
    assert code is not None
    for answer, words in (("C", "答对了"), ("A", "没答对")):
        page = text(phone.post(address, {"question": code[1], "answer": answer}))
        assert (words in page, "参考答案：C" in page, "因为第三项写得明白" in page) == (True, True, True)
    page = text(phone.post(address, {"question": code[1], "show": "1"}))
    assert ("答对了" in page, "没答对" in page, "参考答案：C" in page) == (False, False, True)
    page = text(phone.post(address, {"question": code[1]}))
    assert ("请先作答" in page, "参考答案" in page) == (True, False)


def test_items_of_an_exam_cannot_be_reached_by_their_number(
    place: MarkingWorld, phone: Client, bank: Bank
) -> None:
    for item in bank.items.exclude(current__content__stem=FREE.stem):
        text(phone.post(f"/my/practice/{bank.pk}/1", {"question": str(item.pk), "show": "1"}), 404)
        reply = phone.post(f"/api/v1/my/practice/{bank.pk}/{item.pk}", {"answer": None}, content_type=JSON)
        assert reply.status_code == 404


def test_every_page_of_practice_is_free_of_what_exams_ask(
    place: MarkingWorld, phone: Client, bank: Bank
) -> None:
    addresses = ["/my/practice", f"/my/practice/{bank.pk}", "/my/mistakes", "/api/v1/my/practice"]
    addresses += [f"/my/practice/{bank.pk}/{number}" for number in (1,)]
    addresses += [f"/api/v1/my/practice/{bank.pk}", "/api/v1/my/mistakes"]
    told = "".join(text(phone.get(address)) for address in addresses)
    assert [one.stem for one in MACHINE if one.stem in told] == []
    assert CANARY not in told
    text(phone.get(f"/my/practice/{bank.pk}/2"), 404)


def test_mistakes_are_there_once_the_keys_are_out(place: MarkingWorld, phone: Client) -> None:
    attempt, slot = Attempt.objects.get(), place.world.slots[0]
    address = f"/my/mistakes/{attempt.pk}/{slot}"
    text(phone.get(address), 404)
    assert "现在没有错题" in text(phone.get("/my/mistakes"))
    place.world.end()
    place.world.release()
    page = text(phone.get("/my/mistakes"))
    assert [one.stem[:10] in page for one in MACHINE] == [True, True, True]
    asked = text(phone.get(address))
    assert ("村民会议由本村几周岁" in asked, CANARY in asked, "第 1 题 / 3" in asked) == (True, False, True)
    page = text(phone.post(address, {"show": "1"}))
    assert (f"{CANARY} 1" in page, "考试时您的答案" in page) == (True, True)
    assert f"/my/mistakes/{attempt.pk}/{place.world.slots[1]}" in page


def test_anothers_mistakes_do_not_exist(place: MarkingWorld, client: Client) -> None:
    place.world.end()
    place.world.release()
    client.force_login(place.world.seats[1].entry.user)
    attempt = Attempt.objects.get()
    address = f"mistakes/{attempt.pk}/{place.world.slots[0]}"
    text(client.get(f"/my/{address}"), 404)
    text(client.post(f"/api/v1/my/{address}", {"answer": None}, content_type=JSON), 404)


def test_the_calls(place: MarkingWorld, phone: Client, bank: Bank) -> None:
    banks = phone.get("/api/v1/my/practice").json()["banks"]
    assert banks == [{"id": str(bank.pk), "name": "青城镇题库", "questions": 1}]
    found = phone.get(f"/api/v1/my/practice/{bank.pk}").json()
    (question,) = found["questions"]
    assert (found["total"], question["stem"], question["choices"][2]) == (
        1,
        FREE.stem,
        {"id": "C", "text": "说法C"},
    )
    address = f"/api/v1/my/practice/{bank.pk}/{question['question']}"
    answers = {
        value: phone.post(address, {"answer": value}, content_type=JSON).json()["right"]
        for value in ("C", "A", None)
    }
    assert answers == {"C": True, "A": False, None: None}
    refused = phone.post(address, {"answer": ["A"]}, content_type=JSON)
    assert (refused.status_code, refused.json()["code"]) == (400, "answer")
    assert phone.get(f"/api/v1/my/practice/{bank.pk}?law=x").status_code == 400
    place.world.end()
    place.world.release()
    mistakes = phone.get("/api/v1/my/mistakes").json()["mistakes"]
    assert [one["number"] for one in mistakes] == [1, 2, 3]
    address = f"/api/v1/my/mistakes/{mistakes[2]['attempt']}/{mistakes[2]['slot']}"
    reply = phone.post(address, {"answer": True}, content_type=JSON).json()
    assert (reply["right"], reply["keys"], reply["rationale"]) == (True, ["正确"], f"{CANARY} 3")


def test_a_mistake_of_ended_law_says_so_on_the_page_and_by_the_api(
    place: MarkingWorld, phone: Client
) -> None:
    place.world.end()
    place.world.release()
    address = f"mistakes/{Attempt.objects.get().pk}/{place.world.slots[0]}"
    assert "现在请以现行法律为准" not in text(phone.post(f"/my/{address}", {"show": "1"}))
    today = localdate(clock.now())
    cite_ended_law(place.world.form.slots.get(order=1).version.item, ended_on=today)
    assert "起失效" not in text(phone.get(f"/my/{address}"))
    said = f"《村规》（2010年版）{today}起失效"
    page = text(phone.post(f"/my/{address}", {"show": "1"}))
    assert f"{said}。这道题按考试时的法律出，现在请以现行法律为准。" in page
    reply = phone.post(f"/api/v1/my/{address}", {"answer": None}, content_type=JSON).json()
    assert [one["ended"] for one in reply["bases"]] == [said]


def test_a_ticket_of_one_exam_shows_no_mistakes_of_another(place: MarkingWorld, phone: Client) -> None:
    place.world.end()
    place.world.release()
    session = phone.session
    session["exam"] = str(place.world.sitting.pk)  # some other exam
    session.save()
    assert "现在没有错题" in text(phone.get("/my/mistakes"))
