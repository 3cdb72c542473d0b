"""The candidate's pages without a browser: who gets in, what each state shows, what stays hidden."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from exams.domain.submitting import submit_attempt
from exams.domain.tickets import issue_tickets
from exams.models import Attempt, Seat, Sitting
from examsite.lib import clock
from tests.exam_world import CANARY, MACHINE, World, age, claims_of, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(questions=MACHINE)


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.user)
    return client


def page(client: Client, name: str, *arguments: object) -> str:
    response = client.get(reverse(f"exams:{name}", args=arguments))
    assert response.status_code == 200
    return response.content.decode()


def status(client: Client, name: str, *arguments: object) -> int:
    return client.get(reverse(f"exams:{name}", args=arguments)).status_code


# --- In --------------------------------------------------------------------------------------------------


def test_looking_at_a_ticket_signs_nobody_in(world: World) -> None:
    token = issue_tickets(entries=[world.seat.entry], at=clock.now(), with_codes=False)[0].token
    client = Client()
    text = page(client, "ticket", token)
    assert world.seat.entry.name in text
    assert "sessionid" not in client.cookies


def test_it_is_me_leads_to_what_to_know(world: World) -> None:
    token = issue_tickets(entries=[world.seat.entry], at=clock.now(), with_codes=False)[0].token
    response = Client().post(reverse("exams:ticket", args=[token]), {"me": "yes"})
    assert response.status_code == 302
    assert response.url == reverse("exams:instructions", args=[world.sitting.pk])


def test_a_dead_ticket_says_what_to_do(world: World) -> None:
    response = Client().get(reverse("exams:ticket", args=["no-such-ticket"]))
    assert response.status_code == 401
    assert "输入姓名和6位数字" in response.content.decode()


def test_wrong_digits_are_401_in_the_words_of_the_slip(world: World) -> None:
    response = Client().post(reverse("exams:enter"), {"name": "张三", "code": "123456"})
    assert response.status_code == 401
    assert "姓名或号码没对上" in response.content.decode()


@pytest.mark.parametrize("name", ["my_exams", "try_one"])
def test_pages_ask_who_it_is(name: str) -> None:
    assert status(Client(), name) == 302


# --- My exams and what to know ---------------------------------------------------------------------------


def test_my_exams_offers_the_open_one(world: World, client: Client) -> None:
    text = page(client, "my_exams")
    assert "正在进行" in text
    assert reverse("exams:instructions", args=[world.sitting.pk]) in text


def test_a_running_attempt_is_continued(world: World, client: Client) -> None:
    world.start()
    assert reverse("exams:sit", args=[world.sitting.pk, 1]) in page(client, "my_exams")


def test_nobody_without_an_exam_is_left_without_a_word(world: World) -> None:
    client = Client()
    client.force_login(world.officer)
    assert "现在没有您的考试" in page(client, "my_exams")


def test_instructions_tell_the_true_deadline(world: World, client: Client) -> None:
    Sitting.objects.update(closes_at=clock.now() + timedelta(minutes=3))
    text = page(client, "instructions", world.sitting.pk)
    assert "答题时间不足 60 分钟" in text


def test_instructions_with_an_allowance(world: World, client: Client) -> None:
    world.seat.entry.allowance = "1.50"
    world.seat.entry.save()
    assert "90 分钟" in page(client, "instructions", world.sitting.pk)


def test_before_the_opening_there_is_no_start_button(world: World, client: Client) -> None:
    Sitting.objects.update(opens_at=clock.now() + timedelta(minutes=5))
    text = page(client, "instructions", world.sitting.pk)
    assert "未开始" in text
    assert "开始答题" not in text


def test_a_strangers_sitting_is_404(world: World) -> None:
    other = make_world(name="白水镇")
    client = Client()
    client.force_login(other.user)
    assert status(client, "instructions", world.sitting.pk) == 404
    assert status(client, "sit", world.sitting.pk, 1) == 404


# --- The exam page ---------------------------------------------------------------------------------------


def test_the_frame_holds_nothing_of_the_paper(world: World, client: Client) -> None:
    text = page(client, "sit", world.sitting.pk, 1)
    assert MACHINE[0].stem not in text
    assert Attempt.objects.count() == 0


def test_the_frame_is_compressed(world: World, client: Client) -> None:
    response = client.get(
        reverse("exams:sit", args=[world.sitting.pk, 1]), headers={"Accept-Encoding": "gzip"}
    )
    assert response.headers["Content-Encoding"] == "gzip"
    assert b"exam-frame" in gzip.decompress(response.content)


def test_the_bundles_are_whole_and_small() -> None:
    script = Path(finders.find("exams/exam-page.js")).read_text(encoding="utf-8")
    style = Path(finders.find("css/exam-page.css")).read_text(encoding="utf-8")
    assert [word for word in ("import ", "export ", "//") if f"\n{word}" in script] == []
    assert script.count("class Session") == script.count("class Queue") == 1
    assert style.count("--paper:") == 1
    assert "/*" not in style
    assert len(gzip.compress((script + style).encode(), 9)) < 19_000


# --- Receipt and result ----------------------------------------------------------------------------------


def test_a_receipt_is_there_after_the_close_only(world: World, client: Client) -> None:
    attempt = world.start().attempt
    assert status(client, "receipt", attempt.pk) == 404
    receipt = submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None).receipt
    assert receipt.number in page(client, "receipt", attempt.pk)


def test_a_silent_attempt_is_settled_by_looking_at_its_receipt(world: World, client: Client) -> None:
    attempt = age(world.start().attempt, 3600 + 181)
    assert "已到时收卷" in page(client, "receipt", attempt.pk)


def test_t33_no_result_before_its_release(world: World, client: Client) -> None:
    attempt = world.start().attempt
    submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
    assert "成绩还没有公布" in page(client, "result", attempt.pk)
    assert "看成绩" not in page(client, "my_exams")


def test_the_result_in_words_and_its_rationales_after_theirs(world: World, client: Client) -> None:
    attempt = world.start().attempt
    submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
    Sitting.objects.update(released_at=clock.now())
    text = page(client, "result", attempt.pk)
    assert "score-verdict" in text
    assert CANARY not in text
    Sitting.objects.update(keys_released_at=clock.now())
    assert CANARY in page(client, "result", attempt.pk)


def test_t35_anothers_receipt_and_result_are_404(world: World) -> None:
    attempt = world.start().attempt
    submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
    Sitting.objects.update(released_at=clock.now())
    client = Client()
    client.force_login(make_world(name="白水镇").user)
    assert status(client, "receipt", attempt.pk) == 404
    assert status(client, "result", attempt.pk) == 404
    assert Seat.objects.count() == 2
