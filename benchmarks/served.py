"""The product as it is installed: its server, settings of production, PostgreSQL or SQLite, on loopback."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.faults.postgres import Postgres
from tests.faults.processes import children_of, command_line, free_port, wait_for

ROOT = Path(__file__).resolve().parent.parent
WORKERS, THREADS = 2, 4
# Which server to measure: gthread and sync are gunicorn's; granian must be installed by hand.
KIND = os.environ.get("BENCH_SERVER", "gthread")
TICK = os.sysconf("SC_CLK_TCK")
START_S = 120.0


class Served:
    """An empty database with the product's tables under `folder`; servers and worlds on demand."""

    def __init__(self, folder: Path, *, sqlite: bool = False) -> None:
        self.folder = folder
        self.postgres = None if sqlite else Postgres(folder / "postgres")
        self._log = (folder / "servers.log").open("ab")
        outside = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = outside | {
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": self.postgres.url if self.postgres else "",
            "DATA_DIR": str(folder / "data"),
            "DATA_SECRET": "seals the telephone numbers of nobody, but is long enough to do so",
            "SECRET_KEY": "a key for the length of one benchmark, known to nobody else at all",
            "LOAD_WORLD": "1",
            "PYTHONPATH": str(ROOT),
            "STAFF_TOTP": "0",  # the leader signs in by password alone
            "WEB_WORKERS": str(WORKERS),
            "WEB_THREADS": str(THREADS),
        }
        if self.postgres:
            self.postgres.start()
            self.postgres.create_database()
        self.run("manage.py", "migrate", "--verbosity", "0")
        self.run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")

    # --- Building ----------------------------------------------------------------------------------------

    def run(self, *arguments: object) -> str:
        """Run Python in the site's environment; what it printed."""
        done = subprocess.run(
            [sys.executable, "-W", "ignore", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(map(str, arguments))} failed:\n{done.stderr[-3000:]}")
        return done.stdout

    def world(self, candidates: int, questions: int = 50) -> dict[str, Any]:
        """A fresh open exam; what load_world says of it."""
        file = self.folder / "world.json"
        self.run(
            *("manage.py", "load_world", "--candidates", candidates, "--questions", questions, "--json", file)
        )
        return dict(json.loads(file.read_text(encoding="utf-8")))

    def sql(self, *statements: str, database: str = "exam") -> str:
        """What psql says to these statements, without headings; each is a transaction of its own."""
        assert self.postgres is not None
        command = [self.postgres.bin / "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", self._url(database)]
        orders = [word for statement in statements for word in ("-c", statement)]
        done = subprocess.run([*map(str, command), *orders], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def _url(self, database: str) -> str:
        assert self.postgres is not None
        return self.postgres.url.rpartition("/")[0] + f"/{database}"

    # --- Serving -----------------------------------------------------------------------------------------

    @contextmanager
    def server(
        self, application: str = "", probe: str = "/api/v1/time", database: str = "exam"
    ) -> Iterator[Server]:
        """A running server: of the product, or of another WSGI `application`."""
        port = free_port()
        environment = self.environment | ({"DATABASE_URL": self._url(database)} if self.postgres else {})
        process = subprocess.Popen(
            [sys.executable, *_command(application, port)],
            cwd=ROOT,
            env=environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_for(lambda: _is_up(process, port, probe), START_S, "the server to answer")
            yield Server(process.pid, port, self.postgres)
        finally:
            process.terminate()
            try:
                process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def close(self) -> None:
        if self.postgres:
            self.postgres.stop()
        self._log.close()


@contextmanager
def served_site(*, sqlite: bool = False) -> Iterator[Served]:
    """A site in a temporary folder, gone afterwards."""
    with TemporaryDirectory(prefix="exam-bench-") as folder:
        Path(folder).chmod(0o755)  # the account of the database must get through
        served = Served(Path(folder), sqlite=sqlite)
        try:
            yield served
        finally:
            served.close()


def _command(application: str, port: int) -> list[str]:
    if KIND == "granian":
        options = ["--interface", "wsgi", "--port", str(port), "--workers", str(WORKERS)]
        threads = ["--blocking-threads", str(THREADS), "--backpressure", "256"]
        return ["-m", "granian", *options, *threads, application or "examsite.wsgi:application"]
    options = ["--config", "gunicorn.conf.py", "--bind", f"127.0.0.1:{port}", "--worker-class", KIND]
    return ["-m", "gunicorn", *options, *([application] if application else [])]


def _is_up(process: subprocess.Popen[bytes], port: int, probe: str) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"the server ended with {process.returncode}")
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", probe, headers={"X-Forwarded-Proto": "https"})
        return line.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


class Server:
    """A server with its workers, and the database behind it."""

    def __init__(self, pid: int, port: int, postgres: Postgres | None) -> None:
        self.pid, self.port, self._postgres = pid, port, postgres

    def cpu_seconds(self) -> float:
        """What the server's and the database's processes have used so far, those that ended included."""
        database = self._postgres.postmaster if self._postgres else None
        return _used_by_tree(self.pid) + (_used_by_tree(database) if database else 0.0)


def _used_by_tree(pid: int) -> float:
    return _used_by(pid) + sum(_used_by_tree(child) for child in children_of(pid))


def _used_by(pid: int) -> float:
    """CPU seconds of a process and of its children that ended."""
    if not command_line(pid):
        return 0.0  # gone meanwhile
    text = Path(f"/proc/{pid}/stat").read_text()
    # After the name in brackets, which may hold spaces: utime, stime, cutime, cstime are fields 14 to 17.
    return sum(map(int, text.rpartition(")")[2].split()[11:15])) / TICK
