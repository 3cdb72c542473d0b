from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from examsite.lib import clock
from examsite.people.domain.accounts import issue_link
from examsite.people.domain.imports import upload_list
from examsite.people.domain.memberships import close_membership
from examsite.people.domain.retention import apply_rules, due
from examsite.people.domain.voice import send_feedback
from examsite.people.models import (
    AuditRecord,
    Feedback,
    PeopleImport,
    Role,
    SignInFailure,
    SignInLink,
    User,
)
from examsite.people.sealed import read_phone
from tests.factories import SINCE, make_member, make_staff, make_unit_tree, make_user

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


@pytest.fixture
def now():
    return clock.now()


def numbers(at) -> dict[str, int]:
    return {rule.name: number for rule, number in due(at=at) if number}


def test_a_fresh_site_has_nothing_to_remove(now) -> None:
    make_member(make_unit_tree().village, phone=PHONE)
    assert numbers(now) == {}


@pytest.mark.parametrize(
    ("days_since_leaving", "kept"), [(0, True), (360, True), (366, False), (1000, False)]
)
def test_numbers_go_a_year_after_leaving(now, days_since_leaving: int, kept: bool) -> None:
    row = make_member(make_unit_tree().village, phone=PHONE, since=date(2015, 1, 1))
    User.objects.filter(pk=row.user_id).update(created_at=now - timedelta(days=2000))
    close_membership(membership=row, on=(now - timedelta(days=days_since_leaving)).date(), at=now, actor=None)
    assert numbers(now) == ({} if kept else {"离开人员的手机号": 1})
    apply_rules(at=now)
    assert read_phone(User.objects.get(pk=row.user_id)) == (PHONE if kept else "")


def test_numbers_of_staff_and_of_the_just_entered_stay(now) -> None:
    tree = make_unit_tree()
    staff = make_staff(tree.town, Role.MARKER)
    newcomer = make_user("张三", phone=PHONE)
    User.objects.filter(pk=staff.pk).update(
        phone_sealed=newcomer.phone_sealed, created_at=now - timedelta(days=2000)
    )
    assert numbers(now) == {}


@pytest.mark.parametrize(("years", "named"), [(4, True), (6, False)])
def test_who_left_a_planning_cycle_ago_becomes_a_pseudonym(now, years: int, named: bool) -> None:
    tree = make_unit_tree()
    officer = make_staff(tree.town, Role.OFFICER)
    row = make_member(tree.village, "张三")
    left = (now - timedelta(days=366 * years)).date()
    type(row).objects.filter(pk=row.pk).update(valid_from=left - timedelta(days=9), valid_to=left)
    User.objects.update(created_at=now - timedelta(days=4000))
    apply_rules(at=now)
    assert (User.objects.get(pk=row.user_id).name == "张三") is named
    assert User.objects.get(pk=officer.pk).name == officer.name
    assert numbers(now) == {}


def test_a_forgotten_file_goes_after_a_day(now) -> None:
    tree = make_unit_tree()
    officer = make_staff(tree.town, Role.OFFICER)
    data = "姓名,村\n张三,东风村".encode()
    made = now - timedelta(hours=25)
    upload_list(unit=tree.town, data=data, name="x.csv", since=SINCE, at=made, actor=officer)
    upload_list(unit=tree.town, data=data, name="y.csv", since=SINCE, at=now, actor=officer)
    assert numbers(now) == {"没有确认的名单文件": 1}
    apply_rules(at=now)
    assert sorted(PeopleImport.objects.values_list("file_name", "state")) == [
        ("x.csv", "dropped"),
        ("y.csv", "draft"),
    ]
    assert PeopleImport.objects.get(file_name="x.csv").file_sealed is None


def test_failures_links_and_contacts_have_their_time(now) -> None:
    old = now - timedelta(days=40)
    SignInFailure.objects.create(account="a", address="x", failures=1, last_at=old)
    SignInFailure.objects.create(account="b", address="x", failures=1, last_at=now)
    issue_link(user=make_user("张三", username="zhangsan"), at=old, actor=None)
    send_feedback(
        kind="problem", text="打不开", contact=PHONE, at=now - timedelta(days=1100), address="203.0.113.7"
    )
    assert numbers(now) == {"登录失败记录": 1, "一次性登录链接": 1, "投诉建议的联系方式": 1}
    apply_rules(at=now)
    assert numbers(now) == {}
    assert (SignInFailure.objects.count(), SignInLink.objects.count()) == (1, 0)
    assert (Feedback.objects.get().contact_sealed, Feedback.objects.get().text) == ("", "打不开")


def test_the_command_changes_nothing_unless_it_is_told_to(now) -> None:
    SignInFailure.objects.create(account="a", failures=1, last_at=now - timedelta(days=2))
    out = StringIO()
    call_command("retention", stdout=out)
    assert "登录失败记录（24小时）：1" in out.getvalue()
    assert "试运行：应清理1项" in out.getvalue()
    assert SignInFailure.objects.count() == 1
    call_command("retention", "--apply", stdout=out)
    assert SignInFailure.objects.count() == 0
    record = AuditRecord.objects.get(action="retention.apply")
    assert (record.after, record.address) == ({"登录失败记录": 1}, "manage.py retention")
