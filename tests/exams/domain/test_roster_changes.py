"""Changes of a frozen roster: only with reason and approver."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from exams.domain import roster_changes as changes
from exams.models import Attempt, RosterEntry, RosterEvent, RosterStatus
from examsite.lib.errors import Conflict, DomainError
from examsite.lib.uploads import Upload
from examsite.people.domain.approvals import decide
from examsite.people.models import Approval, Membership
from tests.factories import AT, make_member, make_members
from tests.papers_world import LATER, OPENS, Office

pytestmark = pytest.mark.django_db


# --- Changes after the freeze ------------------------------------------------------------------------


def change(office: Office, entry: RosterEntry, action: str, code: str, **options: object) -> RosterEntry:
    made = {"reason": "", "at": LATER, "actor": office.officer}
    return changes.change_entry(entry=entry, action=action, reason_code=code, **(made | options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("action", "code", "status"),
    [
        ("exempt", "retiring", RosterStatus.EXEMPT),  # near retirement: exempt with a reason, not missing
        ("defer", "away", RosterStatus.DEFERRED),
        ("remove", "moved", RosterStatus.REMOVED),
    ],
)
def test_a_change_with_two_people_leaves_its_trace(
    office: Office, action: str, code: str, status: str
) -> None:
    (entry,) = office.freeze(people=1)
    approval = changes.propose_change(
        entry=entry, action=action, reason_code=code, reason="", at=AT, actor=office.officer
    )
    entry.refresh_from_db()
    assert entry.status == RosterStatus.REQUIRED
    decide(approval=approval, approve=True, at=LATER, actor=office.second)
    entry.refresh_from_db()
    assert entry.status == status
    event = RosterEvent.objects.get(entry=entry)
    assert (event.action, event.before, event.after, event.reason_code) == (
        action,
        "required",
        str(status),
        code,
    )
    assert (event.actor, event.approver, event.at) == (office.officer, office.second, LATER)


def test_a_refused_proposal_changes_nothing(office: Office) -> None:
    (entry,) = office.freeze(people=1)
    approval = changes.propose_change(
        entry=entry, action="exempt", reason_code="other", reason="x", at=AT, actor=office.officer
    )
    decide(approval=approval, approve=False, at=LATER, actor=office.second, reason="不符合规定")
    entry.refresh_from_db()
    assert entry.status == RosterStatus.REQUIRED
    assert RosterEvent.objects.count() == 0


def test_a_change_can_be_taken_back(office: Office) -> None:
    (entry,) = office.freeze(people=1)
    entry = change(office, entry, "exempt", "retiring")
    assert change(office, entry, "restore", "mistake").status == RosterStatus.REQUIRED
    assert [event.action for event in entry.events.all()] == ["exempt", "restore"]


@pytest.mark.parametrize(
    ("action", "code", "reason", "sentence"),
    [
        ("expel", "other", "", "名册没有这种变更。"),
        ("exempt", "", "", "请选择事由。"),
        ("exempt", "other", " ", "选“其他”时请写明说明。"),
        ("restore", "mistake", "", "“王一甲”现在是“应考”，不能办理恢复应考。"),
    ],
)
def test_changes_that_cannot_be(office: Office, action: str, code: str, reason: str, sentence: str) -> None:
    (entry,) = office.freeze(people=1)
    with pytest.raises(DomainError) as refusal:
        change(office, entry, action, code, reason=reason)
    assert refusal.value.message == sentence


def test_before_the_freeze_the_draft_is_changed_instead(office: Office) -> None:
    make_members(office.tree.village, 1)
    office.draw()
    with pytest.raises(Conflict) as refusal:
        change(office, office.exam.entries.get(), "exempt", "retiring")
    assert refusal.value.code == "not_frozen"


@pytest.mark.parametrize("action", ["exempt", "remove"])
def test_who_has_sat_cannot_be_exempted_or_removed(office: Office, action: str) -> None:
    """A failed person is not taken off the roster: only 作废 by two people, which stays visible."""
    (entry,) = office.freeze(people=1)
    office.publish()
    attempt = office.begin(office.sit(), entry)
    label = changes.CHANGES[action].label
    code = changes.CHANGES[action].reasons[0][0]
    with pytest.raises(Conflict) as refusal:
        change(office, entry, action, code)
    assert refusal.value.message == f"“王一甲”正在作答，不能办理{label}。"
    Attempt.objects.filter(pk=attempt.pk).update(**{"state": "submitted"}, submitted_at=OPENS, settled=False)
    with pytest.raises(Conflict) as refusal:
        change(office, entry, action, code)
    assert refusal.value.message == f"“王一甲”已有有效作答，不能{label}；确需作废须两人审批作废作答。"
    assert change(office, entry, "defer", "personal").status == RosterStatus.DEFERRED


def test_who_only_looked_in_and_was_settled_can_still_be_removed(office: Office) -> None:
    (entry,) = office.freeze(people=1)
    office.publish()
    attempt = office.begin(office.sit(), entry)
    Attempt.objects.filter(pk=attempt.pk).update(
        **{"state": "submitted"}, submitted_at=attempt.due_at, settled=True
    )
    assert change(office, entry, "remove", "moved").status == RosterStatus.REMOVED


def test_the_paper_behind_a_change_is_kept(office: Office, settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
    (entry,) = office.freeze(people=1)
    approval = changes.propose_change(
        entry=entry,
        action="exempt",
        reason_code="retiring",
        reason="",
        at=AT,
        actor=office.officer,
        attachment=Upload("proof.pdf", b"%PDF-1.4 proof"),
    )
    decide(approval=approval, approve=True, at=LATER, actor=office.second)
    event = RosterEvent.objects.get()
    with default_storage.open(event.attachment.name) as file:
        assert file.read() == b"%PDF-1.4 proof"


# --- Additions ---------------------------------------------------------------------------------------


def test_a_recruit_is_added_after_the_freeze_with_an_approver(office: Office) -> None:
    office.freeze(people=2)
    member = make_member(office.tree.village, "新一人", since=date(2026, 3, 1))
    approval = changes.propose_addition(
        exam=office.exam, member=member, reason_code="recruit", reason="", at=AT, actor=office.officer
    )
    assert office.exam.entries.count() == 2
    decide(approval=approval, approve=True, at=LATER, actor=office.second)
    entry = office.exam.entries.get(user=member.user)
    assert (entry.added_late, entry.status) == (True, RosterStatus.REQUIRED)
    assert entry.admission_number.startswith("2026-01-0000-0003-")
    event = entry.events.get()
    assert (event.action, event.approver) == ("add", office.second)


@pytest.mark.parametrize(
    ("who", "reason", "code"),
    [("member", "recruit", "double"), ("stranger", "recruit", "not_member"), ("fresh", "", "reason_code")],
)
def test_additions_that_cannot_be(office: Office, who: str, reason: str, code: str) -> None:
    (entry,) = office.freeze(people=1)
    members = {
        "member": Membership.objects.get(user=entry.user),
        "stranger": make_member(office.tree.other_village, "外一人"),
        "fresh": make_member(office.tree.village, "新一人"),
    }
    with pytest.raises(DomainError) as refusal:
        changes.add_entry(
            exam=office.exam, member=members[who], reason_code=reason, reason="", at=AT, actor=office.officer
        )
    assert refusal.value.code == code
    assert Approval.objects.count() == 0
