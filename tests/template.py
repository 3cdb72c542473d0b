"""One migrated database a run: the workers copy it instead of migrating one each.

While the workers still read the tests, a process beside them migrates the template:
    python -m tests.template     with DATABASE_URL and PLACE (a folder) in the environment
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

PLACE = "EXAM_TESTS_TEMPLATE"  # names the folder of the template, and with it the template itself
SECONDS = 300


class Template:
    """The template of a run, seen by who makes it and by who copies it. Its folder says how far it is."""

    migration: subprocess.Popen[bytes]  # who makes it has started it

    def __init__(self, place: Path) -> None:
        self.place, self.file = place, place / "template.sqlite3"
        self.ready, self.log = place / "ready", place / "log"
        self.database = place.name.replace("-", "_").lower()

    def make(self) -> None:
        """Starts the migration and returns at once."""
        if connection.vendor == "postgresql":
            self._tell_server(f"CREATE DATABASE {self.database}")
            address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{self.database}").geturl()
        else:
            address = f"sqlite:///{self.file}"
        with self.log.open("w") as log:
            self.migration = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "tests.template"],
                cwd=Path(__file__).resolve().parents[1],
                env=os.environ | {"DATABASE_URL": address, PLACE: str(self.place)},
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        """Until it is migrated; the run ends where it cannot be."""
        end = time.monotonic() + SECONDS
        while not self.ready.exists():
            if time.monotonic() > end:
                pytest.exit(f"the template of the databases was not made: {self.log.read_text()}", 3)
            time.sleep(0.1)
        if self.ready.read_text() != "0":
            pytest.exit(f"the template of the databases could not be made: {self.log.read_text()}", 3)

    def copy(self) -> None:
        """Django makes its test database from the template as soon as that is ready."""
        self.wait()
        creation, options = connection.creation, connection.settings_dict["TEST"]
        options["MIGRATE"] = False
        if connection.vendor == "postgresql":
            options["TEMPLATE"] = self.database
            return
        create = creation._create_test_db

        def create_as_copy(*args: Any, **kwargs: Any) -> str:
            name = str(create(*args, **kwargs))
            shutil.copyfile(self.file, name)
            return name

        creation._create_test_db = create_as_copy

    def take_away(self) -> None:
        self.migration.wait()
        if connection.vendor == "postgresql":
            self._tell_server(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        shutil.rmtree(self.place)

    def _tell_server(self, statement: str) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(statement)


def new_template() -> Template:
    folder = "/dev/shm" if os.path.isdir("/dev/shm") else None
    template = Template(Path(tempfile.mkdtemp(prefix="exam-tests-template-", dir=folder)))
    os.environ[PLACE] = str(template.place)  # the workers inherit it
    template.make()
    return template


def template_of_this_run() -> Template | None:
    return Template(Path(os.environ[PLACE])) if PLACE in os.environ else None


def migrate() -> None:
    """What the process beside the workers does."""
    import django
    from django.core.management import call_command

    ready, code = Path(os.environ[PLACE]) / "ready", 1
    try:
        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()  # nobody may be connected to what is copied
        code = 0
    finally:
        unfinished = ready.with_suffix(".new")
        unfinished.write_text(str(code))
        unfinished.rename(ready)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    migrate()
