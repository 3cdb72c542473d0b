"""Bugs to be planted on purpose: each names the text that it replaces in a copy of the product's source.

They are those of the contract's list that need no second database server. A text that is no longer found
fails a test, so that a mutation never goes stale unnoticed.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

PARTS = ("examsite", "exams", "questionbanks", "manage.py", "gunicorn.conf.py")
BOTH = ("sqlite", "postgres")


@dataclass(frozen=True)
class Edit:
    """In the file at `path` the text `old`, which stands there once, becomes `new`."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutation:
    """One bug, on the databases whose code differs for it."""

    name: str
    tells: str
    edits: tuple[Edit, ...]
    databases: tuple[str, ...] = ("sqlite",)


class Stale(Exception):
    """The text that a mutation replaces is not there (once)."""


def copy_tree(source: Path, target: Path) -> None:
    """The parts of the product that run, without what is derived."""
    for part in PARTS:
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source / part, target / part)


def edited(edit: Edit, text: str) -> str:
    """The text of the edit's file with the bug in it; Stale where it does not fit."""
    if text.count(edit.old) != 1:
        raise Stale(f"{edit.path}: {text.count(edit.old)} times {edit.old!r}")
    return text.replace(edit.old, edit.new)


def plant(mutation: Mutation, tree: Path) -> None:
    """Put the bug into a copy of the source."""
    for edit in mutation.edits:
        path = tree / edit.path
        path.write_text(edited(edit, path.read_text(encoding="utf-8")), encoding="utf-8")


SAVING, SHEET, SHEETS = "exams/domain/saving.py", "exams/engine/sheet.py", "exams/domain/sheets.py"
MARKING, SETTINGS, CHECKS = "exams/domain/marking.py", "examsite/settings.py", "examsite/checks.py"
ENTERING, HOT, INITIAL = "exams/api/entering.py", "exams/api/hot.py", "exams/migrations/0001_initial.py"

MUTATIONS = (
    Mutation(
        "arrival order",
        "the sheet is folded in the order of arrival",
        (
            Edit(SHEET, "if have is None or (epoch, seq) > (have.epoch, have.seq):", "if True:"),
            Edit(
                SHEETS,
                "\n\ndef _together(\n",
                "\n\ndef _together(events, late):\n"
                '    return events.order_by("received_at").values_list(*_EVENT, Value(True))\n'
                "\n\ndef _unused(\n",
            ),
        ),
    ),
    Mutation(
        "ack before commit",
        "answers are acknowledged first and written half a second later",
        (
            Edit(
                HOT,
                'saved = save_answers(claims=claims, items=wire.read_items(data["items"], least=1))',
                'items, at = wire.read_items(data["items"], least=1), moment()\n'
                "    import threading\n"
                "    from django.db import connection\n"
                "    def write():\n"
                "        try:\n"
                "            save_answers(claims=claims, items=items)\n"
                "        finally:\n"
                "            connection.close()\n"
                "    threading.Timer(0.5, write).start()\n"
                '    told = {"status": "stored", "received_at": rfc3339(at)}\n'
                '    acks = [{"seq": one.seq, **told} for one in items]\n'
                '    return {"acks": acks, "state": "in_progress", "epoch": claims.epoch}, at\n'
                "    saved = None",
            ),
        ),
        BOTH,
    ),
    Mutation(
        "async commit, SQLite",
        "synchronous=NORMAL: commits are not flushed",
        (
            Edit(SETTINGS, "PRAGMA synchronous=FULL", "PRAGMA synchronous=NORMAL"),
            Edit(CHECKS, '"PRAGMA synchronous") != 2', '"PRAGMA synchronous") > 2'),
        ),
    ),
    Mutation(
        "async commit, PostgreSQL",
        "synchronous_commit=off",
        (
            Edit(
                SETTINGS,
                "POSTGRES_OPTIONS = {",
                'POSTGRES_OPTIONS = {"options": "-c synchronous_commit=off",',
            ),
            Edit(CHECKS, '"SHOW synchronous_commit") == "off"', '"SHOW synchronous_commit") == "never"'),
        ),
        ("postgres",),
    ),
    Mutation(
        "no submit guard",
        "a save does not ask whether the attempt is still in progress",
        (
            Edit(SAVING, "CASE WHEN state = 'in_progress' AND", "CASE WHEN"),
            Edit(
                "exams/domain/attempts.py",
                "        attempt.state == State.IN_PROGRESS.value\n        and attempt.voided_at is None",
                "        attempt.voided_at is None",
            ),
        ),
        BOTH,
    ),
    Mutation(
        "double attempt",
        "of parallel starts each makes an attempt: no constraint stops them",
        (
            Edit(INITIAL, "fields=('entry', 'sitting', 'number')", "fields=('id', 'sitting', 'number')"),
            Edit(INITIAL, "fields=('entry',), name='attempt_open_once'", "fields=('id',), name='open_once'"),
        ),
    ),
    Mutation(
        "double grade",
        "every submit of a closed attempt has it marked again",
        (
            Edit(
                "exams/domain/submitting.py",
                "            latest = latest_receipt(attempt.pk)\n",
                "            latest = latest_receipt(attempt.pk)\n"
                "            from .closing import mark_closed\n"
                "            mark_closed(attempt_id=attempt.pk, at=at)\n",
            ),
            Edit(
                MARKING,
                "[one for one in attempts if one.state == State.SUBMITTED.value]",
                "[one for one in attempts if one.state != State.IN_PROGRESS.value]",
            ),
            Edit(MARKING, "        if slot_id in standing:\n", "        if not slot.code:\n"),
            Edit(
                MARKING,
                "    _finish(finished, at)\n    return len(waiting)",
                "    _finish([one for one in finished if one.attempt.state == State.SUBMITTED.value], at)\n"
                "    return len(waiting)",
            ),
        ),
    ),
    Mutation(
        "client time",
        "answers are received when the phone says so",
        (
            Edit(
                SAVING,
                "i.client_at, transaction_timestamp(), %s",
                "i.client_at, coalesce(i.client_at, transaction_timestamp()), %s",
            ),
            Edit(SAVING, "            time(at),\n", "            time(item.client_at or at),\n"),
        ),
        BOTH,
    ),
    Mutation(
        "two time stamps",
        "one decides on the deadline before the lock, another is stored after it",
        (
            Edit(
                SAVING,
                "i.client_at, transaction_timestamp(), %s",
                "i.client_at, clock_timestamp(), %s",
            ),
            Edit(SAVING, "            time(at),\n", "            time(clock.now()),\n"),
        ),
        BOTH,
    ),
    Mutation(
        "paper cache",
        "the first candidate's paper is kept for all of his form",
        (
            Edit(
                ENTERING,
                'out["paper"] = paper_of(attempt.form_id).for_attempt(\n'
                "            attempt.pk, attempt.choice_orders, printed=is_printed(attempt)\n"
                "        )",
                'out["paper"] = PAPERS.setdefault(attempt.form_id, paper_of(attempt.form_id).for_attempt('
                "attempt.pk, attempt.choice_orders, printed=is_printed(attempt)))",
            ),
            Edit(ENTERING, "\n\ndef attempt_out(", "\n\nPAPERS = {}\n\n\ndef attempt_out("),
        ),
    ),
    Mutation(
        "key leak",
        "the paper carries the rationales along",
        (
            Edit(
                ENTERING,
                'out["answers"] = [] if created else wire.answers_out(load_sheet(attempt.pk))',
                'out["answers"] = [] if created else wire.answers_out(load_sheet(attempt.pk))\n'
                "        from ..domain.keys import load_keys\n"
                "        keys = load_keys(attempt.form_id).questions.values()\n"
                '        out["hints"] = [one.rationale for one in keys]',
            ),
        ),
    ),
    Mutation(
        "IDOR by sign-in",
        "claim and result do not ask whose attempt it is",
        (
            Edit(
                ENTERING,
                "attempts = attempts_of(request.user).filter(pk=attempt)",
                "attempts = Attempt.objects.filter(pk=attempt)",
            ),
        ),
    ),
    Mutation(
        "IDOR by token",
        "a token opens every attempt",
        (
            Edit(
                "exams/api/bearer.py",
                "    if claims.attempt_id != attempt_id:\n"
                '        raise Forbidden("wrong_attempt", "这份凭据不是这次作答的。")\n'
                "    return claims",
                "    return Claims(attempt_id, claims.form_id, claims.epoch, claims.device)",
            ),
        ),
    ),
    Mutation(
        "stale grade",
        "marking reads a copy of the log that lags by two seconds",
        (
            Edit(
                MARKING,
                "    standing = _standing(keys, digest, earlier)\n    values",
                "    sheet = _lagging(attempt.pk, at)\n"
                "    digest = sheets.digest(sheet)\n"
                "    standing = _standing(keys, digest, earlier)\n    values",
            ),
            Edit(
                MARKING,
                "def _missing_marks(\n",
                "def _lagging(attempt_id, at):\n"
                "    from datetime import timedelta\n"
                "    from ..models import AnswerEvent\n"
                "    known = AnswerEvent.objects.filter(\n"
                "        attempt=attempt_id, received_at__lt=at - timedelta(seconds=2))\n"
                '    return sheets.fold(known.values_list("slot", "value", "epoch", "seq"))\n'
                "\n\n"
                "def _missing_marks(\n",
            ),
        ),
    ),
    Mutation(
        "sheet overwrite",
        "a new device's answers replace the whole sheet",
        (
            Edit(
                SHEET,
                "    sheet: Sheet = {}\n",
                "    events = list(events)\n"
                "    newest = max((one[2] for one in events), default=0)\n"
                "    events = [one for one in events if one[2] == newest]\n"
                "    sheet: Sheet = {}\n",
            ),
        ),
    ),
    Mutation(
        "reused number acknowledged",
        "a number that comes again is a duplicate, whatever it carries",
        (
            Edit(
                SAVING,
                "if kept.slot != item.slot or not same_value(kept.value, item.value):",
                "if False:",
            ),
        ),
    ),
    Mutation(
        "sweeper's time",
        "a silent attempt is handed in when the sweeper comes by",
        (
            Edit(
                "exams/domain/closing.py",
                "        submitted_at=attempt.due_at,\n",
                "        submitted_at=at,\n",
            ),
        ),
    ),
    Mutation(
        "late answers dropped",
        "what comes after the end is called late and thrown away",
        (
            Edit(
                SAVING,
                "    return Quarantine.objects.create(**row, reason=_late_reason(attempt))",
                "    return Quarantine(**row, reason=_late_reason(attempt))",
            ),
        ),
    ),
)
