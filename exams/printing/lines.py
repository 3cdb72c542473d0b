"""Chinese line breaking (避头尾): no stop at the head of a line, no opening bracket at its end.

The rules of GB/T 15834 for the place of punctuation, on top of reportlab's paragraphs; words in Latin letters
and numbers stay whole where they fit on a line.
"""

from __future__ import annotations

from typing import Any

from reportlab.platypus.paragraph import Paragraph, ParaLines, cjkU, makeCJKParaLine

NOT_FIRST = frozenset("，。、；：？！）】》〉」』〕”’…—·％℃,.;:?!)]}%")
NOT_LAST = frozenset("（【《〈「『〔“‘([{")


def may_break(before: str, after: str) -> bool:
    """Whether a line may end between these two characters."""
    if after in NOT_FIRST or before in NOT_LAST or after == "\u00a0":
        return False
    both_latin = before.isascii() and after.isascii()
    return not (both_latin and before.isalnum() and after.isalnum())


class ChineseParagraph(Paragraph):  # type: ignore[misc]
    """A paragraph whose lines are broken by the rules of Chinese print."""

    def breakLinesCJK(self, maxWidths: Any) -> Any:
        widths = list(maxWidths) if isinstance(maxWidths, (list, tuple)) else [maxWidths]
        self.height = 0
        if not self.frags:
            return super().breakLinesCJK(maxWidths)
        return ParaLines(kind=1, lines=_lines(self.frags, widths))


def _lines(frags: Any, widths: list[float]) -> list[Any]:
    chars = [cjkU(char, frag, "utf8") for frag in frags for char in (frag.text or [""])]
    lines: list[Any] = []
    start = 0
    while start < len(chars):
        width = widths[min(len(lines), len(widths) - 1)]
        end, used, forced = _fill(chars, start, width)
        line = makeCJKParaLine(chars[start:end], width, used, width - used, forced, False)
        lines.append(line)
        start = end
    return lines


def _fill(chars: list[Any], start: int, width: float) -> tuple[int, float, bool]:
    """Where the line that begins at `start` ends, how wide it is, and whether a break was asked for."""
    used, end = 0.0, start
    while end < len(chars):
        char = chars[end]
        if hasattr(char.frag, "lineBreak"):
            return end + 1, used, True
        if used + char.width > width + 1e-6 and end > start:
            break
        used += char.width
        end += 1
    if end == len(chars):
        return end, used, False
    cut = end
    # Two or three characters are pushed to the next line at most; a longer run is cut where it is.
    while cut > start + 1 and not may_break(str(chars[cut - 1]), str(chars[cut])):
        cut -= 1
    if cut <= start + 1 or end - cut > 24:
        cut = end
    return cut, used - sum(char.width for char in chars[cut:end]), False
