"""A backup restores to the same counts, receipts and sheets, or says what differs."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from exams.domain.backups import (
    DATABASE,
    MANIFEST,
    check_backup,
    differences,
    fingerprint,
    restore_backup,
    write_backup,
)
from exams.domain.saving import Item, save_answers
from exams.domain.submitting import submit_attempt
from exams.models import AnswerEvent, Receipt
from examsite.lib import clock
from examsite.lib.errors import Conflict, Invalid
from examsite.people.models import User
from tests.exam_world import claims_of, make_world
from tests.first_rows import restore_first_rows

pytestmark = pytest.mark.django_db(transaction=True)


def sat_exam() -> None:
    """An exam with one attempt handed in and one that is going on."""
    world = make_world(people=2)
    for seat in world.seats:
        attempt = world.start(seat).attempt
        items = [
            Item(seq, slot, world.value(attempt.pk, place), None)
            for seq, (place, slot) in enumerate(enumerate(world.slots), 1)
        ]
        save_answers(claims=claims_of(attempt), items=items)
        if seat is world.seat:
            submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)


def test_a_restored_database_has_the_same_counts_receipts_and_sheets(tmp_path: Path) -> None:
    sat_exam()
    before = fingerprint()
    write_backup(target=tmp_path / "backup.zip", at=clock.now())
    restore_first_rows()  # a new installation
    restore_backup(source=tmp_path / "backup.zip")
    assert fingerprint() == before
    assert (Receipt.objects.count(), AnswerEvent.objects.count()) == (1, 10)


def test_a_check_leaves_the_database_alone(tmp_path: Path) -> None:
    sat_exam()
    write_backup(target=tmp_path / "backup.zip", at=clock.now())
    User.objects.create(name="后来的人")
    before = fingerprint()
    check_backup(source=tmp_path / "backup.zip")
    assert fingerprint() == before


def test_a_running_attempt_does_not_hinder_a_backup(tmp_path: Path) -> None:
    world = make_world()
    world.start()
    manifest = write_backup(target=tmp_path / "backup.zip", at=clock.now())
    assert manifest["counts"]["exams_attempt"] == 1


def test_a_database_with_people_is_never_overwritten(tmp_path: Path) -> None:
    sat_exam()
    write_backup(target=tmp_path / "backup.zip", at=clock.now())
    with pytest.raises(Conflict, match="已有数据"):
        restore_backup(source=tmp_path / "backup.zip")


def change_manifest(path: Path, **changes: object) -> None:
    with zipfile.ZipFile(path) as archive:
        manifest, dump = json.loads(archive.read(MANIFEST)), archive.read(DATABASE)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MANIFEST, json.dumps(manifest | changes))
        archive.writestr(DATABASE, dump)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"receipts": "0" * 64}, "交卷回执与备份时不一致"),
        ({"sheets": "0" * 64}, "答题卡指纹与备份时不一致"),
        ({"sha256": "0" * 64}, "校验值不符"),
        ({"schema": 99}, "请先升级"),
        ({"vendor": "oracle"}, "不能恢复到现在的数据库"),
    ],
)
def test_a_backup_that_is_not_what_it_says_is_refused(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    sat_exam()
    write_backup(target=tmp_path / "backup.zip", at=clock.now())
    change_manifest(tmp_path / "backup.zip", **changes)
    with pytest.raises(Invalid, match=message):
        check_backup(source=tmp_path / "backup.zip")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04broken"])
def test_another_file_is_no_backup(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(Invalid, match="不是本系统的备份文件"):
        restore_backup(source=tmp_path / "file")


def test_differences_name_the_table() -> None:
    expected = {"counts": {"exams_mark": 3}, "receipts": "a", "sheets": "b"}
    found = {"counts": {"exams_mark": 2}, "receipts": "a", "sheets": "b"}
    assert differences(expected, found) == ["表 exams_mark：备份时 3 行，恢复后 2 行"]


def test_the_commands_tell_what_they_did(tmp_path: Path) -> None:
    sat_exam()
    out = io.StringIO()
    call_command("backup", tmp_path / "backup.zip", stdout=out)
    assert "已备份到" in out.getvalue()
    call_command("restore", tmp_path / "backup.zip", check=True, stdout=out)
    assert "现有数据未动" in out.getvalue()
    restore_first_rows()  # a new installation
    call_command("restore", tmp_path / "backup.zip", check=True, stdout=out)
    assert "已恢复并核对" in out.getvalue()
    assert Receipt.objects.count() == 1


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"没有“.*nowhere”这个文件夹"):
        call_command("backup", tmp_path / "nowhere" / "backup.zip")


@pytest.fixture(autouse=True)
def _reconnected() -> object:
    """A restored file is another file to SQLite: the connection is opened anew for the next test."""
    yield
    connection.close()
