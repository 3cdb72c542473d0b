"""The calls that a hall of phones makes every few seconds: plain views, no session, no serializer tree.

They are described for the API document by the classes in `hot_schema`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.db import Error as DatabaseTrouble
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from examsite.api import PROBLEM
from examsite.lib import clock
from examsite.lib.errors import Conflict, DomainError, Invalid
from examsite.people.owners import HEADER as OWNER

from ..domain.attempts import shown_to_candidate
from ..domain.presence import heartbeat as note_heartbeat
from ..domain.saving import save_answers
from ..domain.sheets import load_sheet
from ..domain.stamps import moment
from ..domain.submitting import Outcome, submit_attempt
from ..engine.compact import compact
from ..engine.sheet import digest
from ..engine.timing import remaining_ms
from ..engine.wiretime import rfc3339
from . import wire
from .bearer import claims_of
from .hot_schema import AnswersCall, HeartbeatCall, SubmitCall, TimeCall

logger = logging.getLogger(__name__)
RETRY_AFTER_S = 2


class TooBig(DomainError):
    status = 413


class Busy(DomainError):
    """Nothing is known to be on disk: the client keeps its answers and comes again."""

    status = 503


class NotAllowed(DomainError):
    status = 405


Call = Callable[..., tuple[dict[str, Any], datetime]]


def reply(data: dict[str, Any], at: datetime, status: int = 200) -> HttpResponse:
    """A reply of an exam call: it carries the server's time and is stored by nobody."""
    content = compact({**data, "server_time": rfc3339(at)})
    response = HttpResponse(content.encode(), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def refuse(error: DomainError) -> HttpResponse:
    """A refusal as a problem document."""
    response = reply({"code": error.code, "message": error.message, **error.extra}, clock.now(), error.status)
    response.headers["Content-Type"] = PROBLEM
    if error.status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def exam_call(**methods: Call) -> Callable[..., HttpResponse]:
    """A plain view: one function a method, which returns the reply's content and its time.

    Whatever goes wrong with the database is 503: an answer is acknowledged after COMMIT or not at all.
    """

    @csrf_exempt
    def view(request: HttpRequest, **arguments: Any) -> HttpResponse:
        call = methods.get(request.method or "")
        try:
            if call is None:
                raise NotAllowed("method", "不支持这种请求方法。")
            data, at = call(request, **arguments)
        except DomainError as error:
            return refuse(error)
        except RequestDataTooBig:
            return refuse(TooBig("too_big", "一次送的答案太多，请分几次送。"))
        except UnreadablePostError:
            return refuse(Invalid("malformed", "请求没有传完整。"))
        except DatabaseTrouble:
            logger.exception("an exam call met a database in trouble")
            return refuse(Busy("busy", "服务器忙，答案还在手机里，稍后自动再送。"))
        response = reply(data, at)
        if "attempt" in arguments:  # the token was this attempt's; whose it is, nobody asked
            response.headers[OWNER] = str(arguments["attempt"])
        return response

    return view


def described_by(documentation: type) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let the API document describe a plain view by a class that is never run."""

    def mark(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        view.cls = documentation  # type: ignore[attr-defined]
        view.initkwargs = {}  # type: ignore[attr-defined]
        return view

    return mark


def _time(request: HttpRequest) -> tuple[dict[str, Any], datetime]:
    return {}, clock.now()


def _put_answers(request: HttpRequest, attempt: UUID) -> tuple[dict[str, Any], datetime]:
    claims = claims_of(request, attempt)
    data = wire.read_json(request.body)
    wire.require_fields(data, {"items"})
    saved = save_answers(claims=claims, items=wire.read_items(data["items"], least=1))
    return {
        "acks": wire.acks_out(saved.acks),
        "remaining_ms": remaining_ms(saved.at, saved.due_at),
        "epoch": saved.epoch,
        "state": saved.state,
    }, saved.at


def _get_answers(request: HttpRequest, attempt: UUID) -> tuple[dict[str, Any], datetime]:
    claims = claims_of(request, attempt)
    sheet = load_sheet(claims.attempt_id)
    return {"answers": wire.answers_out(sheet), "digest": digest(sheet)}, moment()


def _heartbeat(request: HttpRequest, attempt: UUID) -> tuple[dict[str, Any], datetime]:
    claims = claims_of(request, attempt)
    data = wire.read_json(request.body)
    wire.require_fields(data, set(), frozenset({"sheet_digest", "unsent", "oldest_unsent_ms", "visible"}))
    visible = data.get("visible", True)
    if not isinstance(visible, bool):
        raise Invalid("malformed", "visible 应是 true 或 false。")
    at = moment()
    pulse = note_heartbeat(
        claims=claims,
        sheet_digest=wire.read_digest(data.get("sheet_digest")),
        unsent=wire.read_count(data.get("unsent", 0), "unsent"),
        oldest_unsent_ms=wire.read_count(data.get("oldest_unsent_ms", 0), "oldest_unsent_ms"),
        visible=visible,
        at=at,
    )
    return wire.pulse_out(pulse, shown_to_candidate(pulse.attempt), at), at


def _submit(request: HttpRequest, attempt: UUID) -> tuple[dict[str, Any], datetime]:
    claims = claims_of(request, attempt)
    data = wire.read_json(request.body)
    wire.require_fields(data, {"items"}, frozenset({"sheet_digest"}))
    done = submit_attempt(
        claims=claims,
        items=wire.read_items(data["items"], least=0),
        sheet_digest=wire.read_digest(data.get("sheet_digest")),
    )
    acks = wire.acks_out(done.acks)
    if done.outcome is Outcome.NOT_HOLDER:
        raise Conflict(
            "not_holder", "这次作答已在别的设备上继续，请在那里交卷。", acks=acks, epoch=done.epoch
        )
    if done.outcome is Outcome.DIGEST_MISMATCH:
        sheet = done.sheet or {}
        raise Conflict(
            "digest_mismatch",
            "手机上的答题卡和服务器上的不一样，请核对后再交卷。",
            acks=acks,
            answers=wire.answers_out(sheet),
            digest=digest(sheet),
        )
    return {"receipt": wire.receipt_out(done.receipt), "acks": acks}, done.at


time = described_by(TimeCall)(exam_call(GET=_time))
answers = described_by(AnswersCall)(exam_call(PUT=_put_answers, GET=_get_answers))
heartbeat = described_by(HeartbeatCall)(exam_call(POST=_heartbeat))
submit = described_by(SubmitCall)(exam_call(POST=_submit))
