"""The office's pages as a whole: who sees them, what they cost, how they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from exams.domain.form_writing import slots_of
from exams.domain.rosters import change_terms
from exams.domain.sittings import add_room
from exams.models import Exam, Mode
from examsite.people.models import Role
from tests.factories import AT, make_members, make_staff
from tests.office_pages import client_of, text_of, told, url
from tests.papers_world import Office

pytestmark = pytest.mark.django_db


def whole_office(office: Office) -> dict[str, tuple[object, ...]]:
    """Everything prepared; the arguments of every page that can be looked at."""
    entries = office.freeze(people=4)
    change_terms(entry=entries[0], mode=Mode.PAPER, allowance=1, at=AT, actor=office.officer)
    forms = office.publish()
    sitting = office.sit()
    room = add_room(sitting=sitting, name="第一考场", at=AT, actor=office.officer)
    draft = office.build(forms=1, reserves=0)[0]
    exam = office.exam.pk
    return {
        "exam": (exam,),
        "exam_edit": (exam,),
        "forms": (exam,),
        "forms_chart": (exam, "svg"),
        "forms_ready": (exam,),
        "form": (draft.pk,),
        "form_preview": (forms[0].pk,),
        "form_print": (forms[0].pk, "book", "pdf"),
        "slot_pick": (slots_of(draft)[0].pk,),
        "roster": (exam,),
        "roster_add": (exam,),
        "entry": (entries[0].pk,),
        "entry_change": (entries[0].pk, "exempt"),
        "sittings": (exam,),
        "sitting_new": (exam,),
        "makeup_new": (exam,),
        "sitting": (sitting.pk,),
        "sitting_edit": (sitting.pk,),
        "sitting_print": (sitting.pk, "sign-in"),
        "room_new": (sitting.pk,),
        "room_edit": (room.pk,),
        "blueprint_edit": (office.blueprint.pk,),
    }


def test_every_page_opens_for_the_officer_and_for_nobody_else(office: Office) -> None:
    pages = whole_office(office)
    leader = make_staff(office.tree.town, Role.LEADER, "高翔")
    own, foreign, looking, nobody = (
        client_of(office.officer),
        client_of(office.stranger),
        client_of(leader),
        Client(),
    )
    found = {
        name: tuple(client.get(url(name, *args)).status_code for client in (own, foreign, looking, nobody))
        for name, args in pages.items()
    }
    assert found == dict.fromkeys(pages, (200, 404, 404, 302))


def test_the_countys_officer_sees_what_the_town_does(office: Office) -> None:
    county = make_staff(office.tree.county, Role.OFFICER, "周敏")
    assert client_of(county).get(url("exam", office.exam.pk)).status_code == 200


def test_lists_show_ones_own_and_an_empty_state(office: Office) -> None:
    assert "2026年法律明白人考试" in text_of(client_of(office.officer).get(url("exams")))
    stranger = client_of(office.stranger)
    assert "还没有考试" in text_of(stranger.get(url("exams")))
    assert "还没有组卷规则" in text_of(stranger.get(url("blueprints")))


def test_pages_take_as_many_queries_for_many_people_as_for_few(
    office: Office, django_assert_max_num_queries: Any
) -> None:
    office.freeze(people=3)
    client = client_of(office.officer)
    client.get(url("roster", office.exam.pk))
    with django_assert_max_num_queries(40) as few:
        client.get(url("roster", office.exam.pk))
    other = Exam.objects.create(
        unit=office.tree.town, title="大", stat_year=2026, category=office.exam.category,
        label="x", audience_label="x", created_at=AT,
    )  # fmt: skip
    office.exam = other
    make_members(office.tree.office, 40, since=AT.date())
    office.freeze(people=0)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(url("roster", other.pk))


def test_a_refusal_of_the_domain_is_a_message_on_the_page(office: Office) -> None:
    reply = client_of(office.officer).post(url("form_deed", office.publish()[0].pk), {"deed": "discard"})
    assert told(reply) == ["A卷已定卷，不能再改；发现错题请用答案更正或作废处理。"]
