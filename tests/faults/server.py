"""The real site under fire: the server with its workers, the sweeper, the database; only our own processes
are ever signalled, each by its pid.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from .postgres import Postgres
from .processes import children_of, free_port, send_signal, wait_for, waits_for_events

CHECKOUT = Path(__file__).resolve().parents[2]
START_S = 60.0


class Site:
    """The product in `source`, with its files under `folder`."""

    def __init__(self, folder: Path, database: str, source: Path = CHECKOUT) -> None:
        self.folder, self.source, self.database = folder, source, database
        self.port = free_port()
        self.postgres = Postgres(folder / "postgres") if database == "postgres" else None
        self.stopped: set[int] = set()
        self._up: set[int] = set()
        self._gunicorn: subprocess.Popen[bytes] | None = None
        self._settle: subprocess.Popen[bytes] | None = None
        data = folder / "data"
        data.mkdir()
        self._log = (folder / "site.log").open("ab")
        outside = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = outside | {
            "DEBUG": "1",
            "DATA_DIR": str(data),
            "LOAD_WORLD": "1",
            "SECRET_KEY": "a key for the length of one fault run, known to nobody else",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
        }
        if self.postgres is not None:
            self.environment["DATABASE_URL"] = self.postgres.url

    # --- Building ----------------------------------------------------------------------------------------

    def prepare(self, *, candidates: int, questions: int, duration_s: int, grace_s: int) -> dict[str, Any]:
        """A migrated database with one open exam; returns what `load_world` says of it, with its keys."""
        if self.postgres is not None:
            self.postgres.start()
            self.postgres.create_database()
        self._manage("migrate", "--verbosity", "0")
        world, keys = self.folder / "world.json", self.folder / "keys.json"
        self._manage(
            *("load_world", "--candidates", candidates, "--questions", questions, "--duration", duration_s),
            *("--grace", grace_s, "--json", world, "--keys", keys),
        )
        found: dict[str, Any] = json.loads(world.read_text(encoding="utf-8"))
        return found | {"keys": json.loads(keys.read_text(encoding="utf-8"))}

    def _manage(self, *arguments: object) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=self.source,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]} failed:\n{done.stdout[-3000:]}")

    # --- Running -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """The server and the sweeper; returns when the site answers."""
        self.start_server()
        self.start_sweeper()

    def start_server(self) -> None:
        command = ["gunicorn", "--config", "gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}"]
        self._gunicorn = self._spawn("-m", *command)
        wait_for(self.answers, START_S, "the site to answer")

    def start_sweeper(self) -> None:
        self._settle = self._spawn("manage.py", "settle", "--loop")

    def _spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.source,
            env=self.environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def answers(self) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/api/v1/time")
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    # --- Faults ------------------------------------------------------------------------------------------

    def workers(self) -> list[int]:
        """The living workers; only ever children of the server that we started."""
        return children_of(self._gunicorn.pid) if self._gunicorn else []

    def serving_workers(self) -> list[int]:
        """Those that are up and wait for requests, or did: what still loads the site waits for nobody."""
        alive = self.workers()
        self._up = {pid for pid in alive if pid in self._up or waits_for_events(pid)}
        return [pid for pid in self._up if pid not in self.stopped]

    def serving_pids(self) -> list[int]:
        """Every process that takes part in a save."""
        server = [self._gunicorn.pid] if self._gunicorn else []
        return server + self.workers() + (self.postgres.pids() if self.postgres else [])

    def kill_worker(self, pid: int) -> bool:
        self.stopped.discard(pid)
        return pid in self.workers() and send_signal(pid, signal.SIGKILL)

    def freeze_worker(self, pid: int) -> bool:
        if pid in self.workers() and send_signal(pid, signal.SIGSTOP):
            self.stopped.add(pid)
            return True
        return False

    def thaw(self, pid: int) -> None:
        if pid in self.stopped and pid in self.workers():
            send_signal(pid, signal.SIGCONT)
        self.stopped.discard(pid)

    def kill_server(self) -> None:
        """kill -9 of the server and its workers."""
        _kill(self._gunicorn, self.workers())
        self._gunicorn = None
        self.stopped.clear()

    def kill_sweeper(self) -> None:
        _kill(self._settle, [])
        self._settle = None

    def close(self, keep: bool) -> None:
        """End everything; remove the folder unless it is to be looked into."""
        for pid in list(self.stopped):
            self.thaw(pid)
        self.kill_server()
        self.kill_sweeper()
        if self.postgres is not None:
            self.postgres.stop()
        self._log.close()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)


def _kill(process: subprocess.Popen[bytes] | None, below: list[int]) -> None:
    if process is None:
        return
    process.kill()
    for pid in below:
        send_signal(pid, signal.SIGKILL)
    process.wait(timeout=10)
