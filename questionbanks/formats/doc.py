"""Word 97–2003 documents, through antiword or LibreOffice where one of them is installed.

The converter runs as a program of its own with limits, on a copy in a temporary folder.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from examsite.lib.files.sniff import Probe

from .base import Format, Parsed, Problem, Unreadable
from .docx import Docx
from .docx import plain_text as docx_text
from .lines import lines_of
from .text import read_lines

TIMEOUT = 60  # seconds
_ENCRYPTED = 0x0100  # a flag of the file's head (MS-DOC, FibBase)
_NUMBERS_LOST = "旧版Word文档的自动编号、加粗和颜色读不出来；题号或答案不全时，请另存为docx再导入"
_SAVE_AS = "请用Word或WPS打开，另存为docx后再导入"


class Doc(Format):
    """Binary Word documents."""

    code = "doc"
    label = "Word 97-2003文档"
    extension = "doc"

    def claims(self, probe: Probe) -> int:
        return 90 if "WordDocument" in probe.streams else 0

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        source = _converted(data)
        if isinstance(source, bytes):
            parsed = Docx().parse(source, name=name, mapping=mapping)
            return Parsed(parsed.questions, parsed.problems, self.code, layout=parsed.layout)
        parsed = read_lines(lines_of(source), name=name.rpartition(".")[0])
        note = Problem("文档", "doc_numbers", _NUMBERS_LOST, severity="note")
        return Parsed(parsed.questions, (note, *parsed.problems), self.code)


def plain_text(data: bytes) -> str:
    """The text of a document, a paragraph a line: for statutes and other running text. Raises Unreadable."""
    source = _converted(data)
    return docx_text(source) if isinstance(source, bytes) else source


def libreoffice() -> str | None:
    """The program, where it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def _converted(data: bytes) -> bytes | str:
    """The document as docx where LibreOffice is installed, else its text. Raises Unreadable."""
    _refuse_encrypted(data)
    antiword, office = shutil.which("antiword"), libreoffice()
    converted = _convert(data, office) if office else b""
    if converted:
        return converted
    if antiword:
        return _antiword(data, antiword)
    raise Unreadable("doc", f"这是旧版Word文档（doc），服务器没有安装读取它的程序；{_SAVE_AS}")


def _refuse_encrypted(data: bytes) -> None:
    """The document stream begins at a sector with its magic number; its flags say whether it is encrypted."""
    at = data.find(b"\xec\xa5", 512)
    while at >= 0:
        if at % 512 == 0:
            flags = int.from_bytes(data[at + 10 : at + 12], "little")
            if flags & _ENCRYPTED:
                raise Unreadable("password", "文件设有打开密码；请取消密码，另存为docx后再导入")
            return
        at = data.find(b"\xec\xa5", at + 1)


def _run(command: list[str], folder: str) -> subprocess.CompletedProcess[bytes]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (TIMEOUT, TIMEOUT))

    try:
        return subprocess.run(  # noqa: S603 - a fixed program, no shell, a file name of our own
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
            preexec_fn=limit,
            env={
                "HOME": folder,
                "PATH": "/usr/bin:/bin",
                "LANG": "C.UTF-8",
                "ANTIWORDHOME": "/usr/share/antiword",
            },
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("doc_timeout", f"读取旧版Word文档超时；{_SAVE_AS}") from error


def _antiword(data: bytes, program: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "source.doc"
        path.write_bytes(data)
        done = _run([program, "-m", "UTF-8.txt", "-w", "0", str(path)], folder)
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0 or not text.strip():
        raise Unreadable("damaged_doc", f"旧版Word文档读不出文字（可能已损坏，或只有图片）；{_SAVE_AS}")
    return text


def _convert(data: bytes, program: str) -> bytes:
    """The document as docx; b"" where LibreOffice could not make one."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "source.doc").write_bytes(data)
        command = [
            program,
            "--headless",
            "--norestore",
            "--convert-to",
            "docx",
            "--outdir",
            folder,
            "source.doc",
        ]
        _run([*command[:1], f"-env:UserInstallation=file://{folder}/profile", *command[1:]], folder)
        result = Path(folder) / "source.docx"
        return result.read_bytes() if result.exists() else b""
