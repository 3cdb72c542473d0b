"""The roster: drawn as of a day, checked, frozen; afterwards only changes with reason and approver."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from exams.domain import roster_changes as changes
from exams.domain.exams import create_exam
from exams.domain.rosters import (
    change_terms,
    check_roster,
    compare_with_previous,
    draw_roster,
    drop_draft_entry,
    freeze_roster,
)
from exams.domain.starting import start_attempt
from exams.engine.admission import read_number
from exams.models import Attempt, Mode, RosterEntry, RosterEvent, RosterStatus, Seat
from examsite.lib.errors import Conflict, DomainError
from examsite.lib.uploads import Upload
from examsite.people.domain.approvals import decide
from examsite.people.domain.memberships import close_membership, move_member, open_membership
from examsite.people.models import Approval, Establishment, Membership, User
from tests.factories import AT, make_member, make_members
from tests.papers_world import OPENS, Office, exam_spec, make_office

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=5)
TODAY = AT.date()


@pytest.fixture
def office() -> Office:
    return make_office()


def draw(office: Office, **options: object) -> object:
    made = {"exam": office.exam, "as_of": TODAY, "at": AT, "actor": office.officer}
    return draw_roster(**(made | options))  # type: ignore[arg-type]


def names(office: Office) -> list[str]:
    return sorted(office.exam.entries.values_list("name", flat=True))


# --- Drawing -----------------------------------------------------------------------------------------


def test_the_roster_is_who_belonged_on_that_day(office: Office) -> None:
    stays = make_member(office.tree.village, "张一")
    left = make_member(office.tree.village, "张二")
    close_membership(membership=left, on=date(2026, 1, 1), at=AT, actor=office.officer)
    make_member(office.tree.village, "张三", since=date(2026, 3, 3))
    make_member(office.tree.village, "张四", category="cadre")
    make_member(office.tree.other_village, "张五")
    drawn = draw(office)
    assert (drawn.added, drawn.dropped, drawn.kept) == (1, 0, 0)  # type: ignore[attr-defined]
    assert names(office) == ["张一"]
    assert names_on(office, date(2025, 12, 31)) == ["张一", "张二"]
    assert names_on(office, date(2026, 3, 3)) == ["张一", "张三"]
    entry = office.exam.entries.get(user=stays.user)
    assert (entry.unit, entry.unit_path) == (office.tree.village, office.tree.village.path)


def names_on(office: Office, day: date) -> list[str]:
    draw(office, as_of=day)
    return names(office)


def test_it_may_be_narrowed_to_units_and_establishments(office: Office) -> None:
    make_member(office.tree.village, "张一")
    make_member(office.tree.office, "张二", establishment=Establishment.CIVIL)
    draw(office, units=[office.tree.office])
    assert names(office) == ["张二"]
    draw(office, establishments=[Establishment.CIVIL, Establishment.PUBLIC])
    assert names(office) == ["张二"]


def test_drawing_again_keeps_what_was_registered_for_a_person(office: Office) -> None:
    make_members(office.tree.village, 2)
    draw(office)
    entry = office.exam.entries.order_by("name").first()
    change_terms(entry=entry, mode=Mode.PAPER, allowance=Decimal("1.25"), at=AT, actor=office.officer)
    drawn = draw(office)
    assert (drawn.added, drawn.dropped, drawn.kept) == (0, 0, 2)  # type: ignore[attr-defined]
    entry.refresh_from_db()
    assert (entry.mode, entry.allowance) == (Mode.PAPER, Decimal("1.25"))


def test_a_person_in_two_units_comes_once_in_the_one_he_joined_last(office: Office) -> None:
    member = make_member(office.tree.village, "张一")
    make_second_membership(member, office)
    draw(office)
    entry = office.exam.entries.get()
    assert entry.unit == office.tree.office
    assert [doubt.code for doubt in check_roster(exam=office.exam)] == ["several_units"]


def make_second_membership(member: Membership, office: Office) -> None:
    open_membership(
        user=member.user,
        unit=office.tree.office,
        category=member.category,
        since=date(2025, 5, 1),
        at=AT,
        actor=office.officer,
    )


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (
            {},
            "nobody",
            "2026-03-02 在所选单位没有“法律明白人”人员，请检查日期、单位或先导入人员。",
        ),
        ({"units": "other"}, "outside", "“白水镇”不在“青城镇”之内。"),
    ],
)
def test_draws_that_cannot_be(office: Office, options: dict[str, object], code: str, sentence: str) -> None:
    if options.get("units") == "other":
        options = {"units": [office.tree.other_town]}
    with pytest.raises(DomainError) as refusal:
        draw(office, **options)
    assert (refusal.value.code, refusal.value.message) == (code, sentence)


def test_a_draft_entry_can_be_dropped(office: Office) -> None:
    make_members(office.tree.village, 2)
    draw(office)
    drop_draft_entry(entry=office.exam.entries.first(), at=AT, actor=office.officer)
    assert office.exam.entries.count() == 1


# --- Checking ----------------------------------------------------------------------------------------


def doubts(office: Office) -> list[tuple[str, bool]]:
    return [(doubt.code, doubt.must) for doubt in check_roster(exam=office.exam)]


def test_what_a_careful_officer_would_ask(office: Office) -> None:
    assert doubts(office) == [("empty", True)]
    twins = [make_member(office.tree.village, "张一") for _ in range(2)]
    draw(office)
    assert doubts(office) == [("namesake", False)]
    User.objects.filter(pk=twins[0].user_id).update(is_active=False)
    assert doubts(office) == [("inactive", True), ("namesake", False)]
    User.objects.filter(pk=twins[0].user_id).update(is_active=True, name_note="大")
    assert doubts(office) == []


def test_changes_against_last_year_are_shown(office: Office) -> None:
    stays, gone, moves = (make_member(office.tree.village, name) for name in ("张一", "张二", "张三"))
    last = create_exam(
        unit=office.tree.town, spec=exam_spec(title="2025年考试", stat_year=2025), at=AT, actor=office.officer
    )
    draw(office, exam=last, as_of=date(2025, 11, 1))
    freeze_roster(exam=last, attested_by="李敏", at=AT, actor=office.officer)
    close_membership(membership=gone, on=date(2026, 1, 1), at=AT, actor=office.officer)
    move_member(membership=moves, on=date(2026, 1, 1), unit=office.tree.office, at=AT, actor=office.officer)
    make_member(office.tree.village, "张四")
    draw(office)
    against = compare_with_previous(exam=office.exam)
    assert against is not None
    assert against.previous == last
    assert [entry.name for entry in against.new] == ["张四"]
    assert [entry.name for entry in against.gone] == ["张二"]
    assert [(a.unit, b.unit) for a, b in against.moved] == [(office.tree.village, office.tree.office)]
    assert stays.user_id in {entry.user_id for entry in office.exam.entries.all()}


# --- Freezing ----------------------------------------------------------------------------------------


def test_the_freeze_numbers_everybody_and_seals_the_list(office: Office) -> None:
    entries = office.freeze(people=3)
    assert [read_number(entry.admission_number) for entry in entries] == [
        entry.admission_number for entry in entries
    ]
    assert [entry.admission_number[:17] for entry in entries] == [
        "2026-01-0000-0001",
        "2026-01-0000-0002",
        "2026-01-0000-0003",
    ]
    assert len(office.exam.roster_digest) == 64
    assert office.exam.roster_attested_by == "组织委员 李敏"
    assert office.exam.roster_frozen_at == AT


def test_units_with_a_code_have_serials_of_their_own(office: Office) -> None:
    for unit, code in ((office.tree.village, "0103"), (office.tree.office, "P-77")):
        unit.code = code
        unit.save()
    make_member(office.tree.office, "张一")
    entries = office.freeze(people=2)
    assert sorted(entry.admission_number[8:17] for entry in entries) == [
        "0077-0001",
        "0103-0001",
        "0103-0002",
    ]


def test_the_next_exam_of_the_year_gets_the_next_series(office: Office) -> None:
    office.freeze(people=1)
    office.exam = create_exam(unit=office.tree.town, spec=exam_spec(title="二"), at=AT, actor=office.officer)
    entry = office.freeze(people=1)[0]
    assert entry.admission_number.startswith("2026-02-")


def test_a_later_move_changes_nothing_on_the_frozen_roster(office: Office) -> None:
    """Who moved 管区 in June is counted in November where the freeze found him."""
    (entry,) = office.freeze(people=1)
    member = Membership.objects.get(user=entry.user)
    move_member(membership=member, on=date(2026, 6, 1), unit=office.tree.office, at=AT, actor=office.officer)
    entry.refresh_from_db()
    assert (entry.unit, entry.unit_path) == (office.tree.village, office.tree.village.path)


def test_a_frozen_roster_stays(office: Office) -> None:
    (entry,) = office.freeze(people=1)
    for deed in (
        lambda: draw(office),
        lambda: freeze_roster(exam=office.exam, attested_by="x", at=AT, actor=office.officer),
        lambda: drop_draft_entry(entry=entry, at=AT, actor=office.officer),
    ):
        with pytest.raises(Conflict) as refusal:
            deed()
        assert refusal.value.message == "名册已冻结，只能办理免考、缓考、移出或新增。"


def test_a_freeze_needs_people_and_somebody_who_attests(office: Office) -> None:
    with pytest.raises(DomainError) as refusal:
        freeze_roster(exam=office.exam, attested_by=" ", at=AT, actor=office.officer)
    assert refusal.value.message == "请填写名册核实人，如“组织委员 李敏”。"
    with pytest.raises(DomainError) as refusal:
        freeze_roster(exam=office.exam, attested_by="李敏", at=AT, actor=office.officer)
    assert refusal.value.message == "名册还不能冻结：名册里还没有人，请先抽取名册。"


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
    draw(office)
    with pytest.raises(Conflict) as refusal:
        change(office, office.exam.entries.get(), "exempt", "retiring")
    assert refusal.value.code == "not_frozen"


def begin(office: Office, entry: RosterEntry) -> Attempt:
    office.publish()
    sitting = office.sit()
    office.exam.published_at = AT
    office.exam.save()
    seat = Seat.objects.select_related("sitting__exam", "entry").get(sitting=sitting, entry=entry)
    return start_attempt(seat=seat, number=1, device="d", at=OPENS).attempt


@pytest.mark.parametrize("action", ["exempt", "remove"])
def test_who_has_sat_cannot_be_exempted_or_removed(office: Office, action: str) -> None:
    """A failed person is not taken off the roster: only 作废 by two people, which stays visible."""
    (entry,) = office.freeze(people=1)
    attempt = begin(office, entry)
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
    attempt = begin(office, entry)
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


# --- How somebody sits -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "allowance", "code"),
    [("radio", "1", "mode"), ("online", "0.5", "allowance"), ("online", "5", "allowance")],
)
def test_terms_out_of_range(office: Office, mode: str, allowance: str, code: str) -> None:
    (entry,) = office.freeze(people=1)
    with pytest.raises(DomainError) as refusal:
        change_terms(entry=entry, mode=mode, allowance=Decimal(allowance), at=AT, actor=office.officer)
    assert refusal.value.code == code


def test_terms_are_fixed_once_somebody_has_begun(office: Office) -> None:
    (entry,) = office.freeze(people=1)
    begin(office, entry)
    with pytest.raises(Conflict) as refusal:
        change_terms(entry=entry, mode=Mode.ONLINE, allowance=Decimal(2), at=AT, actor=office.officer)
    assert refusal.value.message == "“王一甲”已开始作答，请由监考在监考页延时。"
