"""What should be looked at before a 100 % is believed: notes beside the figure, never a verdict.

None of these proves anything: a village may share one telephone, and who knows the law answers fast.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

FASTEST_S = 3  # seconds a question: too little to read it
SHARED_BY = 3  # people on one device
SAME_WRONG = 3  # wrong answers that must be the same before equal sheets mean anything
TOGETHER = 10  # people within one minute
TOGETHER_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Trace:
    """How one counting attempt came about. `sheet` is its whole answer in letters, "" where it was not read.

    `is_own`: handed in by the person, on a screen, without help.
    """

    form_id: str
    started_at: datetime
    submitted_at: datetime
    device: str
    questions: int
    is_own: bool
    sheet: str = ""
    wrong: int = 0


def credibility_notes(traces: Sequence[Trace]) -> list[str]:
    """Sentences for the leader, empty where nothing stands out."""
    own = [one for one in traces if one.is_own]
    notes = []
    fast = sum((one.submitted_at - one.started_at).total_seconds() < FASTEST_S * one.questions for one in own)
    if fast:
        notes.append(f"{fast}人平均每题用时不到{FASTEST_S}秒")
    devices = Counter(one.device for one in own if one.device)
    shared = [count for count in devices.values() if count >= SHARED_BY]
    if shared:
        notes.append(f"{sum(shared)}人与他人共用设备作答（同一设备最多{max(shared)}人）")
    same = _equal_sheets(own)
    if same:
        notes.append(f"{same}人的答卷与他人完全相同，包括至少{SAME_WRONG}道错题")
    minutes = Counter(one.submitted_at.replace(second=0, microsecond=0) for one in own)
    most = max(minutes.values(), default=0)
    if most >= TOGETHER and most >= TOGETHER_SHARE * len(own):
        notes.append(f"{most}人在同一分钟内交卷")
    return notes


def _equal_sheets(traces: Sequence[Trace]) -> int:
    groups: dict[tuple[str, str], int] = defaultdict(int)
    for one in traces:
        if one.sheet and one.wrong >= SAME_WRONG:
            groups[one.form_id, one.sheet] += 1
    return sum(count for count in groups.values() if count > 1)
