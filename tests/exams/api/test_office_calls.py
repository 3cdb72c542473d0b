"""The office's calls: the whole way by programs, who may, and refusals as problem documents."""

from __future__ import annotations

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from exams.domain.form_writing import slots_of
from exams.domain.sittings import add_room
from exams.models import Blueprint, Exam, Form
from examsite.people.domain.approvals import decide
from examsite.people.models import Approval, Role, User
from tests.calls import Calls
from tests.factories import AT, make_member, make_members, make_staff
from tests.papers_world import Office

pytestmark = pytest.mark.django_db


def calls_of(user: User) -> Calls:
    """His calls, a while after he has signed in: nothing of the office asks for a fresh proof."""
    return Calls(user, sure=False, app="exams_api")


@pytest.fixture
def call(office: Office) -> Calls:
    return calls_of(office.officer)


EXAM = {
    "title": "2026年机关干部学法考试",
    "stat_year": 2026,
    "category": "law-wise",
    "audience_label": "在编机关干部",
}
SITTING = {
    "title": "正考",
    "opens_at": "2099-03-10T09:00:00+08:00",
    "closes_at": "2099-03-10T12:00:00+08:00",
    "duration_s": 3600,
}


def test_the_whole_way_by_programs(office: Office, call: Calls, alone: None) -> None:
    town = str(office.tree.town.pk)
    blueprint = call(
        "post",
        "blueprints",
        status=201,
        unit=town,
        name="干部",
        banks=[str(office.bank.pk)],
        duration_s=3600,
        sections=[{"kind": "single", "points": "5", "rows": [{"count": 14}, {"count": 6, "difficulty": 2}]}],
    )
    assert blueprint["sections"][0]["rows"][1]["difficulty"] == 2
    exam = call("post", "exams", status=201, unit=town, blueprint=blueprint["id"], **EXAM)
    assert [gap["code"] for gap in exam["gaps"] if gap["must"]] == ["forms", "roster", "sitting"]
    built = call("post", "forms", exam["id"], status=201, forms=1, reserves=1, seed=1)
    assert [form["code"] for form in built["forms"]] == ["A", "B"]
    assert built["overlap"] == [[20, 0], [0, 20]]
    assert call("get", "forms_comparison", exam["id"])["range_mean"] <= 0.02
    assert call("post", "forms_publish", exam["id"]) == {"approvals": []}

    make_members(office.tree.village, 3)
    assert call("post", "roster_draw", exam["id"], as_of="2026-03-02") == {
        "added": 3,
        "dropped": 0,
        "kept": 0,
    }
    assert call("get", "roster_doubts", exam["id"]) == []
    assert call("post", "roster_freeze", exam["id"], attested_by="李敏") == {"count": 3}
    entries = call("get", "roster", exam["id"])["results"]
    assert [entry["status"] for entry in entries] == ["required"] * 3
    call("post", "entry_terms", entries[0]["id"], mode="paper", allowance="1.25")

    sitting = call("post", "sittings", exam["id"], status=201, **SITTING)
    room = call("post", "rooms", sitting["id"], status=201, name="第一考场")
    assert call("post", "seats", sitting["id"], room=room["id"]) == {"count": 3}
    assert call("post", "sitting_deal", sitting["id"]) == {"counts": {"A": 3}}
    assert [row["allowance"] for row in call("get", "exam_end_times", exam["id"])] == ["1.00", "1.25"]
    assert len(call("post", "sitting_tickets", sitting["id"])) == 3
    assert call("post", "exam_publish", exam["id"]) == {"approvals": []}
    assert Exam.objects.get(pk=exam["id"]).published_at is not None


def test_a_blueprint_as_it_is_sent_can_be_sent_back(office: Office, call: Calls) -> None:
    shown = call("get", "blueprint", office.blueprint.pk)
    back = {name: value for name, value in shown.items() if name not in ("id", "unit")}
    assert call("put", "blueprint", office.blueprint.pk, **back) == shown


def test_an_exam_as_it_is_sent_can_be_sent_back(office: Office, call: Calls) -> None:
    shown = call("get", "exam", office.exam.pk)
    rules = (*EXAM, "label", "blueprint", "pass_line", "excellent_line", "final_rule", "tries", "rounding")
    back = {name: shown[name] for name in rules}
    assert call("put", "exam", office.exam.pk, **back) == shown


def test_the_order_of_items_is_a_rule_until_the_first_paper(office: Office, call: Calls) -> None:
    rules = EXAM | {"blueprint": str(office.blueprint.pk)}
    assert call("put", "exam", office.exam.pk, **rules)["shuffle_items"] is False
    assert call("put", "exam", office.exam.pk, **rules, shuffle_items=True)["shuffle_items"] is True
    form = office.publish()[0]
    assert call("get", "form_paper", form.pk)["shuffled"] is True
    refused = call("put", "exam", office.exam.pk, **rules, status=409, shuffle_items=False)
    assert refused["code"] == "forms_published"
    assert call("put", "exam", office.exam.pk, **rules, shuffle_items=True)["shuffle_items"] is True


def test_a_second_officer_is_asked_with_202(office: Office, call: Calls) -> None:
    office.build()
    (first, *_) = call("post", "forms_publish", office.exam.pk, status=202)["approvals"]
    approval = Approval.objects.get(pk=first)
    decide(approval=approval, approve=True, at=approval.proposed_at, actor=office.second)
    assert Form.objects.filter(published_at__isnull=False).count() == 1
    (entry,) = office.freeze(people=1)
    call("post", "entry_changes", entry.pk, status=202, action="exempt", reason_code="retiring")
    entry.refresh_from_db()
    assert entry.status == "required"
    member = make_member(office.tree.village, "新一人")
    call(
        "post",
        "roster_additions",
        office.exam.pk,
        status=202,
        membership=str(member.pk),
        reason_code="recruit",
    )


def test_forms_are_changed_by_hand(office: Office, call: Calls) -> None:
    draft = office.build()[0]
    slot = slots_of(draft)[0]
    call("post", "slot_lock", slot.pk, locked=True)
    detail = call("post", "form_rebuild", draft.pk, seed=9)
    assert [one["locked"] for one in detail["slots"]].count(True) == 1
    first = slots_of(draft)[0]
    moved = call("post", "slot_move", first.pk, steps=2)
    assert moved["slots"][2]["id"] == str(first.pk)
    call("post", "slot_replace", first.pk)
    assert call("post", "slot_refresh", slots_of(draft)[0].pk, status=409)["code"] == "current"
    call("delete", "form", draft.pk, status=204)


def test_no_reply_tells_a_key(office: Office, call: Calls) -> None:
    draft = office.build()[0]
    for name in ("form", "form_paper"):
        text = str(call("get", name, draft.pk))
        assert "见法条" not in text
        assert "answer" not in text


def test_what_clashes_comes_with_what_helps(office: Office, call: Calls) -> None:
    problem = call("post", "forms", office.exam.pk, status=409, forms=9, reserves=0, seed=1)
    assert problem["code"] == "infeasible"
    assert problem["clashes"][0]["missing"] == 5
    assert "允许同一题用在 2 套卷里" in problem["clashes"][0]["ways"]
    supply = call(
        "post",
        "blueprint_supply",
        banks=[str(office.bank.pk)],
        forms=3,
        sections=[{"kind": "single", "points": "2", "rows": [{"count": 20, "difficulty": 3}]}],
    )
    assert supply["rows"] == [[{"needed": 20, "available": 13, "reason": supply["rows"][0][0]["reason"]}]]
    assert supply["clashes"][0]["needed"] == 60


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("exams", EXAM | {"surprise": 1}, "invalid"),
        ("exams", EXAM, "invalid"),  # no unit
        ("exams", EXAM | {"unit": "town", "title": "2026年法律明白人考试"}, "double"),
        ("exams", EXAM | {"unit": "other"}, "not_found"),
        ("exams", EXAM | {"unit": "town", "category": "nobody"}, "invalid"),
        ("exams", EXAM | {"unit": "town", "blueprint": "01a20000-0000-7000-8000-000000000000"}, "not_found"),
        ("blueprints", {"name": "x"}, "invalid"),
    ],
)
def test_refusals_are_problem_documents_and_nothing_is_stored(
    office: Office, name: str, data: dict[str, object], code: str
) -> None:
    units = {"town": office.tree.town, "other": office.tree.other_town}
    if data.get("unit") in units:
        data = data | {"unit": str(units[data["unit"]].pk)}  # type: ignore[index]
    reply = calls_of(office.officer).client.post(reverse(f"exams_api:{name}"), data, format="json")
    assert reply.json()["code"] == code
    assert reply["Content-Type"] == "application/problem+json"
    assert (Exam.objects.count(), Blueprint.objects.count()) == (1, 1)


def routes(office: Office) -> dict[str, tuple[str, tuple[object, ...]]]:
    """Every call with an argument: its method and arguments."""
    entries = office.freeze(people=2)
    office.publish()
    sitting = office.sit()
    room = add_room(sitting=sitting, name="第一考场", at=AT, actor=office.officer)
    draft = office.build(forms=1, reserves=0)[0]
    slot = slots_of(draft)[0]
    exam, blueprint = (office.exam.pk,), (office.blueprint.pk,)
    return {
        "blueprint": ("get", blueprint),
        "blueprint_copy": ("post", blueprint),
        "exam": ("get", exam),
        "exam_close": ("post", exam),
        "exam_end_times": ("get", exam),
        "exam_publish": ("post", exam),
        "forms": ("get", exam),
        "forms_comparison": ("get", exam),
        "forms_compose": ("post", exam),
        "forms_publish": ("post", exam),
        "form": ("get", (draft.pk,)),
        "form_paper": ("get", (draft.pk,)),
        "form_publish": ("post", (draft.pk,)),
        "form_rebuild": ("post", (draft.pk,)),
        "slot_lock": ("post", (slot.pk,)),
        "slot_move": ("post", (slot.pk,)),
        "slot_refresh": ("post", (slot.pk,)),
        "slot_replace": ("post", (slot.pk,)),
        "roster": ("get", exam),
        "roster_additions": ("post", exam),
        "roster_doubts": ("get", exam),
        "roster_draw": ("post", exam),
        "roster_freeze": ("post", exam),
        "entry": ("get", (entries[0].pk,)),
        "entry_changes": ("post", (entries[0].pk,)),
        "entry_terms": ("post", (entries[0].pk,)),
        "makeups": ("post", exam),
        "sittings": ("get", exam),
        "sitting": ("get", (sitting.pk,)),
        "sitting_deal": ("post", (sitting.pk,)),
        "rooms": ("get", (sitting.pk,)),
        "seats": ("get", (sitting.pk,)),
        "sitting_swap": ("post", (sitting.pk,)),
        "sitting_tickets": ("post", (sitting.pk,)),
        "room": ("delete", (room.pk,)),
    }


def test_another_towns_officer_and_a_leader_find_nothing_and_strangers_must_sign_in(office: Office) -> None:
    calls = routes(office)
    leader = make_staff(office.tree.town, Role.LEADER, "高翔")
    clients = (calls_of(office.stranger).client, calls_of(leader).client, APIClient())
    found = {
        name: tuple(
            getattr(client, method)(reverse(f"exams_api:{name}", args=args), {}, format="json").status_code
            for client in clients
        )
        for name, (method, args) in calls.items()
    }
    assert {codes[:2] for codes in found.values()} == {(404, 404)}
    assert {codes[2] for codes in found.values()} <= {401, 403}
