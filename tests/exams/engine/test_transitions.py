"""Every pair of state and action, allowed or not."""

from __future__ import annotations

import itertools

import pytest

from exams.engine.transitions import TRANSITIONS, Action, State, next_state

EXPECTED = {
    (State.IN_PROGRESS, Action.SUBMIT): State.SUBMITTED,
    (State.IN_PROGRESS, Action.FINISH_MARKING): None,
    (State.IN_PROGRESS, Action.REMARK): None,
    (State.IN_PROGRESS, Action.REOPEN): None,
    (State.SUBMITTED, Action.SUBMIT): None,
    (State.SUBMITTED, Action.FINISH_MARKING): State.MARKED,
    (State.SUBMITTED, Action.REMARK): None,
    (State.SUBMITTED, Action.REOPEN): State.IN_PROGRESS,
    (State.MARKED, Action.SUBMIT): None,
    (State.MARKED, Action.FINISH_MARKING): None,
    (State.MARKED, Action.REMARK): State.SUBMITTED,
    (State.MARKED, Action.REOPEN): None,
}


def test_the_table_names_every_pair() -> None:
    assert set(EXPECTED) == set(itertools.product(State, Action))


@pytest.mark.parametrize(("state", "action"), list(EXPECTED), ids=lambda one: one.value)
def test_what_follows(state: State, action: Action) -> None:
    assert next_state(state, action) is EXPECTED[(state, action)]


def test_every_state_can_be_reached_and_left() -> None:
    assert {state for state, _ in TRANSITIONS} == set(State)
    assert set(TRANSITIONS.values()) == set(State)
