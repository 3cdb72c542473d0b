"""What a text of an item is, and the way from and to HTML.

The decision, for every format: a text (stem, choice, rationale, material, model answer) is **plain text**,
exactly as a candidate reads it, with "\\n" for a new line. `<`, `&` and tags that somebody wrote stand for
themselves. Only a text whose markup carries meaning (emphasis, underline, a table, a raised or lowered
letter) is **rich**: restricted HTML, recognised by the `<div>` around the whole of it and by nothing else.

- A format that has only plain text keeps what it has: `normalise.clean(text)`. `from_plain` is the same, with
  a guard for a text that happens to begin with `<div>` and end with `</div>`.
- A format that has HTML calls `from_html`: it gives plain text where the markup was only paragraphs.
- Whoever shows a text calls `to_html` (escaped or cleaned by nh3, safe to put into a page), whoever compares,
  searches, folds or prints it calls `to_plain`.

`from_html(to_html(text)).text == text` for every text that `from_plain` or `from_html` returned.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser

from .normalise import blank_spans, clean, strip_invisible

OPEN, CLOSE = "<div>", "</div>"
BLANK = "_____"  # how a gap in a stem is written

_INLINE = {
    "b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "ins": "u", "s": "s", "del": "s", "strike": "s",
    "sub": "sub", "sup": "sup",
}  # fmt: skip
_TABLE = frozenset({"table", "tr", "td", "th"})
_BLOCKS = frozenset(
    {
        "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "pre",
        "blockquote", "section", "article", "header", "footer", "figure", "center", "fieldset", "legend",
        "caption", "address",
    }
)  # fmt: skip
_TAGS = frozenset({*_INLINE, *_TABLE, *_BLOCKS, "br", "hr", "span", "thead", "tbody", "tfoot", "font"})
_SPANS = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_STYLED = {**_SPANS, "span": {"style", "class"}, "font": {"style"}}
_STRIPPED = {"script", "style", "head", "template", "noscript", "iframe", "object", "svg", "math"}

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG = re.compile(r"<[^<>]*>")
_SELF_CLOSING = frozenset(
    {
        "p", "li", "td", "th", "tr", "dt", "dd", "br", "hr", "img", "input", "option", "col", "wbr", "param",
        "source", "embed", "link", "meta",
    }
)  # fmt: skip
_MAX_DEPTH = 100
_MEDIA = re.compile(r"<(img|image|svg|object|embed|iframe|video|audio|canvas|math)\b([^>]*)", re.IGNORECASE)
_MEDIA_NAMES = {
    "audio": "sound", "video": "video", "object": "object", "embed": "object", "iframe": "object",
}  # fmt: skip
_ATTACHED = re.compile(
    r"<a\b[^>]*\bhref\s*=\s*[\"']?(?:data:|@@PLUGINFILE@@|\$IMS-CC-FILEBASE\$|%24IMS)", re.IGNORECASE
)
_KNOWN_TAG = re.compile(
    r"</?(?:p|br|div|span|b|i|u|s|em|strong|sub|sup|ul|ol|li|table|tbody|thead|tr|td|th|img|a|h[1-6]|pre|code|"
    r"font|hr|blockquote|script|style|iframe|object|svg|center|input)\b[^<>]*>",
    re.IGNORECASE,
)
_RAISED = dict(zip("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", strict=True))
_LOWERED = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))
_CANONICAL = re.compile(r"<(/?)(b|i|u|s|sub|sup|table|tr|td|th|br)((?: (?:colspan|rowspan)=\"\d+\")*)>")


@dataclass(frozen=True, slots=True)
class FromHtml:
    """`text` in the bank's form, and what of the source could not come along.

    `media`: "picture", "formula", "sound", "video", "object", "file", each once, in the order found.
    """

    text: str
    media: tuple[str, ...] = ()


def is_rich(text: str) -> bool:
    """Whether a text is restricted HTML rather than plain."""
    return text.startswith(OPEN) and text.endswith(CLOSE)


def has_markup(text: str) -> bool:
    """Whether a text of unknown kind has a tag that only HTML has; "a < b" and "<刑法>" do not."""
    return _KNOWN_TAG.search(text) is not None


def from_plain(text: str) -> str:
    """A text of a plain source in the bank's form."""
    text = clean(text)
    return f"{OPEN}{_escape(text)}{CLOSE}" if is_rich(text) else text


def from_html(markup: str) -> FromHtml:
    """A text of an HTML source in the bank's form: plain where nothing but paragraphs was marked."""
    if "<" not in markup:
        return FromHtml(from_plain(html.unescape(markup)))
    markup = _COMMENT.sub("", markup)
    media = _media_in(markup)
    if _depth(markup) > _MAX_DEPTH:
        return FromHtml(from_plain(html.unescape(_ANY_TAG.sub("", markup))), media)
    reader = _Reader()
    reader.feed(_sanitise(markup, _TAGS, _STYLED))
    reader.close()
    return FromHtml(reader.result(), media)


def to_html(text: str) -> str:
    """A text as safe HTML without the outer `<div>`: for pages and for formats that carry HTML."""
    if not is_rich(text):
        return _escape(text)
    inner = text[len(OPEN) : -len(CLOSE)]
    return _sanitise(inner, frozenset({*_INLINE.values(), *_TABLE, "tbody", "br"}), _SPANS)


def to_plain(text: str) -> str:
    """A text without markup: cells are parted by " | ", rows and breaks by new lines."""
    if not is_rich(text):
        return text
    inner = text[len(OPEN) : -len(CLOSE)]
    inner = re.sub(r"</t[dh]>(?=<t[dh])", " | ", inner)
    inner = re.sub(r"<br>|</tr>|<table>|</table>", "\n", inner)
    return clean(html.unescape(_CANONICAL.sub("", inner)))


def _escape(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")


def _sanitise(markup: str, tags: frozenset[str], attributes: dict[str, set[str]]) -> str:
    import nh3

    return nh3.clean(markup, tags=set(tags), attributes=attributes, clean_content_tags=_STRIPPED)


def _media_in(markup: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for match in _MEDIA.finditer(markup):
        tag, rest = match.group(1).lower(), match.group(2)
        formula = tag == "math" or "equation_image" in rest or "latex" in rest.lower()
        name = "picture" if "image/" in rest else _MEDIA_NAMES.get(tag, "picture")
        found["formula" if formula else name] = None
    if _ATTACHED.search(markup):
        found["file"] = None
    return tuple(found)


def _depth(markup: str) -> int:
    """How deep the tags may nest; parsers of HTML need quadratic time for what no editor writes."""
    depth = deepest = 0
    for closing, name in _TAG.findall(markup):
        if name.lower() not in _SELF_CLOSING:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest


class _Reader(HTMLParser):
    """Writes sanitised, balanced HTML again as canonical restricted HTML.

    `_pieces` holds tags, "<br>" and escaped text; a break that a block asks for is put in only before the
    next text, so that paragraphs never leave empty lines.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._open: list[str] = []  # what was written for each open source tag, "" for nothing
        self._lists: list[int | None] = []
        self._break = False  # a block border was passed since the last text
        self._in_table = 0
        self._in_pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "hr"):
            self._pieces.append("<br>")
            return
        written = ""
        if tag in _INLINE:
            written = _INLINE[tag]
        elif tag in ("span", "font"):
            written = _styled(dict(attrs))
        elif tag == "table":
            self._in_table += 1
            written = "table" if self._in_table == 1 else ""
        elif tag in ("tr", "td", "th"):
            written = tag if self._in_table == 1 else ""
            self._break = self._break or self._in_table > 1
        elif tag in _BLOCKS:
            self._block(tag)
        self._open.append(written)
        if written:
            self._start(written, dict(attrs))

    def _block(self, tag: str) -> None:
        self._break = True
        if tag == "pre":
            self._in_pre += 1
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li" and self._lists:
            count = self._lists[-1]
            if count is not None:
                self._lists[-1] = count = count + 1
            self.handle_data("• " if count is None else f"{count}. ")

    def _start(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag in _TABLE:
            self._break = False
        else:
            self._settle_break()
        spans = "".join(
            f' {name}="{attrs[name]}"'
            for name in ("colspan", "rowspan")
            if tag in _SPANS and re.fullmatch(r"[2-9]|[1-9][0-9]", attrs.get(name) or "")
        )
        self._pieces.append(f"<{tag}{spans}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("br", "hr") or not self._open:
            return
        written = self._open.pop()
        if written:
            self._end(written)
        if tag == "table":
            self._in_table -= 1
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "pre":
            self._in_pre -= 1
        if tag in _BLOCKS or tag == "table":
            self._break = True

    def _end(self, tag: str) -> None:
        if tag in _TABLE:
            self._break = False
            self._pieces.append(f"</{tag}>")
            return
        start = len(self._pieces) - 1 - self._pieces[::-1].index(f"<{tag}>")
        inner = self._pieces[start + 1 :]
        if not "".join(inner).strip():
            # Underlined emptiness is a line to write on; any other markup around nothing is nothing.
            self._pieces[start:] = [BLANK] if tag == "u" and inner else inner
            return
        table = {"sup": _RAISED, "sub": _LOWERED}.get(tag, {})
        if len(inner) == 1 and table and set(inner[0].strip()) <= set(table):
            self._pieces[start:] = ["".join(table[char] for char in inner[0].strip())]
            return
        self._pieces.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        text = strip_invisible(data)
        if self._in_pre and "\n" in text:
            for n, line in enumerate(text.split("\n")):
                self._break = self._break or n > 0
                self.handle_data(line)
            return
        text = re.sub(r"[ \t\n\r\f]+", " ", text)
        if not text.strip():
            if text and self._pieces and not self._break:
                self._pieces.append(" ")
            return
        self._settle_break()
        self._pieces.append(html.escape(text, quote=False))

    def _settle_break(self) -> None:
        if self._break and self._pieces:
            self._pieces.append("<br>")
        self._break = False

    def result(self) -> str:
        joined = "".join(self._pieces)
        joined = re.sub(r" {2,}", " ", joined)
        joined = re.sub(r"(?: |<br>)*<br>(?: |<br>)*", "<br>", joined)
        border = r"</?(?:table|tr|td|th)(?: [a-z]+=\"\d+\")*>"
        joined = re.sub(rf"(?: |<br>)*({border})(?: |<br>)*", r"\1", joined)
        joined = re.sub(r"^(?: |<br>)+|(?: |<br>)+$", "", joined)
        whole = re.fullmatch(r"<(b|i)>((?:(?!</?[bi]>).)*)</\1>", joined)
        if whole:
            joined = whole.group(2)  # emphasis on everything emphasises nothing
            joined = re.sub(r"^(?: |<br>)+|(?: |<br>)+$", "", joined)
        if re.search(r"<(?!br>)", joined):
            return f"{OPEN}{joined}{CLOSE}"
        return from_plain(html.unescape(joined.replace("<br>", "\n")))


def _styled(attrs: dict[str, str | None]) -> str:
    """The tag that says what a style or one of our own classes says, "" for none."""
    style, name = attrs.get("style") or "", attrs.get("class") or ""
    if name in ("underline", "strike"):
        return name[0]
    if re.search(r"text-decoration[^;]*underline", style):
        return "u"
    return "b" if re.search(r"font-weight\s*:\s*(?:bold|[6-9]00)", style) else ""


def at_blanks(stem: str, count: int) -> list[str] | None:
    """The stem cut at its gaps, `count` + 1 pieces of plain text; None when it has not that many gaps."""
    spans = blank_spans(stem)
    if is_rich(stem) or len(spans) != count:
        return None
    edges = [0, *(edge for span in spans for edge in span), len(stem)]
    return [stem[edges[n] : edges[n + 1]] for n in range(0, len(edges), 2)]


def without_last_blanks(stem: str) -> str:
    """A stem without the gaps at its end that only say that the answer follows the question.

    They stand on lines of their own, or behind a question mark.
    """
    if is_rich(stem):
        return re.sub(rf"(?:(?:<br>|(?<=</table>))(?:{BLANK}| )+)+{CLOSE}$", CLOSE, stem)
    return re.sub(rf"(?:\n(?:{BLANK}| )+)+$|(?<=[?？])(?:{BLANK}| )+$", "", stem)
