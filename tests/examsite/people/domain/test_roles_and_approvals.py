from datetime import timedelta

import pytest

from examsite.lib.errors import Conflict, Forbidden, Invalid
from examsite.people.domain import approvals
from examsite.people.domain.approvals import decide, propose, use_approval
from examsite.people.domain.roles import end_role, grant_role, propose_role
from examsite.people.models import Approval, Role, RoleGrant, User
from tests.factories import AT, make_staff, make_unit_tree, make_user

pytestmark = pytest.mark.django_db


def roles_of(user: User) -> list[str]:
    return sorted(user.grants.filter(ended_at__isnull=True).values_list("role", flat=True))


def test_an_officer_gives_roles_in_his_own_subtree() -> None:
    tree, user = make_unit_tree(), make_user("赵六")
    officer = make_staff(tree.town, Role.OFFICER)
    grant_role(user=user, role=Role.MARKER, unit=tree.village, at=AT, actor=officer)
    for unit in (tree.other_town, tree.county):
        with pytest.raises(Forbidden):
            grant_role(user=user, role=Role.MARKER, unit=unit, at=AT, actor=officer)
    assert roles_of(user) == ["marker"]


def test_a_leader_gives_no_roles() -> None:
    tree, user = make_unit_tree(), make_user("赵六")
    leader = make_staff(tree.county, Role.LEADER)
    with pytest.raises(Forbidden):
        grant_role(user=user, role=Role.MARKER, unit=tree.village, at=AT, actor=leader)
    with pytest.raises(Forbidden):
        propose_role(user=user, role=Role.OFFICER, unit=tree.village, at=AT, actor=leader)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR])
def test_two_people_give_the_roles_of_power(role: Role) -> None:
    tree, user = make_unit_tree(), make_user("赵六")
    first, second = make_staff(tree.town, Role.OFFICER, "甲"), make_staff(tree.county, Role.OFFICER, "乙")
    with pytest.raises(Forbidden) as caught:
        grant_role(user=user, role=role, unit=tree.town, at=AT, actor=first)
    assert caught.value.code == "needs_second"
    approval = propose_role(user=user, role=role, unit=tree.town, at=AT, actor=first, reason="接任")
    assert approval.content["角色"] == role.label
    with pytest.raises(Forbidden):
        decide(approval=approval, approve=True, at=AT, actor=first)
    assert roles_of(user) == []
    decide(approval=approval, approve=True, at=AT, actor=second)
    assert roles_of(user) == [role]
    assert RoleGrant.objects.get(user=user).granted_by == first


def test_a_refusal_needs_a_reason_and_gives_nothing() -> None:
    tree, user = make_unit_tree(), make_user("赵六")
    first, second = make_staff(tree.town, Role.OFFICER, "甲"), make_staff(tree.county, Role.OFFICER, "乙")
    approval = propose_role(user=user, role=Role.OFFICER, unit=tree.town, at=AT, actor=first)
    with pytest.raises(Invalid):
        decide(approval=approval, approve=False, at=AT, actor=second)
    decide(approval=approval, approve=False, at=AT, actor=second, reason="人选不妥")
    with pytest.raises(Conflict):
        decide(approval=approval, approve=True, at=AT, actor=second)
    assert roles_of(user) == []


def test_what_has_changed_meanwhile_takes_the_agreement_back() -> None:
    tree, user = make_unit_tree(), make_user("赵六")
    first, second = make_staff(tree.town, Role.OFFICER, "甲"), make_staff(tree.county, Role.OFFICER, "乙")
    approval = propose_role(user=user, role=Role.OFFICER, unit=tree.town, at=AT, actor=first)
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(Invalid):
        decide(approval=approval, approve=True, at=AT, actor=second)
    assert Approval.objects.get().decided_at is None


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (Role.OFFICER, Role.AUDITOR),
        (Role.AUDITOR, Role.OFFICER),
        (Role.AUDITOR, Role.OPERATOR),
        (Role.OPERATOR, Role.AUDITOR),
    ],
)
def test_roles_that_are_kept_apart(held: Role, wanted: Role) -> None:
    tree = make_unit_tree()
    user = make_staff(tree.town, held)
    with pytest.raises(Conflict):
        grant_role(user=user, role=wanted, unit=tree.other_town, at=AT, actor=None)
    end_role(grant=user.grants.get(), at=AT, actor=None)
    grant_role(user=user, role=wanted, unit=tree.other_town, at=AT, actor=None)
    assert roles_of(user) == [wanted]


def test_the_first_role_ends_the_sign_ins_of_before() -> None:
    tree, user = make_unit_tree(), make_user("赵六")
    before = user.get_session_auth_hash()
    grant_role(user=user, role=Role.MARKER, unit=tree.town, at=AT, actor=None)
    after = User.objects.get(pk=user.pk).get_session_auth_hash()
    assert before != after
    grant_role(user=user, role=Role.REVIEWER, unit=tree.town, at=AT, actor=None)
    assert User.objects.get(pk=user.pk).get_session_auth_hash() == after


def test_the_admin_opens_for_the_officer_of_the_county_alone() -> None:
    tree = make_unit_tree()
    county, town = make_staff(tree.county, Role.OFFICER, "甲"), make_staff(tree.town, Role.OFFICER, "乙")
    assert (county.is_staff, county.has_perm("people.view_user")) == (True, True)
    assert (town.is_staff, town.has_perm("people.view_user")) == (False, False)
    make_staff(tree.county, Role.OFFICER, "丙", username="third")
    end_role(grant=county.grants.get(), at=AT, actor=None)
    county.refresh_from_db()
    assert (county.is_staff, county.has_perm("people.view_user")) == (False, False)


def test_the_last_officer_of_the_county_stays() -> None:
    tree = make_unit_tree()
    officer = make_staff(tree.county, Role.OFFICER)
    with pytest.raises(Conflict, match="唯一"):
        end_role(grant=officer.grants.get(), at=AT, actor=officer)


def test_an_approval_counts_once_for_exactly_its_content() -> None:
    tree, user = make_unit_tree(), make_user("赵六")
    first, second = make_staff(tree.town, Role.OFFICER, "甲"), make_staff(tree.county, Role.OFFICER, "乙")
    content = {"理由": "雷同卷"}
    ask = {"action": "test.void", "target": user, "at": AT}
    approval = propose(**ask, content=content, summary="作废", unit=tree.town, actor=first)
    assert propose(**ask, content=content, summary="作废", unit=tree.town, actor=first) == approval
    with pytest.raises(Forbidden):
        use_approval(**ask, content=content)
    decide(approval=approval, approve=True, at=AT, actor=second)
    with pytest.raises(Forbidden):
        use_approval(**ask, content={"理由": "别的"})
    with pytest.raises(Forbidden):
        use_approval(action="test.void", target=user, content=content, at=AT + timedelta(days=8))
    assert use_approval(**ask, content=content).used_at == AT
    with pytest.raises(Forbidden):
        use_approval(**ask, content=content)


def test_only_an_officer_over_the_unit_decides_and_only_in_time() -> None:
    tree, user = make_unit_tree(), make_user("赵六")
    first = make_staff(tree.town, Role.OFFICER, "甲")
    approval = propose_role(user=user, role=Role.OFFICER, unit=tree.town, at=AT, actor=first)
    for stranger in (
        make_staff(tree.other_town, Role.OFFICER, "丙"),
        make_staff(tree.town, Role.LEADER, "丁"),
    ):
        with pytest.raises(Forbidden):
            decide(approval=approval, approve=True, at=AT, actor=stranger)
    second = make_staff(tree.county, Role.OFFICER, "乙")
    with pytest.raises(Conflict, match="过期"):
        decide(approval=approval, approve=True, at=AT + timedelta(days=7), actor=second)


def test_what_happens_on_agreement_is_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    tree, user = make_unit_tree(), make_user("赵六")
    first, second = make_staff(tree.town, Role.OFFICER, "甲"), make_staff(tree.county, Role.OFFICER, "乙")
    done: list[Approval] = []
    monkeypatch.setitem(approvals._carried_out, "test.do", lambda approval, at: done.append(approval))
    ask = {"action": "test.do", "target": user, "at": AT, "content": {}}
    approval = propose(**ask, summary="做", unit=tree.town, actor=first)
    decide(approval=approval, approve=True, at=AT, actor=second)
    assert done == [approval]
    with pytest.raises(Forbidden):
        use_approval(**ask)
