"""The key for the markers: a table of answers first, then every question with its rationale."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether

from .content import PrintedPaper, PrintedSection
from .layout import WIDTH, build_pdf, centred, page_foot, plain, ruled, space, style, text_flowables
from .lines import ChineseParagraph

PER_ROW = 10
SHORT_KEYS = ("single", "multiple", "uncertain", "true_false")


def answer_key(paper: PrintedPaper) -> bytes:
    """Answers, rationales and the articles they rest on. Not for candidates before the release."""
    story: list[Flowable] = [
        ChineseParagraph(plain(paper.title), centred(18, bold=True, leading=1.4)),
        ChineseParagraph(f"（{plain(paper.code)}卷）参考答案与解析", centred(14, bold=True)),
        ChineseParagraph("阅卷用，成绩公布前不得外传", centred(10.5)),
        space(3),
    ]
    for section in paper.sections:
        table = _table(section)
        if table is not None:
            story += [ChineseParagraph(f"<b>{plain(section.title)}</b>", style(12)), table, space(2)]
    for section in paper.sections:
        story.append(
            ChineseParagraph(
                f"<b>{plain(section.title)}</b>（{plain(section.instructions.rstrip('。'))}）",
                style(12.5, leading=1.5, spaceBefore=10, spaceAfter=4),
            )
        )
        for question in section.questions:
            words = style(11, leading=1.55, leftIndent=24)
            below = style(10.5, leading=1.5, leftIndent=24)
            block = text_flowables(question.stem, words, number=f"{question.number}．")
            block += text_flowables(
                question.key, below, before="<b>答案：</b>", after=f"　（{plain(question.points)} 分）"
            )
            if question.basis:
                block.append(ChineseParagraph(f"<b>依据：</b>{plain(question.basis)}", below))
            if question.rationale:
                block += text_flowables(question.rationale, below, before="<b>解析：</b>")
            story.append(KeepTogether([*block, space(1.5)]))
    return build_pdf(
        story,
        title=f"{paper.title}（{paper.code}卷）答案",
        foot=page_foot(f"{paper.code}卷答案　{paper.mark}"),
    )


def _table(section: PrintedSection) -> Flowable | None:
    """Numbers above answers, ten a row; None for a section whose answers are words."""
    questions = [one for one in section.questions if one.kind in SHORT_KEYS]
    if not questions:
        return None
    rows: list[list[str]] = []
    for start in range(0, len(questions), PER_ROW):
        chunk = questions[start : start + PER_ROW]
        empty = [""] * (PER_ROW - len(chunk))
        rows.append(["题号", *(str(one.number) for one in chunk), *empty])
        rows.append(["答案", *(_short(one.key) for one in chunk), *empty])
    width = (WIDTH - (36 + 16) * mm - 12) / PER_ROW
    return ruled(rows, [16 * mm, *[width] * PER_ROW], heights=7 * mm)


def _short(key: str) -> str:
    return {"正确": "√", "错误": "×"}.get(key, key.replace("、", ""))
