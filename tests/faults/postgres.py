"""A PostgreSQL of one's own, durable as by default, that can be killed and started again."""

from __future__ import annotations

import glob
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from .processes import children_of, command_line, free_port


class Postgres:
    """A cluster under `folder`, on a port of its own; run by the account `postgres` when we are root."""

    def __init__(self, folder: Path) -> None:
        found = sorted(
            glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(re.findall(r"\d+", path)[0])
        )
        if not found:
            raise RuntimeError("PostgreSQL is not installed: run tests/system/packages.sh")
        self.bin = Path(found[-1])
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self.account = "postgres" if os.geteuid() == 0 else None
        folder.mkdir(parents=True)
        if self.account:  # PostgreSQL refuses to run as root
            shutil.chown(folder, self.account)
        self._run("initdb", "-D", self.data, "-U", "exam", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")

    @property
    def url(self) -> str:
        return f"postgres://exam@127.0.0.1:{self.port}/exam"

    def _run(self, program: str, *arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        owner = pwd.getpwnam(self.account) if self.account else None
        return subprocess.run(
            [str(self.bin / program), *map(str, arguments)],
            check=check,
            stdout=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            user=owner and owner.pw_uid,
            group=owner and owner.pw_gid,
            extra_groups=[] if owner else None,
        )

    def start(self) -> None:
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} "
            "-c max_connections=100 -c recovery_init_sync_method=syncfs"
        )
        log = self.folder / "server.log"
        self._run("pg_ctl", "-D", self.data, "-w", "-t", 60, "-l", log, "-o", options, "start")

    def create_database(self) -> None:
        self._run("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "exam", "exam")

    @property
    def postmaster(self) -> int | None:
        """The pid of our postmaster; None unless that process really serves our folder."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if str(self.data) in command_line(pid) else None

    def pids(self) -> list[int]:
        """The postmaster and its children."""
        pid = self.postmaster
        return [pid, *children_of(pid)] if pid else []

    def kill(self) -> None:
        """kill -9 of the postmaster and all its children, then away with the lock files they left."""
        pids = self.pids()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        until = time.monotonic() + 10
        while any(str(self.data) in command_line(pid) for pid in pids[:1]) and time.monotonic() < until:
            time.sleep(0.02)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for lock in self.folder.glob(".s.PGSQL.*"):
            lock.unlink()

    def stop(self) -> None:
        if self.postmaster:
            self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop", check=False)
