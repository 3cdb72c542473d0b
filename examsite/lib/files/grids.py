"""Spreadsheets of every kind → grids of cell values with their addresses. Reads, decides nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from ..texts import clean, number_text
from .archives import Archive
from .encodings import decode
from .unreadable import Unreadable
from .xls_formats import special_cells

MAX_CELLS = 2_000_000  # cells with something in them, in one sheet
MAX_AREA = 4_000_000  # rows × columns up to the last filled cell; sparser sheets are read row by row
_TOO_BIG = "表格太大（超过200万个单元格）；请删去空白和无关的工作表，或拆成几个文件后再导入"
_DAMAGED = "表格文件已损坏，无法打开；请用Excel或WPS打开后另存为xlsx再导入"


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet. `rows[i][j]` is the value in row `numbers[i]` (1-based), column j.

    Values are str, float, int, bool, date, datetime, time or timedelta; "" is empty. `hidden_rows`,
    `pictures`: row numbers; `formulas`: (row number, column index); `valueless`: those of them without a
    stored result ("" if never calculated, else the error: "#REF!"), and the errors that stand in cells
    without a formula; `merged`: 0-based corners; `formatted`: whether percentages are such ("50%"), because
    the formats of the cells are known.
    """

    name: str
    rows: Sequence[Sequence[Any]]
    numbers: Sequence[int]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    pictures: frozenset[int] = frozenset()
    formulas: frozenset[tuple[int, int]] = frozenset()
    valueless: Mapping[tuple[int, int], str] = field(default_factory=dict)
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    formatted: bool = True

    def place(self, index: int) -> str:
        """Where row `index` stands, for people: "单选题 第5行"."""
        row = f"第{self.numbers[index]}行"
        return f"{self.name} {row}" if self.name else row


@dataclass(frozen=True, slots=True)
class CellText:
    """A cell as text. `flaw`: "" or "date" (perhaps a mangled "1-2") or "digits" (precision already lost)."""

    text: str
    flaw: str = ""


def cell_text(value: Any) -> CellText:
    """The text of a cell value: 1.0 is "1", True is "True", a date is ISO and flagged."""
    if isinstance(value, str):
        return CellText(value)
    if value is None:
        return CellText("")
    if isinstance(value, bool):
        return CellText(str(value))
    if isinstance(value, int | float):
        return CellText(number_text(value), "digits" if abs(value) >= 1e15 else "")
    if isinstance(value, datetime):
        plain = value.time() == time()
        return CellText(value.date().isoformat() if plain else value.isoformat(" "), "date")
    if isinstance(value, date):
        return CellText(value.isoformat(), "date")
    if isinstance(value, time | timedelta):
        return CellText(str(value), "date")
    return CellText(str(value))


def column_letter(index: int) -> str:
    """0 → "A", 26 → "AA"."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# -- workbooks ----------------------------------------------------------------------------------------------


def read_workbook(data: bytes) -> list[Grid]:
    """The sheets of an xlsx, xlsm, xlsb, ods or xls file, whatever its name. Raises Unreadable."""
    facts = _package_facts(data) if data.startswith(b"PK") else _xls_facts(data)
    return list(_sheets(data, facts))


def _sheets(data: bytes, facts: dict[str, _SheetFacts]) -> Iterator[Grid]:
    import python_calamine

    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        for meta in book.sheets_metadata:
            if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            known = facts.get(meta.name, _SheetFacts(formatted=False))
            hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
            rows: Sequence[Sequence[Any]]
            numbers: Sequence[int]
            merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
            if known.sparse:
                rows, numbers = _sparse_rows(data, meta.name, {row for row, _ in known.valueless})
            else:
                sheet = book.get_sheet_by_name(meta.name)
                rows = sheet.to_python(skip_empty_area=False)
                # calamine ends where the values end; a row of formulas without any is there all the same
                last = max((row for row, _ in known.valueless), default=0)
                rows += [[] for _ in range(last - len(rows))]
                numbers = range(1, len(rows) + 1)
                merged = tuple(sheet.merged_cell_ranges or ())
            rows = _with_percents(rows, numbers, known.percents)
            yield Grid(
                meta.name,
                rows,
                numbers,
                hidden,
                known.hidden_rows,
                known.pictures,
                known.formulas,
                known.valueless,
                merged,
                known.formatted,
            )
    except python_calamine.PasswordError as error:
        raise Unreadable("password", "文件设有打开密码；请取消密码后再导入") from error
    except (python_calamine.CalamineError, OSError, ValueError, KeyError) as error:
        raise Unreadable("damaged_workbook", _DAMAGED) from error


def _sparse_rows(data: bytes, name: str, besides: Set[int]) -> tuple[list[list[Any]], list[int]]:
    """The filled rows of a sheet whose last cell is far away from the others, and the rows `besides`."""
    import openpyxl

    rows, numbers = [], []
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    for number, row in enumerate(book[name].iter_rows(values_only=True), 1):
        if number in besides or any(value not in (None, "") for value in row):
            rows.append(["" if value is None else value for value in row[:200]])
            numbers.append(number)
    return rows, numbers


@dataclass(frozen=True, slots=True)
class _SheetFacts:
    """What calamine does not tell of a sheet."""

    sparse: bool = False
    hidden_rows: frozenset[int] = frozenset()
    pictures: frozenset[int] = frozenset()
    formulas: frozenset[tuple[int, int]] = frozenset()
    valueless: Mapping[tuple[int, int], str] = field(default_factory=dict)
    percents: frozenset[tuple[int, int]] = frozenset()
    formatted: bool = True


def _with_percents(
    rows: Sequence[Sequence[Any]], numbers: Sequence[int], percents: frozenset[tuple[int, int]]
) -> Sequence[Sequence[Any]]:
    """Numbers that the sheet shows as a percentage, as such: 0.5 that reads "50%" is "50%"."""
    if not percents:
        return rows
    return [
        [
            _percent_text(value) if (number, column) in percents and type(value) in (int, float) else value
            for column, value in enumerate(row)
        ]
        for number, row in zip(numbers, rows, strict=True)
    ]


def _percent_text(value: float) -> str:
    return f"{number_text(float(Decimal(repr(value)) * 100))}%"


_REFERENCE = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})"')
_WIDE = re.compile(rb'\sr="[A-Z]{2,3}\d')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]{0,400}?hidden="(?:1|true)"')
_ROW_NUMBER = re.compile(rb'\sr="(\d{1,7})"')
_FORMULA = re.compile(rb'<(?:\w+:)?c\s+r="([A-Z]{1,3})(\d{1,7})"([^>]{0,80})>\s{0,20}<(?:\w+:)?f[\s>/]')
_CELL_END = re.compile(rb"</(?:\w+:)?c>")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]{0,60}|/)?>([^<]{0,40})")
_ERROR = re.compile(
    rb'<(?:\w+:)?c\s+r="([A-Z]{1,3})(\d{1,7})"[^>]{0,80}?\st="e"[^>]{0,40}>\s{0,20}<(?:\w+:)?v[^>]{0,60}>([^<]{0,40})'
)
_STYLED = re.compile(rb'<(?:\w+:)?c\s+r="([A-Z]{1,3})(\d{1,7})"\s+s="(\d{1,6})"')
_ANCHOR_ROW = re.compile(rb"<(?:\w+:)?from>.{0,200}?<(?:\w+:)?row>(\d{1,7})</", re.DOTALL)


def _package_facts(data: bytes) -> dict[str, _SheetFacts]:
    """Facts by sheet name, from the parts of an xlsx package; {} for other zip workbooks."""
    archive = Archive(data)
    archive.refuse_declarations()
    if "xl/workbook.xml" not in archive.names:
        return {}
    facts = {}
    targets = _relations(archive, "xl/workbook.xml")
    percents = _percent_styles(archive)
    for name, relation in _sheet_relations(archive.read("xl/workbook.xml")):
        part = targets.get(relation, "")
        if part in archive.names:
            facts[name] = _sheet_facts(archive, part, percents)
    return facts


def _xls_facts(data: bytes) -> dict[str, _SheetFacts]:
    """Facts by sheet name of an xls file: its percentages and errors; {} where they cannot be read."""
    found = special_cells(data) or {}
    return {
        name: _SheetFacts(valueless=cells.errors, percents=cells.percents) for name, cells in found.items()
    }


def _percent_styles(archive: Archive) -> frozenset[int]:
    """The cell styles (by index) that show a number as a percentage."""
    from defusedxml import ElementTree

    if "xl/styles.xml" not in archive.names:
        return frozenset()
    formats, styles = {"9", "10"}, []  # the two percentages that every workbook has
    for element in ElementTree.fromstring(archive.read("xl/styles.xml")):
        part = element.tag.rpartition("}")[2]
        if part == "numFmts":
            formats |= {one.get("numFmtId", "") for one in element if "%" in one.get("formatCode", "")}
        elif part == "cellXfs":
            styles = [one.get("numFmtId", "") for one in element]
    return frozenset(index for index, number in enumerate(styles) if number in formats)


def _sheet_facts(archive: Archive, part: str, percent_styles: frozenset[int]) -> _SheetFacts:
    xml = archive.read(part)
    if xml.count(b"<c ") > MAX_CELLS or xml.count(b"<v>") > MAX_CELLS:
        raise Unreadable("too_many_cells", _TOO_BIG)
    hidden = {
        int(number.group(1))
        for row in _HIDDEN_ROW.finditer(xml)
        if (number := _ROW_NUMBER.search(row.group()))
    }
    formulas = _formulas(xml)
    percents = {
        (int(row), _column_index(letters))
        for letters, row, style in (_STYLED.findall(xml) if percent_styles else ())
        if int(style) in percent_styles
    }
    pictures = set()
    for target in _relations(archive, part).values():
        if "/drawings/" in target and target in archive.names:
            drawing = archive.read(target)
            if b"<a:blip" in drawing or b":pic>" in drawing:
                pictures = {int(row) + 1 for row in _ANCHOR_ROW.findall(drawing)}
    return _SheetFacts(
        _is_sparse(xml),
        frozenset(hidden),
        frozenset(pictures),
        frozenset(formulas),
        _errors(xml) | {place: error for place, error in formulas.items() if error is not None},
        frozenset(percents),
    )


def _formulas(xml: bytes) -> dict[tuple[int, int], str | None]:
    """(row number, column index) of every formula → None where its result is stored.

    Else the error that is stored instead ("#REF!"), "" where nothing is: the program that wrote the file did
    not calculate. A result that is an empty text is said so by t="str".
    """
    found: dict[tuple[int, int], str | None] = {}
    for cell in _FORMULA.finditer(xml):
        end = _CELL_END.search(xml, cell.end())
        value = _VALUE.search(xml, cell.end(), end.start() if end else len(xml))
        letters, row, attributes = cell.groups()
        result = value.group(1).decode("utf-8", "replace") if value else ""
        calculated = bool(result) or (value is not None and b't="str"' in attributes)
        error = result if b't="e"' in attributes or not calculated else None
        found[int(row), _column_index(letters)] = error
    return found


def _errors(xml: bytes) -> dict[tuple[int, int], str]:
    """(row number, column index) of every error that stands in a cell by itself, without a formula."""
    found = _ERROR.findall(xml) if b't="e"' in xml else ()
    return {
        (int(row), _column_index(letters)): error.decode("utf-8", "replace") for letters, row, error in found
    }


def _is_sparse(xml: bytes) -> bool:
    """Whether rows × columns up to the last filled cell are far more than there are cells."""
    last = max(xml.rfind(b"<v>"), xml.rfind(b"<is>"), xml.rfind(b"<v "))
    references = _REFERENCE.findall(xml, max(0, last - 4000), max(last, 0))
    rows = int(references[-1][1]) if references else 0
    wide = _WIDE.search(xml) is not None
    widest = (
        max((_column_index(letters) + 1 for letters, _ in _REFERENCE.findall(xml)), default=0) if wide else 26
    )
    return rows * widest > MAX_AREA and rows * widest > 4 * xml.count(b"<c ")


def _column_index(letters: bytes) -> int:
    index = 0
    for char in letters:
        index = index * 26 + char - 64
    return index - 1


def _sheet_relations(workbook: bytes) -> list[tuple[str, str]]:
    """(sheet name, relation id) in the order of the workbook."""
    from defusedxml import ElementTree

    found = []
    for element in ElementTree.fromstring(workbook).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            relation = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            found.append((element.get("name", ""), relation))
    return found


def _relations(archive: Archive, part: str) -> dict[str, str]:
    """Relation id → part name inside the package. External targets are left out: nothing is ever fetched."""
    from defusedxml import ElementTree

    folder, _, file = part.rpartition("/")
    name = f"{folder}/_rels/{file}.rels"
    if name not in archive.names:
        return {}
    found = {}
    for element in ElementTree.fromstring(archive.read(name)):
        target = element.get("Target", "")
        if element.get("TargetMode") != "External":
            found[element.get("Id", "")] = _resolve(folder, target)
    return found


def _resolve(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    parts = folder.split("/")
    for step in target.split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step != ".":
            parts = [*parts, step]
    return "/".join(part for part in parts if part)


# -- text tables --------------------------------------------------------------------------------------------

DELIMITERS = (",", "\t", ";", "|", "，")


def read_delimited(text: str, delimiter: str, limit: int | None = None) -> Grid:
    """The rows of a CSV or TSV text. Broken quoting never swallows lines: quotes are then plain."""
    try:
        return _delimited(text, delimiter, csv.QUOTE_MINIMAL, limit)
    except csv.Error:
        return _delimited(text, delimiter, csv.QUOTE_NONE, limit)


def _delimited(text: str, delimiter: str, quoting: Literal[0, 3], limit: int | None) -> Grid:
    csv.field_size_limit(max(csv.field_size_limit(), 8 * 1024 * 1024))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True)
    rows, numbers, line = [], [], 1
    for row in reader:
        rows.append(row)
        numbers.append(line)
        line = reader.line_num + 1
        if limit is not None and len(rows) >= limit:
            break
    return Grid("", rows, numbers)


def read_text_table(data: bytes, *, damaged: bool = False) -> tuple[str, str]:
    """The text of a CSV file and its encoding, quotes of the "text" trick (="001") undone.

    `damaged` as in `decode`.
    """
    text, encoding = decode(data, damaged=damaged)
    return re.sub(r'(^|[,\t;])="([^"\n]{0,200})"', r'\1"\2"', text), encoding


def is_blank(row: Sequence[Any]) -> bool:
    """Whether no cell of the row holds anything."""
    return all(value is None or (isinstance(value, str) and not clean(value)) for value in row)
