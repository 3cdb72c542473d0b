from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from examsite.lib.append_only import protect, unprotect
from examsite.lib.errors import Conflict
from examsite.people.checks import check_log_is_append_only
from examsite.people.domain.audit import record
from examsite.people.domain.sealing import (
    expire_records,
    expiring,
    seal_all,
    seal_batch,
    verify_chain,
)
from examsite.people.models import AuditRecord, AuditSeal, SealedRecord, User
from tests.factories import AT, make_user

pytestmark = pytest.mark.django_db
OLD = AT - timedelta(days=4 * 366)


def write(number: int = 3, at=AT) -> list[AuditRecord]:
    user = User.objects.first() or make_user("张三")
    return [
        record(action="test.do", target=user, at=at, actor=user, after={"第": n, "备注": "一二三"})
        for n in range(number)
    ]


def words(**how: str) -> list[tuple[int, str]]:
    return [(one.number, one.words) for one in verify_chain(at=AT, **how)]


class Editor:
    """Runs the statements of a migration inside the test's transaction."""

    connection = connection

    def execute(self, sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)


class Unprotected:
    """What somebody with the rights of the database's owner could do."""

    def __enter__(self) -> None:
        unprotect(Editor(), "people_auditrecord")

    def __exit__(self, *error: object) -> None:
        protect(Editor(), "people_auditrecord", deletable="OLD.at < {three_years_ago}")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE people_auditrecord SET label = 'x'",
        "DELETE FROM people_auditrecord",
        "UPDATE people_auditseal SET digest = 'x'",
        "DELETE FROM people_auditseal",
    ],
)
def test_the_database_refuses_to_change_the_log(sql: str) -> None:
    write(1)
    seal_all(at=AT)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert AuditRecord.objects.filter(action="test.do").count() == 1


def test_the_orm_is_refused_as_well() -> None:
    row = write(1)[0]
    row.reason = "改一下"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.delete()


def test_the_check_notices_missing_triggers() -> None:
    assert check_log_is_append_only(None, databases=["default"]) == []
    unprotect(Editor(), "people_auditrecord")
    assert [one.id for one in check_log_is_append_only(None, databases=["default"])] == ["people.E001"]


def test_batches_follow_each_other() -> None:
    write(2)
    first = seal_batch(at=AT)
    write(3)
    second = seal_batch(at=AT)
    assert (first.number, second.number, second.previous) == (1, 2, first.digest)
    assert second.records == 3
    assert seal_batch(at=AT) is None
    assert words() == []
    assert words(head=second.digest) == []


def test_a_record_that_commits_late_goes_into_the_next_batch() -> None:
    early, late = write(2)
    SealedRecord.objects.all().delete()
    seal_all(at=AT)
    assert AuditRecord.objects.filter(sealed__isnull=True).count() == 0
    assert early.pk < late.pk


@pytest.mark.parametrize(
    ("column", "value"),
    [("label", "x"), ("action", "test.other"), ("after", '{"a": 1}'), ("reason", "x"), ("address", "x")],
)
def test_a_changed_record_is_found(column: str, value: str) -> None:
    rows = write(3)
    seal_all(at=AT)
    with Unprotected(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE people_auditrecord SET {column} = %s WHERE id = %s", [value, rows[1].pk])
    assert words() == [(1, "有记录被改动过")]


def test_a_removed_record_is_found() -> None:
    rows = write(3)
    seal_all(at=AT)
    total = AuditSeal.objects.get().records
    with Unprotected():
        AuditRecord.objects.filter(pk=rows[1].pk).delete()
    assert words() == [(1, f"应有{total}条记录，现有{total - 1}条")]


def test_a_chain_sealed_anew_is_found_by_its_head() -> None:
    write(2)
    head = seal_all(at=AT)[-1].digest
    unprotect(Editor(), "people_auditseal")
    SealedRecord.objects.all().delete()
    AuditSeal.objects.all().delete()
    with Unprotected():
        AuditRecord.objects.filter(action="test.do").first().delete()
    seal_all(at=AT)
    assert words() == []
    assert words(head=head) == [(1, "链上没有给出的哈希：链被截断或改写过")]


def test_records_that_wait_too_long_for_a_seal_are_reported() -> None:
    write(1, at=AT - timedelta(days=3))
    assert [number for number, _ in words()] == [0]


def test_records_go_after_three_years_and_the_chain_holds() -> None:
    make_user("张三")
    seal_all(at=AT)
    write(2, at=OLD)
    seal_all(at=OLD)
    write(2)
    seal_all(at=AT)
    assert (expiring(at=AT), expire_records(at=AT)) == (2, 2)
    assert AuditRecord.objects.filter(action="test.do", at=OLD).count() == 0
    assert AuditRecord.objects.filter(action="test.do").count() == 2
    assert AuditSeal.objects.get(number=2).expired_at == AT
    assert words() == []
    assert expire_records(at=AT) == 0


def test_a_broken_chain_lets_nothing_expire() -> None:
    make_user("张三")
    seal_all(at=AT)
    rows = write(2, at=OLD)
    seal_all(at=OLD)
    with Unprotected(), connection.cursor() as cursor:
        cursor.execute("UPDATE people_auditrecord SET label = 'x' WHERE id = %s", [rows[0].pk])
    with pytest.raises(Conflict):
        expire_records(at=AT)


def test_the_commands() -> None:
    write(2)
    out = StringIO()
    call_command("audit", "seal", stdout=out)
    assert AuditSeal.objects.get().digest in out.getvalue()
    call_command("audit", "verify", stdout=out)
    assert "日志完好" in out.getvalue()
    with pytest.raises(CommandError, match="1处"):
        call_command("audit", "verify", "--head", "0" * 64, stderr=StringIO())
