"""The parts of a case: whether they ask, and one answer that is for all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .drafts import Draft


def looks_asked(stem: str) -> bool:
    """Whether a stem ends with a question mark or leaves a place to fill in."""
    return bool(re.search(r"[？?]\s*$|[（(]\s*[)）]|_{2,}", stem))


def asks(draft: Draft) -> bool:
    """Whether an item plainly is a question."""
    return draft.stem.rstrip().endswith(("？", "?"))


_SHARE = re.compile(r"(?m)(?:^|(?<=[。；;！]))\s*[（(]\s?(\d{1,2})\s?[)）]\s?[.．、:：]?\s*")


def share_answer(drafts: Sequence[Draft]) -> None:
    """One answer below all parts of a case, counted as they are: each gets its own."""
    answer = drafts[-1].answer or ""
    marks = list(_SHARE.finditer(answer))
    counted = [int(match.group(1)) for match in marks] == list(range(1, len(drafts) + 1))
    if (
        not counted
        or any(draft.answer or draft.choices for draft in drafts[:-1])
        or answer[: marks[0].start()].strip()
    ):
        return
    ends = [*(match.start() for match in marks[1:]), len(answer)]
    for draft, match, end in zip(drafts, marks, ends, strict=True):
        draft.answer = answer[match.end() : end].strip()


def are_asked(drafts: Sequence[Draft]) -> bool:
    """Whether parts without options are questions, and not the points of a list."""
    return all(looks_asked(draft.stem) or len(draft.stem) < 80 for draft in drafts)
