from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from examsite.lib import clock
from examsite.people.domain.signing_in import link_of
from examsite.people.models import AuditRecord, Role, RoleGrant, Unit, User
from tests.factories import make_unit_tree

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("appoint", *arguments, stdout=out)
    return out.getvalue()


def test_a_fresh_site_gets_its_county_and_its_first_officer() -> None:
    words = run("liwei", "--name", "李伟", "--county", "云山县")
    grant = RoleGrant.objects.get()
    assert (grant.user.name, grant.role, grant.unit.name) == ("李伟", Role.OFFICER, "云山县")
    token = words.split("#")[1].split()[0]
    assert link_of(token=token, at=clock.now()).user == grant.user
    assert {one.address for one in AuditRecord.objects.all()} == {"manage.py appoint"}


def test_a_second_one_in_the_same_county() -> None:
    tree = make_unit_tree()
    run("liwei", "--name", "李伟")
    assert RoleGrant.objects.get().unit == tree.county
    run("liwei", "--unit", "青城镇", "--role", "marker")
    assert User.objects.count() == 1
    assert RoleGrant.objects.count() == 2


def test_a_link_alone_changes_no_role() -> None:
    make_unit_tree()
    run("liwei", "--name", "李伟", "--link-only")
    assert RoleGrant.objects.count() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("liwei",), "没有这个用户名"),
        (("liwei", "--name", "李伟", "--unit", "东风村"), "有2个"),
        (("liwei", "--name", "李伟", "--county", "别的县"), "写明县名"),
        (("liwei", "--name", "<b>"), "不像姓名"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_stored(arguments: tuple[str, ...], words: str) -> None:
    make_unit_tree()
    with pytest.raises(CommandError, match=words):
        run(*arguments)
    assert (User.objects.count(), RoleGrant.objects.count(), Unit.objects.count()) == (0, 0, 7)
