"""An attempt's answer sheet: the fold of its log and of the late answers that a person accepted."""

from __future__ import annotations

from uuid import UUID

from ..engine.sheet import Sheet, fold
from ..models import AnswerEvent, Quarantine

_EVENT = ("slot", "value", "epoch", "seq")


def load_sheet(attempt_id: UUID) -> Sheet:
    """Slot → newest answer. The log itself never grows after the close; what was accepted later stands
    beside it and is folded in by the same order."""
    log = AnswerEvent.objects.filter(attempt_id=attempt_id).values_list(*_EVENT)
    accepted = Quarantine.objects.filter(attempt_id=attempt_id, accepted=True).values_list(*_EVENT)
    return fold([*log, *accepted])
