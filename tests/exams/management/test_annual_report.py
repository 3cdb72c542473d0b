"""annual_report and verify_pack: the paragraph or its reasons; files; a pack that was touched."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from docx import Document
from openpyxl import load_workbook

from exams.models import Activity, AnnualReport
from tests.figures_world import ExamWorld, Try, make_town

pytestmark = pytest.mark.django_db


def run(name: str, *args: object) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(name, *map(str, args), stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def town(**fields: object) -> ExamWorld:
    world = ExamWorld(make_town(), **fields)
    world.people(97, 80)
    world.people(7, 50, Try(70, makeup=True), unit="石桥村")
    return world


def test_the_paragraph_and_its_files(tmp_path: Path):
    town()
    files = {name: tmp_path / f"report.{name}" for name in ("docx", "xlsx", "zip")}
    code, out, err = run(
        "annual_report", "--unit", "青城镇", "--year", 2022,
        "--docx", files["docx"], "--xlsx", files["xlsx"], "--pack", files["zip"],
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "104" in out
    words = "\n".join(one.text for one in Document(str(files["docx"])).paragraphs)
    assert out.strip() in words
    assert load_workbook(files["xlsx"]).sheetnames[0] == "正文"
    assert AnnualReport.objects.count() == 0  # a print-out opens no report
    code, out, err = run("verify_pack", files["zip"])
    assert (code, err) == (0, "")
    assert "签名有效" in out


def test_a_sentence_that_does_not_hold_prints_nothing(tmp_path: Path):
    world = town()
    world.people(1, 59, unit="清水村")
    path = tmp_path / "report.docx"
    code, out, err = run(
        "annual_report", "--unit", "青城镇", "--year", 2022, "--style", "seed", "--docx", path
    )
    assert (code, out) == (1, "")
    assert "清水村" in err
    assert not path.exists()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--unit", "绿城镇", "--year", 2022), "没有名为“绿城镇”的单位"),
        (("--unit", "青城镇", "--year", 22), "年度请写四位数字"),
        (("--unit", "青城镇", "--year", 2022, "--docx", "/nowhere/report.docx"), "写不了文件"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(args, words):
    town()
    with pytest.raises(CommandError, match=words):
        run("annual_report", *args)
    assert Activity.objects.count() == 0


def packed(tmp_path: Path) -> Path:
    town()
    path = tmp_path / "pack.zip"
    assert run("annual_report", "--unit", "青城镇", "--year", 2022, "--pack", path)[0] == 0
    return path


def test_a_pack_that_was_touched_is_told(tmp_path: Path):
    path = packed(tmp_path)
    touched = tmp_path / "touched.zip"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(touched, "w") as new:
        for number, name in enumerate(old.namelist()):
            new.writestr(name, old.read(name) + (b"x" if number == 1 else b""))
    code, out, err = run("verify_pack", touched)
    assert (code, out) == (1, "")
    assert zipfile.ZipFile(path).namelist()[1] in err


def test_elsewhere_the_signature_is_not_asked_for(tmp_path: Path, settings):
    path = packed(tmp_path)
    settings.DATA_SECRET = "another server"
    assert run("verify_pack", path)[0] == 1
    code, out, _ = run("verify_pack", path, "--elsewhere")
    assert (code, "签名" in out) == (0, False)


@pytest.mark.parametrize("data", [None, b"", b"PK\x03\x04", b"text"])
def test_what_is_no_pack_is_one_sentence(tmp_path: Path, data):
    path = tmp_path / "x.zip"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(CommandError):
        run("verify_pack", path)
