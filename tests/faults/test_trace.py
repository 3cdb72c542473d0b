"""Reading traces of system calls: what counts as flushed before it was acknowledged."""

from __future__ import annotations

import pytest

from tests.faults.trace import Event, events_of, unflushed

WAL = "/data/db.sqlite3-wal"
ACK = r"{\"acks\":[{\"seq\":1,\"status\":\"stored\",\"received_at\":\"2026\"}]}"


def write(pid: int = 7, path: str = WAL) -> str:
    return f'{pid}  pwrite64(9<{path}>, "7\\177"..., 4096, 32) = 4096'


def flush(pid: int = 7, path: str = WAL, result: str = "0") -> str:
    return f"{pid}  fdatasync(9<{path}>) = {result}"


def reply(pid: int = 7) -> str:
    return f'{pid}  sendto(12<socket:[55]>, "{ACK}", 90, 0, NULL, 0) = 90'


def test_the_lines_that_matter_are_found_in_order() -> None:
    lines = [
        '7  write(2<pipe:[1]>, "stored", 6) = 6',
        write(),
        "7  fsync(4</data/other.txt>) = 0",
        flush(),
        reply(),
        "7  +++ exited with 0 +++",
    ]
    assert events_of(lines) == [Event("write", 7, WAL), Event("flush", 7, WAL), Event("ack", 7)]


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ([write(), flush(), reply()], []),
        ([write(), write(), flush(), reply()], []),
        ([write(), flush(), reply(), write(), flush(), reply()], []),
        ([write(), reply()], [0]),
        ([reply()], [0]),
        ([flush(), reply()], [0]),  # nothing was written: whatever it flushed was not this answer
        ([write(), reply(), flush()], [0]),
        ([write(), flush(), write(), reply()], [0]),
        ([write(), flush(result="-1 EIO (Input/output error)"), reply()], [0]),
        ([write(), flush(path="/data/db.sqlite3"), reply()], [0]),
        ([write(), flush(), reply(), write(), reply()], [1]),
        ([write(pid=3), write(pid=4), flush(pid=3), reply()], []),  # another process writes on, unflushed
        ([write(pid=3), flush(pid=4), reply()], [0]),
    ],
)
def test_which_acknowledgements_were_not_flushed(lines: list[str], wrong: list[int]) -> None:
    assert unflushed(events_of(lines)) == wrong


def test_a_flush_counts_when_it_returns() -> None:
    begun, ended = f"7  fdatasync(9<{WAL}> <unfinished ...>", "7  <... fdatasync resumed>) = 0"
    assert unflushed(events_of([write(), begun, reply(8), ended])) == [0]
    assert unflushed(events_of([write(), begun, ended, reply(8)])) == []


def test_an_acknowledgement_counts_when_it_begins() -> None:
    begun = reply().replace(", 90, 0, NULL, 0) = 90", ", 90, 0, NULL, 0 <unfinished ...>")
    assert unflushed(events_of([write(), begun, flush(), "7  <... sendto resumed>) = 90"])) == [0]


def test_logs_of_both_databases_are_known() -> None:
    path = "/pg/data/pg_wal/000000010000000000000001"
    assert unflushed(events_of([write(path=path), flush(path=path), reply(8)])) == []
    assert unflushed(events_of([write(path="/pg/data/base/5/16384"), reply(8)])) == [0]
