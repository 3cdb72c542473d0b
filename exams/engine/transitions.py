"""What may follow what in the life of an attempt. Flags (voided) and what is shown are not states.

            submit                    finish_marking
in_progress ───────► submitted ──────────────────────► marked
     ▲                  │  ▲                              │
     └───── reopen ─────┘  └────────── remark ────────────┘
"""

from __future__ import annotations

from enum import Enum


class State(Enum):
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    MARKED = "marked"


class Action(Enum):
    SUBMIT = "submit"
    FINISH_MARKING = "finish_marking"
    REMARK = "remark"
    REOPEN = "reopen"


TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.IN_PROGRESS, Action.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Action.FINISH_MARKING): State.MARKED,
    (State.MARKED, Action.REMARK): State.SUBMITTED,
    (State.SUBMITTED, Action.REOPEN): State.IN_PROGRESS,
}


def next_state(state: State, action: Action) -> State | None:
    """The state after `action`, or None when it is not allowed in `state`."""
    return TRANSITIONS.get((state, action))
