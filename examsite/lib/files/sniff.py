"""What a file is, by its content. The name is never believed: an .xls may be an xlsx, a page or plain text.

`look` computes once what every format needs to recognise itself, and refuses here what no format can read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .archives import Archive
from .encodings import decode
from .unreadable import Unreadable

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_PACKED = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_XML_ENCODING = re.compile(
    rb"\s*<\?xml[^>]*\bencoding\s*=\s*[\"'](iso-8859-1|iso-8859-15|us-ascii)[\"']", re.IGNORECASE
)
_SINGLE_BYTE = {b"iso-8859-1": "latin-1", b"iso-8859-15": "iso-8859-15", b"us-ascii": "latin-1"}
_SAVE_AS = "请用Office或WPS打开，另存为docx或xlsx后再导入"


@dataclass(frozen=True, slots=True)
class Probe:
    """One look at a file.

    `container`: "zip", "ole" or "text". `members`: the names in a zip. `streams`: which of the known streams
    an OLE file has ("WordDocument", "Workbook"). `text`, `encoding`: of a text file, else empty.
    """

    data: bytes
    name: str
    container: str
    members: frozenset[str] = frozenset()
    streams: frozenset[str] = frozenset()
    text: str = ""
    encoding: str = ""

    @property
    def head(self) -> str:
        """The beginning of a text file, without leading blanks: enough to tell JSON, XML and HTML apart."""
        return self.text[:4096].lstrip()


def look(data: bytes, name: str = "", *, damaged: bool = False) -> Probe:
    """Look at a file; `damaged` as in `decode`.

    Raises Unreadable, with a sentence for the office, for what no format can read.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unreadable("empty", "文件是空的，没有任何内容")
    _refuse_by_magic(data)
    if data.startswith(_ZIP):
        return Probe(data, name, "zip", members=frozenset(Archive(data).names))
    if data.startswith(_OLE):
        return _look_at_ole(data, name)
    text, encoding = _xml_in_its_own_encoding(data) or decode(data, damaged=damaged)
    return Probe(data, name, "text", text=text, encoding=encoding)


def _xml_in_its_own_encoding(data: bytes) -> tuple[str, str] | None:
    """Text and encoding of an XML file that declares a single-byte encoding; None for any other."""
    match = _XML_ENCODING.match(data)
    if match is None:
        return None
    return data.decode(_SINGLE_BYTE[match.group(1).lower()]), match.group(1).decode().lower()


def _refuse_by_magic(data: bytes) -> None:
    if b"%PDF-" in data[:1024]:
        raise Unreadable(
            "pdf", "这是PDF文件，不能导入；请找到原来的Word或Excel文件，或把文字复制到Word另存为docx后再导入"
        )
    if data.startswith(_PICTURES) and b"\x00" in data[:64]:
        raise Unreadable("picture", "这是图片，不能导入；请导入文字版的Word、Excel或文本文件")
    if data.startswith(_PACKED):
        raise Unreadable("packed", "这是压缩包，请先解压，再导入里面的文件")
    if data.startswith(b"{\\rtf"):
        raise Unreadable("rtf", f"这是RTF文档，不能直接导入；{_SAVE_AS}")


def _look_at_ole(data: bytes, name: str) -> Probe:
    """Streams are found by their names in the directory, which stand there in UTF-16."""

    def has(stream: str) -> bool:
        return (stream + "\x00").encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise Unreadable("password", "文件设有打开密码；请用Office或WPS打开，取消密码另存后再导入")
    streams = frozenset(stream for stream in ("WordDocument", "Workbook", "Book") if has(stream))
    if not streams:
        raise Unreadable("unknown_ole", f"无法识别的Office文件；{_SAVE_AS}")
    return Probe(data, name, "ole", streams=streams)
