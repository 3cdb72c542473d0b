"""django-import-export over the domain: files are read by the one pipeline and stored by the one function.

The library shows the preview and the confirmation; `QuestionFile` stands for its file formats, `ItemResource`
for its resource. Nothing is saved row by row.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.timezone import localdate
from import_export import resources
from import_export.fields import Field
from import_export.formats.base_formats import Format
from import_export.results import RowResult
from import_export.tmp_storages import BaseStorage
from tablib import Dataset

from examsite.lib import clock
from examsite.lib.cells import csv_bytes

from .domain.doubles import Match, find_doubles
from .domain.imports import import_at_once
from .domain.items import whole_questions
from .domain.reading import nothing_found, read_file
from .formats import own_layout
from .formats.base import Parsed, Problem, Unreadable
from .formats.check import broken_places
from .formats.registry import format_by_code
from .formats.richtext import to_plain
from .kinds import registry as kinds
from .kinds.base import Question
from .models import Bank, Item

COLUMNS = ("位置", "题型", "题干", "选项", "答案", "提示")


class QuestionFile(Format):
    """Any file that the site can read; what comes out is a table of the items, with the reading beside it."""

    def get_title(self) -> str:
        return "试题文件（自动识别）"

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = encoding

    def can_import(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> Dataset:
        """Read the bytes. Raises Unreadable for a file without items, too."""
        parsed = read_file(in_stream, name="", day=localdate(clock.now()))
        if not parsed.questions:
            raise Unreadable("no_items", nothing_found(parsed, "这个文件"))
        dataset = Dataset(headers=list(COLUMNS))
        for question in parsed.questions:
            dataset.append(_cells(question))
        dataset.parsed, dataset.source = parsed, in_stream
        return dataset


class OwnXlsx(QuestionFile):
    """The project's own xlsx layout, on the way out."""

    def get_title(self) -> str:
        return "Excel（本站版式）"

    def can_import(self) -> bool:
        return False

    def can_export(self) -> bool:
        return True

    def get_extension(self) -> str:
        return "xlsx"

    def get_content_type(self) -> str:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        return format_by_code("xlsx").emit(dataset.questions).data


class OwnCsv(OwnXlsx):
    """The same columns as CSV."""

    def get_title(self) -> str:
        return "CSV（本站版式）"

    def get_extension(self) -> str:
        return "csv"

    def get_content_type(self) -> str:
        return "text/csv"

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        header = own_layout.header(dataset.questions)
        rows = [cells for question in dataset.questions for cells in own_layout.rows_of(question)]
        return csv_bytes(header, [[cells.get(name) for name in header] for cells in rows])


class HeldFile(BaseStorage):
    """An uploaded file between preview and confirmation, in the system's folder for such files.

    Its name comes back from the browser: nothing is opened that is not named as we name them.
    """

    _NAME = re.compile(r"questions-[0-9a-f]{32}")

    def save(self, data: bytes) -> None:
        self.name = f"questions-{uuid4().hex}"
        self._path().write_bytes(data)

    def read(self) -> bytes:
        return self._path().read_bytes()

    def remove(self) -> None:
        self._path().unlink(missing_ok=True)

    def _path(self) -> Path:
        if not self._NAME.fullmatch(self.name or ""):
            raise Unreadable("expired", "上传的文件已经不在了，请重新上传")
        return Path(tempfile.gettempdir()) / self.name


class ItemResource(resources.ModelResource):
    """Shows what would happen to each row, and stores all of them or none through domain/imports."""

    number = Field(column_name="题号")
    kind = Field(column_name="题型")
    stem = Field(column_name="题干")
    choices = Field(column_name="选项A、选项B……")
    answer = Field(column_name="答案")

    class Meta:
        model = Item
        fields = ("number", "kind", "stem", "choices", "answer")
        import_id_fields = ()
        use_transactions = True
        report_skipped = True

    @classmethod
    def get_display_name(cls) -> str:
        return "试题"

    def get_diff_headers(self) -> list[str]:
        return list(COLUMNS)

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        self._parsed: Parsed = dataset.parsed
        self._doubles = find_doubles(bank=kwargs["bank"], questions=self._parsed.questions)
        self._broken = broken_places(self._parsed)
        self._problems: dict[str, list[Problem]] = {}
        for problem in self._parsed.problems:
            self._problems.setdefault(problem.where, []).append(problem)

    def import_row(self, row: dict[str, Any], instance_loader: object, **kwargs: Any) -> RowResult:
        """What will happen to one item; nothing is written here."""
        place = kwargs["row_number"] - 1
        question, matches = self._parsed.questions[place], self._doubles[place]
        own = (question.where, *(part.where for part in question.parts))
        problems = [problem for where in own for problem in self._problems.get(where, ())]
        result = self.get_row_result_class()()
        if self._broken.intersection(own):
            result.import_type = RowResult.IMPORT_TYPE_INVALID
            broken = [one for one in problems if one.severity == "broken"]
            result.validation_error = ValidationError([_sentence(one) for one in broken])
            return result
        skipped = bool(matches) and matches[0].exact
        result.import_type = RowResult.IMPORT_TYPE_SKIP if skipped else RowResult.IMPORT_TYPE_NEW
        notes = [one.message for one in problems] + [_double(one) for one in matches[:1]]
        result.diff = [*_cells(question)[:-1], "；".join(notes)]
        return result

    def after_import(self, dataset: Dataset, result: Any, **kwargs: Any) -> None:
        """Store all items in one call; a dry run does so as well and is taken back by the library."""
        if result.has_errors() or result.has_validation_errors():
            return
        at: datetime = clock.now()
        import_at_once(
            bank=kwargs["bank"],
            data=dataset.source,
            name=kwargs.get("file_name") or "试题",
            parsed=self._parsed,
            doubles=self._doubles,
            at=at,
            actor=kwargs["user"],
            skip_doubles=True,
        )

    def export(self, queryset: QuerySet[Item] | None = None, **kwargs: Any) -> Dataset:
        """The questions, attached to an empty table: our formats write them in the own layout."""
        items = Item.objects.all() if queryset is None else queryset
        dataset = Dataset(headers=list(COLUMNS))
        dataset.questions = [question for bank in _banks(items) for question in _of_bank(items, bank)]
        return dataset


def _banks(items: QuerySet[Item]) -> Iterable[Bank]:
    return Bank.objects.filter(pk__in=items.order_by().values("bank")).order_by("name")


def _of_bank(items: QuerySet[Item], bank: Bank) -> Iterable[Question]:
    return whole_questions(items.filter(bank=bank).order_by("number"), bank)


def _cells(question: Question) -> list[str]:
    kind = kinds.kind(question.kind)
    choices = " ".join(f"{one.label}.{to_plain(one.text)}" for one in question.choices)
    answer = "" if question.key is None else kind.describe_key(question.key)
    parts = "".join(f"（{n}）{to_plain(part.stem)}" for n, part in enumerate(question.parts, 1))
    return [question.where, kind.label, to_plain(question.stem)[:500] + parts, choices, answer, ""]


def _sentence(problem: Problem) -> str:
    fix = f"（{problem.fix}）" if problem.fix else ""
    return f"{problem.where}：{problem.message}{fix}"


def _double(match: Match) -> str:
    other = f"题库第{match.number}题" if match.index is None else f"本文件前面的第{match.index + 1}题"
    if match.exact:
        return f"和{other}完全相同，跳过"
    return f"和{other}相似" if match.score < 1.0 else f"和{other}题目相同，答案不同"
