"""The evidence pack (佐证包): a zip of what the report rests on, with an index of SHA-256 digests.

Whoever changes, removes or adds a file after the export is found by `check_pack`; on the server that made it
the signature of the index shows that the index itself is the one that was written.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from django.core.files.storage import default_storage

from examsite.lib.cells import add_sheet, book_bytes, csv_bytes, new_book
from examsite.lib.errors import Invalid
from examsite.lib.ids import keyed_digest

from ...domain.printing import printed_paper
from ...models import ActivityFile, AnnualReport, Exam, Snapshot
from ...printing.book import question_book
from ..charts import draw, is_empty, png
from ..facts.activities import activities_of, months_of
from ..facts.exams import exams_of_year
from ..facts.lists import (
    CHANGE_HEADER,
    ROSTER_HEADER,
    SCORE_HEADER,
    change_rows,
    notice_lines,
    roster_rows,
    score_rows,
)
from ..facts.people import people_of
from ..reports.document import ReportDocument, to_json
from .sheets import register_book, report_book
from .word import report_docx

INDEX, INDEX_CSV = "index.json", "索引.csv"
PURPOSE = "evidence-pack"
MOST_FILES, MOST_BYTES = 20_000, 2 * 1024**3
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)  # what reading a member may end with
_STAMP = (1980, 1, 1, 0, 0, 0)  # no time of day in the archive: equal content, equal bytes


@dataclass(slots=True)
class _Pack:
    archive: zipfile.ZipFile
    files: dict[str, tuple[str, int]] = field(default_factory=dict)

    def add(self, name: str, data: bytes) -> None:
        info = zipfile.ZipInfo(name, _STAMP)
        info.compress_type = zipfile.ZIP_DEFLATED
        self.archive.writestr(info, data)
        self.files[name] = (hashlib.sha256(data).hexdigest(), len(data))


def evidence_pack(
    *,
    report: AnnualReport,
    document: ReportDocument,
    snapshot: Snapshot | None,
    at: datetime,
    zone: tzinfo,
    secret: str,
    status: tuple[str, ...] = (),
) -> bytes:
    """The pack of a report as bytes. `secret` signs the index."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        pack = _Pack(archive)
        pack.add("年度报告.docx", report_docx(document, status=status))
        pack.add("附表.xlsx", report_book(document, status=status))
        pack.add("数据快照.json", _json(_kept(document, snapshot)))
        for number, picture in enumerate(document.pictures, 1):
            if not is_empty(picture.chart):
                pack.add(f"图表/{number:02}-附表{picture.table}.png", png(draw(picture.chart)))
        for number, exam in enumerate(exams_of_year(report.unit.path, report.year), 1):
            _add_exam(pack, f"考试/{number:02}-{_plain(exam.title)}", exam, at, zone)
        _add_activities(pack, report)
        listed = [(name, size, digest) for name, (digest, size) in pack.files.items()]
        pack.add(INDEX_CSV, csv_bytes(("文件", "字节", "SHA-256"), listed))
        index = {
            "schema": 1,
            "report": document.title,
            "made_at": at.isoformat(),
            "files": {name: {"sha256": digest, "bytes": size} for name, (digest, size) in pack.files.items()},
        }
        pack.add(INDEX, _json(_signed(index, secret)))
    return buffer.getvalue()


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _signed(index: dict[str, object], secret: str) -> dict[str, object]:
    return index | {"signature": keyed_digest(secret, PURPOSE, _json(index).decode())}


def _kept(document: ReportDocument, snapshot: Snapshot | None) -> dict[str, object]:
    kept: dict[str, object] = {"report": to_json(document)}
    if snapshot is not None:
        kept |= {
            "id": str(snapshot.pk),
            "digest": snapshot.digest,
            "as_of": snapshot.as_of.isoformat(),
            "definitions": snapshot.definitions,
            "rosters": snapshot.rosters,
            "attempts": sorted(str(key) for key in snapshot.attempts.values_list("attempt_id", flat=True)),
        }
    return kept


def _plain(name: str) -> str:
    """A name that every computer takes for a folder."""
    return "".join(char for char in name if char.isalnum() or char in "（）-_“”")[:60] or "考试"


def _add_exam(pack: _Pack, folder: str, exam: Exam, at: datetime, zone: tzinfo) -> None:
    people = people_of(exam, at=at)
    pack.add(f"{folder}/通知与场次.txt", "\r\n".join(notice_lines(exam, zone, at)).encode("utf-8-sig"))
    book = new_book()
    add_sheet(book, "应考名册", ROSTER_HEADER, roster_rows(exam))
    add_sheet(book, "冻结后变更", CHANGE_HEADER, change_rows(exam, zone))
    pack.add(f"{folder}/名册.xlsx", book_bytes(book))
    book = new_book()
    add_sheet(book, "成绩单", SCORE_HEADER, score_rows(exam, people))
    pack.add(f"{folder}/成绩单.xlsx", book_bytes(book))
    for form in exam.forms.filter(published_at__isnull=False).order_by("code"):
        pack.add(f"{folder}/试卷/{form.code}卷.pdf", question_book(printed_paper(form)))
    for one in exam.list_imports.filter(state="stored"):
        with default_storage.open(one.file.name) as stored:
            pack.add(f"{folder}/外部成绩/{one.pk.hex[:8]}-{_plain(one.file_name)}", stored.read())


def _add_activities(pack: _Pack, report: AnnualReport) -> None:
    entries = (
        activities_of(report.unit.path, report.year).select_related("unit").order_by("date", "created_at")
    )
    kinds = months_of(report.unit.path, report.year)
    pack.add("普法活动/台账.xlsx", register_book(kinds, list(entries)))
    proofs = ActivityFile.objects.filter(activity__in=entries, removed_at__isnull=True)
    for number, one in enumerate(proofs.select_related("activity").order_by("activity__date", "pk"), 1):
        extension = one.file.name.rsplit(".", 1)[-1]
        folder = f"普法活动/佐证/{one.activity.date:%Y-%m-%d}-{_plain(one.activity.topic)}"
        with default_storage.open(one.file.name) as stored:
            pack.add(f"{folder}/{number:04}.{extension}", stored.read())


# --- Checking ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a pack. `is_signed`: None where no secret was given to check the signature with."""

    files: int
    problems: tuple[str, ...]
    is_signed: bool | None

    @property
    def is_intact(self) -> bool:
        return not self.problems and self.is_signed is not False


def check_pack(data: bytes, *, secret: str | None = None) -> Checked:
    """Compare every file with the index. Raises Invalid for what is no evidence pack."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _require_size(archive)
        index = json.loads(archive.read(INDEX))
        listed = {str(name): str(one["sha256"]) for name, one in index["files"].items()}
        signature = index.pop("signature")
    except (*_DAMAGED, KeyError, ValueError, TypeError, AttributeError) as error:
        raise Invalid("no_pack", "这不是佐证包，或索引已损坏。") from error
    problems = list(_problems(archive, listed))
    signed = None if secret is None else signature == keyed_digest(secret, PURPOSE, _json(index).decode())
    return Checked(len(listed), tuple(problems), signed)


def _require_size(archive: zipfile.ZipFile) -> None:
    """Before anything is unpacked: what the archive's directory announces."""
    infos = archive.infolist()
    if len(infos) > MOST_FILES or sum(one.file_size for one in infos) > MOST_BYTES:
        raise Invalid("large_pack", "文件太多或太大，不像佐证包。")


def _problems(archive: zipfile.ZipFile, listed: dict[str, str]) -> Iterator[str]:
    present = set(archive.namelist()) - {INDEX}
    if len(present) + 1 != len(archive.infolist()):
        yield "压缩包中有重名的文件"
    for name in sorted(set(listed) - present):
        yield f"缺少：{name}"
    for name in sorted(present - set(listed)):
        yield f"索引之外多出：{name}"
    for name in sorted(present & set(listed)):
        try:
            data = archive.read(name)
        except _DAMAGED:
            yield f"已损坏：{name}"
            continue
        if hashlib.sha256(data).hexdigest() != listed[name]:
            yield f"内容被改动：{name}"
