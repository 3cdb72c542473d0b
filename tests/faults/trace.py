"""fsync before acknowledgement, seen from the kernel: a trace of the server's and the database's system calls
while one phone saves answer after answer.

kill -9 cannot show this: what a process has written survives it, flushed or not. Only the order of calls can.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

CALLS = "write,writev,pwrite64,pwritev,sendto,sendmsg,fsync,fdatasync"
LINE = re.compile(r"^(?:\[pid\s+)?(?P<pid>\d+)\]?\s+(?:\d+\.\d+\s+)?(?P<rest>.*)$")
STARTED = re.compile(r"^(?P<call>\w+)\((?P<arguments>.*)$")
RESUMED = re.compile(r"^<\.\.\. (?P<call>\w+) resumed>.*= (?P<result>-?\d+)")
RESULT = re.compile(r"= (?P<result>-?\d+)[^=]*$")
FILE = re.compile(r"^\d+<(?P<path>/[^>]*)>")
ACKNOWLEDGED = re.compile(r'\\"status\\":\s*\\"stored\\"')
ATTEMPTS = 5  # to hold every process
SENDS = ("write", "writev", "sendto", "sendmsg")


@dataclass(frozen=True)
class Event:
    """What matters of a trace line: a write to a log file, its flush, or an acknowledgement on its way."""

    what: str  # "write", "flush", "ack"
    pid: int
    path: str = ""


def is_log(path: str) -> bool:
    """Whether a file is a database's write-ahead log."""
    return path.endswith("-wal") or "/pg_wal/" in path


def events_of(lines: Iterable[str]) -> list[Event]:
    """The events of a trace (strace -f -y), in order. A flush counts when it has returned, a write and an
    acknowledgement when they begin."""
    found = []
    flushing: dict[int, str] = {}
    for line in lines:
        if not (matched := LINE.match(line)):
            continue
        pid, rest = int(matched["pid"]), matched["rest"]
        if resumed := RESUMED.match(rest):
            path = flushing.pop(pid, "")
            if resumed["call"] in ("fsync", "fdatasync") and path and resumed["result"] == "0":
                found.append(Event("flush", pid, path))
            continue
        if not (started := STARTED.match(rest)):
            continue
        file = FILE.match(started["arguments"])
        path = file["path"] if file else ""
        if started["call"] in ("fsync", "fdatasync"):
            if not is_log(path):
                continue
            if "unfinished" in rest:
                flushing[pid] = path
            elif (result := RESULT.search(rest)) and result["result"] == "0":
                found.append(Event("flush", pid, path))
        elif is_log(path):
            found.append(Event("write", pid, path))
        elif started["call"] in SENDS and ACKNOWLEDGED.search(rest):
            found.append(Event("ack", pid))
    return found


def unflushed(events: Sequence[Event]) -> list[int]:
    """Which acknowledgements (from 0) no process had written and then flushed the log for. The saves must
    have been made one after the other: what precedes an acknowledgement, up to the one before, is its own."""
    wrong, begin, number = [], 0, 0
    for end, event in enumerate(events):
        if event.what == "ack":
            if not _has_flushed(events[begin:end]):
                wrong.append(number)
            begin, number = end + 1, number + 1
    return wrong


def _has_flushed(events: Sequence[Event]) -> bool:
    """Whether some process flushed a log after its own last write to it."""
    dirty: dict[tuple[int, str], bool] = {}
    for event in events:
        file = (event.pid, event.path)
        if event.what == "write":
            dirty[file] = True
        elif file in dirty:
            dirty[file] = False
    return not all(dirty.values())


# --- Taking a trace --------------------------------------------------------------------------------------


class Tracer:
    """strace on running processes. `start` is False where tracing is not permitted or strace is missing.

    A process that is born while strace attaches to its parent escapes; so it is looked whether all are held.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self, pids: Callable[[], Sequence[int]]) -> bool:
        """`pids`: the processes, as they are when it is called. Raises TimeoutError when some escape."""
        if shutil.which("strace") is None:
            return False
        for _ in range(ATTEMPTS):
            attach = [word for pid in pids() for word in ("-p", str(pid))]
            options = ["-f", "-q", "-y", "-s", "2000", "-e", f"trace={CALLS}", "-o", str(self.path)]
            self._process = subprocess.Popen(
                ["strace", *options, *attach], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            await asyncio.sleep(1.0)
            if self._process.poll() is not None:
                return False
            if all(tracer_of(pid) in (self._process.pid, None) for pid in pids()):
                return True
            await self._detach()
        raise TimeoutError("some process was born each time while the trace began")

    async def stop(self) -> list[Event]:
        """Detach; what was seen."""
        await self._detach()
        return events_of(self.path.read_text(errors="replace").splitlines())

    async def _detach(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            await asyncio.to_thread(self._process.wait, 20)


def tracer_of(pid: int) -> int | None:
    """The process that traces `pid`, 0 for none; None when `pid` is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(status.partition("TracerPid:")[2].split()[0])
