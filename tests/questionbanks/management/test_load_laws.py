"""manage.py load_laws and mark_stale."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from questionbanks.models import Article, Edition, Law

pytestmark = pytest.mark.django_db

CATALOGUE = {
    "schema": 1,
    "laws": [
        {
            "title": "中华人民共和国渔业法",
            "short": "渔业法",
            "aliases": [],
            "type": "法律",
            "editions": [{"adopted": "2013-12-28", "in_force": "2013-12-28", "ended": None, "articles": 50}],
            "repealed": None,
            "repealed_by": "",
        }
    ],
}


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_the_catalogue_of_the_site() -> None:
    assert "部法律。" in run("load_laws")
    assert Law.objects.filter(short="民法典").exists()


def test_a_catalogue_of_the_office_and_its_texts(tmp_path: Path) -> None:
    catalogue, text = tmp_path / "laws.json", tmp_path / "渔业法.txt"
    catalogue.write_text(json.dumps(CATALOGUE), encoding="utf-8")
    text.write_text("中华人民共和国渔业法\n2013年12月28日修正\n第一条 甲。\n第二条 乙。", encoding="utf-8")
    said = run("load_laws", "--catalogue", str(catalogue), "--text", str(text))
    assert "新增2条" in said
    assert Article.objects.count() == 2
    assert Edition.objects.get().article_count == 50


def test_a_text_that_has_no_place(tmp_path: Path) -> None:
    text = tmp_path / "某法.txt"
    text.write_text("某法\n2013年12月28日通过\n第一条 甲。", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        run("load_laws", "--text", str(text))
    assert ended.value.code == 3
    assert Article.objects.count() == 0


@pytest.mark.parametrize("content", ["[]", "{", '{"schema": 2, "laws": []}'])
def test_a_wrong_catalogue(tmp_path: Path, content: str) -> None:
    path = tmp_path / "laws.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError):
        run("load_laws", "--catalogue", str(path))
    assert Law.objects.count() == 0


def test_marking_is_said() -> None:
    assert run("mark_stale") == "0道题新标为可能过时。\n"
