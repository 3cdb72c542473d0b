"""A measurement in a database of its own, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def installed() -> list[str]:
    """The databases at hand."""
    if list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return ["SQLite", "PostgreSQL"]
    print("    PostgreSQL is not installed: not measured")
    return ["SQLite"]


@contextmanager
def own_database(database: str, module: str, *arguments: str) -> Iterator[dict[str, Any]]:
    """What `subprocess` takes to run `python -m module arguments` on a fresh database, gone afterwards."""
    command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
    if database == "PostgreSQL":
        command = [str(ROOT / "tests/system/postgres.sh"), *command]
    with tempfile.TemporaryDirectory() as folder:
        own = {"DEBUG": "1", "DATA_DIR": folder, "DATABASE_URL": "", "PYTHONPATH": str(ROOT)}
        yield {"args": command, "cwd": ROOT, "env": os.environ | own, "text": True}


def measure_on(database: str, module: str, *arguments: str) -> dict[str, float]:
    """What `python -m module arguments` prints as JSON in its last line, on a fresh database."""
    with own_database(database, module, *arguments) as process:
        done = subprocess.run(**process, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def set_up() -> None:
    """Django on the fresh database, with all tables."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "examsite.settings"
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False  # with it Django keeps every statement in memory
    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)


def analyze() -> None:
    """Tell the database how many rows its tables have by now."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
