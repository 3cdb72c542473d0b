"""Opening zip packages (xlsx, docx, QTI) from strangers.

Everything is checked on the directory of the archive before a byte is unpacked, and again while unpacking:
number of members, total size, ratio, path tricks, links, encryption. Every XML part with a DTD or an entity
is refused, not skipped: parsers that ignore entities silently lose text.
"""

from __future__ import annotations

import codecs
import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable

from .unreadable import Unreadable

MAX_MEMBERS = 2_000
MAX_UNPACKED = 200 * 1024 * 1024  # bytes
MAX_RATIO = 100  # unpacked ÷ packed, of the whole archive
SMALL = 1024 * 1024  # bytes: below this a high ratio is harmless
_XML_NAMES = (".xml", ".rels", ".vml")
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_INCOMPLETE = "文件不完整或已损坏（可能没有下载完）；请重新下载，或用Office、WPS打开后另存再导入"


class Archive:
    """A zip file that has passed the checks. Members are read by name; nothing is written to disk."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise Unreadable("damaged_archive", _INCOMPLETE) from error
        self._check(self._zip.infolist(), len(data))
        self.names = tuple(info.filename for info in self._zip.infolist() if not info.is_dir())

    @staticmethod
    def _check(infos: list[zipfile.ZipInfo], packed: int) -> None:
        if len(infos) > MAX_MEMBERS:
            raise Unreadable("archive_members", f"压缩包里的文件超过{MAX_MEMBERS}个，已拒绝打开")
        total = sum(info.file_size for info in infos)
        if total > MAX_UNPACKED or (total > SMALL and total > packed * MAX_RATIO):
            raise Unreadable(
                "archive_size", "文件解压后异常庞大，已拒绝打开；请删去空白行列和大图片后另存再导入"
            )
        names = [info.filename for info in infos]
        if len(set(names)) != len(names):
            raise Unreadable("archive_names", "压缩包里有重名的文件，已拒绝打开")
        for info in infos:
            if info.flag_bits & 0x1:
                raise Unreadable("password", "文件设有密码；请取消密码后再导入")
            if not _is_plain_name(info.orig_filename) or stat.S_ISLNK(info.external_attr >> 16):
                raise Unreadable("archive_path", "压缩包里有不安全的文件路径，已拒绝打开")

    def read(self, name: str) -> bytes:
        """The unpacked bytes of a member; KeyError where there is none of this name."""
        info = self._zip.getinfo(name)
        try:
            with self._zip.open(info) as member:
                data = member.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
            raise Unreadable("damaged_archive", _INCOMPLETE) from error
        if len(data) > info.file_size:
            raise Unreadable("archive_size", "文件解压后异常庞大，已拒绝打开")
        return data

    def refuse_declarations(self, names: Iterable[str] | None = None) -> None:
        """Raise Unreadable if any XML part (or any of `names`) declares a DTD or an entity."""
        for name in self.names if names is None else names:
            if name.lower().endswith(_XML_NAMES):
                refuse_declarations(self.read(name))


def refuse_declarations(part: bytes) -> None:
    """Raise Unreadable if an XML document declares a DTD or an entity, in whatever encoding."""
    start = part[:4]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in start:
        part = part.replace(b"\x00", b"")
    part = part.removeprefix(codecs.BOM_UTF8).removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if part.strip() and not part.lstrip().startswith(b"<"):
        raise Unreadable("damaged_xml", _INCOMPLETE)
    if _DECLARATION.search(part):
        raise Unreadable(
            "xml_declaration",
            "文件里有DTD或实体声明（可用来攻击服务器），已拒绝导入；请用Office或WPS另存后再试",
        )


def _is_plain_name(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return not (name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\x00" in name)
