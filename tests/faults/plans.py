"""Who does what in a run, all from the seed: the workloads of an exam, dealt to its candidates.

everybody  starts within a few seconds, answers, hands in on time (the normal exam, the rush at the start)
ending     "early", "late" (the last seconds), "auto" (at the end of the page's clock), "silent" (never)
switches   another device takes over, sometimes the first one takes it back
offline    no network for a while, for some of them across the deadline; everything is sent afterwards
lingers    goes on saving after the receipt, and after the end
crashes    the app dies at random points; its queue survives
overtakes  changes its mind at once, and the line delivers the newer answer first
reuses     sends a number again with another answer, as a browser did that altered a request
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ESSAY_BYTES = 20_000
WILD_CLOCKS_S = (0.0, 0.7, -40.0, 3 * 3600.0, -3 * 3600.0, -1.7e9)  # the last one stands in 1970


@dataclass(frozen=True)
class Plan:
    """One candidate's part. Times are seconds from the beginning of the run; `overtime_s` is how long he goes
    on answering after the page's clock has run out."""

    who: str
    ticket: str
    start_at: float
    think_s: float
    ending: str
    submit_at: float
    overtime_s: float = 0.0
    skew_s: float = 0.0
    step_s: float = 0.0
    crashes: tuple[float, ...] = ()
    offline: tuple[tuple[float, float], ...] = ()
    switch_at: float | None = None
    takes_back: bool = False
    double_start: bool = False
    double_submit: bool = False
    lingers: bool = False
    overtakes: bool = False
    reuses: bool = False


def deal(tickets: Sequence[str], duration_s: float, start_within_s: float, seed: int) -> list[Plan]:
    """A plan for each ticket; special parts go round in fixed shares, so that a small run has all of them."""
    rng = random.Random(seed)
    plans = []
    for number, ticket in enumerate(tickets):
        start = rng.uniform(0, start_within_s)
        end = start + duration_s
        ending = ("early", "late", "late", "auto", "silent")[number % 5]
        submit_at = {
            "early": start + duration_s * rng.uniform(0.2, 0.6),
            "late": end - rng.uniform(0.2, 4),
        }.get(ending, float("inf"))
        offline = []
        if number % 4 == 1:
            at = start + duration_s * rng.uniform(0.15, 0.6)
            offline.append((at, at + duration_s * rng.uniform(0.1, 0.3)))
        if number % 10 == 8:  # into the grace, or beyond it
            offline.append((end - rng.uniform(1, 5), end + rng.uniform(1, 12)))
        plans.append(
            Plan(
                who=f"p{number:03d}",
                ticket=ticket,
                start_at=start,
                think_s=rng.uniform(0.5, 2.0),
                ending=ending,
                submit_at=submit_at,
                overtime_s=rng.uniform(2, 14) if number % 10 == 4 else 0.0,
                skew_s=rng.choice(WILD_CLOCKS_S),
                step_s=rng.choice((0.0, 7200.0, -7200.0)),
                crashes=tuple(duration_s * rng.uniform(0.1, 0.6) for _ in range(rng.randint(1, 2)))
                if number % 3 == 0
                else (),
                offline=tuple(offline),
                switch_at=start + duration_s * rng.uniform(0.25, 0.7) if number % 10 in (2, 7) else None,
                takes_back=number % 20 == 7,
                double_start=number % 3 == 1,
                double_submit=number % 3 != 2,
                lingers=number % 4 == 0 or number % 5 == 0,
                overtakes=number % 2 == 1,
                reuses=number % 4 == 2,
            )
        )
    return plans


def random_answer(slot: dict[str, Any], rng: random.Random) -> Any:
    """Some well-formed answer to a slot; now and then it is cleared."""
    if rng.random() < 0.05:
        return None
    ids = [choice["id"] for choice in slot.get("choices") or ()]
    kind = slot["kind"]
    if kind == "single":
        return rng.choice(ids)
    if kind in ("multiple", "uncertain"):
        return sorted(rng.sample(ids, rng.randint(1, len(ids))))
    if kind == "true_false":
        return rng.random() < 0.5
    if kind == "fill_blank":
        return [rng.choice(("五", "三", "十八周岁", "")) for _ in range(slot["blanks"])]
    letters = "依法治国，公开监督。\u2028𠀀e\u0301 "
    return "".join(rng.choice(letters) for _ in range(rng.choice((5, 40, ESSAY_BYTES // 3))))
