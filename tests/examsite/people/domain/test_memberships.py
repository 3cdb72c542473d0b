from datetime import date

import pytest

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.memberships import (
    close_membership,
    members_as_of,
    merge_doubles,
    move_member,
    open_membership,
)
from examsite.people.models import AuditRecord, Category, Establishment, Membership, Role
from tests.factories import AT, SINCE, make_member, make_staff, make_unit_tree, make_user

pytestmark = pytest.mark.django_db
JUNE, NOVEMBER = date(2026, 6, 1), date(2026, 11, 3)


def wise() -> Category:
    return Category.objects.get(code="law-wise")


def test_a_move_keeps_the_account_and_both_rows() -> None:
    tree = make_unit_tree()
    old = make_member(tree.village, "张三")
    officer = make_staff(tree.county, Role.OFFICER)
    new = move_member(membership=old, unit=tree.other_village, on=JUNE, at=AT, actor=officer, reason="搬家")
    old.refresh_from_db()
    assert new.user == old.user
    assert (old.unit, old.valid_from, old.valid_to) == (tree.village, SINCE, JUNE)
    assert (new.unit, new.valid_from, new.valid_to) == (tree.other_village, JUNE, None)
    actions = AuditRecord.objects.filter(action__startswith="membership.").values_list("action", flat=True)
    assert sorted(actions) == ["membership.close", "membership.open", "membership.open"]


@pytest.mark.parametrize(
    ("day", "where"),
    [(date(2026, 5, 31), "village"), (JUNE, "other_village"), (NOVEMBER, "other_village")],
)
def test_each_day_finds_one_of_the_two_rows(day: date, where: str) -> None:
    tree = make_unit_tree()
    old = make_member(tree.village, "张三")
    move_member(membership=old, unit=tree.other_village, on=JUNE, at=AT, actor=None)
    rows = members_as_of(date=day, units=[tree.county], categories=[wise()])
    assert [row.unit for row in rows] == [getattr(tree, where)]


def test_members_are_drawn_by_subtree_and_category() -> None:
    tree = make_unit_tree()
    here = make_member(tree.village, "张三")
    make_member(tree.other_village, "李四")
    make_member(tree.office, "王五", category="cadre")
    assert list(members_as_of(date=NOVEMBER, units=[tree.town], categories=[wise()])) == [here]
    assert members_as_of(date=NOVEMBER).count() == 3
    assert members_as_of(date=SINCE).count() == 3
    assert members_as_of(date=date(2023, 12, 31)).count() == 0
    assert members_as_of(date=NOVEMBER, units=[]).count() == 0


def test_the_same_person_may_be_cadre_and_law_wise() -> None:
    tree = make_unit_tree()
    row = make_member(tree.village, "张三")
    open_membership(
        user=row.user,
        unit=tree.village,
        category=Category.objects.get(code="village-cadre"),
        since=SINCE,
        at=AT,
        actor=None,
    )
    assert row.user.memberships.count() == 2


def test_the_same_membership_twice_is_refused() -> None:
    tree = make_unit_tree()
    row = make_member(tree.village, "张三")
    with pytest.raises(Conflict, match="重叠"):
        open_membership(user=row.user, unit=tree.village, category=wise(), since=JUNE, at=AT, actor=None)


def test_a_closed_membership_may_begin_again() -> None:
    tree = make_unit_tree()
    row = close_membership(membership=make_member(tree.village), on=JUNE, at=AT, actor=None)
    with pytest.raises(Conflict, match="重叠"):
        open_membership(
            user=row.user, unit=tree.village, category=wise(), since=date(2026, 5, 1), at=AT, actor=None
        )
    again = open_membership(user=row.user, unit=tree.village, category=wise(), since=JUNE, at=AT, actor=None)
    assert again.pk != row.pk


def test_a_membership_closes_once_and_not_before_it_began() -> None:
    tree = make_unit_tree()
    row = make_member(tree.village)
    with pytest.raises(Invalid, match="不能早于"):
        close_membership(membership=row, on=date(2023, 1, 1), at=AT, actor=None)
    close_membership(membership=row, on=JUNE, at=AT, actor=None)
    with pytest.raises(Conflict, match="已于2026-06-01截止"):
        close_membership(membership=row, on=NOVEMBER, at=AT, actor=None)


def test_a_change_of_position_is_a_new_row() -> None:
    tree = make_unit_tree()
    row = make_member(
        tree.office, "张三", category="cadre", establishment=Establishment.PUBLIC, position="科员"
    )
    with pytest.raises(Invalid, match="没有变化"):
        move_member(membership=row, position="科员", on=JUNE, at=AT, actor=None)
    new = move_member(membership=row, position="副镇长", on=JUNE, at=AT, actor=None)
    assert (new.unit, new.establishment, new.position) == (tree.office, Establishment.PUBLIC, "副镇长")
    assert Membership.objects.get(pk=row.pk).position == "科员"


def test_merging_keeps_one_person_and_all_memberships() -> None:
    tree = make_unit_tree()
    keep = make_member(tree.village, "张三")
    double = make_member(tree.office, "张三", category="cadre", phone="13800001234", username="zhangsan")
    same = open_membership(
        user=double.user, unit=tree.village, category=wise(), since=SINCE, at=AT, actor=None
    )
    officer = make_staff(tree.town, Role.OFFICER)
    merge_doubles(keep=keep.user, double=double.user, on=JUNE, at=AT, actor=officer, reason="重复录入")
    keep.user.refresh_from_db()
    double.user.refresh_from_db()
    rows = members_as_of(date=NOVEMBER, units=[tree.town])
    assert {(row.user_id, row.unit_id) for row in rows} == {
        (keep.user_id, tree.village.pk),
        (keep.user_id, tree.office.pk),
    }
    assert (double.user.merged_into, double.user.is_active) == (keep.user, False)
    assert (keep.user.username, double.user.username) == ("zhangsan", None)
    assert keep.user.phone_sealed != ""
    assert double.user.phone_sealed == ""
    assert Membership.objects.get(pk=same.pk).valid_to == JUNE
    assert AuditRecord.objects.get(action="person.merge").reason == "重复录入"


def test_merging_refuses_oneself_the_merged_and_whoever_holds_a_role() -> None:
    tree = make_unit_tree()
    officer = make_staff(tree.town, Role.OFFICER)
    keep, double = make_user("张三"), make_user("张三")
    with pytest.raises(Invalid):
        merge_doubles(keep=keep, double=keep, on=JUNE, at=AT, actor=officer)
    with pytest.raises(Conflict, match="角色"):
        merge_doubles(keep=keep, double=officer, on=JUNE, at=AT, actor=officer)
    merge_doubles(keep=keep, double=double, on=JUNE, at=AT, actor=officer)
    with pytest.raises(Conflict, match="已并入"):
        merge_doubles(keep=keep, double=double, on=JUNE, at=AT, actor=officer)
    with pytest.raises(Conflict, match="已并入"):
        open_membership(user=double, unit=tree.village, category=wise(), since=JUNE, at=AT, actor=None)
