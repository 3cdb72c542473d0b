"""Processes that we started, and those below them, read from /proc."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def children_of(pid: int) -> list[int]:
    """The children of a process, as the kernel knows them now."""
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def command_line(pid: int) -> str:
    """The command line of a living process; empty for one that is gone or a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def waits_for_events(pid: int) -> bool:
    """Whether the process's main thread sleeps in epoll, as a server does between two requests."""
    try:
        return Path(f"/proc/{pid}/wchan").read_text() in ("do_epoll_wait", "ep_poll")
    except OSError:
        return False


def send_signal(pid: int, number: int) -> bool:
    """Whether the process was there to get it."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def wait_for(met: Callable[[], bool], seconds: float, what: str) -> None:
    """Raise TimeoutError unless `met` within `seconds`."""
    until = time.monotonic() + seconds
    while not met():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)
