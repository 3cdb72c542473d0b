"""Published papers, read once per process, and where an attempt's candidate found which question."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from examsite.lib.errors import Conflict

from ..engine.paper import Paper
from ..models import Attempt, Form
from .attempts import TIMED_MODES


@lru_cache(maxsize=256)
def paper_of(form_id: UUID) -> Paper:
    """The paper of a published form, which never changes.

    Raises Conflict for one that is not published (and keeps nothing).
    """
    found = Form.objects.filter(pk=form_id, published_at__isnull=False).values_list("salt", "paper").first()
    if found is None:
        raise Conflict("no_form", "试卷还没有准备好，请找监考人员。")
    return Paper(*found)


def is_printed(attempt: Attempt) -> bool:
    """Whether the candidate had a printed paper, which is one for all; keyed in, its order is the form's."""
    return attempt.mode not in TIMED_MODES


def numbers_in(attempt: Attempt) -> dict[str, int]:
    """Slot code → 题号 as the candidate of this attempt read it."""
    return paper_of(attempt.form_id).numbers_for(attempt.pk, printed=is_printed(attempt))
