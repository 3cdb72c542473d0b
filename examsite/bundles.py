"""Style sheets and scripts of one page in one file: a phone on a weak line pays for every request.

The parts stay small files that are read, tested and edited by themselves; `STATIC_BUNDLES` in the settings
says which make up a bundle. Only what no browser needs is left out: comments, indentation, blank lines, and
of ES modules the imports and exports between the parts, which then share one function's scope.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_SPACE = re.compile(r"\s*([{};,])\s*")
_IMPORT = re.compile(r"^import .* from \".*\";$")


def merge_css(parts: list[str]) -> str:
    """One style sheet out of several, in their order."""
    whole = _CSS_COMMENT.sub("", "\n".join(parts))
    return re.sub(r"\s+", " ", _CSS_SPACE.sub(r"\1", whole)).strip() + "\n"


def merge_js(parts: list[str]) -> str:
    """One script out of several ES modules; each import stands on a line of its own and names a part."""
    lines = (line.strip() for part in parts for line in part.splitlines())
    kept = [
        line.removeprefix("export ")
        for line in lines
        if line and not line.startswith("//") and not _IMPORT.match(line)
    ]
    return "\n".join(['(() => {\n"use strict";', *kept, "})();"]) + "\n"


_MERGE = {".css": merge_css, ".js": merge_js}


class BundleFinder(BaseFinder):
    """Finds bundles, made anew whenever a part has changed."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.folder = Path(settings.DATA_DIR) / "bundles"
        self.storage = FileSystemStorage(location=str(self.folder))
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in settings.STATIC_BUNDLES:
            return []
        found = self._write(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for path in settings.STATIC_BUNDLES:
            self._write(path)
            yield path, self.storage

    def _write(self, path: str) -> str:
        target = self.folder / path
        parts = [
            Path(finders.find(part)).read_text(encoding="utf-8") for part in settings.STATIC_BUNDLES[path]
        ]
        text = _MERGE[target.suffix](parts)
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = target.with_name(f"{target.name}.new")
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(target)
        return str(target)
