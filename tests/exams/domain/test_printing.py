"""A published form on paper."""

from __future__ import annotations

import pytest

from exams.domain.printing import printed_paper
from tests.papers_world import SMALL, Office

pytestmark = pytest.mark.django_db


def test_the_printed_paper_has_keys_only_for_the_markers(office: Office) -> None:
    form = office.publish()[0]
    book, key = printed_paper(form), printed_paper(form, with_keys=True)
    assert {(one.key, one.rationale) for one in book.questions} == {("", "")}
    assert {one.rationale for one in key.questions} == {"见法条。"}
    assert [one.number for one in book.questions] == list(range(1, 21))
    assert book.mark == form.digest[:8].upper()
    assert len(SMALL) == len(book.sections)
