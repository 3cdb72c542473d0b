"""Which row of a sheet is the header, and what each of its columns means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from examsite.lib.files.grids import Grid, cell_text, column_letter, is_blank

from .choice_data import choices_of
from .fields import legend_of, meaning_of, settle_names
from .normalise import clean, has_no_place, judgement, kind_of, letters
from .options import letters_from_a, split_run

HEADER_ROWS = 20  # the header is looked for in so many rows from the top


@dataclass(slots=True)
class Columns:
    """What the columns of a sheet mean. `header`: index of the header row, -1 for none."""

    header: int
    meanings: dict[int, str]
    names: dict[int, str] = field(default_factory=dict)
    legend: dict[str, str] = field(default_factory=dict)
    guessed: bool = False

    def has(self, meaning: str) -> bool:
        return meaning in self.meanings.values()

    @property
    def first_place(self) -> int | None:
        """1 where the options are numbered in the header (选项1, option 2), so that answers may be too."""
        named = [self.names.get(c, "") for c, meaning in self.meanings.items() if meaning[:7] == "choice:"]
        return 1 if named and all(re.search(r"[1-9一二三四五六七八九]", name) for name in named) else None

    @property
    def score(self) -> int:
        """How much of a question table this is; 0 without a stem, or without anything to answer with."""
        meanings = {meaning.partition(":")[0] for meaning in self.meanings.values()} - {""}
        asks = "stem" in meanings
        answers = meanings & {"answer", "choice", "choices", "choice_text", "right"}
        return len(set(self.meanings.values()) - {""}) if asks and answers else 0


def find_columns(grid: Grid) -> Columns | None:
    """The header among the first rows, else the meanings that the values themselves suggest; else None."""
    best: Columns | None = None
    for index, row in enumerate(grid.rows[:HEADER_ROWS]):
        columns = header_columns(row, index)
        if columns.score > (best.score if best else 1):
            best = columns
    if best is None:
        best = _guess_columns(grid)
    if best is not None:
        _settle_ambiguous(grid, best)
        for row in grid.rows[: best.header + 1]:
            for value in row:
                if isinstance(value, str) and not best.legend:
                    best.legend = legend_of(value)
    return best


def header_columns(row: Sequence[Any], index: int) -> Columns:
    """Read a row as a header. A meaning that only one column can have goes to the first such column."""
    meanings: dict[int, str] = {}
    names: dict[int, str] = {}
    shared = {"topic", "source", "rationale", "more_answer", "picture", "material", "tags", ""}
    for column, value in enumerate(row):
        if not isinstance(value, str) or not value.strip():
            continue
        meaning = meaning_of(value)
        if meaning in meanings.values() and meaning not in shared:
            meaning = "topic" if meaning == "kind" else ""
        meanings[column] = meaning
        names[column] = clean(value)
    settle_names(meanings, names)
    return Columns(index, meanings, names)


def _settle_ambiguous(grid: Grid, columns: Columns) -> None:
    """类别, 分类 and the like are a kind or a topic: their values tell. A lone 选项内容 is all options."""
    body = [row for row in grid.rows[columns.header + 1 : columns.header + 60] if not is_blank(row)]
    if not columns.has("kind"):
        for column, meaning in columns.meanings.items():
            values = [clean(cell_text(row[column]).text) for row in body if column < len(row)]
            named = sum(bool(kind_of(value) or has_no_place(value)) and len(value) <= 12 for value in values)
            if meaning in {"topic", "", "tags"} and values and named * 5 >= len(values) * 4:
                columns.meanings[column] = "kind"
                break
    if columns.has("choice_text") and not columns.has("choice_right") and not _label_options(columns, body):
        for column, meaning in columns.meanings.items():
            if meaning == "choice_text":
                columns.meanings[column] = "choices"
    _spread_choices(columns, body)


def _label_options(columns: Columns, body: Sequence[Sequence[Any]]) -> bool:
    """Whether a column 选项 holds the letters of a layout with one option a row; it then means those."""
    for column, meaning in columns.meanings.items():
        values = [clean(cell_text(row[column]).text) for row in body if column < len(row)]
        single = sum(len(value) == 1 and letters(value) is not None for value in values)
        if meaning == "choices" and values and single * 10 >= len(values) * 8:
            columns.meanings[column] = "choice_label"
            return True
    return False


def _spread_choices(columns: Columns, body: Sequence[Sequence[Any]]) -> None:
    """One heading 选项 over several columns: the columns without a name behind it are B, C, D …"""
    first = next((column for column, meaning in columns.meanings.items() if meaning == "choices"), None)
    if first is None:
        return
    width = max((len(row) for row in body), default=0)
    behind = []
    for column in range(first + 1, width):
        filled = sum(column < len(row) and not is_blank([row[column]]) for row in body)
        if column in columns.names or not filled:
            break
        behind.append(column)
    if behind:
        for column, label in zip([first, *behind], letters_from_a(len(behind) + 1), strict=True):
            columns.meanings[column] = f"choice:{label}"


def _guess_columns(grid: Grid) -> Columns | None:
    """Columns of a table without header, by their values: letters, kinds, numbers, the longest text."""
    body = [row for row in grid.rows[:200] if not is_blank(row)]
    width = max((len(row) for row in body), default=0)
    if len(body) < 3 or width < 2:
        return None
    texts = [
        [clean(cell_text(row[column]).text) for row in body if column < len(row)] for column in range(width)
    ]
    filled = [[text for text in column if text] for column in texts]
    lengths = [sum(map(len, column)) / max(len(column), 1) for column in filled]

    def share(column: int, test: Any) -> float:
        return sum(bool(test(text)) for text in filled[column]) / max(len(body), 1)

    listed = next((c for c in range(width) if share(c, _is_list) >= 0.8), None)
    stem = max((c for c in range(width) if c != listed), key=lambda column: lengths[column])
    answer = _answer_column(filled, [c for c in range(width) if c not in (stem, listed)], len(body))
    if answer is None or lengths[stem] < 8:
        return None
    meanings = {stem: "stem", answer: "answer"}
    kind = next((c for c in range(width) if c not in meanings and share(c, kind_of) >= 0.8), None)
    if kind is not None:
        meanings[kind] = "kind"
    if 0 not in meanings and share(0, str.isdigit) >= 0.8:
        meanings[0] = "number"
    if listed is not None:
        return Columns(-1, meanings | {listed: "choices"}, guessed=True)
    options = [
        c for c in range(stem + 1, width) if c not in meanings and filled[c] and not share(c, _is_number)
    ]
    meanings |= {c: f"choice:{label}" for c, label in zip(options[:8], letters_from_a(8), strict=False)}
    return Columns(-1, meanings, guessed=True)


def _answer_column(filled: Sequence[Sequence[str]], columns: Sequence[int], rows: int) -> int | None:
    """The last column of letters, else of judgements; never a flag that is 0 in every row."""
    for test in (letters, _is_short_answer):
        for column in reversed(columns):
            texts = filled[column]
            fitting = sum(bool(test(text)) and _is_short_answer(text) for text in texts)
            if (
                fitting * 5 >= rows * 4
                and set(texts) not in ({"0"}, {"1"})
                and sum(map(len, texts)) < 7 * len(texts)
            ):
                return column
    return None


def _is_list(text: str) -> bool:
    """Whether a cell holds all options: a JSON list, "A.甲 B.乙"."""
    return len(choices_of(text)[0]) > 1 and (text[:1] in "[{" or bool(split_run(text)))


def _is_number(text: str) -> bool:
    return text in {"0", "1"}


def _is_short_answer(text: str) -> bool:
    found = letters(text)
    return judgement(text) is not None or (found is not None and max(found) <= "H" and len(found) <= 8)


def layout_of(grid: Grid, columns: Columns) -> dict[str, str]:
    sheet = f"{grid.name}!" if grid.name else "!"
    layout = {f"{sheet}表头": str(grid.numbers[columns.header]) if columns.header >= 0 else "0"}
    for column, meaning in sorted(columns.meanings.items()):
        layout[f"{sheet}{column_letter(column)} {columns.names.get(column, '')}".rstrip()] = meaning
    return layout


def corrections(mapping: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for key, meaning in mapping.items():
        sheet, _, column = (
            key.rpartition("!") if "!" in key.split(" ")[0] or key.count("!") == 1 else ("", "", key)
        )
        found.setdefault(sheet, {})[column.split(" ", 1)[0]] = meaning
    return found


def corrected(columns: Columns | None, grid: Grid, changes: Mapping[str, str]) -> Columns | None:
    """The columns with a person's corrections put over them."""
    if not changes:
        return columns
    header = changes.get("表头")
    if header is not None and header.isdigit():
        index = next((i for i, number in enumerate(grid.numbers) if number == int(header)), -1)
        if columns is None or columns.header != index:
            columns = header_columns(grid.rows[index], index) if index >= 0 else Columns(-1, {})
    columns = columns or Columns(-1, {})
    width = max((len(row) for row in grid.rows[:200]), default=0)
    for column in range(width):
        letter = column_letter(column)
        if letter in changes:
            columns.meanings[column] = changes[letter]
    columns.guessed = False
    return columns if columns.score else None
