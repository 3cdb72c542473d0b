"""Review requests (复核): a candidate asks, somebody who did not mark answers, both see the trail."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from examsite.lib.errors import Conflict, Forbidden, Invalid, NotFound
from examsite.people.domain.audit import record
from examsite.people.models import User
from questionbanks.kinds.registry import kind

from ..engine.headings import plain
from ..engine.release import released_since
from ..models import (
    Attempt,
    Judgement,
    Mark,
    ResultNote,
    ReviewOutcome,
    ReviewRequest,
    ReviewStep,
    Slot,
)
from .attempts import lock_attempt
from .frozen_figures import outdate_figures
from .marking import answer_digest, append_mark, newest_marks, require_points
from .papers import numbers_in
from .releases import release_of
from .results import waiting_for
from .sheets import load_sheet

MAX_TEXT = 500


def review_until(attempt: Attempt, at: datetime) -> datetime | None:
    """Until when a review of this attempt can be asked for; None while its result is not out, or if never.

    The days count from the release to the person.
    """
    days = attempt.sitting.exam.review_days
    since = released_since(release_of(attempt.sitting), attempt.submitted_at, at)
    if not days or since is None or waiting_for(attempt, at) is not None:
        return None
    return since + timedelta(days=days)


@transaction.atomic
def ask_review(*, attempt: Attempt, slot: Slot | None, text: str, at: datetime, user: User) -> ReviewRequest:
    """Ask for one question, or for the whole attempt, to be looked at again.

    Raises NotFound for another's attempt or one without a released result, Conflict after the window and for
    a second request on the same thing while one is open.
    """
    if attempt.entry.user_id != user.pk or waiting_for(attempt, at) is not None:
        raise NotFound("not_found", "成绩还没有公布。")
    text = _text(text, "请写明哪里有疑问。")
    if slot is not None and slot.form_id != attempt.form_id:
        raise NotFound("not_found", "这份试卷没有这道题。")
    until = review_until(attempt, at)
    if until is None:
        raise Conflict("no_reviews", "这场考试不受理复核，有疑问请找考务。")
    if at >= until:
        raise Conflict("too_late", f"复核申请到 {until:%Y-%m-%d} 截止，已经过了期限。")
    if ReviewRequest.objects.filter(attempt=attempt, slot=slot, answered_at__isnull=True).exists():
        raise Conflict("asked", "您已就此申请复核，请等答复。")
    request = ReviewRequest.objects.create(attempt=attempt, slot=slot, asked_at=at)
    ReviewStep.objects.create(
        request=request,
        action="ask",
        text=text,
        points_before=_points(attempt, slot),
        actor=user,
        at=at,
    )
    record(action="review.ask", target=request, at=at, actor=user, unit=attempt.exam.unit)
    return request


def _text(text: str, missing: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid("empty", missing)
    if len(text) > MAX_TEXT:
        raise Invalid("long", f"请控制在{MAX_TEXT}字以内。")
    return text


def _points(attempt: Attempt, slot: Slot | None) -> Decimal | None:
    """What is asked about: the points of the question, or of the attempt."""
    if slot is None:
        return attempt.points
    found = newest_marks([attempt.pk], [slot.pk])[attempt.pk][slot.pk]
    return found[0].points if found else None


def markers_of(request: ReviewRequest) -> set[UUID]:
    """Everybody who marked what the request is about: they cannot answer it."""
    marks = Mark.objects.filter(attempt=request.attempt_id, marker__isnull=False)
    judgements = Judgement.objects.filter(task__attempt=request.attempt_id)
    if request.slot_id is not None:
        marks, judgements = marks.filter(slot=request.slot_id), judgements.filter(task__slot=request.slot_id)
    return set(marks.values_list("marker", flat=True)) | set(judgements.values_list("marker", flat=True))


def may_change_points(request: ReviewRequest) -> bool:
    """Whether an answer may give other points: for a question that people mark.

    What a machine marked follows its key for all alike: a wrong key is corrected, not one person's mark.
    """
    return request.slot is not None and kind(request.slot.kind).asks_people


def answer_review(
    *, request: ReviewRequest, text: str, points: Decimal | None, at: datetime, actor: User
) -> ReviewRequest:
    """Answer once, with a reason; `points` gives other points for the question asked about.

    The new mark stands beside the old ones, the total follows, the person is told. Raises Forbidden for who
    marked it or sat it, Conflict for an answered one, Invalid for points that cannot be given.
    """
    text = _text(text, "请写明答复的理由，考生会看到。")
    if actor.pk in markers_of(request):
        raise Forbidden("own_mark", "这份答卷是您评的，复核须由没有评过的人答复。")
    with transaction.atomic():
        attempt = lock_attempt(request.attempt_id)
        locked = (
            ReviewRequest.objects.select_for_update(of=("self",)).select_related("slot").get(pk=request.pk)
        )
        if locked.answered_at is not None:
            raise Conflict("answered", "这条申请已经答复。")
        if attempt.entry.user_id == actor.pk:
            raise Forbidden("own", "不能答复自己的申请。")
        before = _points(attempt, locked.slot)
        after = before if points is None else _new_points(locked, points)
        total = attempt.points
        if after != before and after is not None:
            _remark(attempt, locked, after, text, at, actor)
        locked.outcome = ReviewOutcome.UPHELD if after == before else ReviewOutcome.CHANGED
        locked.answered_at, locked.answered_by = at, actor
        locked.save(update_fields=["outcome", "answered_at", "answered_by"])
        ReviewStep.objects.create(
            request=locked,
            action="answer",
            text=text,
            points_before=before,
            points_after=after,
            actor=actor,
            at=at,
        )
        _tell(locked, attempt, total, text, at)
        record(
            action="review.answer",
            target=locked,
            at=at,
            actor=actor,
            unit=attempt.exam.unit,
            before={"points": str(before)},
            after={"points": str(after), "outcome": locked.outcome},
            reason=text,
        )
    return locked


def _new_points(request: ReviewRequest, points: Decimal) -> Decimal:
    if request.slot is None or not may_change_points(request):
        raise Invalid("machine", "机器评分的题不单独改分：答案有误请用“答案更正”，录入有误请作废后重新录入。")
    require_points(points, request.slot.points)
    return points


def _remark(
    attempt: Attempt, request: ReviewRequest, points: Decimal, text: str, at: datetime, actor: User
) -> None:
    sheet = load_sheet(attempt.pk)
    code = request.slot.code if request.slot else ""
    value = sheet[code].value if code in sheet else None
    append_mark(
        attempt=attempt,
        sheet=sheet,
        slot_id=request.slot_id,
        points=points,
        rule="review",
        answer=answer_digest(value),
        at=at,
        actor=actor,
        comment=text,
    )
    outdate_figures([attempt.pk], reason=f"复核改分：{text}", at=at)


def number_asked(request: ReviewRequest) -> int | None:
    """The question asked about, as the candidate numbers it; None for the attempt as a whole."""
    return None if request.slot is None else numbers_in(request.attempt)[request.slot.code]


def _tell(request: ReviewRequest, attempt: Attempt, total: Decimal | None, text: str, at: datetime) -> None:
    number = number_asked(request)
    about = "全卷" if number is None else f"第{number}题"
    words = f"您对“{attempt.exam.title}”{about}的复核申请已答复：{request.get_outcome_display()}。{text}"
    if attempt.points is not None and total is not None and attempt.points != total:
        words += f"。您的得分由 {plain(total)} 分改为 {plain(attempt.points)} 分"
    ResultNote.objects.create(entry_id=attempt.entry_id, attempt=attempt, text=words[:500], at=at)
