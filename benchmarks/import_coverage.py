"""What comes of every sample file, as a table: python -m benchmarks.import_coverage FOLDER [TABLE.md].

Expected counts come from where somebody else counted (EXPECTED_dev.json, the list beside a GIFT file, the
rows of a CSV or JSON file, the item elements of XML); "—" where nobody did. Exit code 1 when a count differs
in silence: not as expected, with no problem that says so.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from questionbanks.formats.base import Unreadable
from questionbanks.formats.doc import libreoffice
from questionbanks.formats.report import report_of, report_of_unreadable
from questionbanks.formats.sandbox import parse_in_child
from questionbanks.kinds.registry import KINDS

FOLDERS = ("office", "json_csv", "templates", "interchange")
NO_ITEMS = {"Description", "Category"}
LABELS = {code: kind.label.removesuffix("题") for code, kind in KINDS.items()}


@dataclass(frozen=True)
class Line:
    """One file: what was expected (None: unknown) and the report on it."""

    name: str
    expected: int | None
    report: dict[str, Any]

    @property
    def verdict(self) -> str:
        found, broken = self.report["found"], self.report["broken"]
        if not self.report["format"]:
            return "拒绝，有说明"
        if self.expected is not None and found != self.expected and not self.report["problems"]:
            return "**不符，没有说明**"
        if self.expected is not None and found != self.expected:
            return "不符，有说明"
        if found == 0:
            return "没有试题"
        return "全部可入库" if not broken else "有问题的逐题列出"


def lines(root: Path) -> Iterator[Line]:
    """Every file of the sample folders, in order; lists of expected counts are no samples."""
    expected = json.loads((root / "EXPECTED_dev.json").read_text(encoding="utf-8"))
    for folder in FOLDERS:
        for path in sorted(one for one in (root / folder).rglob("*") if one.is_file()):
            listed = path.suffix == ".json" and path.with_suffix(".gift").exists()
            if listed or path.name.endswith(".expected.json"):
                continue
            name = str(path.relative_to(root))
            data = path.read_bytes()
            try:
                report = report_of(name, parse_in_child(data, name=path.name))
            except Unreadable as error:
                report = report_of_unreadable(name, error)
            yield Line(name, counted(path, data, expected.get(name, {})), report)


def counted(path: Path, data: bytes, known: dict[str, Any]) -> int | None:
    """How many items somebody else counts in a file."""
    if "total" in known:
        return int(known["total"])
    if "by_section" in known:
        return sum(known["by_section"].values())
    beside = path.with_suffix(".json") if path.suffix == ".gift" else path.with_suffix(".expected.json")
    if path.suffix in (".gift", ".zip") and beside.exists():
        listed = json.loads(beside.read_text(encoding="utf-8"))
        return sum(one.get("type") not in NO_ITEMS for one in listed)
    if path.parent.name == "json_csv":
        return _rows(path, data)
    if path.suffix == ".zip":
        return _items_of_package(data) or None
    return _items_of_xml(data.decode("utf-8", "replace")) or None if path.suffix == ".xml" else None


def _rows(path: Path, data: bytes) -> int:
    text = data.decode("utf-8-sig")
    if path.suffix == ".csv":
        return sum(1 for row in csv.DictReader(io.StringIO(text)) if any(row.values()))
    try:
        return len(json.loads(text))
    except ValueError:
        return sum(bool(line.strip()) for line in text.splitlines())


def _items_of_package(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [
            archive.read(name).decode("utf-8", "replace")
            for name in archive.namelist()
            if name.endswith(".xml")
        ]
    return sum(map(_items_of_xml, parts))


def _items_of_xml(text: str) -> int:
    """Elements that are one item each in Moodle XML, QTI 1.2, QTI 2."""
    moodle = re.findall(r'<question\s+type="(\w+)"', text)
    if moodle:
        return sum(kind not in ("category", "description") for kind in moodle)
    return len(re.findall(r"<(?:item|assessmentItem)\s", text))


def table(rows: list[Line]) -> str:
    """The document."""
    found = sum(row.report["found"] for row in rows)
    importable = sum(row.report["importable"] for row in rows)
    silent = sum(row.verdict.startswith("**") for row in rows)
    reader = "LibreOffice" if libreoffice() else "antiword"
    head = [
        "# What comes of the sample files",
        "",
        "Made by `python -m benchmarks.import_coverage ../shared/data docs/import-coverage.md`.",
        "Found = importable + broken, always; every broken item has a problem at its place.",
        "Expected: counted by somebody else (the lists beside the files, rows, item elements).",
        f"Read with {reader} for Word 97-2003 (.doc); antiword loses list numbers, bold and colour.",
        "",
        f"{len(rows)} files, {found} items found, {importable} importable ({_share(importable, found)}), "
        f"files that differ in silence: {silent}.",
        "",
        "| file | format | expected | found | importable | broken | by kind | problems (code × times) | |",
        "|---|---|---:|---:|---:|---:|---|---|---|",
    ]
    return "\n".join([*head, *map(_line, rows)]) + "\n"


def _share(part: int, whole: int) -> str:
    """A share that says 100% of the whole alone."""
    return "100%" if part == whole else f"{int(part * 10_000 / whole) / 100}%"


def _often(entry: tuple[str, int]) -> tuple[int, str]:
    return -entry[1], entry[0]


def _line(row: Line) -> str:
    report = row.report
    kinds = "，".join(f"{LABELS[code]} {count}" for code, count in report["by_kind"].items() if count)
    codes = Counter(one["code"] for one in report["problems"])
    problems = "，".join(f"{code} × {count}" for code, count in sorted(codes.items(), key=_often))
    if not report["format"]:
        problems = report["problems"][0]["message"]
    expected = "—" if row.expected is None else str(row.expected)
    cells = [
        row.name,
        report["format"] or "—",
        expected,
        report["found"],
        report["importable"],
        report["broken"],
    ]
    return f"| {' | '.join(map(str, cells))} | {kinds} | {problems} | {row.verdict} |"


def main(arguments: list[str]) -> int:
    rows = list(lines(Path(arguments[0])))
    text = table(rows)
    if len(arguments) > 1:
        Path(arguments[1]).write_text(text, encoding="utf-8")
    else:
        print(text)
    return 1 if any(row.verdict.startswith("**") for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
