"""A measurement in a database of its own, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATABASES = ("SQLite", "PostgreSQL")


def measure_on(database: str, module: str, *arguments: str) -> dict[str, float] | None:
    """What `python -m module arguments` prints as JSON in its last line, on a fresh database.

    None where the database is not installed.
    """
    command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "DEBUG": "1",
            "DATA_DIR": folder,
            "DATABASE_URL": "",
            "PYTHONPATH": str(ROOT),
        }
        if database == "PostgreSQL":
            if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
                return None
            command = [str(ROOT / "tests/system/postgres.sh"), *command]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
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
