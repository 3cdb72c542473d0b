"""Releasing results and keys by hand."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from examsite.lib.errors import Conflict
from examsite.people.domain.audit import record
from examsite.people.models import User

from ..engine.transitions import State
from ..models import Sitting


@transaction.atomic
def release_sitting(*, sitting: Sitting, at: datetime, actor: User, with_keys: bool = False) -> Sitting:
    """Release the results of a sitting now, for good; with `with_keys` its keys and rationales, too.

    Refused (Conflict) while somebody is still answering, while an attempt waits for marking, and for keys
    while another sitting of the exam can still be sat with the same forms. Repeating it changes nothing.
    """
    locked = Sitting.objects.select_for_update(of=("self",)).select_related("exam__unit").get(pk=sitting.pk)
    attempts = locked.attempts.filter(voided_at__isnull=True)
    running = attempts.filter(state=State.IN_PROGRESS.value).count()
    if running:
        raise Conflict("running", f"还有{running}人正在作答，收卷后才能公布成绩。")
    waiting = attempts.filter(state=State.SUBMITTED.value).count()
    if waiting:
        raise Conflict("unmarked", f"还有{waiting}份答卷没有评完，评完后才能公布成绩。")
    if at < locked.closes_at and locked.seats.exclude(entry__attempts__sitting=locked).exists():
        raise Conflict("open", "本场还没有结束，还有人可以进场作答，结束后才能公布成绩。")
    changed = []
    if locked.released_at is None:
        locked.released_at = at
        changed.append("released_at")
    if with_keys and locked.keys_released_at is None:
        _require_no_later_sitting(locked, at)
        locked.keys_released_at = at
        changed.append("keys_released_at")
    if changed:
        locked.save(update_fields=changed)
        record(
            action="sitting.release",
            target=locked,
            at=at,
            actor=actor,
            unit=locked.exam.unit,
            after={name: at.isoformat() for name in changed},
        )
    return locked


def _require_no_later_sitting(sitting: Sitting, at: datetime) -> None:
    """Keys out while the same form can still be sat would give them to those who sit later."""
    forms = sitting.seats.exclude(form=None).values("form")
    open_ones = (
        Sitting.objects.filter(exam=sitting.exam, closes_at__gt=at)
        .exclude(pk=sitting.pk)
        .filter(seats__form__in=forms)
        .distinct()
    )
    names = "、".join(str(one) for one in open_ones)
    if names:
        raise Conflict("same_form", f"“{names}”还要用同一份试卷，结束后才能公布解析。")
