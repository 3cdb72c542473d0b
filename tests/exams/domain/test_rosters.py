"""The roster: drawn as of a day, checked, frozen; how each of its people sits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from exams.domain.exams import create_exam
from exams.domain.rosters import (
    change_terms,
    check_roster,
    compare_with_previous,
    drop_draft_entry,
    freeze_roster,
)
from exams.engine.admission import read_number
from exams.models import Mode
from examsite.lib.errors import Conflict, DomainError
from examsite.people.domain.memberships import close_membership, move_member, open_membership
from examsite.people.models import Establishment, Membership, User
from tests.factories import AT, make_member, make_members
from tests.papers_world import Office, exam_spec

pytestmark = pytest.mark.django_db


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
    drawn = office.draw()
    assert (drawn.added, drawn.dropped, drawn.kept) == (1, 0, 0)
    assert names(office) == ["张一"]
    assert names_on(office, date(2025, 12, 31)) == ["张一", "张二"]
    assert names_on(office, date(2026, 3, 3)) == ["张一", "张三"]
    entry = office.exam.entries.get(user=stays.user)
    assert (entry.unit, entry.unit_path) == (office.tree.village, office.tree.village.path)


def names_on(office: Office, day: date) -> list[str]:
    office.draw(as_of=day)
    return names(office)


def test_it_may_be_narrowed_to_units_and_establishments(office: Office) -> None:
    make_member(office.tree.village, "张一")
    make_member(office.tree.office, "张二", establishment=Establishment.CIVIL)
    office.draw(units=[office.tree.office])
    assert names(office) == ["张二"]
    office.draw(establishments=[Establishment.CIVIL, Establishment.PUBLIC])
    assert names(office) == ["张二"]


def test_drawing_again_keeps_what_was_registered_for_a_person(office: Office) -> None:
    make_members(office.tree.village, 2)
    office.draw()
    entry = office.exam.entries.order_by("name").first()
    change_terms(entry=entry, mode=Mode.PAPER, allowance=Decimal("1.25"), at=AT, actor=office.officer)
    drawn = office.draw()
    assert (drawn.added, drawn.dropped, drawn.kept) == (0, 0, 2)
    entry.refresh_from_db()
    assert (entry.mode, entry.allowance) == (Mode.PAPER, Decimal("1.25"))


def test_a_person_in_two_units_comes_once_in_the_one_he_joined_last(office: Office) -> None:
    member = make_member(office.tree.village, "张一")
    make_second_membership(member, office)
    office.draw()
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
        office.draw(**options)
    assert (refusal.value.code, refusal.value.message) == (code, sentence)


def test_a_draft_entry_can_be_dropped(office: Office) -> None:
    make_members(office.tree.village, 2)
    office.draw()
    drop_draft_entry(entry=office.exam.entries.first(), at=AT, actor=office.officer)
    assert office.exam.entries.count() == 1


# --- Checking ----------------------------------------------------------------------------------------


def doubts(office: Office) -> list[tuple[str, bool]]:
    return [(doubt.code, doubt.must) for doubt in check_roster(exam=office.exam)]


def test_what_a_careful_officer_would_ask(office: Office) -> None:
    assert doubts(office) == [("empty", True)]
    twins = [make_member(office.tree.village, "张一") for _ in range(2)]
    office.draw()
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
    office.draw(exam=last, as_of=date(2025, 11, 1))
    freeze_roster(exam=last, attested_by="李敏", at=AT, actor=office.officer)
    close_membership(membership=gone, on=date(2026, 1, 1), at=AT, actor=office.officer)
    move_member(membership=moves, on=date(2026, 1, 1), unit=office.tree.office, at=AT, actor=office.officer)
    make_member(office.tree.village, "张四")
    office.draw()
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
        office.draw,
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
    office.publish()
    office.begin(office.sit(), entry)
    with pytest.raises(Conflict) as refusal:
        change_terms(entry=entry, mode=Mode.ONLINE, allowance=Decimal(2), at=AT, actor=office.officer)
    assert refusal.value.message == "“王一甲”已开始作答，请由监考在监考页延时。"
