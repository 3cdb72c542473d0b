"""The annual paragraph in two styles, each sentence guarded.

seed: the short style of published reports, allowed only where everybody of the roster sat and passed.
verified: the style that names its denominators; the recommended default.
"""

from __future__ import annotations

from collections import Counter

from .activity_sentences import activity_sentences
from .claims import Claim, Paragraph, Refusal, quote
from .exam_sentences import exam_sentence
from .sentence_facts import STANDARD, ExamFacts, House, ReportFacts, Style

__all__ = ["Style", "annual_paragraph"]


def annual_paragraph(report: ReportFacts, style: Style, house: House = STANDARD) -> Paragraph:
    """The paragraph of a year: activities first, then each exam by date. Rates are never added up."""
    claims: list[Claim] = []
    if report.activities is not None:
        claims.extend(activity_sentences(report.activities, style, report.place, house))
    if not report.exams:
        claims.append(
            Refusal(
                "exam",
                "学法考试",
                f"{report.year}年没有名册已冻结的考试，不能写学法考试情况。请先建立考试并冻结应考名册。",
            )
        )
    same = Counter((one.months, one.words.label, one.words.audience) for one in report.exams)
    for facts in sorted(report.exams, key=lambda one: (one.opened, one.words.label)):
        number = same[facts.months, facts.words.label, facts.words.audience]
        if number > 1:
            claims.append(_ambiguous(facts, number))
        else:
            claims.append(exam_sentence(facts, style, report.place, house))
    return Paragraph(tuple(claims))


def _ambiguous(facts: ExamFacts, number: int) -> Refusal:
    label = quote(facts.words.label)
    return Refusal(
        "exam",
        label,
        f"{facts.months}有{number}场考试都叫{label}，读者分不清是哪一场。请在考试设置中改用不同的年报名称。",
    )
