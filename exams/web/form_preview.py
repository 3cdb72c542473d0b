"""A form as its candidates see it: the exam page itself, answered by calls that keep nothing.

The calls have the addresses and shapes of the exam's (docs/exam-contract.md) below the preview's own root, so
that the page needs to know nothing of previews. Their token is none of the exam's: it opens nothing there.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_replace
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.ids import uuid7
from examsite.people.owners import owner_mark
from examsite.web import page

from ..api import wire
from ..api.bearer import NoToken
from ..api.hot import exam_call, reply
from ..domain.form_writing import compose_paper
from ..domain.saving import Ack, Status
from ..engine.paper import Paper
from ..engine.timing import remaining_ms
from ..engine.wiretime import rfc3339
from .forms import managed_form

SALT = "exams.form_preview"
SCHEME = "Attempt"
HOUR_S = 3600


@page
@require_safe
def form_preview(request: HttpRequest, form: UUID) -> HttpResponse:
    """The paper as it is printed, and the exam's page on a phone and on a PC."""
    found = managed_form(request, form)
    context = {"form": found, "exam": found.exam, "paper": found.paper or compose_paper(found)}
    return render(request, "exams/office/form_preview.html", context)


@gzip_page
@page
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})
@require_safe
def preview_sit(request: HttpRequest, form: UUID) -> HttpResponse:
    """The exam's page over this form, a draft, too."""
    found = managed_form(request, form)
    here = reverse("exams:preview_sit", args=[found.pk])
    context = {
        "seat": SimpleNamespace(sitting=SimpleNamespace(exam=found.exam), sitting_id=found.pk),
        "number": 1,
        "owner": owner_mark(request.user.pk),
        "preview": True,
        "root": here.removesuffix("/sit") + "/calls",
        "home": here,
    }
    return render(request, "exams/candidate/sit.html", context)


@page
@require_POST
def preview_start(request: HttpRequest, form: UUID, sitting: UUID) -> HttpResponse:
    """What the start of an attempt replies: the paper, shuffled for this once, and a clock."""
    found, at = managed_form(request, form), clock.now()
    paper = Paper(found.salt, found.paper or compose_paper(found))
    attempt = uuid7()
    while not paper.fits(attempt):
        attempt = uuid7()
    due_at = at + timedelta(seconds=found.exam.blueprint.duration_s if found.exam.blueprint else HOUR_S)
    token = signing.dumps([str(attempt), due_at.timestamp(), len(paper.slots)], salt=SALT)
    data = {
        "attempt": str(attempt),
        "state": "in_progress",
        "held_elsewhere": False,
        "epoch": 1,
        **_clock(due_at, at),
        "token": token,
        "paper": paper.for_attempt(attempt, paper.choice_orders(random.SystemRandom())),
        "answers": [],
        "receipt": None,
    }
    return reply(data, at, 201)


def _claims(request: HttpRequest, attempt: UUID) -> tuple[datetime, int]:
    """When the preview of the request's token ends, and how many questions it has. NoToken for any other."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    try:
        key, due_at, slots = signing.loads(text.strip(), salt=SALT)
    except signing.BadSignature as error:
        raise NoToken("bad_token", "请重新打开预览。") from error
    if scheme != SCHEME or key != str(attempt):
        raise NoToken("bad_token", "请重新打开预览。")
    return datetime.fromtimestamp(due_at, tz=clock.now().tzinfo), slots


def _clock(due_at: datetime, at: datetime) -> dict[str, Any]:
    return {"due_at": rfc3339(due_at), "remaining_ms": remaining_ms(at, due_at)}


def _acks(data: dict[str, Any], at: datetime) -> list[dict[str, Any]]:
    items = wire.read_items(data.get("items", []), least=0)
    return wire.acks_out([Ack(one.seq, Status.STORED, at) for one in items])


def _answers(request: HttpRequest, form: UUID, attempt: UUID) -> tuple[dict[str, Any], datetime]:
    (due_at, _), at = _claims(request, attempt), clock.now()
    acks = _acks(wire.read_json(request.body), at)
    return {"acks": acks, **_clock(due_at, at), "epoch": 1, "state": "in_progress"}, at


def _heartbeat(request: HttpRequest, form: UUID, attempt: UUID) -> tuple[dict[str, Any], datetime]:
    (due_at, _), at = _claims(request, attempt), clock.now()
    return {
        **_clock(due_at, at),
        "epoch": 1,
        "state": "in_progress",
        "digest_ok": None,
        "messages": [],
    }, at


def _submit(request: HttpRequest, form: UUID, attempt: UUID) -> tuple[dict[str, Any], datetime]:
    """The receipt as it would look; nothing was handed in."""
    (_, slots), at = _claims(request, attempt), clock.now()
    data = wire.read_json(request.body)
    digest = wire.read_digest(data.get("sheet_digest")) or ""
    receipt = {
        "number": "预览",
        "submitted_at": rfc3339(at),
        "answered": "—",  # nothing was kept that could be counted
        "of": slots,
        "digest": digest,
    }
    return {"receipt": receipt, "acks": _acks(data, at)}, at


preview_answers = exam_call(PUT=_answers)
preview_heartbeat = exam_call(POST=_heartbeat)
preview_submit = exam_call(POST=_submit)
