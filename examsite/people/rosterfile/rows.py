"""What a list of people comes down to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

# What a column can mean. A "place" may come several times: 管区, 村 are the steps of one chain.
FIELDS = {
    "name": "姓名",
    "note": "同名区分",
    "place": "单位",
    "category": "人员类别",
    "establishment": "编制类型",
    "position": "职务",
    "phone": "手机号",
    "birth": "出生年份",
    "username": "用户名",
}
IGNORED = "ignored"

Severity = Literal["broken", "doubtful", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong or doubtful. "broken" keeps the row out, "doubtful" wants a look, "note" informs.

    `key` is the row's key, or that of a sheet ("Sheet3"); `text` what stands in the cell.
    """

    key: str
    code: str
    message: str
    severity: Severity = "broken"
    cell: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the list, cleaned. `key` = "sheet!row number"; empty text where nothing is known."""

    key: str
    name: str
    place: tuple[str, ...] = ()
    category: str = ""
    note: str = ""
    establishment: str = ""
    position: str = ""
    phone: str = ""
    birth: int | None = None
    username: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet and what it was taken for: a field, or IGNORED with the reason."""

    index: int
    letter: str
    header: str
    field: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that was read: where its header stands (1-based), its columns, how many people it has.

    `title`: its name and what stands above the header, which often tells the category.
    """

    name: str
    header_row: int
    columns: tuple[Column, ...]
    people: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """A file that was read."""

    sheets: tuple[Sheet, ...] = ()
    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
