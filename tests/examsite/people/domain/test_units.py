from datetime import date

import pytest

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.memberships import close_membership
from examsite.people.domain.roles import end_role
from examsite.people.domain.units import create_unit, end_unit, move_unit, rename_unit
from examsite.people.models import AuditRecord, Role, RoleGrant, Unit, UnitKind
from tests.factories import AT, make_member, make_staff, make_unit, make_unit_tree, make_user

pytestmark = pytest.mark.django_db
JUNE = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("parent", "kind", "allowed"),
    [
        (None, UnitKind.COUNTY, True),
        (None, UnitKind.TOWN, False),
        ("county", UnitKind.TOWN, True),
        ("county", UnitKind.OFFICE, True),
        ("county", UnitKind.VILLAGE, False),
        ("town", UnitKind.OFFICE, True),
        ("town", UnitKind.AREA, True),
        ("town", UnitKind.VILLAGE, True),
        ("town", UnitKind.TOWN, False),
        ("area", UnitKind.VILLAGE, True),
        ("area", UnitKind.OFFICE, False),
        ("village", UnitKind.VILLAGE, False),
    ],
)
def test_every_kind_has_its_place(parent: str | None, kind: str, allowed: bool) -> None:
    above = getattr(make_unit_tree(), parent) if parent else None
    if allowed:
        unit = create_unit(name="新单位", kind=kind, parent=above, at=AT, actor=None)
        assert unit.path == f"{above.path if above else ''}{unit.pk.hex}/"
    else:
        with pytest.raises(Invalid):
            create_unit(name="新单位", kind=kind, parent=above, at=AT, actor=None)


def test_names_are_unique_below_one_parent_only() -> None:
    tree = make_unit_tree()
    assert tree.village.name == tree.other_village.name
    with pytest.raises(Conflict):
        make_unit("东风村", UnitKind.VILLAGE, tree.area)
    with pytest.raises(Invalid):
        make_unit("  ", UnitKind.VILLAGE, tree.area)


def test_renaming_logs_before_and_after() -> None:
    tree, officer = make_unit_tree(), make_user("王五")
    make_unit("西园村", UnitKind.VILLAGE, tree.area)
    rename_unit(unit=tree.village, name=" 东风 社区 ", code="0001", at=AT, actor=officer)
    record = AuditRecord.objects.get(action="unit.rename")
    assert (record.before["name"], record.after["name"]) == ("东风村", "东风 社区")
    with pytest.raises(Conflict):
        rename_unit(unit=tree.village, name="西园村", at=AT, actor=officer)


def test_moving_takes_the_whole_subtree_along() -> None:
    tree, officer = make_unit_tree(), make_user("王五")
    move_unit(unit=tree.area, parent=tree.other_town, at=AT, actor=officer, reason="区划调整")
    village = Unit.objects.get(pk=tree.village.pk)
    area = Unit.objects.get(pk=tree.area.pk)
    assert area.parent == tree.other_town
    assert area.path == f"{tree.other_town.path}{area.pk.hex}/"
    assert village.path == f"{area.path}{village.pk.hex}/"
    assert Unit.objects.get(pk=tree.office.pk).path == tree.office.path


def test_moving_refuses_a_wrong_place() -> None:
    tree, officer = make_unit_tree(), make_user("王五")
    make_unit("城关管区", UnitKind.AREA, tree.other_town)
    for parent, family in (
        (tree.village, Invalid),
        (tree.town, Invalid),
        (tree.county, Invalid),
        (tree.other_town, Conflict),
    ):
        with pytest.raises(family):
            move_unit(unit=tree.area, parent=parent, at=AT, actor=officer)


def test_a_unit_ends_only_when_it_is_empty() -> None:
    tree = make_unit_tree()
    row = make_member(tree.village)
    officer = make_staff(tree.village, Role.MARKER)
    with pytest.raises(Conflict, match="还有1个单位"):
        end_unit(unit=tree.area, valid_to=JUNE, at=AT, actor=officer)
    with pytest.raises(Conflict, match="还有1人在册"):
        end_unit(unit=tree.village, valid_to=JUNE, at=AT, actor=officer)
    close_membership(membership=row, on=JUNE, at=AT, actor=None)
    with pytest.raises(Conflict, match="还有1项角色"):
        end_unit(unit=tree.village, valid_to=JUNE, at=AT, actor=officer)
    end_role(grant=RoleGrant.objects.get(), at=AT, actor=None)
    end_unit(unit=tree.village, valid_to=JUNE, at=AT, actor=officer, reason="并村")
    end_unit(unit=tree.area, valid_to=JUNE, at=AT, actor=officer)
    assert Unit.objects.get(pk=tree.village.pk).valid_to == JUNE
