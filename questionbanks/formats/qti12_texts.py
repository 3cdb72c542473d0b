"""The texts and response fields of a QTI 1.2 item, as HTML with gaps where answers are typed."""

from __future__ import annotations

import html
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


@dataclass(frozen=True, slots=True)
class Response:
    """One response field. `labels`: identifier and HTML of each option; `prompt`: its own text."""

    kind: str  # the element's name
    ident: str
    cardinality: str  # "single", "multiple", "ordered"
    render: str  # "choice", "fib", "hotspot", "slider", …
    labels: tuple[tuple[str, str], ...]
    prompt: str
    rows: int = 0  # of a field for typing


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
        _walk(holder, found)
    return found


def _walk(element: Element, found: Presentation) -> None:
    for one in element:
        name = name_of(one)
        if name == "material":
            text = f"<div>{material_html(one)}</div>"
            found.markup += text
            found.texts += text
        elif name in _RESPONSES:
            response = _response(one)
            known = {other.ident for other in found.responses}
            if response.ident in known and response.ident:
                continue  # R-exams repeats a field for each of its parts
            found.responses.append(response)
            typed = response.kind in ("response_str", "response_num") or response.render == "fib"
            found.markup += f"<div>{response.prompt}</div>" + (BLANK if typed else "")
        elif name.startswith("flow") or name in ("presentation", "render_fib"):
            _walk(one, found)


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
    rows = attribute(render, "rows") if render is not None else ""
    return Response(
        name_of(element),
        attribute(element, "ident"),
        attribute(element, "rcardinality").lower() or "single",
        name_of(render).removeprefix("render_") if render is not None else "",
        tuple(labels),
        prompt,
        int(rows) if rows.isascii() and rows.isdecimal() and len(rows) < 5 else 0,
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
    return html.escape(text.strip(), quote=False).replace("\n", "<br>")
