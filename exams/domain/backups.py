"""Backups that prove themselves: one file with the database and a manifest of what must be in it.

SQLite is copied with its online backup interface, PostgreSQL with pg_dump. The manifest holds the count of
every table, and digests over all receipts and over every answer sheet folded from the log again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.db import connections

from examsite.lib.errors import Conflict, Invalid

from ..engine import sheet as sheets
from ..models import AnswerEvent, Receipt

SCHEMA = 1
MANIFEST, DATABASE = "manifest.json", "database"
SAMPLE = 2000  # rows read at a time


def fingerprint() -> dict[str, Any]:
    """Counts by table, and digests of receipts and of folded sheets, of the configured database."""
    counts = {
        model._meta.db_table: model._base_manager.count()
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label != "sessions.Session"
    }
    receipts = hashlib.sha256()
    rows = Receipt.objects.order_by("number").values_list("number", "digest", "events")
    for row in rows.iterator(SAMPLE):
        receipts.update(repr(row).encode())
    folded = hashlib.sha256()
    for attempt_id, events in _events_by_attempt():
        folded.update(f"{attempt_id} {sheets.digest(sheets.fold(events))}\n".encode())
    return {"counts": counts, "receipts": receipts.hexdigest(), "sheets": folded.hexdigest()}


def _events_by_attempt() -> Iterator[tuple[Any, list[tuple[Any, ...]]]]:
    rows = AnswerEvent.objects.order_by("attempt_id", "epoch", "seq").values_list(
        "attempt_id", "slot", "value", "epoch", "seq"
    )
    for attempt_id, group in groupby(rows.iterator(SAMPLE), key=itemgetter(0)):
        yield attempt_id, [row[1:] for row in group]


def differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """What differs between two fingerprints, in Chinese; empty when they are the same."""
    lines = [
        f"表 {table}：备份时 {count} 行，恢复后 {found['counts'].get(table, 0)} 行"
        for table, count in expected["counts"].items()
        if found["counts"].get(table, 0) != count
    ]
    if expected["receipts"] != found["receipts"]:
        lines.append("交卷回执与备份时不一致")
    if expected["sheets"] != found["sheets"]:
        lines.append("答题卡指纹与备份时不一致")
    return lines


def write_backup(*, target: Path, at: datetime) -> dict[str, Any]:
    """Write one backup file; it appears under its name only when it is complete. Returns the manifest."""
    connection = connections["default"]
    with tempfile.TemporaryDirectory(dir=target.resolve().parent) as folder:
        dump = Path(folder) / DATABASE
        if connection.vendor == "sqlite":
            _copy_sqlite(Path(connection.settings_dict["NAME"]), dump)
            found = _fingerprint_of(dump)
        else:
            _run(["pg_dump", "--format=custom", "--no-owner", f"--file={dump}"])
            found = fingerprint()
        manifest = {
            "schema": SCHEMA,
            "vendor": connection.vendor,
            "at": at.isoformat(),
            "sha256": _sha256(dump),
            **found,
        }
        finished = Path(folder) / "backup.zip"
        with zipfile.ZipFile(finished, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(dump, DATABASE)
            archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        with finished.open("rb") as file:
            os.fsync(file.fileno())
        finished.replace(target)
    return manifest


def restore_backup(*, source: Path) -> dict[str, Any]:
    """Restore into the configured database, which must be empty, and check it. Returns the manifest.

    Raises Conflict for a database with people in it, Invalid for a file that is no backup, is damaged, or
    does not restore to what its manifest says.
    """
    if not is_empty():
        raise Conflict("not_empty", "数据库里已有数据，为免覆盖没有恢复。请换一个空数据库。")
    with _unpacked(source) as (manifest, dump):
        connection = connections["default"]
        connection.close()
        if connection.vendor == "sqlite":
            _copy_sqlite(dump, Path(connection.settings_dict["NAME"]))
        else:
            _run(["pg_restore", "--clean", "--if-exists", "--no-owner", "--dbname", _name(), str(dump)])
        _require_same(manifest, fingerprint())
    return manifest


def check_backup(*, source: Path) -> dict[str, Any]:
    """Restore into a place of its own, check it, throw it away; the site's database is not touched."""
    with _unpacked(source) as (manifest, dump):
        if connections["default"].vendor == "sqlite":
            _require_same(manifest, _fingerprint_of(dump))
            return manifest
        name = f"{_name()}_restore_check"
        _run(["createdb", name])
        try:
            _run(["pg_restore", "--no-owner", "--dbname", name, str(dump)])
            _require_same(manifest, _fingerprint_of(name))
        finally:
            _run(["dropdb", name])
    return manifest


def is_empty() -> bool:
    """Whether the configured database has no tables, or nobody in them."""
    tables = connections["default"].introspection.table_names()
    if "people_user" not in tables:
        return True
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_user")
        return bool(cursor.fetchone()[0] == 0)


def _require_same(manifest: dict[str, Any], found: dict[str, Any]) -> None:
    wrong = differences(manifest, found)
    if wrong:
        raise Invalid("differs", "恢复出来的内容与备份清单不一致：" + "；".join(wrong[:10]))


@contextmanager
def _unpacked(source: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    try:
        archive = zipfile.ZipFile(source)
        manifest = json.loads(archive.read(MANIFEST))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Invalid("not_a_backup", f"“{source.name}”不是本系统的备份文件，或文件不完整。") from error
    with closing(archive), tempfile.TemporaryDirectory() as folder:
        if manifest.get("schema") != SCHEMA:
            raise Invalid("schema", "这个备份由更新的版本写成，请先升级本系统。")
        if manifest["vendor"] != connections["default"].vendor:
            raise Invalid("vendor", f"这是 {manifest['vendor']} 的备份，不能恢复到现在的数据库。")
        dump = Path(folder) / DATABASE
        try:
            with archive.open(DATABASE) as packed, dump.open("wb") as file:
                shutil.copyfileobj(packed, file)
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise Invalid("damaged", f"“{source.name}”已损坏。") from error
        if _sha256(dump) != manifest["sha256"]:
            raise Invalid("damaged", f"“{source.name}”已损坏：校验值不符。")
        yield manifest, dump


def _fingerprint_of(name: Path | str) -> dict[str, Any]:
    """The fingerprint of another database of the same kind: a file, or a name on the same server.

    Asked of a process of its own, so that this one never holds two databases under one name.
    """
    environment = os.environ | {"DATABASE_URL": _url(name)}
    done = subprocess.run(  # noqa: S603  this program, with arguments of ours
        [sys.executable, "-m", "django", "fingerprint"],
        cwd=Path(__file__).resolve().parents[2],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["没有说明"]
        raise Invalid("unreadable", f"恢复出来的数据库读不了：{lines[-1]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _url(name: Path | str) -> str:
    if connections["default"].vendor == "sqlite":
        return f"sqlite:///{name}"
    settings = connections["default"].settings_dict
    user, password = quote(settings["USER"] or "", safe=""), quote(settings["PASSWORD"] or "", safe="")
    server = f"{quote(settings['HOST'] or '', safe='')}:{settings['PORT'] or 5432}"
    return f"postgres://{user}{':' + password if password else ''}@{server}/{quote(str(name), safe='')}"


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as write:
        read.backup(write)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name() -> str:
    return str(connections["default"].settings_dict["NAME"])


def _run(command: list[str]) -> None:
    """Run a PostgreSQL client program against the configured server. Raises Invalid with its last line."""
    settings = connections["default"].settings_dict
    environment = {
        **os.environ,
        "PGHOST": settings["HOST"] or "",
        "PGPORT": str(settings["PORT"] or ""),
        "PGUSER": settings["USER"] or "",
        "PGPASSWORD": settings["PASSWORD"] or "",
        "PGDATABASE": _name(),
    }
    program = shutil.which(command[0])
    if program is None:
        raise Invalid("no_client", f"本机没有 {command[0]}，请安装 PostgreSQL 客户端（postgresql-client）。")
    done = subprocess.run(  # noqa: S603  a fixed program with arguments of ours
        [program, *command[1:]], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["没有说明"]
        raise Invalid("database_tool", f"{command[0]} 没有成功：{lines[-1]}")
