"""What the calls about banks share: the document's entries, and questions that are sent."""

from __future__ import annotations

from functools import partial
from typing import Any

from examsite.api import Call, call, list_call
from examsite.lib.errors import Invalid

from ..formats.native_json import read_item
from ..kinds.base import Question

bank_call = partial(call, tag="banks")
bank_list = partial(list_call, tag="banks")


class BankView(Call):
    """One operation about banks."""

    @staticmethod
    def read_question(data: dict[str, Any]) -> Question:
        """The question of a body (schema.QuestionIn), markup cleaned. Raises Invalid, naming the field."""
        question, problem = read_item(data, "")
        if problem is not None:
            raise Invalid(problem.code, problem.message)
        return question
