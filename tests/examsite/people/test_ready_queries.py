"""Statements that are worked out once give what plain querysets give."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError

from examsite.lib import clock
from examsite.lib.ids import uuid7
from examsite.people.models import AuditRecord, Membership, User
from examsite.people.ready_queries import Given, ReadyQuery, insert
from tests.factories import make_member, make_unit_tree, make_user

KEY = User._meta.pk
PERSON = ReadyQuery(lambda: User.objects.filter(pk=Given("pk", KEY)))
MEMBERSHIPS = ReadyQuery(
    lambda: Membership.objects.filter(user=Given("pk", KEY)).select_related("user", "unit")
)
NAMES = ReadyQuery(lambda: User.objects.order_by("name").values_list("name", flat=True))
PAIRS = ReadyQuery(lambda: User.objects.filter(pk=Given("pk", KEY)).values_list("name", "pk"))


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    """Every test asks one."""


def test_each_call_brings_its_own_values() -> None:
    one, other = make_user(name="张三"), make_user(name="李四")
    assert PERSON.first(pk=one.pk) == one
    assert PERSON.first(pk=other.pk) == other
    assert PERSON.first(pk=uuid7()) is None


def test_an_instance_is_whole() -> None:
    user = make_user(name="张三")
    plain, ready = User.objects.get(pk=user.pk), PERSON.first(pk=user.pk)
    assert ready is not None
    assert {name: value for name, value in vars(ready).items() if name != "_state"} == {
        name: value for name, value in vars(plain).items() if name != "_state"
    }
    assert (ready._state.db, ready._state.adding) == (plain._state.db, plain._state.adding)


def test_related_rows_come_along(django_assert_num_queries: pytest.FixtureRequest) -> None:
    member = make_member(make_unit_tree().village)
    with django_assert_num_queries(1):  # type: ignore[operator]
        [found] = MEMBERSHIPS.all(pk=member.user_id)
        assert found == member
        assert found.user.name == member.user.name
        assert found.unit.name == "东风村"


def test_deferred_fields_are_read_when_they_are_asked_for() -> None:
    user = make_user(name="张三")
    few = ReadyQuery(lambda: User.objects.filter(pk=Given("pk", KEY)).only("name"))
    found = few.first(pk=user.pk)
    assert found is not None
    assert found.get_deferred_fields() == {
        field.attname for field in User._meta.concrete_fields if field.name not in ("id", "name")
    }
    assert found.username == user.username


def test_values_come_as_tuples_or_one_by_one() -> None:
    make_user(name="A")
    user = make_user(name="B")
    assert NAMES.all() == ["A", "B"]
    assert PAIRS.all(pk=user.pk) == [("B", user.pk)]


def test_a_queryset_is_built_once() -> None:
    built = []

    def build() -> QuerySet[User]:
        built.append(1)
        return User.objects.filter(pk=Given("pk", KEY))

    ready, user = ReadyQuery(build), make_user()
    assert [ready.first(pk=user.pk) for _ in range(3)] == [user] * 3
    assert built == [1]


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="pk"):
        PERSON.first(person=1)


@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction() -> None:
    locked = ReadyQuery(lambda: User.objects.select_for_update().filter(pk=Given("pk", KEY)))
    user = make_user()
    with transaction.atomic():
        assert locked.first(pk=user.pk) == user
    with pytest.raises(TransactionManagementError):
        locked.first(pk=user.pk)


# --- Inserting ------------------------------------------------------------------------------------------


def test_what_is_inserted_is_what_saving_would_store() -> None:
    unit, user = make_unit_tree().town, make_user()
    given = {
        "at": clock.now(),
        "actor": user,
        "action": "person.test",
        "object_type": "people.user",
        "object_id": str(user.pk),
        "label": "张三",
        "unit": unit,
        "before": None,
        "after": {"甲": [1, None]},
        "reason": "",
        "address": "",
    }
    ready = AuditRecord(**given)
    insert(ready)
    saved = AuditRecord.objects.create(**given)
    rows = AuditRecord.objects.filter(action="person.test").order_by("pk").values()
    one, other = ({name: value for name, value in row.items() if name != "id"} for row in rows)
    assert one == other
    assert [row["id"] for row in rows] == [ready.pk, saved.pk]
    assert AuditRecord.objects.filter(action="person.test", before__isnull=True).count() == 2
    assert (ready._state.adding, ready._state.db) == (False, connection.alias)


def test_each_model_has_a_statement_of_its_own() -> None:
    user = User(name="张三", username="zhangsan")
    insert(user)
    insert(AuditRecord(at=clock.now(), action="person.test", object_type="people.user", label=""))
    insert(User(name="李四", username="lisi"))
    assert sorted(User.objects.values_list("username", flat=True)) == ["lisi", "zhangsan"]
    assert User.objects.get(pk=user.pk) == user


def test_a_row_that_is_there_already_is_refused() -> None:
    user = make_user()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(User(pk=user.pk, name="李四", username="another"))
    assert User.objects.get(pk=user.pk).name == user.name


# --- On PostgreSQL --------------------------------------------------------------------------------------


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans nothing ahead")
def test_a_statement_is_planned_once_a_connection() -> None:
    asked = ReadyQuery(lambda: User.objects.filter(pk=Given("pk", KEY), name="张三"))
    for _ in range(3):
        assert asked.first(pk=uuid7()) is None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE '%people_user%' ORDER BY prepare_time DESC LIMIT 1"
        )
        assert cursor.fetchall() == [(3,)]
