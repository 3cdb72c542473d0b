"""People: sign-ins by ticket and by password against a bare view, a roster of 20,000 rows, a save's audit.

Each database in a process of its own (`python -m benchmarks.people signing-in`, `… roster`). Sign-ins of the
three sorts take turns, so that whatever else runs on the machine slows all of them alike.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from statistics import mean, median
from typing import Any

from benchmarks.databases import installed, measure_on, set_up
from benchmarks.import_questions import bare_reading
from benchmarks.rows import Row
from benchmarks.stopwatch import best_of_three, peak_mb

SIGN_INS = 150
ROWS, OTHER_HALF = 20_000, 10_000  # rows of the list; how many of them are known already
PASSWORD = "Qingcheng-2026-putong"

# --- Limits ------------------------------------------------------------------------------------------------


def run() -> Iterator[Row]:
    databases = installed()
    for database in databases:
        yield from _sign_in_rows(database, measure_on(database, "benchmarks.people", "signing-in"))
    for database in databases:
        yield from _roster_rows(database, measure_on(database, "benchmarks.people", "roster"))


def _sign_in_rows(database: str, found: dict[str, float]) -> Iterator[Row]:
    ratio = found["ticket"] / found["bare"]
    yield Row(f"{database}, sign-in by ticket ÷ bare view that creates a session", ratio, "×", 2)
    quick, slow = found["ticket cpu"], found["password cpu"]
    yield Row(
        f"{database}, processor time of 4 sign-ins by ticket ÷ one by password", 4 * quick / slow, "×", 1
    )
    for name in ("bare", "ticket", "password"):
        yield Row(f"{database}, sign-ins a second and core, {name}", 1 / found[f"{name} cpu"], "/s")


def _roster_rows(database: str, found: dict[str, float]) -> Iterator[Row]:
    words = f"{database}, preview of {ROWS:,} rows"
    yield Row(f"{words} ÷ bare reading of the file", found["preview"] / found["bare"], "×", 15)
    yield Row(f"{words}, above idle", found["memory"], " MB", 200)
    yield Row(words, found["preview"], "s")


# --- Sign-ins ----------------------------------------------------------------------------------------------


def signing_in() -> dict[str, float]:
    """Median wall and mean processor seconds of one sign-in of each sort, over HTTP without a network."""
    set_up()
    from django.conf import settings
    from django.test import Client

    from exams.domain.tickets import issue_tickets
    from examsite.lib import clock
    from tests.exam_world import make_world

    settings.ROOT_URLCONF = "benchmarks.people_urls"
    world = make_world(people=SIGN_INS)
    tickets = issue_tickets(entries=[seat.entry for seat in world.seats], at=clock.now(), with_codes=False)
    user = world.user
    for number, seat in enumerate(world.seats):
        seat.entry.user.username = f"cadre{number}"
    user.set_password(PASSWORD)
    for seat in world.seats:
        seat.entry.user.password = user.password
        seat.entry.user.save(update_fields=["username", "password"])

    def ask(path: str, body: dict[str, str]) -> tuple[float, float]:
        client = Client()
        wall, cpu = time.perf_counter(), time.process_time()
        reply = client.post(path, body, content_type="application/json")
        took = time.perf_counter() - wall, time.process_time() - cpu
        assert reply.status_code == 200, reply.content
        return took

    sorts: dict[str, Callable[[int], tuple[float, float]]] = {
        "bare": lambda n: ask("/bare-sign-in", {"user": str(world.seats[n].entry.user_id)}),
        "ticket": lambda n: ask("/api/v1/sign-in", {"ticket": tickets[n].token}),
        "password": lambda n: ask("/api/v1/sign-in", {"username": f"cadre{n}", "password": PASSWORD}),
    }
    for warm in sorts.values():
        warm(0)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in sorts}
    for number in range(SIGN_INS):
        for name, sign_in in sorts.items():
            taken[name].append(sign_in(number))
    found = {}
    for name, pairs in taken.items():
        found[name] = median(wall for wall, _ in pairs)
        found[f"{name} cpu"] = mean(cpu for _, cpu in pairs)
    return found


# --- A roster ----------------------------------------------------------------------------------------------


def roster() -> dict[str, float]:
    """Seconds of the preview and of the bare reading of the same bytes (best of three each), and memory."""
    set_up()
    from datetime import date

    from examsite.lib import clock
    from examsite.people.domain.import_preview import preview
    from examsite.people.domain.imports import apply_import, upload_list
    from tests.factories import Role, make_staff, make_unit_tree

    tree = make_unit_tree()
    officer = make_staff(tree.county, Role.OFFICER)

    def upload(rows: int) -> Any:
        data = list_of(rows)
        made = upload_list(
            unit=tree.town, data=data, name="名单.xlsx", since=date(2026, 3, 1), at=clock.now(), actor=officer
        )
        return data, made

    _, known = upload(OTHER_HALF)
    apply_import(run=known, digest=preview(known).digest, at=clock.now(), actor=officer)
    data, run = upload(ROWS)

    before = peak_mb()
    shown: list[Any] = []
    fast = best_of_three(lambda: bare_reading(data))
    slow = best_of_three(lambda: shown.append(preview(run).summary()))
    assert shown[0] == shown[0] | {"rows": ROWS, "new": ROWS - OTHER_HALF, "unchanged": OTHER_HALF}, shown[0]
    return {"bare": fast, "preview": slow, "memory": peak_mb() - before}


def list_of(rows: int) -> bytes:
    """An xlsx as an office sends it: a title, a header, everybody in one village."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("名单")
    sheet.append(["青城镇法律明白人登记表"])
    sheet.append(["序号", "姓名", "管区", "村", "类别", "职务", "手机号"])
    for number in range(rows):
        name = (
            f"{'王李张刘陈杨赵黄周吴'[number % 10]}{chr(0x4E00 + number % 200)}{chr(0x6E00 + number // 200)}"
        )
        phone = f"138{number + 10_000_001}"
        sheet.append([number + 1, name, "城关管区", "东风村", "法律明白人", "网格员", phone])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


if __name__ == "__main__":
    print(json.dumps({"signing-in": signing_in, "roster": roster}[sys.argv[1]]()))
