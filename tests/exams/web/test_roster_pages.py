"""The pages of a roster: drawn, frozen, changed with reason and paper."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from exams.models import RosterEntry, RosterEvent
from examsite.people.domain.approvals import decide
from examsite.people.models import Approval
from tests.factories import make_member, make_members
from tests.office_pages import client_of, text_of, told, url
from tests.papers_world import Office

pytestmark = pytest.mark.django_db


def test_the_roster_is_drawn_checked_and_frozen_on_the_page(office: Office) -> None:
    make_members(office.tree.village, 3)
    client = client_of(office.officer)
    reply = client.post(url("roster_draw", office.exam.pk), {"as_of": "2026-03-02"})
    assert told(reply) == ["抽取完成：新加 3 人，去掉 0 人，保留 0 人。"]
    assert "没有发现疑点" in text_of(client.get(url("roster", office.exam.pk)))
    assert "名册核实人：" in text_of(client.post(url("roster_freeze", office.exam.pk), {}))
    client.post(url("roster_freeze", office.exam.pk), {"attested_by": "组织委员 李敏"})
    page = text_of(client.get(url("roster", office.exam.pk)))
    assert "组织委员 李敏 核实" in page
    assert page.count("2026-01-0000-000") == 3


def test_a_draw_without_a_day_says_so(office: Office) -> None:
    reply = client_of(office.officer).post(url("roster_draw", office.exam.pk), {})
    assert reply.status_code == 400
    assert "以哪一天的在册情况为准：" in text_of(reply)


def test_an_exemption_goes_to_the_second_officer(office: Office) -> None:
    (entry,) = office.freeze(people=1)
    client = client_of(office.officer)
    reply = client.post(url("entry_change", entry.pk, "exempt"), {"reason_code": "", "reason": ""})
    assert reply.status_code == 400
    client.post(url("entry_change", entry.pk, "exempt"), {"reason_code": "retiring", "reason": ""})
    entry.refresh_from_db()
    assert entry.status == "required"
    assert "等另一位考务同意" in text_of(client.get(url("entry", entry.pk)))
    approval = Approval.objects.get(action="roster.exempt")
    decide(approval=approval, approve=True, at=approval.proposed_at, actor=office.second)
    page = text_of(client.get(url("roster", office.exam.pk)))
    assert "免考（临近退休）" in page
    assert f"{office.second} 批准" in page


def test_a_change_nobody_knows_is_not_found(office: Office) -> None:
    (entry,) = office.freeze(people=1)
    assert client_of(office.officer).get(url("entry_change", entry.pk, "expel")).status_code == 404


def test_the_paper_behind_a_change_is_a_download_for_the_office(
    office: Office, alone: None, settings: Any, tmp_path: Any
) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
    (entry,) = office.freeze(people=1)
    client = client_of(office.officer)
    fields = {"reason_code": "retiring", "reason": ""}
    bad = client.post(
        url("entry_change", entry.pk, "exempt"),
        fields | {"attachment": SimpleUploadedFile("x.pdf", b"MZ not a document")},
    )
    assert "附件只收 PDF、JPG 或 PNG 文件。" in text_of(bad)
    client.post(
        url("entry_change", entry.pk, "exempt"),
        fields | {"attachment": SimpleUploadedFile("../../x.pdf", b"%PDF-1.4 proof")},
    )
    event = RosterEvent.objects.get()
    reply = client.get(url("roster_file", event.pk))
    assert b"".join(reply.streaming_content) == b"%PDF-1.4 proof"
    assert reply["Content-Disposition"].startswith("attachment;")
    assert client_of(office.stranger).get(url("roster_file", event.pk)).status_code == 404


def test_somebody_new_is_found_and_added(office: Office, alone: None) -> None:
    office.freeze(people=1)
    member = make_member(office.tree.village, "新一人")
    make_member(office.tree.other_village, "外一人")
    client = client_of(office.officer)
    page = text_of(client.get(url("roster_add", office.exam.pk)))
    assert "新一人" in page
    assert "外一人" not in page
    client.post(url("roster_add", office.exam.pk), {"member": str(member.pk), "reason_code": "recruit"})
    assert RosterEntry.objects.get(user=member.user).added_late is True
