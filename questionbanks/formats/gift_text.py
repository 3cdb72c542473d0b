"""The characters of GIFT: escapes, text formats, and where one item ends and the next begins.

GIFT is Moodle's text format. `\\` takes the meaning from `~ = # { } :` and from itself; `\\n` is a new line.
Items are parted by blank lines, comments begin with `//`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .incoming import Incoming
from .richtext import has_markup, is_rich, to_html

_ESCAPE = re.compile(r"\\([\\~=#{}:n])")
_SPECIAL = re.compile(r"([\\~=#{}:])")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_SOFT_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
_MARKDOWN = re.compile(r"\*\*|__|`|^\s{0,3}(?:#|>|[-*+] )|\]\(", re.MULTILINE)
_CATEGORY = re.compile(r"^\$CATEGORY:(.*)$", re.IGNORECASE)
_ID = re.compile(r"\[id:((?:\\]|[^\][\x00-\x1f])+)]")
_TAG = re.compile(r"\[tag:((?:\\]|[^\][\x00-\x1f])+)]")
_NEXT_LINE = re.compile(r"[ \t]*[.。?？!！;；,，]?[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Block:
    """The source of one item. `line` is that of its first character, counted from 1."""

    line: int
    text: str
    topic: str
    number: str = ""
    tags: tuple[str, ...] = ()


def find(text: str, marks: str, start: int = 0) -> int:
    """Where the first unescaped character of `marks` stands, -1 where none does."""
    for match in re.compile(rf"\\.|([{re.escape(marks)}])", re.DOTALL).finditer(text, start):
        if match.group(1):
            return match.start()
    return -1


def find_pair(text: str, pair: str, *, last: bool = False) -> int:
    """Where the first (or last) unescaped `pair` ("::", "####") stands, -1 where none does."""
    found = -1
    for match in re.compile(rf"({re.escape(pair)})|\\.", re.DOTALL).finditer(text):
        if match.group(1):
            found = match.start()
            if not last:
                break
    return found


def unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: "\n" if match.group(1) == "n" else match.group(1), text)


def escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text).replace("\n", "\\n")


def read_format(source: str, default: str) -> tuple[str, str]:
    """The text format that stands in brackets before a text ("html"), and the text behind it."""
    match = _FORMAT.match(source)
    return (match.group(1).lower(), source[match.end() :]) if match else (default, source)


def read_text(item: Incoming, source: str, default: str) -> str:
    """A text of GIFT in the bank's form."""
    style, source = read_format(source, default)
    if style == "html":
        return item.html(unescape(source))
    if style == "markdown":
        text = item.plain(unescape(source))
        if _MARKDOWN.search(text):
            item.note("markdown", "Markdown标记按原样保留在文字里", "需要时在试题里改成加粗、列表等")
        return text
    text = unescape(_SOFT_BREAK.sub(_unwrap, source.strip()))
    if style == "moodle" and has_markup(text):
        return item.html(text.replace("\n", "<br>"))
    return item.plain(html.unescape(text) if style == "moodle" and _ENTITY.search(text) else text)


def _unwrap(match: re.Match[str]) -> str:
    """A line end of the source: Western text is hard-wrapped, a Chinese author's new line is meant."""
    around = match.string[match.start() - 1 : match.start()] + match.string[match.end() : match.end() + 1]
    return "\n" if any(char >= "\u2e80" for char in around) else " "


def write_text(text: str, default: str = "") -> str:
    """A text of the bank in GIFT, with its text format in front where it is not `default`."""
    style, body = _style(text)
    prefix = "" if style == default else f"[{style or 'moodle'}]"
    return prefix + escape(body)


def style_of(text: str) -> str:
    """The text format that `write_text` needs: "", "plain" or "html"."""
    return _style(text)[0]


def _style(text: str) -> tuple[str, str]:
    # "->" makes pairs of a matching item and cannot be escaped, but an entity can stand for it.
    if is_rich(text) or "->" in text:
        return "html", to_html(text)
    return ("plain" if re.search(r"[<&]|^[\[%$/]", text) else ""), text


def blocks(text: str) -> Iterator[Block]:
    """The items of a file in order; categories and comments belong to what follows them."""
    lines = text.split("\n")
    closing = _next_braces(lines)
    topic, number = "", ""
    tags: list[str] = []
    current: list[str] = []
    first, inside = 0, False
    for n, line in enumerate([*lines, ""], 1):
        bare = line.strip()
        category = _CATEGORY.match(bare) if not inside else None
        if bare.startswith("//"):
            number = next((one.replace("\\]", "]").strip() for one in _ID.findall(bare)), number)
            tags += [one.replace("\\]", "]").strip() for one in _TAG.findall(bare)]
            if current:
                current.append("")
            continue
        # A blank line inside an answer belongs to it, if the brace is ever closed.
        if not bare and inside and n < len(lines) and closing[n] == "}":
            current.append("")
            continue
        if not bare or category:
            if current:
                yield from _split(Block(first, "\n".join(current), topic, number, tuple(tags)))
            current, number, tags, inside = [], "", [], False
            if category:
                topic = topic_of(category.group(1))
            continue
        if not current:
            first = n
        current.append(line)
        inside = _is_inside(line, inside)


def _is_inside(line: str, inside: bool) -> bool:
    for match in re.finditer(r"\\.|([{}])", line):
        if match.group(1):
            inside = match.group(1) == "{"
    return inside


def _next_braces(lines: list[str]) -> list[str]:
    """For each line the first unescaped brace in it or in the lines after it, "" where there is none."""
    found, result = "", [""] * (len(lines) + 1)
    for n in range(len(lines) - 1, -1, -1):
        if not lines[n].lstrip().startswith("//"):
            at = find(lines[n], "{}")
            found = lines[n][at] if at >= 0 else found
        result[n] = found
    return result


def _split(block: Block) -> Iterator[Block]:
    """Items that stand on lines of their own without a blank line between them are still several."""
    text, line = block.text, block.line
    while True:
        opened = find(text, "{")
        closed = find(text, "}", opened) if opened >= 0 else -1
        border = _NEXT_LINE.match(text, closed + 1) if closed >= 0 else None
        if border is None or find(text, "{", border.end()) < 0:
            yield Block(line, text, block.topic, block.number, block.tags)
            return
        yield Block(line, text[: border.end()].rstrip(), block.topic, block.number, block.tags)
        line += text[: border.end()].count("\n")
        text = text[border.end() :]


def topic_of(category: str) -> str:
    """A category path without the course it hangs in: "$course$/top/A/B" → "A/B"."""
    path = [part.strip() for part in category.strip().split("/")]
    if path and re.fullmatch(r"\$\w+\$", path[0]):
        path = path[1:]
        if path[:1] == ["top"]:
            path = path[1:]
    return "/".join(path)
