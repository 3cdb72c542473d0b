"""Published papers, read once per process: a published form never changes."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from examsite.lib.errors import Conflict

from ..engine.paper import Paper
from ..models import Form


@lru_cache(maxsize=256)
def paper_of(form_id: UUID) -> Paper:
    """The paper of a published form. Raises Conflict for one that is not published (and keeps nothing)."""
    found = Form.objects.filter(pk=form_id, published_at__isnull=False).values_list("salt", "paper").first()
    if found is None:
        raise Conflict("no_form", "试卷还没有准备好，请找监考人员。")
    return Paper(*found)
