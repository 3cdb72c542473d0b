from datetime import timedelta

import pytest

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.accounts import (
    block_person,
    change_person,
    clean_name,
    create_person,
    issue_link,
    password_faults,
    set_password,
    unblock_person,
)
from examsite.people.domain.signing_in import SignInRefused, link_of, use_link
from examsite.people.models import AuditRecord, SignInLink, User
from examsite.people.sealed import people_with_phone, read_phone
from tests.factories import AT, make_unit_tree, make_user

pytestmark = pytest.mark.django_db
GOOD = "Qingcheng-putong-1"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" 张三 ", "张三"),
        ("谢 英", "谢英"),
        ("邓\u3000文", "邓文"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("𬭊锐", "𬭊锐"),
        ("John  Smith", "John Smith"),
    ],
)
def test_a_name_is_tidied(text: str, name: str) -> None:
    assert clean_name(text) == name


@pytest.mark.parametrize(
    "text", ["", "  ", "<b>张三</b>", "104人", "张三;DROP", "=1+1", "{{7*7}}", "张·", "·张", "合计:"]
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        clean_name(text)


def test_a_person_is_created_without_password_and_with_a_sealed_number() -> None:
    user = create_person(name="张三", at=AT, actor=None, phone="138 0000-1234", birth_year=1980)
    assert not user.has_usable_password()
    assert "13800001234" not in user.phone_sealed
    assert read_phone(user) == "13800001234"
    assert list(people_with_phone("+8613800001234")) == [user]
    assert AuditRecord.objects.get().action == "person.create"


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        ("1.38E+10", "科学计数法"),
        ("1380000123", "10位"),
        ("12800001234", "13至19开头"),
        ("1380000123O", "数字以外"),
    ],
)
def test_a_bad_number_is_refused_with_the_reason(phone: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        create_person(name="张三", at=AT, actor=None, phone=phone)
    assert User.objects.count() == 0


def test_a_taken_user_name_is_refused_whatever_its_case() -> None:
    create_person(name="张三", at=AT, actor=None, username="zhangsan")
    with pytest.raises(Conflict, match="已有人使用"):
        create_person(name="张三", at=AT, actor=None, username="ZhangSan")


def test_two_people_without_user_name_do_not_collide() -> None:
    create_person(name="张三", at=AT, actor=None, username="")
    create_person(name="李四", at=AT, actor=None, username=None)
    assert User.objects.filter(username__isnull=True).count() == 2


@pytest.mark.parametrize("year", [1850, 2020])
def test_an_impossible_year_of_birth_is_refused(year: int) -> None:
    with pytest.raises(Invalid):
        create_person(name="张三", at=AT, actor=None, birth_year=year)


def test_a_change_logs_what_changed_and_never_a_number() -> None:
    user, officer = make_user("张三", phone="13800001234"), make_user("王五")
    change_person(user=user, at=AT, actor=officer, name="张珊", phone="13900005678")
    record = AuditRecord.objects.get(action="person.change")
    assert record.before == {"name": "张三", "phone": "有"}
    assert record.after == {"name": "张珊", "phone": "已更新"}


def test_a_change_without_change_logs_nothing() -> None:
    user, officer = make_user("张三"), make_user("王五")
    change_person(user=user, at=AT, actor=officer, name="张三")
    assert not AuditRecord.objects.filter(action="person.change").exists()


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Ab1-short", "10"),
        ("alllowercase1", "至少三种"),
        ("Aa-13800001234", "自己的手机号"),
        ("password1234A", None),
        (GOOD, None),
        ("a long sentence without any capital", None),
    ],
)
def test_password_rules(password: str, fault: str | None) -> None:
    faults = "".join(password_faults(make_user("张三", phone="13800001234"), password))
    assert faults == "" if fault is None else fault in faults


def test_a_weak_password_changes_nothing() -> None:
    user = make_user("张三")
    with pytest.raises(Invalid):
        set_password(user=user, password="123456", at=AT, actor=user)
    assert not User.objects.get().has_usable_password()


def test_blocking_ends_sign_ins_and_needs_a_reason() -> None:
    user, officer = make_user("张三"), make_user("王五")
    before = user.get_session_auth_hash()
    with pytest.raises(Invalid):
        block_person(user=user, at=AT, actor=officer, reason=" ")
    block_person(user=user, at=AT, actor=officer, reason="调离")
    user.refresh_from_db()
    assert user.is_active is False
    assert user.get_session_auth_hash() != before
    unblock_person(user=user, at=AT, actor=officer)
    user.refresh_from_db()
    assert user.is_active is True


def test_nobody_blocks_himself() -> None:
    officer = make_user("王五")
    with pytest.raises(Conflict):
        block_person(user=officer, at=AT, actor=officer, reason="试试")


def test_a_link_works_once() -> None:
    user = make_user("张三", username="zhangsan")
    token = issue_link(user=user, at=AT, actor=None)
    assert token not in SignInLink.objects.get().token_digest
    assert use_link(token=token, password=GOOD, at=AT) == user
    assert User.objects.get().check_password(GOOD)
    with pytest.raises(SignInRefused):
        use_link(token=token, password=GOOD, at=AT)


def test_a_weak_password_leaves_the_link_alive() -> None:
    token = issue_link(user=make_user("张三", phone="13800001234"), at=AT, actor=None)
    with pytest.raises(Invalid):
        use_link(token=token, password="short", at=AT)
    assert link_of(token=token, at=AT).used_at is None


def test_a_link_dies_with_time_with_the_next_link_and_with_the_account() -> None:
    tree, user, officer = make_unit_tree(), make_user("张三", username="zhangsan"), make_user("王五")
    old = issue_link(user=user, at=AT, actor=officer, unit=tree.town)
    new = issue_link(user=user, at=AT + timedelta(hours=1), actor=officer, unit=tree.town)
    with pytest.raises(SignInRefused):
        link_of(token=old, at=AT + timedelta(hours=2))
    assert link_of(token=new, at=AT + timedelta(hours=2)).user == user
    with pytest.raises(SignInRefused):
        link_of(token=new, at=AT + timedelta(days=4))
    block_person(user=user, at=AT, actor=officer, reason="停用")
    with pytest.raises(SignInRefused):
        link_of(token=new, at=AT + timedelta(hours=2))
    with pytest.raises(Conflict):
        issue_link(user=user, at=AT, actor=officer)


def test_no_link_for_somebody_who_could_not_sign_in_later() -> None:
    with pytest.raises(Invalid, match="用户名"):
        issue_link(user=make_user("张三"), at=AT, actor=None)
    make_user("李四", phone="13800001234")
    with pytest.raises(Invalid, match="共用"):
        issue_link(user=make_user("王五", phone="13800001234"), at=AT, actor=None)
