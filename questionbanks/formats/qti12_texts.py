"""The texts and response fields of a QTI 1.2 item, as HTML with gaps where answers are typed."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from .richtext import BLANK, has_markup
from .xml_reader import attribute, child, descendants, inner_html, name_of

_RESPONSES = frozenset(
    {"response_lid", "response_str", "response_num", "response_xy", "response_grp", "response_extension"}
)
_MEDIA = {
    "matimage": "img",
    "mataudio": "audio",
    "matvideo": "video",
    "matapplet": "object",
    "matapplication": "object",
}


_BLOCK = re.compile(r"<(?:p|div|table|ul|ol|h[1-6]|pre|br|blockquote)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Response:
    """One response field. `labels`: identifier and HTML of each option; `prompt`: its own text.

    `modes`: what New Quizzes of Canvas say about a gap: "dropdown", "textregex" and the like.
    """

    kind: str  # the element's name
    ident: str
    cardinality: str  # "single", "multiple", "ordered"
    render: str  # "choice", "fib", "hotspot", "slider", …
    labels: tuple[tuple[str, str], ...]
    prompt: str
    modes: frozenset[str] = frozenset()


@dataclass(slots=True)
class Presentation:
    """`markup` has a gap for every field in which something is typed; `texts` has no field at all."""

    markup: str = ""
    texts: str = ""
    responses: list[Response] = field(default_factory=list)


def read_presentation(item: Element) -> Presentation:
    """Everything between <presentation> and its end, in order."""
    found = Presentation()
    holder = child(item, "presentation")
    if holder is not None:
        _walk(holder, found, next(descendants(holder, "response_str", "response_num"), None) is not None)
    return found


def _walk(element: Element, found: Presentation, gapped: bool) -> None:
    """`gapped`: words are typed into the text, so pieces without blocks of their own are one line."""
    for one in element:
        name = name_of(one)
        if name == "material":
            text = material_html(one)
            text = text if gapped and not _BLOCK.search(text) else f"<div>{text}</div>"
            found.markup += text
            found.texts += text
        elif name in _RESPONSES:
            response = _response(one)
            known = {other.ident for other in found.responses}
            if response.ident in known and response.ident:
                continue  # R-exams repeats a field for each of its parts
            found.responses.append(response)
            typed = response.kind in ("response_str", "response_num") or response.render == "fib"
            found.markup += f"<div>{response.prompt}</div>" if response.prompt else ""
            found.markup += BLANK if typed else ""
        elif name.startswith("flow") or name in ("presentation", "render_fib"):
            _walk(one, found, gapped)


def _response(element: Element) -> Response:
    render = next((one for one in element.iter() if name_of(one).startswith("render_")), None)
    labels = []
    for label in descendants(element, "response_label"):
        texts = "".join(
            material_html(one) for one in label if name_of(one) in ("material", "flow_mat", "material_ref")
        )
        if not texts and label.text and label.text.strip():
            texts = html.escape(label.text.strip(), quote=False)
        labels.append((attribute(label, "ident"), texts))
    prompt = "".join(material_html(one) for one in element if name_of(one) in ("material", "flow_mat"))
    modes = {
        attribute(label, name).lower()
        for label in descendants(element, "response_label")
        for name in ("answer_type", "scoring_algorithm")
    }
    return Response(
        name_of(element),
        attribute(element, "ident"),
        attribute(element, "rcardinality").lower() or "single",
        name_of(render).removeprefix("render_") if render is not None else "",
        tuple(labels),
        prompt,
        frozenset(modes - {""}),
    )


def material_html(element: Element) -> str:
    """The texts of a <material> (or of what holds some) as HTML; pictures and sound as empty elements."""
    pieces = []
    for one in element:
        name = name_of(one)
        if name in ("mattext", "matemtext"):
            text = _mattext(one)
            pieces.append(f"<b>{text}</b>" if name == "matemtext" else text)
        elif name == "matbreak":
            pieces.append("<br>")
        elif name in _MEDIA:
            pieces.append(f"<{_MEDIA[name]}>")
        elif name != "altmaterial":
            pieces.append(f"<div>{material_html(one)}</div>")
    return "".join(pieces)


def _mattext(element: Element) -> str:
    if any(True for _ in element):
        return inner_html(element)
    text, kind = element.text or "", attribute(element, "texttype").lower()
    if attribute(element, "uri") and not text.strip():
        return "<img>"
    if "html" in kind or (kind != "text/plain" and has_markup(text)):
        return text
    lines = text.strip("\r\n").split("\n")
    return "<br>".join(html.escape(line, quote=False) for line in lines)
