"""Word documents → lines, with what plain text loses: automatic numbers, bold and colour, tables, pictures.

Reads the XML of the package itself: every paragraph wherever it stands (content controls, text boxes, table
cells), insertions kept, deletions left out. Also the flat XML that old Word saves under the name .doc.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element  # the type only: parsing is defusedxml's

from examsite.lib.files.archives import Archive, refuse_declarations
from examsite.lib.files.sniff import Probe

from ..kinds.base import Question
from ..kinds.registry import KINDS
from . import printable
from .base import Emitted, Format, Parsed, Unreadable
from .columns import find_columns
from .lines import Line, tidied
from .normalise import clean, strip_invisible
from .numbering import Numbering
from .outgoing import Outgoing
from .table import read_tables
from .tables import PICTURE, as_grid, as_html, as_lines, turned
from .text import read_lines
from .word_xml import attribute, child, local

MAX_XML = 80 * 1024 * 1024  # bytes of one part; a bank of 100,000 items is about half of it
_BLACK = frozenset(
    {"", "auto", "000000", "0D0D0D", "262626", "1A1A1A", "333333", "222222", "111111", "404040"}
)
_SYMBOLS = {
    "F0FC": "√",
    "F0FB": "×",
    "F052": "√",
    "F0FE": "☑",
    "F050": "√",
    "F04F": "×",
    "F0D6": "√",
    "F0B4": "×",
}
_SKIPPED = frozenset(
    {"del", "moveFrom", "instrText", "delText", "fldData", "Fallback", "rPh", "annotationRef"}
)


class Docx(Format):
    """Word documents since 2007, and Word's XML files."""

    code = "docx"
    label = "Word文档"
    extension = "docx"
    kinds_out = frozenset(KINDS)

    def emit(self, questions: Sequence[Question], *, title: str = "") -> Emitted:
        """A printable bank (printable.py)."""
        carries = frozenset({"rationale", "citations", "difficulty", "topic", "number"})
        outgoing = Outgoing(questions, label=self.label, kinds_out=self.kinds_out, carries=carries)
        return Emitted(printable.write(questions, outgoing, title), tuple(outgoing.problems))

    def claims(self, probe: Probe) -> int:
        if probe.container == "zip":
            return 95 if any(name.startswith("word/") for name in probe.members) else 0
        return 95 if probe.head.startswith("<?xml") and _is_word_xml(probe.text[:4096]) else 0

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        document = read_document(data)
        if document.is_empty and document.pictures:
            raise Unreadable("scanned", "这个Word文档里只有图片，没有文字（可能是扫描件）；请导入文字版")
        tables = _item_tables(document, mapping)
        lines = tidied([line for line in document.lines if id(line) not in tables.used])
        if tables.parsed is not None and not any(line.text.strip() for line in lines):
            return Parsed(
                tables.parsed.questions, tables.parsed.problems, self.code, layout=tables.parsed.layout
            )
        try:
            parsed = read_lines(lines, name=name.rpartition(".")[0])
        except Unreadable:
            if tables.parsed is None:
                raise
            parsed = Parsed()
        if tables.parsed is None:
            return Parsed(parsed.questions, parsed.problems, self.code)
        return Parsed(
            (*tables.parsed.questions, *parsed.questions),
            (*tables.parsed.problems, *parsed.problems),
            self.code,
            layout=tables.parsed.layout,
        )


def _is_word_xml(head: str) -> bool:
    return (
        "schemas.microsoft.com/office/word/2003/wordml" in head
        or "schemas.microsoft.com/office/2006/xmlPackage" in head
    )


@dataclass(slots=True)
class Document:
    """The lines of a document in order; a table is one line, its cells are in `cells` by its identity."""

    lines: list[Line] = field(default_factory=list)
    cells: dict[int, list[list[str]]] = field(default_factory=dict)
    pictures: int = 0

    @property
    def is_empty(self) -> bool:
        return not any(line.text.strip() or line.table for line in self.lines)


@dataclass(slots=True)
class _Tables:
    parsed: Parsed | None = None
    used: frozenset[int] = frozenset()


def _item_tables(document: Document, mapping: Mapping[str, str] | None) -> _Tables:
    """Tables of a document that hold items, one a row, with a header."""
    grids = {
        id(line): as_grid(document.cells[id(line)], f"表格{number}")
        for number, line in enumerate((one for one in document.lines if one.table), 1)
    }
    found = {}
    for key, grid in grids.items():
        for shape in (grid, turned(grid)):
            columns = find_columns(shape)
            if columns is not None and len(shape.rows) > columns.header + 1:
                found[key] = shape
                break
    if not found:
        return _Tables()
    return _Tables(read_tables(list(found.values()), mapping=mapping)[0], frozenset(found))


# -- the document -------------------------------------------------------------------------------------------


def read_document(data: bytes) -> Document:
    """The lines of a docx package or a flat Word XML file. Raises Unreadable."""
    if not data.startswith(b"PK"):
        refuse_declarations(data)
        root = _parse(data)
        return _Reader(Numbering(root), root).read(root)
    archive = Archive(data)
    archive.refuse_declarations()
    part = next((name for name in archive.names if re.fullmatch(r"word/document\d?\.xml", name)), "")
    if not part:
        raise Unreadable("no_document", "这不是完整的Word文档；请用Word或WPS打开后另存为docx再导入")
    extra = [
        _parse(archive.read(name))
        for name in ("word/numbering.xml", "word/styles.xml")
        if name in archive.names
    ]
    root = _parse(archive.read(part))
    return _Reader(Numbering(*extra), *extra).read(root)


def _parse(xml: bytes) -> Element:
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    if len(xml) > MAX_XML:
        raise Unreadable("too_large", "文档太大，无法导入；请拆成几个文件")
    try:
        root: Element = ElementTree.fromstring(xml)
        return root
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise Unreadable("damaged_xml", "文档已损坏，无法读取；请用Word或WPS打开后另存再导入") from error


@dataclass(slots=True)
class _Text:
    """The text of a paragraph as it grows, with what is marked in it."""

    text: str = ""
    strong: list[tuple[int, int]] = field(default_factory=list)
    underlined: list[tuple[int, int]] = field(default_factory=list)
    pictures: int = 0
    formulas: int = 0

    def add(self, piece: str, *, strong: bool, underlined: bool) -> None:
        piece = strip_invisible(piece)
        if underlined and piece and not piece.strip():
            piece = "_" * max(len(piece), 4)  # a line to write on
            underlined = False
        start, end = len(self.text), len(self.text) + len(piece)
        for wanted, spans in ((strong, self.strong), (underlined, self.underlined)):
            if wanted and piece.strip():
                if spans and spans[-1][1] == start:
                    spans[-1] = (spans[-1][0], end)
                else:
                    spans.append((start, end))
        self.text += piece


class _Reader:
    """Walks the body once. `styles`: which paragraph styles are bold throughout (headings are no answers)."""

    def __init__(self, numbering: Numbering, *parts: Element) -> None:
        self.numbering = numbering
        self.document = Document()
        self.paragraphs = 0
        self.boxes: list[Element] = []

    def read(self, root: Element) -> Document:
        body = next((one for one in root.iter() if local(one) == "body"), None)
        if body is None:
            raise Unreadable("no_document", "文档里没有正文；请用Word或WPS打开后另存为docx再导入")
        for block in _blocks(body):
            if local(block) == "tbl":
                self._table(block)
            else:
                self._paragraph(block)
        return self.document

    def _paragraph(self, paragraph: Element) -> None:
        self.paragraphs += 1
        where = f"第{self.paragraphs}段"
        label, listed = self.numbering.label(paragraph)
        text = _Text(label)
        self._runs(paragraph, text)
        lines = _split_lines(text)
        for part, (piece, strong, underlined) in enumerate(lines):
            self.document.lines.append(
                Line(
                    piece,
                    where if part == 0 else f"{where}第{part + 1}行",
                    strong,
                    underlined,
                    text.pictures if part == 0 else 0,
                    text.formulas if part == 0 else 0,
                    listed=listed if part == 0 else "",
                )
            )
        self.document.pictures += text.pictures
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            for block in _blocks(box):
                if local(block) == "p":
                    self._paragraph(block)

    def _runs(self, element: Element, text: _Text) -> None:
        for one in element:
            name = local(one)
            if name in _SKIPPED:
                continue
            if name == "r":
                self._run(one, text)
            elif name == "oMath" or name == "oMathPara":
                text.formulas += 1
                formula = "".join(part.text or "" for part in one.iter() if local(part) == "t")
                text.add(formula, strong=False, underlined=False)
            elif name not in {"pPr", "rPr"}:
                self._runs(one, text)

    def _run(self, run: Element, text: _Text) -> None:
        style = child(run, "rPr")
        strong, underlined = _is_strong(style), _is_underlined(style)
        for one in run:
            name = local(one)
            if name == "t":
                text.add(one.text or "", strong=strong, underlined=underlined)
            elif name == "tab":
                text.add("\t", strong=False, underlined=underlined)
            elif name in {"br", "cr"}:
                if attribute(one, "type") not in {"page", "column"}:
                    text.add("\n", strong=False, underlined=False)
            elif name == "sym":
                text.add(_SYMBOLS.get(attribute(one, "char").upper(), ""), strong=strong, underlined=False)
            elif name in {"noBreakHyphen", "softHyphen"}:
                text.add("-" if name == "noBreakHyphen" else "", strong=strong, underlined=underlined)
            elif name in {"drawing", "pict", "object", "AlternateContent"}:
                self._drawing(one, text)

    def _drawing(self, drawing: Element, text: _Text) -> None:
        """A picture is counted; the words of a text box follow as paragraphs of their own."""
        seen_picture = False
        stack = [drawing]
        while stack:
            one = stack.pop()
            name = local(one)
            if name == "Fallback":
                continue
            if name == "txbxContent":
                self.boxes.append(one)
                continue
            if name in {"blip", "imagedata", "binData"}:
                seen_picture = True
            stack.extend(reversed(list(one)))
        text.pictures += seen_picture

    def _table(self, table: Element) -> None:
        """A table used for layout is lines; any other table is kept together."""
        self.paragraphs += 1
        rows = [[self._cell(cell) for cell in _cells(row)] for row in table if local(row) == "tr"]
        rows = [row for row in rows if row]
        texts = [["\n".join(text.text for text in cell).strip() for cell in row] for row in rows]
        where = f"第{self.paragraphs}段表格"
        lines = as_lines(texts)
        if lines is not None:
            for number, text in enumerate(lines, 1):
                self.document.lines.append(Line(text, f"{where}第{number}行"))
            return
        pictures = sum(text.pictures for row in rows for cell in row for text in cell)
        line = Line("", where, pictures=pictures, table=as_html(texts))
        self.document.pictures += pictures
        self.document.lines.append(line)
        self.document.cells[id(line)] = [
            [
                text + PICTURE * any(part.pictures for part in cell)
                for text, cell in zip(own, row, strict=True)
            ]
            for own, row in zip(texts, rows, strict=True)
        ]

    def _cell(self, cell: Element) -> list[_Text]:
        found = []
        for block in _blocks(cell, nested=True):
            text = _Text(self.numbering.label(block)[0])
            self._runs(block, text)
            found.append(text)
        self.boxes.clear()
        return found


def _blocks(element: Element, nested: bool = False) -> Iterator[Element]:
    """Paragraphs and tables in order, through content controls; with `nested` paragraphs only."""
    for one in element:
        name = local(one)
        if name == "p" or (name == "tbl" and not nested):
            yield one
        elif name in _SKIPPED or name in {"pPr", "sectPr", "tcPr", "tblPr", "trPr"}:
            continue
        elif (
            name in {"sdt", "sdtContent", "customXml", "ins", "sect", "sub-section", "smartTag", "moveTo"}
            or nested
        ):
            yield from _blocks(one, nested)


def _cells(row: Element) -> Iterator[Element]:
    for one in row:
        if local(one) == "tc":
            yield one
        elif local(one) in {"sdt", "sdtContent", "customXml"}:
            yield from _cells(one)


def _is_strong(style: Element | None) -> bool:
    """Bold, coloured or highlighted: how a marked answer looks."""
    if style is None:
        return False
    bold = child(style, "b")
    if bold is not None and attribute(bold, "val", "1") not in {"0", "false", "off", "none"}:
        return True
    colour = attribute(child(style, "color"), "val").upper()
    if colour not in _BLACK and not colour.startswith("THEME") and _is_vivid(colour):
        return True
    if attribute(child(style, "highlight"), "val", "none") not in {"none", "white"}:
        return True
    shade = attribute(child(style, "shd"), "fill").upper()
    if shade not in {"", "AUTO", "FFFFFF"} and _is_vivid(shade):
        return True
    return attribute(child(style, "em"), "val", "none") != "none"


def _is_vivid(colour: str) -> bool:
    """Whether a colour is not a shade of grey."""
    if not re.fullmatch(r"[0-9A-F]{6}", colour):
        return False
    parts = [int(colour[i : i + 2], 16) for i in (0, 2, 4)]
    return max(parts) - min(parts) > 60


def _is_underlined(style: Element | None) -> bool:
    mark = child(style, "u")
    return mark is not None and attribute(mark, "val", "single") != "none"


def _split_lines(text: _Text) -> list[tuple[str, tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]]:
    """A paragraph with soft line breaks as several lines, each with its own spans."""
    found, start = [], 0
    for piece in text.text.split("\n"):
        end = start + len(piece)
        found.append((piece, _within(text.strong, start, end), _within(text.underlined, start, end)))
        start = end + 1
    return found


def _within(spans: list[tuple[int, int]], start: int, end: int) -> tuple[tuple[int, int], ...]:
    return tuple((max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start)


def plain_text(data: bytes) -> str:
    """The text of a document, a paragraph a line: for statutes and other running text."""
    return "\n".join(clean(line.text) for line in read_document(data).lines)
