"""What a claim comes to: the sentence said, or the fact that does not hold."""

from __future__ import annotations

from exams.analytics.claims import Refusal, Sentence


def said(claim: Sentence | Refusal) -> str:
    assert isinstance(claim, Sentence)
    return claim.text


def refused(claim: Sentence | Refusal) -> tuple[str, str | None]:
    """The fact that does not hold and the sentence offered instead."""
    assert isinstance(claim, Refusal)
    return claim.fact, claim.alternative and claim.alternative.text
