"""The order of items on pages and calls: the office's rule, and each candidate's own numbers."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exams.domain.papers import numbers_in
from exams.domain.releases import release_sitting
from exams.domain.reviews import ask_review
from exams.domain.submitting import submit_attempt
from exams.models import Attempt, Exam, ReviewRequest, Sitting, Slot
from examsite.lib import clock
from examsite.people.models import Category
from questionbanks.kinds.base import Choice, Question
from tests.exam_world import World, claims_of, make_world
from tests.office_pages import client_of
from tests.papers_world import Office

pytestmark = pytest.mark.django_db(transaction=True)
CHECKED = re.compile(r'<input type="checkbox" name="shuffle_items"[^>]*>')


def text_of(client: Client, name: str, *args: object) -> str:
    reply = client.get(reverse(f"exams:{name}", args=args))
    assert reply.status_code == 200
    return re.sub(r"\s+", " ", reply.content.decode())


def box(text: str) -> tuple[bool, bool]:
    """Whether the rule's box is checked, and whether it can be changed."""
    (found,) = CHECKED.findall(text)
    return "checked" in found, "disabled" not in found


# --- The rule ------------------------------------------------------------------------------------------


def fields(exam: Exam, **changes: object) -> dict[str, object]:
    made = {
        "title": exam.title,
        "stat_year": exam.stat_year,
        "category": Category.objects.get(code="law-wise").pk,
        "audience_label": exam.audience_label,
        "blueprint": exam.blueprint_id,
        "pass_line": "60",
        "excellent_line": "90",
        "tries": "1",
        "final_rule": "best",
        "makeup_cap": "none",
        "release_rule": "by_hand",
        "key_release_rule": "by_hand",
    }
    return made | changes


def test_a_new_exam_starts_with_the_box_checked_and_another_as_its_model(office: Office) -> None:
    client = client_of(office.officer)
    assert box(text_of(client, "exam_new")) == (True, True)
    copied = client.get(reverse("exams:exam_new"), {"from": office.exam.pk})
    assert box(copied.content.decode()) == (False, True)


@pytest.mark.parametrize("rule", [True, False])
def test_the_rule_is_saved_and_shown(office: Office, rule: bool) -> None:
    client = client_of(office.officer)
    sent = fields(office.exam, **({"shuffle_items": "on"} if rule else {}))
    assert client.post(reverse("exams:exam_edit", args=[office.exam.pk]), sent).status_code == 302
    assert Exam.objects.get().shuffle_items is rule
    assert box(text_of(client, "exam_edit", office.exam.pk)) == (rule, True)


def test_after_the_first_paper_the_box_stands_and_the_rest_moves(office: Office) -> None:
    Exam.objects.update(shuffle_items=True)
    office.exam.refresh_from_db()
    office.publish()
    client = client_of(office.officer)
    assert box(text_of(client, "exam_edit", office.exam.pk)) == (True, False)
    sent = fields(office.exam, pass_line="70")  # a box that is disabled is not sent
    assert client.post(reverse("exams:exam_edit", args=[office.exam.pk]), sent).status_code == 302
    exam = Exam.objects.get()
    assert (exam.shuffle_items, exam.pass_line) == (True, Decimal(70))


# --- His numbers ---------------------------------------------------------------------------------------


@pytest.fixture
def world() -> World:
    choices = (Choice("A", "说法一"), Choice("B", "说法二"))
    questions = [Question("single", f"题干{n}？", choices, ("B",), points=Decimal(1)) for n in range(8)]
    return make_world(people=1, questions=questions, shuffle_items=True)


@pytest.fixture
def attempt(world: World) -> Attempt:
    """Handed in empty, released with keys."""
    made = world.start().attempt
    submit_attempt(claims=claims_of(made), items=[], sheet_digest=None)
    now = clock.now()
    Sitting.objects.update(opens_at=now - timedelta(hours=2), closes_at=now)
    world.sitting.refresh_from_db()
    release_sitting(sitting=world.sitting, at=now, actor=world.officer, with_keys=True)
    return Attempt.objects.select_related("sitting__exam", "entry__user", "exam__unit").get(pk=made.pk)


def moved(world: World, attempt: Attempt) -> tuple[Slot, int]:
    """A question that he has under another number than the form, and his (one order in 8! has none)."""
    own = numbers_in(attempt)
    slots = Slot.objects.filter(form=attempt.form_id)
    slot = next(one for one in slots if own[one.code] != one.order)
    return slot, own[slot.code]


def test_the_office_reads_both_numbers_and_the_candidate_his(world: World, attempt: Attempt) -> None:
    slot, number = moved(world, attempt)
    own = text_of(client_of(world.user), "my_explanation", attempt.pk)
    theirs = text_of(client_of(world.officer), "explanation", attempt.pk)
    assert "卷内第" not in own
    heading = rf"<h2>第{number}题 <span[^>]*>[^<]*卷内第{slot.order}题"
    assert len(re.findall(heading, theirs)) == 1


def test_a_review_by_his_number_reaches_the_right_question(world: World, attempt: Attempt) -> None:
    slot, number = moved(world, attempt)
    person = client_of(world.user)
    form = text_of(person, "review_new", attempt.pk)
    offered = re.findall(r"<option[^>]*>([^<]*)</option>", form)
    assert offered == ["整张试卷", *(f"第{one}题" for one in range(1, 9))]
    assert f'<option value="{slot.pk}">第{number}题</option>' in form
    reply = person.post(
        reverse("exams:review_new", args=[attempt.pk]), {"slot": str(slot.pk), "text": "请再看"}
    )
    assert reply.status_code == 302
    review = ReviewRequest.objects.get()
    assert review.slot == slot
    assert f"<strong>第{number}题</strong>" in text_of(person, "result", attempt.pk)
    office = client_of(world.officer)
    assert f"<td>第{number}题</td>" in text_of(office, "reviews")
    page = text_of(office, "review", review.pk)
    assert f"复核：第{number}题" in page
    (stem,) = re.findall(r'<p class="item-stem">([^<]*)</p>', page)
    assert stem == slot.version.content["stem"]
    assert f"卷内第{slot.order}题" in page


@pytest.mark.parametrize(("slot", "found"), [("", None), ("no-such-slot", False)])
def test_a_review_of_the_whole_and_of_nothing(attempt: Attempt, slot: str, found: bool | None) -> None:
    person = client_of(attempt.entry.user)
    reply = person.post(reverse("exams:review_new", args=[attempt.pk]), {"slot": slot, "text": "请再看"})
    if found is None:
        assert reply.status_code == 302
        assert ReviewRequest.objects.get().slot is None
    else:
        assert reply.status_code == 400
        assert ReviewRequest.objects.count() == 0


def call(client: Client, method: str, path: str, body: Any = None) -> Any:
    content = b"" if body is None else json.dumps(body).encode()
    reply = client.generic(method, f"/api/v1/{path}", content, content_type="application/json")
    return json.loads(reply.content)


def test_calls_use_his_numbers(world: World, attempt: Attempt) -> None:
    slot, number = moved(world, attempt)
    person, office = client_of(world.user), client_of(world.officer)
    asked = call(person, "POST", f"attempts/{attempt.pk}/reviews", {"number": number, "text": "请再看"})
    assert asked["number"] == number
    assert ReviewRequest.objects.get().slot == slot
    assert [one["number"] for one in call(office, "GET", "reviews")["results"]] == [number]
    story = call(office, "GET", f"attempts/{attempt.pk}/explanation")
    (told,) = [one for one in story["questions"] if one["number"] == number]
    assert told["form_number"] == slot.order
    mistakes = call(person, "GET", "my/mistakes")["mistakes"]
    assert [one["number"] for one in mistakes] == list(range(1, 9))
    assert mistakes[number - 1]["slot"] == slot.code


def test_instructions_say_that_numbers_differ(world: World) -> None:
    words = "同一个题号不是同一道题"
    assert words in text_of(client_of(world.user), "instructions", world.sitting.pk)
    Exam.objects.update(shuffle_items=False)
    assert words not in text_of(client_of(world.user), "instructions", world.sitting.pk)


def test_a_review_request_can_be_asked_for_each_question_once(world: World, attempt: Attempt) -> None:
    slot, _ = moved(world, attempt)
    at = clock.now()
    ask_review(attempt=attempt, slot=slot, text="请再看", at=at, user=world.user)
    reply = client_of(world.user).post(
        reverse("exams:review_new", args=[attempt.pk]), {"slot": str(slot.pk), "text": "再看"}
    )
    assert (reply.status_code, "等答复" in reply.content.decode()) == (409, True)
