"""Grids → questions: one item a row, or one option a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from examsite.lib.files.grids import CellText, Grid, cell_text, column_letter, is_blank

from ..kinds.base import Choice, replace
from .base import Parsed, Problem, Unreadable
from .columns import Columns, corrected, corrections, find_columns, header_columns, layout_of
from .drafts import Draft
from .fields import default_kind, draft_of, gather, is_empty, meaning_of
from .marks import is_sample
from .normalise import clean, judgement, kind_of, letters
from .options import letters_from_a
from .own_layout import exact_items
from .runs import read_places, take_numbers
from .settle import group

_SAMPLE = re.compile(
    r"^[\s【（(\[]*(示例|样例|范例|举例)|[（(【](示例|样例)|(示例|样例|本行|此行)[^。]{0,8}(删除|勿删)"
)
_KIND_ROW = re.compile(
    r"[\s第一二三四五六七八九十\d、.．（()）部分大题]*\S{0,8}(选|判断|填空|简答|论述|问答|案例|材料)"
)
_NOTES = re.compile(
    r"^\s*(填写|导入|使用|操作)?(须知|说明|注意事项|备注|要求|提示)\s*[:：]|^\s*填写(须知|说明)"
)
_NO_COLUMNS = "表里没有认出“题干”和“答案”这样的列；请核对表头文字，或改用本站的导入模板"


def read_tables(
    grids: Sequence[Grid], *, name: str = "", mapping: Mapping[str, str] | None = None
) -> tuple[Parsed, list[Grid]]:
    """All items of all sheets, and the sheets in which no item table was found. Raises Unreadable.

    `mapping` holds corrected columns in the form of `Parsed.layout`: "Sheet1!C 题干" → "stem"; the part
    behind the letter is ignored, and "Sheet1!表头" → "4" says which row is the header (0: none).
    """
    drafts: list[Draft] = []
    problems: list[Problem] = []
    layout: dict[str, str] = {}
    skipped: list[Grid] = []
    changes = corrections(mapping or {})
    for place, grid in enumerate(grids):
        twin = next((one for one in grids[:place] if len(grid.rows) > 1 and one.rows == grid.rows), None)
        if twin is not None:
            message = f"和工作表“{twin.name}”完全相同，没有再读一遍"
            problems.append(Problem(f"工作表“{grid.name}”", "same_sheet", message, severity="note"))
            continue
        columns = corrected(find_columns(grid), grid, changes.get(grid.name, {}))
        if columns is None:
            skipped.append(grid)
            continue
        reader = _Sheet(
            grid, columns, default_kind(grid.name) or (default_kind(name) if len(grids) == 1 else "")
        )
        reader.read()
        take_numbers(reader.drafts)
        read_places(reader.drafts, columns.first_place)
        drafts += reader.drafts
        problems += reader.problems
        layout |= layout_of(grid, columns)
    if not layout:
        raise Unreadable("no_columns", _NO_COLUMNS)
    if not drafts:
        raise Unreadable("no_rows", "表头认出来了，但下面没有试题")
    questions, found = group(drafts)
    return Parsed(tuple(questions), (*problems, *found), layout=layout), skipped


# -- rows ---------------------------------------------------------------------------------------------------


class _Sheet:
    """Reads the rows below the header of one sheet into drafts."""

    def __init__(self, grid: Grid, columns: Columns, kind: str) -> None:
        self.grid, self.columns, self.kind = grid, columns, kind
        self.drafts: list[Draft] = []
        self.problems: list[Problem] = []
        self._by_option = columns.has("choice_text") and (
            columns.has("choice_right") or columns.has("choice_label")
        )
        self._covered = self._merged_cells()
        self._exact_rows: list[tuple[str, dict[str, str]]] = []

    def read(self) -> None:
        self._legend_from_content()
        for index in range(self.columns.header + 1, len(self.grid.rows)):
            row = self.grid.rows[index]
            if self._lacks_result(index, "stem") or not (is_blank(row) or self._is_no_item(row, index)):
                self._item(row, index)
        self._put_exact()
        shifted = [one for one in self.drafts if any(p.code == "unreadable_right" for p in one.problems)]
        if shifted and len(shifted) * 2 >= len(self.drafts):
            for draft in self.drafts:
                draft.note("columns_shifted", "多数行的内容和表头对不上，可能是列错位了", "核对各列的含义")
        if self.columns.guessed and self.drafts:
            message = "没有表头，各列的含义是按内容推断的"
            self.problems.append(
                Problem(self.drafts[0].where, "no_header", message, "", "核对各列", "doubtful")
            )
        if self.grid.hidden and self.drafts:
            message = f"试题在隐藏的工作表“{self.grid.name}”里"
            self.problems += [
                Problem(one.where, "hidden_sheet", message, one.raw, "", "doubtful") for one in self.drafts
            ]

    def _is_no_item(self, row: Sequence[Any], index: int) -> bool:
        """Rows between the items: a repeated header, a heading that sets the kind, a sample, a note."""
        filled = [value for value in row if value is not None and value != ""]
        texts = [value for value in filled if isinstance(value, str)]
        stem = self._text(row, "stem")
        if len(stem) <= 20 and len(texts) == len(filled) and self._is_header_again(row, index):
            return True
        if len(filled) == 1 and texts and self._sets_kind(clean(texts[0])):
            return True
        if texts and not stem and all(meaning_of(text)[:7] == "choice:" for text in texts):
            return index == self.columns.header + 1  # A, B, C below one heading 选项
        if (
            _SAMPLE.search(stem[:40])
            or is_sample(stem)
            or any(_SAMPLE.match(text[:20]) for text in texts[:1])
        ):
            self._skip(index, "sample_row", "示例行，没有导入", " | ".join(texts))
            return True
        if texts and _NOTES.match(texts[0]) and len(texts) <= 2:
            self._skip(index, "note_row", "填写说明，没有导入", texts[0])
            return True
        return False

    def _is_header_again(self, row: Sequence[Any], index: int) -> bool:
        again = header_columns(row, index)
        if again.score <= 2 or again.score * 3 < self.columns.score * 2:
            return False
        self.columns.meanings = again.meanings
        return True

    def _sets_kind(self, text: str) -> bool:
        kind = kind_of(text) if len(text) <= 60 else ""
        if kind and _KIND_ROW.match(text):
            self.kind = kind
            return True
        return False

    def _skip(self, index: int, code: str, message: str, raw: str) -> None:
        self.problems.append(Problem(self.grid.place(index), code, message, raw, severity="note"))

    def _item(self, row: Sequence[Any], index: int) -> None:
        pairs, flaws = self._pairs(row, index)
        fields = gather(pairs)
        meaningful = {meaning.partition(":")[0] for meaning in fields} - {
            "number",
            "topic",
            "difficulty",
            "points",
        }
        offers = "choice_text" in fields or self._lacks_result(index, "choice_text")
        if self._by_option and self.drafts and offers and self._goes_on(fields):
            self._report_formulas(self.drafts[-1], self.grid.numbers[index])
            self._add_option(self.drafts[-1], fields)
            return
        beside = {"kind", "source", "tags", "audience", "right", "several", "picture", "pinned"}
        if not (meaningful - beside or self._lacks_result(index, "stem")):
            return
        draft = draft_of(fields, self.grid.place(index), self.columns.legend, self.kind)
        if self.columns.has("exact"):
            texts = {self.columns.names.get(c, ""): cell_text(value).text for c, value in enumerate(row)}
            self._exact_rows.append((draft.where, texts))
        self._report_flaws(draft, fields, flaws, index)
        self.drafts.append(draft)
        if self._by_option and offers:
            self._add_option(draft, fields)

    def _put_exact(self) -> None:
        """Items whose exact data stands beside them, unedited, take the place of what the cells say."""
        by_place = {draft.where: draft for draft in self.drafts}
        covered: set[str] = set()
        for question, places in exact_items(self._exact_rows):
            parts = tuple(replace(one, where=at) for one, at in zip(question.parts, places, strict=False))
            where = f"{places[0]}·材料" if parts else places[0]
            by_place[places[0]].exact = replace(question, where=where, parts=parts)
            covered.update(places[1:])
        self.drafts = [draft for draft in self.drafts if draft.where not in covered]

    def _pairs(
        self, row: Sequence[Any], index: int
    ) -> tuple[list[tuple[str, str]], list[tuple[int, CellText]]]:
        pairs, flaws = [], []
        for column, meaning in self.columns.meanings.items():
            value = row[column] if column < len(row) else ""
            if value in ("", None) and (index, column) in self._covered:
                value = self._covered[index, column]
            text = cell_text(value)
            if meaning and text.flaw:
                flaws.append((column, text))
            pairs.append((meaning, text.text))
        return pairs, flaws

    def _goes_on(self, fields: Mapping[str, str]) -> bool:
        """Whether a row is one more option of the item before: without a stem, or with the same again."""
        last = self.drafts[-1]
        if "stem" not in fields:
            return True
        return fields["stem"] == last.stem and fields.get("number", "") in {"", last.number}

    def _add_option(self, draft: Draft, fields: Mapping[str, str]) -> None:
        """Layouts with one option a row: 选项内容 with 是否正确项, or with the letter beside it."""
        written = letters(fields.get("choice_label", "")) or ()
        label = written[0] if written else letters_from_a(len(draft.choices) + 1)[-1]
        draft.choices.append(Choice(label, fields.get("choice_text", "")))
        right = judgement(fields.get("choice_right") or "0")
        if right is None:
            draft.note(
                "unreadable_right", f"选项{label}的“是否正确”看不懂：{fields['choice_right'][:40]}", "填0或1"
            )
        elif right:
            draft.keys = (*draft.keys, label)
        if fields is not None and draft.choices[1:] and "rationale" in fields:
            draft.rationale = f"{draft.rationale}\n{label}：{fields['rationale']}".strip()

    def _report_flaws(
        self, draft: Draft, fields: Mapping[str, str], flaws: Sequence[tuple[int, CellText]], index: int
    ) -> None:
        number = self.grid.numbers[index]
        for column, text in flaws:
            meaning, cell = self.columns.meanings[column], f"{column_letter(column)}{number}"
            used = meaning.startswith("choice") or meaning in {"answer", "stem", "more_answer"}
            if used and text.flaw == "digits":
                draft.note(
                    "digits_lost",
                    f"{cell}是15位以上的数，Excel已丢失末尾数字",
                    "把单元格设为文本格式后重新填写",
                )
            elif used and text.flaw == "date":
                message = f"{cell}是日期{text.text}，可能是Excel把“1-2”“1/3”之类改成了日期"
                year = int(text.text[:4]) if text.text[:4].isdigit() else 9999
                severity = "doubtful" if year < 1990 or meaning == "stem" else "broken"
                draft.note("date_cell", message, "把单元格设为文本格式后重新填写", severity)
        self._report_formulas(draft, number)
        self._report_percents(draft, index)
        if number in self.grid.hidden_rows:
            draft.doubt("hidden_row", "这一行在表格里是隐藏的", "核对是否要导入")
        if number in self.grid.pictures or "picture" in fields or "DISPIMG(" in draft.raw:
            severity = (
                "doubtful" if clean(fields.get("stem", "")) and "DISPIMG(" not in draft.raw else "broken"
            )
            draft.note("picture", "这道题带有图片，图片没有导入", "导入后补上图片，或改成文字", severity)

    def _report_formulas(self, draft: Draft, number: int) -> None:
        """Formulas whose result is read want a look; without one, or with an error, a piece is lost."""
        found = [c for c, meaning in self.columns.meanings.items() if meaning]
        formulas = [(c, f"{column_letter(c)}{number}") for c in found if (number, c) in self.grid.formulas]
        lost = {c: self.grid.valueless[number, c] for c, _ in formulas if (number, c) in self.grid.valueless}
        read = "、".join(cell for c, cell in formulas if c not in lost)
        if read:
            draft.doubt("formula", f"{read}是公式，取的是上次计算的结果", "核对内容")
        blank = [(c, cell) for c, cell in formulas if lost.get(c) == ""]
        if blank:
            cells = "、".join(cell for _, cell in blank)
            message = f"{cells}是公式，文件里没有存它的计算结果，读不到内容"
            whole = all(self.columns.meanings[c] == "number" for c, _ in blank)  # its row names it as well
            severity = "doubtful" if whole else "broken"
            draft.note("formula_without_value", message, "用Excel或WPS打开文件，保存一次后再导入", severity)
        failed = "、".join(f"{cell}（{lost[c]}）" for c, cell in formulas if lost.get(c))
        if failed:
            draft.note("formula_error", f"{failed}是公式，计算结果是错误", "改正公式，或直接填写内容")
        places = [
            (c, self.grid.valueless.get((number, c), ""))
            for c in found
            if (number, c) not in self.grid.formulas
        ]
        errors = "、".join(f"{column_letter(c)}{number}（{error}）" for c, error in places if error)
        if errors:
            draft.note("error_value", f"{errors}里是错误值，不是内容", "在这一格直接填写内容")

    def _report_percents(self, draft: Draft, index: int) -> None:
        """Numbers between 0 and 1 in options and answers, where the file does not tell how they are shown."""
        row, number = self.grid.rows[index], self.grid.numbers[index]
        for column, meaning in () if self.grid.formatted else self.columns.meanings.items():
            value = row[column] if column < len(row) else ""
            wanted = meaning.startswith("choice") or meaning in {"answer", "more_answer"}
            if wanted and isinstance(value, float) and 0 < value < 1:
                cell = f"{column_letter(column)}{number}（{cell_text(value).text}）"
                draft.doubt(
                    "perhaps_percent", f"{cell}可能是百分数，文件里看不出显示的样子", "核对这一格的内容"
                )

    def _lacks_result(self, index: int, meaning: str) -> bool:
        """Whether the cell of this meaning in a row is a formula without a stored result, or an error."""
        number = self.grid.numbers[index]
        return any(
            one == meaning and (number, column) in self.grid.valueless
            for column, one in self.columns.meanings.items()
        )

    def _text(self, row: Sequence[Any], meaning: str) -> str:
        for column, one in self.columns.meanings.items():
            if one == meaning and column < len(row):
                return cell_text(row[column]).text
        return ""

    def _merged_cells(self) -> dict[tuple[int, int], Any]:
        """Values that a cell merged downwards lends to the rows it covers: material, kind, topic."""
        lent = {}
        for (top, left), (bottom, right) in self.grid.merged:
            meaning = self.columns.meanings.get(left, "")
            if (
                top <= self.columns.header
                or left != right
                or meaning not in {"material", "kind", "topic", "law"}
            ):
                continue
            for index in range(top + 1, min(bottom + 1, len(self.grid.rows))):
                lent[index, left] = self.grid.rows[top][left]
        return lent

    def _legend_from_content(self) -> None:
        """Kind codes (0, 1, 2 …) that no note explains: what their rows look like, if all rows agree."""
        if self.columns.legend or not self.columns.has("kind"):
            return
        seen: dict[str, Counter[str]] = {}
        code, right = "", 0
        for row in self.grid.rows[self.columns.header + 1 :]:
            own = cell_text(
                next((row[c] for c, m in self.columns.meanings.items() if m == "kind" and c < len(row)), "")
            ).text
            if own and not own.isdigit():
                return
            if own:
                if code and self._by_option:
                    seen.setdefault(code, Counter())["multiple" if right > 1 else "single"] += 1
                code, right = own, 0
            if self._by_option and judgement(self._text(row, "choice_right")):
                right += 1
            elif own and not self._by_option:
                answer = letters(self._text(row, "answer"))
                if answer:
                    seen.setdefault(own, Counter())["multiple" if len(answer) > 1 else "single"] += 1
        if code and self._by_option:
            seen.setdefault(code, Counter())["multiple" if right > 1 else "single"] += 1
        self.columns.legend = {code: "multiple" for code, counts in seen.items() if counts["multiple"]}


def has_items(grid: Grid) -> bool:
    """Whether a sheet looks like a table of items, without reading it."""
    return find_columns(grid) is not None


def unread_cells(grid: Grid) -> list[str]:
    """The texts of a sheet without item table, for those who read it as running text."""
    return [
        " ".join(text for value in row if (text := cell_text(value).text) and not is_empty(text))
        for row in grid.rows
    ]
