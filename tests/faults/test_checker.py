"""The judge judged: a run without a fault passes; spoiled in one place, it is that place which is named."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.checker import check
from tests.faults.sheets import digest_of, fold
from tests.faults.small_run import ANNA, BEN, KEYS, SmallRun, T, build, stamp

Spoil = Callable[[SmallRun], None]


def violated(run: SmallRun, keys: dict[str, Any] = KEYS) -> list[str]:
    return check(run.history, run.evidence, keys).violated


def change_reply(run: SmallRun, call: str, place: int, **changes: Any) -> None:
    """Another reply to a request."""
    reply = run.reply(run.sent(call)[place])
    reply["body"] = json.dumps({**json.loads(reply["body"]), **changes})


def test_a_run_without_a_fault_passes() -> None:
    found = check(build().history, build().evidence, KEYS)
    assert {name: texts for name, texts in found.wrong.items() if texts} == {}
    assert found.verdict == "passed"


def test_every_invariant_is_looked_at() -> None:
    found = check(build().history, build().evidence, KEYS)
    names = "I0 I1a I1b I1c I1d I1e I2 I2a I2b I2t I3 I4 I6 I7 I8 I9 I10 I11 I12 I13 I14 I16"
    assert [name for name in names.split() if not found.checked[name]] == []


# --- Spoiling: what was done, and what must be named ------------------------------------------------------


def lose_an_event(run: SmallRun) -> None:
    run.evidence.remove(run.of("event")[0])


def alter_an_event(run: SmallRun) -> None:
    run.of("event")[0]["value"] = "as1C"


def true_becomes_one(run: SmallRun) -> None:
    run.of("event")[4]["value"] = 1


def invent_an_event(run: SmallRun) -> None:
    event = {"attempt": BEN, "epoch": 2, "seq": 9, "slot": "s1", "value": "bs1B"}
    run.line("event", **event, received_at=stamp(30))


def store_twice(run: SmallRun) -> None:
    run.evidence.append(dict(run.of("event")[0]))


def acknowledge_another_body(run: SmallRun) -> None:
    run.save("anna", ANNA, 4.5, [1, "s1", "as1D"], "duplicate", received=1.02)


def let_another_save(run: SmallRun) -> None:
    run.sent("save")[0]["who"] = "ben"


def store_what_was_refused(run: SmallRun) -> None:
    run.line(
        "event", attempt=ANNA, epoch=1, seq=4, slot="s3", value=True, received_at=stamp(6.02), client_at=None
    )


def mark_an_older_sheet(run: SmallRun) -> None:
    for mark in run.of("mark")[:4]:
        mark["sheet_digest"] = "0" * 64


def mark_an_older_answer(run: SmallRun) -> None:
    run.of("mark")[0]["points"] = "0.00"
    run.of("mark")[3]["points"] = "0.50"


def receive_after_the_end(run: SmallRun) -> None:
    run.line("event", attempt=BEN, epoch=2, seq=2, slot="s1", value="bs1A", received_at=stamp(75.5))
    run.save("ben", BEN, 75.4, [2, "s1", "bs1A"], None, epoch=2, device="ben-b")


def acknowledge_after_the_end(run: SmallRun) -> None:
    run.save("ben", BEN, 75.4, [2, "s1", "bs1A"], "stored", epoch=2, device="ben-b", received=74)
    run.line("event", attempt=BEN, epoch=2, seq=2, slot="s1", value="bs1A", received_at=stamp(74))


def stamp_by_the_phones_clock(run: SmallRun) -> None:
    event, reply = run.of("event")[4], run.reply(run.sent("save")[-1])
    event["received_at"] = stamp(21.02 - 3600)
    reply["body"] = reply["body"].replace(stamp(21.02), event["received_at"])


def two_stamps(run: SmallRun) -> None:
    run.of("event")[0]["received_at"] = stamp(1.05)


def late_by_slowness(run: SmallRun) -> None:
    run.save("ben", BEN, 69, [2, "s1", "bs1A"], "late", epoch=2, device="ben-b", received=69.1)
    run.line("quarantine", attempt=BEN, epoch=2, seq=2, slot="s1", value="bs1A", received_at=stamp(69.1))


def two_totals(run: SmallRun) -> None:
    run.line("mark", attempt=ANNA, slot=None, points="2.50", active=True)
    run.of("mark")[-1]["sheet_digest"] = run.of("mark")[0]["sheet_digest"]


def mark_twice(run: SmallRun) -> None:
    run.evidence.append({**run.of("mark")[0], "active": False})


def mark_an_open_attempt(run: SmallRun) -> None:
    line = run.of("attempt")[1]
    line["submitted_at"], line["state"] = None, "in_progress"
    run.evidence.remove(run.of("receipt")[1])


def a_wrong_total(run: SmallRun) -> None:
    run.of("mark")[3]["points"] = "2.49"
    change_reply(run, "result", 0, points="2.49")


def another_key_published(run: SmallRun) -> None:
    run.of("key")[0]["key"] = ["C"]


def told_other_points(run: SmallRun) -> None:
    change_reply(run, "result", 0, points="5")


def show_a_key(run: SmallRun) -> None:
    change_reply(run, "save", 0, hint="see CANARY-2")


def show_an_escaped_key(run: SmallRun) -> None:
    run.reply(run.sent("save")[0])["body"] = '{"acks": [], "hint": "\\u0043ANARY-2"}'


def show_anothers_attempt(run: SmallRun) -> None:
    change_reply(run, "sign_in", 1, last=ANNA)


def show_anothers_token(run: SmallRun) -> None:
    change_reply(run, "start", 1, token="token of anna")


def show_anothers_name(run: SmallRun) -> None:
    change_reply(run, "save", 5, neighbour="王安娜")


def show_anothers_receipt(run: SmallRun) -> None:
    change_reply(run, "claim", 0, last="AAAA-1111")


def show_anothers_paper(run: SmallRun) -> None:
    paper = json.loads(run.reply(run.sent("start")[0])["body"])["paper"]
    change_reply(run, "start", 1, paper=paper)


def let_an_attack_through(run: SmallRun) -> None:
    run.call("ben", "attack: save for another", 40, 200, {"acks": [{"status": "stored"}]}, expect="refused")


def two_attempts(run: SmallRun) -> None:
    run.of("attempt")[1]["candidate"] = "pseudonym a"


def a_second_start(run: SmallRun) -> None:
    body = json.loads(run.reply(run.sent("start")[0])["body"])
    run.call("anna", "start", 0.5, 200, {**body, "due_at": stamp(60.5)}, device="anna-a")


def grow_after_the_close(run: SmallRun) -> None:
    run.save("anna", ANNA, 5.5, [5, "s3", None], None)
    run.line("event", attempt=ANNA, epoch=1, seq=5, slot="s3", value=None, received_at=stamp(5.6))


def two_receipts(run: SmallRun) -> None:
    run.evidence.append({**run.of("receipt")[1], "number": "CCCC-3333"})


def settle_at_the_sweepers_time(run: SmallRun) -> None:
    run.of("attempt")[1]["submitted_at"] = run.of("receipt")[1]["submitted_at"] = stamp(76)


def another_receipt_in_hand(run: SmallRun) -> None:
    reply = run.reply(run.sent("submit")[0])
    reply["body"] = reply["body"].replace("AAAA-1111", "ZZZZ-1111")


def close_over_an_acknowledged_answer(run: SmallRun) -> None:
    """The log and its receipt agree with each other, and not with the phone."""
    run.of("event")[2]["value"] = ["as2C"]
    before = run.of("receipt")[0]["digest"]
    after = digest_of(fold([("s1", 1, 2, "as1B"), ("s2", 1, 3, ["as2C"])]))
    for lines in (run.history, run.evidence):
        lines[:] = json.loads(json.dumps(lines).replace(before, after))


def show_older_answers(run: SmallRun) -> None:
    change_reply(run, "claim", 0, answers=[])


def stay_stuck(run: SmallRun) -> None:
    run.note("stuck", 150, who="ben", device="ben-a", left=[[1, 7]])


def drain_too_late(run: SmallRun) -> None:
    next(line for line in run.history if line["t"] == "done")["wall"] = T + 141


def never_marked(run: SmallRun) -> None:
    run.of("attempt")[0]["state"] = "submitted"


def forget_a_claim(run: SmallRun) -> None:
    run.evidence.remove(run.of("claim")[0])


def claim_by_nobody(run: SmallRun) -> None:
    run.of("claim")[0]["by"] = None


def forget_an_extension(run: SmallRun) -> None:
    run.evidence.remove(run.of("extension")[0])


def give_less_time(run: SmallRun) -> None:
    run.of("extension")[0]["seconds"] = 11


def break_afterwards(run: SmallRun) -> None:
    run.call("anna", "heartbeat", 89, 503, {})


def break_by_an_attack(run: SmallRun) -> None:
    run.call("ben", "attack: NUL", 40, 500, {}, expect="refused")


def lose_a_late_answer(run: SmallRun) -> None:
    run.evidence.remove(run.of("quarantine")[0])


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lose_an_event, ["I1a", "I8"]),
        (alter_an_event, ["I1a", "I1c"]),
        (true_becomes_one, ["I1a", "I1b", "I1c", "I1e", "I4", "I8"]),
        (invent_an_event, ["I1b", "I1c", "I1e", "I4", "I8"]),
        (store_twice, ["I1c", "I8"]),
        (acknowledge_another_body, ["I1a"]),
        (let_another_save, ["I1c"]),
        (store_what_was_refused, ["I1b", "I1d", "I1e", "I4", "I8"]),
        (mark_an_older_sheet, ["I1e"]),
        (mark_an_older_answer, ["I1b", "I4"]),
        (receive_after_the_end, ["I1e", "I2", "I8"]),
        (acknowledge_after_the_end, ["I1e", "I2a", "I2t", "I8", "I9"]),
        (stamp_by_the_phones_clock, ["I2t"]),
        (two_stamps, ["I2t"]),
        (late_by_slowness, ["I2b"]),
        (two_totals, ["I3", "I4"]),
        (mark_twice, ["I3"]),
        (mark_an_open_attempt, ["I3", "I11"]),
        (a_wrong_total, ["I4"]),
        (another_key_published, ["I4"]),
        (told_other_points, ["I4"]),
        (show_a_key, ["I6"]),
        (show_an_escaped_key, ["I6"]),
        (show_anothers_attempt, ["I6"]),
        (show_anothers_token, ["I6"]),
        (show_anothers_name, ["I6"]),
        (show_anothers_receipt, ["I6"]),
        (show_anothers_paper, ["I6"]),
        (let_an_attack_through, ["I6"]),
        (two_attempts, ["I7"]),
        (a_second_start, ["I7"]),
        (grow_after_the_close, ["I8"]),
        (two_receipts, ["I8"]),
        (settle_at_the_sweepers_time, ["I8"]),
        (another_receipt_in_hand, ["I9"]),
        (close_over_an_acknowledged_answer, ["I1a", "I1c", "I9"]),
        (show_older_answers, ["I10"]),
        (stay_stuck, ["I11"]),
        (drain_too_late, ["I11"]),
        (never_marked, ["I11"]),
        (forget_a_claim, ["I12"]),
        (claim_by_nobody, ["I12"]),
        (forget_an_extension, ["I12"]),
        (give_less_time, ["I13"]),
        (break_afterwards, ["I14"]),
        (break_by_an_attack, ["I14"]),
        (lose_a_late_answer, ["I16"]),
    ],
)
def test_what_is_spoiled_is_named(spoil: Spoil, named: list[str]) -> None:
    run = build()
    spoil(run)
    assert violated(run) == named


def test_a_key_may_be_shown_after_the_release() -> None:
    run = build()
    run.call("ben", "result", 92, 200, {"points": "1.00", "rationale": "CANARY-2"}, attempt=BEN)
    assert violated(run) == []


def test_a_lost_reply_leaves_it_open_whether_the_answer_was_stored() -> None:
    run = build()
    run.save("ben", BEN, 22, [2, "s1", "bs1A"], None, epoch=2, device="ben-b")
    assert violated(run) == []


def test_a_late_answer_after_handing_in_is_nobodys_fault() -> None:
    run = build()
    run.save("anna", ANNA, 5.5, [5, "s1", "as1A"], "late")
    run.line("quarantine", attempt=ANNA, epoch=1, seq=5, slot="s1", value="as1A", received_at=stamp(5.52))
    assert violated(run) == []


# --- A run that proves nothing ----------------------------------------------------------------------------


def no_acknowledgements(run: SmallRun) -> None:
    run.history[0]["people"] = ["anna", "ben", "carl"]


def a_fault_that_never_came(run: SmallRun) -> None:
    run.history[0]["faults"] = ["crash", "kill_worker"]


def a_status_never_seen(run: SmallRun) -> None:
    run.history[0]["statuses"] = ["conflict"]


def clocks_apart(run: SmallRun) -> None:
    run.history[0]["clock_offset_s"] = -0.2


@pytest.mark.parametrize(
    "spoil", [no_acknowledgements, a_fault_that_never_came, a_status_never_seen, clocks_apart]
)
def test_a_run_that_proves_nothing_is_invalid(spoil: Spoil) -> None:
    run = build()
    spoil(run)
    assert check(run.history, run.evidence, KEYS).verdict == "invalid"


def test_a_violation_outweighs_an_invalid_run() -> None:
    run = build()
    a_fault_that_never_came(run)
    lose_an_event(run)
    assert check(run.history, run.evidence, KEYS).verdict == "violated"


def test_clocks_that_differ_make_every_violation_worthless() -> None:
    run = build()
    clocks_apart(run)
    lose_an_event(run)
    assert check(run.history, run.evidence, KEYS).verdict == "invalid"


def test_another_key_changes_the_marking() -> None:
    keys = copy.deepcopy(KEYS)
    keys["questions"]["q1"]["key"] = ["A"]  # type: ignore[index]
    assert violated(build(), keys) == ["I1b", "I4"]
