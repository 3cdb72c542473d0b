from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth import hashers

from examsite.people.domain import signing_in
from examsite.people.domain.signing_in import sign_in_with_password
from examsite.people.domain.tries import SignInRefused, unlock_person
from examsite.people.models import AuditRecord, SignInFailure, User
from tests.factories import AT, PASSWORD, make_user

pytestmark = pytest.mark.django_db
HALL = "203.0.113.7"


def try_password(identifier: str, password: str, *, address: str = HALL, minutes: float = 0) -> User:
    return sign_in_with_password(
        identifier=identifier,
        password=password,
        address=address,
        at=AT + timedelta(minutes=minutes),
        wait=lambda seconds: None,
    )


def refused(identifier: str, password: str = "wrong", **where: object) -> str:
    with pytest.raises(SignInRefused) as caught:
        try_password(identifier, password, **where)
    return caught.value.message


def test_by_user_name_or_telephone_number() -> None:
    user = make_user("张三", username="zhangsan", password=PASSWORD, phone="13800001234")
    assert try_password("ZhangSan ", PASSWORD) == user
    assert try_password("138 0000 1234", PASSWORD) == user


def test_a_shared_telephone_number_signs_nobody_in() -> None:
    make_user("张三", username="zhangsan", password=PASSWORD, phone="13800001234")
    make_user("李四", username="lisi", password=PASSWORD, phone="13800001234")
    refused("13800001234", PASSWORD)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were hashed, one entry a hash."""
    seen: list[str] = []

    def counting(function: Callable[..., object]) -> Callable[..., object]:
        def wrapped(password: str, *rest: object) -> object:
            seen.append(password)
            return function(password, *rest)

        return wrapped

    monkeypatch.setattr(signing_in, "make_password", counting(hashers.make_password))
    monkeypatch.setattr(signing_in, "check_password", counting(hashers.check_password))
    return seen


@pytest.mark.parametrize("who", ["known", "unknown", "blocked", "without_password", "locked", ""])
def test_t41_whoever_is_refused_gets_one_sentence_after_one_hash(who: str, hashed: list[str]) -> None:
    make_user("张三", username="known", password=PASSWORD)
    make_user("李四", username="blocked", password=PASSWORD, phone="13800001234")
    User.objects.filter(username="blocked").update(is_active=False)
    make_user("王五", username="without_password")
    make_user("赵六", username="locked", password=PASSWORD)
    for _ in range(5):
        refused("locked")
    hashed.clear()
    password = "wrong" if who == "known" else PASSWORD
    assert refused(who, password) == signing_in.REFUSED
    assert hashed == [password]


def test_five_failures_lock_account_and_address_and_nobody_else() -> None:
    make_user("张三", username="zhangsan", password=PASSWORD)
    neighbour = make_user("李四", username="lisi", password=PASSWORD)
    for _ in range(5):
        refused("zhangsan")
    refused("zhangsan", PASSWORD)
    assert try_password("lisi", PASSWORD) == neighbour
    assert try_password("zhangsan", PASSWORD, address="198.51.100.9").username == "zhangsan"


def test_a_lock_ends_and_the_next_lasts_twice_as_long() -> None:
    make_user("张三", username="zhangsan", password=PASSWORD)
    for _ in range(5):
        refused("zhangsan")
    refused("zhangsan", PASSWORD, minutes=14.9)
    for _ in range(5):
        refused("zhangsan", minutes=15)
    refused("zhangsan", PASSWORD, minutes=44.9)
    assert try_password("zhangsan", PASSWORD, minutes=45).username == "zhangsan"


def test_telephone_and_user_name_share_their_tries() -> None:
    make_user("张三", username="zhangsan", password=PASSWORD, phone="13800001234")
    for identifier in ("zhangsan", "13800001234", "ZHANGSAN", "138-0000-1234", "zhangsan"):
        refused(identifier)
    refused("13800001234", PASSWORD)


def test_a_success_forgets_the_failures_of_its_address() -> None:
    make_user("张三", username="zhangsan", password=PASSWORD)
    for _ in range(4):
        refused("zhangsan")
    try_password("zhangsan", PASSWORD)
    for _ in range(4):
        refused("zhangsan")
    assert try_password("zhangsan", PASSWORD).username == "zhangsan"


def test_a_rival_slows_an_account_but_never_locks_it() -> None:
    make_user("张三", username="zhangsan", password=PASSWORD)
    for number in range(60):
        refused("zhangsan", address=f"198.51.100.{number}")
    waits: list[float] = []
    user = sign_in_with_password(
        identifier="zhangsan", password=PASSWORD, address=HALL, at=AT, wait=waits.append
    )
    assert user.username == "zhangsan"
    assert waits == [2.0]


def test_unlocking_lets_the_person_try_again_at_once() -> None:
    user, officer = make_user("张三", username="zhangsan", password=PASSWORD), make_user("王五")
    for _ in range(5):
        refused("zhangsan")
    assert unlock_person(user=user, at=AT, actor=officer) == 1
    assert try_password("zhangsan", PASSWORD) == user
    assert AuditRecord.objects.filter(action="person.unlock").count() == 1


def test_refusals_are_logged_with_their_address_but_not_without_limit() -> None:
    for number in range(70):
        refused(f"nobody{number}")
    records = AuditRecord.objects.filter(action="sign_in.refuse")
    assert records.count() == 60
    assert set(records.values_list("address", flat=True)) == {HALL}
    assert "nobody" not in " ".join(records.values_list("label", flat=True))


def test_old_failures_are_forgotten() -> None:
    make_user("张三", username="zhangsan", password=PASSWORD)
    for _ in range(4):
        refused("zhangsan")
    refused("zhangsan", minutes=25 * 60)
    assert set(SignInFailure.objects.values_list("failures", flat=True)) == {1}
