"""A matrix of answers from a CSV file, as it comes from a paper exam or another system.

Header row of item ids, then a row a person. Cells are 0/1, or with a key file letters ("B", "ACD") or
judgements ("√", "错"); an empty cell is "not answered". The key file has the columns item and key, and
where wanted options ("ABCDE", or a number of options). Whatever does not fit is refused with its place;
nothing is guessed and nothing is half-read.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from examsite.lib.errors import Invalid
from examsite.lib.files.encodings import decode
from questionbanks.formats.base import Unreadable
from questionbanks.formats.normalise import half, judgement, letters

from .responses import ResponseMatrix

MOST_SHOWN = 5
ALPHABET = "ABCDEFGH"
FEWEST_LETTERS = 4  # A to D may be chosen even where no item has such a key
JUDGEMENT = ("√", "×")
_ITEM_WORDS = frozenset({"item", "题号", "题目", "试题"})
_KEY_WORDS = frozenset({"key", "答案", "正确答案"})
_OPTION_WORDS = frozenset({"options", "选项"})


@dataclass(slots=True)
class _Problems:
    """Everything wrong with a file, so that it can be mended in one go."""

    code: str = ""
    found: list[str] = field(default_factory=list)

    def add(self, code: str, message: str) -> None:
        self.code = self.code or code
        self.found.append(message)

    def refuse_if_any(self, advice: str) -> None:
        if not self.found:
            return
        more = f"……共{len(self.found)}处。" if len(self.found) > MOST_SHOWN else "。"
        raise Invalid(
            self.code, "；".join(self.found[:MOST_SHOWN]) + more + advice, problems=tuple(self.found)
        )


@dataclass(frozen=True, slots=True)
class _Table:
    """A CSV file: header and rows with their row number in the file, cells trimmed."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_responses(data: bytes, key: bytes | None = None) -> ResponseMatrix:
    """The matrix of a file, and of its key file. Raises Invalid with a Chinese sentence."""
    table = _read_table(data, "作答文件")
    _check_items(table)
    if not table.rows:
        raise Invalid("no_rows", "作答文件只有题号、没有作答。请从第2行起每行写一个人的作答。")
    if key is None:
        return _scored(table)
    return _lettered(table, _read_key(key, table.header))


def _read_table(data: bytes, what: str) -> _Table:
    if not data.strip():
        raise Invalid("empty_file", f"{what}是空的。第1行写题号，从第2行起填写内容。")
    try:
        text, _ = decode(data)
    except Unreadable as error:
        raise Invalid(
            error.code, f"{what}不是可以识别的文本。请在表格软件里另存为CSV（UTF-8或GB18030）后再试。"
        ) from error
    first = text.lstrip("\n").partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    try:
        lines = [
            (number, tuple(cell.strip() for cell in row))
            for number, row in enumerate(csv.reader(text.split("\n"), delimiter=delimiter, strict=True), 1)
            if row
        ]
    except csv.Error as error:
        raise Invalid(
            "bad_csv", f"{what}的引号不成对或单元格过长。请在表格软件里另存为CSV后再试。"
        ) from error
    if not lines:
        raise Invalid("empty_file", f"{what}是空的。第1行写题号，从第2行起填写内容。")
    header = _without_empty_end(lines[0][1])
    problems = _Problems()
    rows = []
    for number, row in lines[1:]:
        cells = row
        if len(row) > len(header) and not any(row[len(header) :]):
            cells = row[: len(header)]
        if len(cells) != len(header):
            problems.add("ragged_rows", f"{what}第{number}行有{len(row)}格，应有{len(header)}格")
        rows.append((number, cells))
    problems.refuse_if_any("请补齐或删去多余的格；没有作答的题留空格。")
    return _Table(header, tuple(rows))


def _without_empty_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    count = len(cells)
    while count and not cells[count - 1]:
        count -= 1
    return cells[:count]


def _check_items(table: _Table) -> None:
    problems = _Problems()
    seen: set[str] = set()
    if not table.header:
        problems.add("blank_item", "第1行没有题号")
    for column, item in enumerate(table.header, 1):
        if not item:
            problems.add("blank_item", f"第1行第{column}列没有题号")
        elif item in seen:
            problems.add("duplicate_items", f"题号“{item}”出现了两次（第{column}列）")
        seen.add(item)
    problems.refuse_if_any("第1行每列写一个不重复的题号。")


def _scored(table: _Table) -> ResponseMatrix:
    """Cells 0 and 1."""
    values = {"0": 0.0, "1": 1.0, "0.0": 0.0, "1.0": 1.0, "": np.nan}
    problems = _Problems()
    for number, row in table.rows:
        for item, cell in zip(table.header, row, strict=True):
            if half(cell) not in values:
                problems.add("unknown_cell", f"第{number}行“{item}”是“{cell[:20]}”，不是0或1")
    problems.refuse_if_any("对写1、错写0、未答留空；填的是选项字母时，请同时给出答案文件（--key）。")
    points = np.array([[values[half(cell)] for cell in row] for _, row in table.rows], dtype=np.float64)
    return ResponseMatrix(table.header, points, np.ones(len(table.header)))


@dataclass(frozen=True, slots=True)
class _KeyRow:
    """The key of one item as written; `options` as far as the file tells them."""

    key: str
    options: str
    number: int


def _read_key(data: bytes, items: Sequence[str]) -> dict[str, _KeyRow]:
    table = _read_table(data, "答案文件")
    names = [half(name).casefold() for name in table.header]
    item_at = next((i for i, name in enumerate(names) if name in _ITEM_WORDS), None)
    key_at = next((i for i, name in enumerate(names) if name in _KEY_WORDS), None)
    options_at = next((i for i, name in enumerate(names) if name in _OPTION_WORDS), None)
    if item_at is None or key_at is None:
        raise Invalid("bad_key_file", "答案文件的第1行应写item和key两列（题号、答案）。")
    problems = _Problems()
    rows: dict[str, _KeyRow] = {}
    for number, row in table.rows:
        item = row[item_at]
        if not item and not row[key_at]:
            continue
        if item not in items:
            problems.add("unknown_keys", f"答案文件第{number}行的题号“{item[:20]}”不在作答文件里")
        elif item in rows:
            problems.add("duplicate_keys", f"答案文件第{number}行的题号“{item}”重复")
        elif not row[key_at]:
            problems.add("missing_keys", f"答案文件第{number}行没有写“{item}”的答案")
        rows[item] = _KeyRow(row[key_at], "" if options_at is None else row[options_at], number)
    for item in items:
        if item not in rows:
            problems.add("missing_keys", f"答案文件里没有“{item}”的答案")
    problems.refuse_if_any("请让答案文件与作答文件的题号一一对应。")
    return rows


def _lettered(table: _Table, keys: dict[str, _KeyRow]) -> ResponseMatrix:
    """Letters and judgements, marked by the key: all of the key and nothing else earns the point."""
    columns = list(zip(*(row for _, row in table.rows), strict=True))
    numbers = [number for number, _ in table.rows]
    widest = _letters_in_use(keys)
    problems = _Problems()
    chosen = np.zeros((len(numbers), len(columns)), dtype=np.int64)
    masks, options = [], []
    for index, (item, cells) in enumerate(zip(table.header, columns, strict=True)):
        labels, wanted = _labels(keys[item], cells, widest)
        right = _mask(keys[item].key, labels)
        if not right:
            problems.add(
                "bad_key", f"答案文件第{keys[item].number}行“{item}”的答案“{keys[item].key[:20]}”不能识别"
            )
        known = {cell: _mask(cell, labels) for cell in set(cells)}
        for number, cell in zip(numbers, cells, strict=True):
            if known[cell] is None:
                problems.add("unknown_cell", f"第{number}行“{item}”是“{cell[:20]}”，不是{wanted}")
        chosen[:, index] = [known[cell] or 0 for cell in cells]
        masks.append(right or 0)
        options.append(labels)
    problems.refuse_if_any(
        "请改正，或留空表示未答；某题确有更多选项时，在答案文件加一列options写明（如ABCDE）。"
    )
    points = np.where(chosen == 0, np.nan, (chosen == np.array(masks)).astype(np.float64))
    return ResponseMatrix(
        table.header,
        points,
        np.ones(len(columns)),
        chosen,
        tuple(masks),
        _used(options, chosen, masks, keys, table),
    )


def _letters_in_use(keys: dict[str, _KeyRow]) -> str:
    """The letters that a cell may hold by default: A to D, or to the last letter of any key."""
    last = max((letter for row in keys.values() for letter in letters(row.key) or ()), default="A")
    return ALPHABET[: max(FEWEST_LETTERS, ord(last) - ord("A") + 1)]


def _labels(row: _KeyRow, cells: Sequence[str], widest: str) -> tuple[tuple[str, ...], str]:
    """The options of an item, and how a message calls them."""
    if row.options:
        count = int(row.options) if row.options.isdecimal() else len(letters(row.options) or "")
        if 2 <= count <= len(ALPHABET):
            return tuple(ALPHABET[:count]), f"{ALPHABET[0]}到{ALPHABET[count - 1]}的选项"
    is_judged = letters(row.key) is None or row.key.upper() == "T"
    if not is_judged and row.key.upper() == "F":  # an option F, unless everybody answers T or F
        is_judged = {cell.upper() for cell in cells} <= {"T", "F", ""}
    if is_judged and judgement(row.key) is not None:
        return JUDGEMENT, "对错（√、×）"
    return tuple(widest), f"A到{widest[-1]}的选项"


def _mask(text: str, labels: tuple[str, ...]) -> int | None:
    """The bits of the options named; 0 for an empty cell, None for what is no answer to this item."""
    if not text:
        return 0
    if labels == JUDGEMENT:
        verdict = judgement(text)
        return None if verdict is None else 1 if verdict else 2
    found = letters(text)
    if found is None or not set(found) <= set(labels):
        return None
    return sum(1 << labels.index(letter) for letter in set(found))


def _used(
    options: Sequence[tuple[str, ...]],
    chosen: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    masks: Sequence[int],
    keys: dict[str, _KeyRow],
    table: _Table,
) -> tuple[tuple[str, ...], ...]:
    """The options that stand on the paper, where the key file does not say.

    Letters up to the last one that is used anywhere in the file; an item in which nothing but A and B ever
    occurs is taken for a judgement in letters, or C and D of it would be called dead.
    """
    everywhere = max([*(int(one) for one in chosen.max(axis=0)), *masks]).bit_length()
    found = []
    for index, labels in enumerate(options):
        if labels == JUDGEMENT or keys[table.header[index]].options:
            found.append(labels)
            continue
        most = max(int(chosen[:, index].max()), masks[index]).bit_length()
        found.append(labels[: 2 if most <= 2 else max(everywhere, most)])
    return tuple(found)
