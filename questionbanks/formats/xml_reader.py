"""XML from strangers → elements, and elements → the HTML that stands in them.

Any document type or entity declaration refuses the file: a parser that ignores an entity loses the text that
it stood for. One exception, because every QTI 1.2 file of R-exams and ILIAS begins with it: a bare reference
to the DTD of that standard, without declarations of its own. It is cut out unread; an entity that only it
could have declared is then an error, so nothing can get lost.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from examsite.lib.files.encodings import decode

from .base import Unreadable

MAX_DEPTH = 200  # levels of elements
MAX_BYTES = 50 * 1024 * 1024
_KNOWN_DTDS = frozenset(
    {
        ("questestinterop", "ims_qtiasiv1p2p1.dtd"),
        ("questestinterop", "ims_qtiasiv1p2.dtd"),
        ("questestinterop", "ims_qtiasiv1p1.dtd"),
        ("Test", "http://www.ilias.uni-koeln.de/download/dtd/ilias_co.dtd"),
    }
)
_REFERENCE = re.compile(rb"<!DOCTYPE\s+([A-Za-z]+)\s+SYSTEM\s+(?:\"([^\"<>\[\]]*)\"|'([^'<>\[\]]*)')\s*>")
_ENCODING = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_VOID = frozenset({"br", "hr", "img", "col", "input", "wbr", "embed", "source", "param"})


class _TooDeep(Exception):
    pass


class _Builder(TreeBuilder):
    """Counts levels: what is nested deeper than any question bank would break recursive readers."""

    depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _TooDeep
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)


def read_xml(data: bytes) -> Element:
    """The root element. Raises Unreadable for what is not well-formed and for declarations."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    if len(data) > MAX_BYTES:
        raise Unreadable("xml_size", "XML文件超过50MB，已拒绝导入；请在原系统分批导出，或不带图片导出")
    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=True)
    try:
        parser.feed(_without_known_dtd(_in_utf8(data)))
        root = parser.close()
    except DefusedXmlException as error:
        raise Unreadable(
            "xml_declaration",
            "文件里有DTD或实体声明（可用来攻击服务器），已拒绝导入；请删去以“<!DOCTYPE”开头的一段后再导入",
        ) from error
    except _TooDeep as error:
        raise Unreadable("xml_depth", "文件里的标记嵌套得异常深，已拒绝导入") from error
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise Unreadable(
            "damaged_xml", f"{_place(error)}文件不完整或已损坏；请从原系统重新导出后再导入"
        ) from error
    if not isinstance(root, Element):
        raise Unreadable("damaged_xml", "文件里没有内容；请从原系统重新导出后再导入")
    return root


def _place(error: Exception) -> str:
    return f"第{error.position[0]}行附近XML有错：" if isinstance(error, ParseError) else ""


def _in_utf8(data: bytes) -> bytes:
    """Chinese encodings, which expat cannot read, and files that say UTF-8 but are not, as UTF-8."""
    declared = encoding_of(data)
    if declared == "utf-8" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            data.decode()
            return data
        except UnicodeDecodeError:
            pass
    elif not declared.startswith(("gb", "x-gb", "cp936", "ms936")):
        return data
    text, _ = decode(data)
    return re.sub(r"(<\?xml[^>]*?)\s+encoding\s*=\s*[\"'][^\"']*[\"']", r"\1", text, count=1).encode()


def _without_known_dtd(data: bytes) -> bytes:
    match = _REFERENCE.search(data[:4096])
    if match is None:
        return data
    root, system = (
        match.group(1).decode(),
        (match.group(2) or match.group(3) or b"").decode("utf-8", "replace"),
    )
    before = re.sub(rb"<\?.*?\?>|<!--.*?-->|\xef\xbb\xbf", b"", data[: match.start()], flags=re.DOTALL)
    if (root, system) not in _KNOWN_DTDS or before.strip():
        return data
    return data[: match.start()] + data[match.end() :]


def encoding_of(data: bytes) -> str:
    """The encoding that the file declares, "utf-8" where it declares none."""
    match = _ENCODING.search(data[:200].replace(b"\x00", b""))
    return match.group(1).decode().lower() if match else "utf-8"


def name_of(element: Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """The attribute of this name in any namespace and case, "" where it is missing."""
    value = element.get(name)
    if value is not None:
        return value.strip()
    wanted = name.casefold()
    return next(
        (value.strip() for key, value in element.items() if key.rpartition("}")[2].casefold() == wanted), ""
    )


def children(element: Element, *names: str) -> list[Element]:
    """The children with one of these names."""
    return [child for child in element if name_of(child) in names]


def child(element: Element, *path: str) -> Element | None:
    """The first descendant along a path of names."""
    found: Element | None = element
    for name in path:
        found = next((one for one in found if name_of(one) == name), None) if found is not None else None
    return found


def descendants(element: Element, *names: str) -> Iterator[Element]:
    """All descendants with one of these names, in the order of the document."""
    return (one for one in element.iter() if one is not element and name_of(one) in names)


def text_at(element: Element, *path: str) -> str:
    """All text below the first descendant along a path, stripped; "" where there is none."""
    found = child(element, *path)
    return "" if found is None else "".join(found.itertext()).strip()


def inner_html(
    element: Element, skip: frozenset[str] = frozenset(), marks: dict[Element, str] | None = None
) -> str:
    """What stands inside an element, as HTML. `skip`: names left out with all they hold.

    `marks`: elements in whose place other HTML stands. Names lose their namespaces.
    """
    pieces = [html.escape(element.text or "", quote=False)]
    for one in element:
        name = name_of(one)
        if marks and one in marks:
            pieces.append(marks[one])
        elif name not in skip:
            attributes = "".join(
                f' {key.rpartition("}")[2]}="{html.escape(value)}"' for key, value in one.items()
            )
            if name in _VOID:
                pieces.append(f"<{name}{attributes}>")
            else:
                pieces.append(f"<{name}{attributes}>{inner_html(one, skip, marks)}</{name}>")
        pieces.append(html.escape(one.tail or "", quote=False))
    return "".join(pieces)
