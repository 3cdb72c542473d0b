"""The file formats there are. To add one: its module, its line in FORMATS (see CONTRIBUTING).

A format recognises its files in `claims(probe)`: 0 for "not mine", up to 100 for "certainly mine". The
highest claim wins, the earlier line on a tie.
"""

from __future__ import annotations

from collections.abc import Mapping

from examsite.lib.files.sniff import Probe, look

from .aiken import Aiken
from .base import Format, Parsed, Unreadable
from .check import complete
from .doc import Doc
from .doc import plain_text as doc_text
from .docx import Docx
from .docx import plain_text as docx_text
from .gift import Gift
from .html import Html
from .html import plain_text as html_text
from .json_sets import JsonSet
from .kaoshibao import Kaoshibao
from .moodle_xml import MoodleXml
from .native_json import NativeJson
from .qti12 import Qti12
from .qti21 import Qti21
from .refused import Blackboard, Qti3
from .text import Text
from .workbook import Csv, Xls, Xlsx

FORMATS: tuple[Format, ...] = (
    Xlsx(),
    Xls(),
    Csv(),
    Docx(),
    Doc(),
    JsonSet(),
    Html(),
    Kaoshibao(),
    Text(),
    Gift(),
    Aiken(),
    MoodleXml(),
    Qti12(),
    Qti21(),
    NativeJson(),
    Qti3(),
    Blackboard(),
)


def text_of(data: bytes, name: str = "") -> str:
    """The running text of a Word, Markdown or text file or a page. Raises Unreadable for other files."""
    probe = look(data, name)
    if probe.container == "text" and not probe.head.startswith(("<", "{", "[")):
        return probe.text
    chosen = recognise(probe)
    reader = {Docx.code: docx_text, Doc.code: doc_text, Html.code: html_text}.get(chosen.code)
    if reader is not None:
        return reader(data)
    raise Unreadable("no_text", "这不是能读的文字文件；请另存为Word（docx）、文本或Markdown文件")


def format_by_code(code: str) -> Format:
    """The format with this code; KeyError for an unknown one."""
    return {one.code: one for one in FORMATS}[code]


def recognise(probe: Probe) -> Format:
    """The format that claims the file most strongly. Raises Unreadable when none does."""
    best = max(FORMATS, key=lambda one: one.claims(probe), default=None)
    if best is None or best.claims(probe) == 0:
        raise Unreadable(
            "unknown_format", "无法识别文件格式；请导入Word、Excel、文本、JSON、GIFT、Moodle或QTI文件"
        )
    return best


def parse(
    data: bytes, *, name: str = "", format: str = "auto", mapping: Mapping[str, str] | None = None
) -> Parsed:
    """Every item of a file of any known format, with its problems complete.

    `format`: a code, or "auto" to recognise it by content. `mapping`: corrected columns (column → meaning)
    for a format that has columns. Raises Unreadable for a file that cannot be read at all, KeyError for an
    unknown code.
    """
    chosen = recognise(look(data, name, damaged=True)) if format == "auto" else format_by_code(format)
    parsed = chosen.parse(data, name=name, mapping=mapping)
    return complete(parsed)
