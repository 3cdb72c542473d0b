import json
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from examsite.management.commands.sbom import required_names


def test_the_bill_names_everything_that_runs(tmp_path: Path) -> None:
    call_command("sbom", "--output", tmp_path / "bom.json", stdout=StringIO())
    bill = json.loads((tmp_path / "bom.json").read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    found = {one["purl"].split("/")[1].split("@")[0]: one for one in bill["components"]}
    root = Path(__file__).resolve().parents[2]
    needed = required_names((root / "requirements.txt").read_text())
    assert sorted(needed - set(found)) == []
    assert found["django"]["licenses"][0]["license"]["name"] == "BSD-3-Clause"
    assert found["django"]["properties"][0]["value"] == "direct"
    assert found["sqlparse"]["properties"][0]["value"] == "indirect"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("django==5.2.19 # web", "django"),
        ("Foo_Bar[extra]==1.0", "foo-bar"),
        ("# only words", None),
        ("", None),
    ],
)
def test_names_of_a_requirements_file(line: str, name: str | None) -> None:
    assert required_names(line) == ({name} if name else set())


@pytest.mark.parametrize(
    ("code", "out", "err", "words"),
    [
        (0, "", "No known vulnerabilities found", "没有发现已知漏洞"),
        (1, "", "/usr/bin/python: No module named pip_audit", "未安装"),
        (1, "", "ConnectionError: no route", "没有应答"),
    ],
)
def test_the_audit_says_what_it_knows(
    monkeypatch: pytest.MonkeyPatch, code: int, out: str, err: str, words: str
) -> None:
    def answer(command: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, code, out, err)

    monkeypatch.setattr(subprocess, "run", answer)
    said = StringIO()
    call_command("sbom", "--audit", stdout=said)
    assert words in said.getvalue()


def test_a_known_weakness_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    found = subprocess.CompletedProcess([], 1, "Found 1 known vulnerability in 1 package", "")
    monkeypatch.setattr(subprocess, "run", lambda *words, **how: found)
    with pytest.raises(CommandError, match="请升级"):
        call_command("sbom", "--audit", stdout=StringIO())
