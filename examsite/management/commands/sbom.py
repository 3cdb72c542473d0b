"""manage.py sbom: the bill of materials of this installation, and what in it is known to be weak."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from examsite.lib import clock


class Command(BaseCommand):
    help = "输出软件物料清单（CycloneDX 1.5，JSON）；加 --audit 核对已知漏洞（需要能访问漏洞库）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", type=Path, help="写入文件，默认写到屏幕")
        parser.add_argument("--audit", action="store_true", help="核对已知漏洞")

    def handle(self, *args: Any, output: Path | None, audit: bool, **options: Any) -> None:
        if audit:
            self._audit()
            return
        text = json.dumps(bill(), ensure_ascii=False, indent=2)
        if output:
            output.write_text(text + "\n", encoding="utf-8")
            self.stdout.write(f"已写入 {output}")
        else:
            self.stdout.write(text)

    def _audit(self) -> None:
        """Ask the auditing tool, where it is installed and its data source answers; otherwise say so."""
        requirements = settings.BASE_DIR / "requirements.txt"
        command = [sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "-r", str(requirements)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        if "No module named" in done.stderr:
            self.stdout.write("没有核对：未安装 pip-audit（pip install pip-audit）。")
        elif done.returncode == 0:
            self.stdout.write("没有发现已知漏洞。")
        elif "vulnerabilit" in done.stdout or "vulnerabilit" in done.stderr:
            raise CommandError(f"发现已知漏洞，请升级：\n{done.stdout}")
        else:
            reason = (done.stderr.strip().splitlines() or ["原因不明"])[-1]
            self.stdout.write(f"没有核对：漏洞库没有应答（{reason[:200]}）。")


def bill() -> dict[str, Any]:
    """The document: every distribution that the interpreter can import, the runtime's own needs marked."""
    needed = required_names((settings.BASE_DIR / "requirements.txt").read_text(encoding="utf-8"))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": clock.now().isoformat(),
            "component": {"type": "application", "name": "exam-platform", "bom-ref": "exam-platform"},
        },
        "components": sorted(components(needed), key=lambda one: one["name"].casefold()),
    }


def required_names(text: str) -> set[str]:
    """The normalised names of a requirements file."""
    found = (re.match(r"[A-Za-z0-9._-]+", line.strip()) for line in text.splitlines())
    return {normal(match.group()) for match in found if match}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def components(needed: set[str]) -> Iterator[dict[str, Any]]:
    for one in {normal(one.metadata["Name"]): one for one in distributions()}.values():
        name = one.metadata["Name"]
        direct = normal(name) in needed
        component = {
            "type": "library",
            "bom-ref": f"pkg:pypi/{normal(name)}@{one.version}",
            "name": name,
            "version": one.version,
            "purl": f"pkg:pypi/{normal(name)}@{one.version}",
            "properties": [{"name": "exam-platform:required", "value": "direct" if direct else "indirect"}],
        }
        if licence := licence_of(one):
            component["licenses"] = [{"license": {"name": licence}}]
        yield component


def licence_of(one: Distribution) -> str:
    """What the distribution says of its licence, in one line; "" for nothing."""
    text = one.metadata.get("License-Expression") or one.metadata.get("License") or ""
    classifiers = [line for line in one.metadata.get_all("Classifier", []) if line.startswith("License ::")]
    if not text or len(text) > 100:
        first = text.splitlines()[0][:100] if text else ""
        text = classifiers[0].rpartition("::")[2] if classifiers else first
    return " ".join(text.split())
