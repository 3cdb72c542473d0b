"""Formats that are recognised and cannot be read yet, so that the office is told what to do."""

from __future__ import annotations

from collections.abc import Mapping

from examsite.lib.files.sniff import Probe

from .base import Format, Parsed, Unreadable
from .packages import package_kind


class Qti3(Format):
    code = "qti3"
    label = "QTI 3"
    extension = "zip"

    def claims(self, probe: Probe) -> int:
        return 95 if package_kind(probe) == "qti3" else 0

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        raise Unreadable(
            "qti3", "这是QTI 3.0题库，目前还不能导入；请在原系统里改用QTI 2.1、QTI 2.2或QTI 1.2导出后再导入"
        )


class Blackboard(Format):
    code = "blackboard"
    label = "Blackboard题库"
    extension = "zip"

    def claims(self, probe: Probe) -> int:
        return 96 if package_kind(probe) == "blackboard" else 0

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        raise Unreadable(
            "blackboard",
            "这是Blackboard题库（pool），目前还不能导入；请在Blackboard里改用QTI 2.1导出，"
            "或经Moodle、Canvas转成Moodle XML、QTI后再导入",
        )
