"""The real office files beside the checkout: exact counts, no item without a verdict."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from questionbanks.formats import registry
from questionbanks.formats.base import Parsed, Unreadable
from questionbanks.formats.check import tally
from questionbanks.formats.normalise import squeeze

pytestmark = pytest.mark.shared

LABS = {"single": 482, "true_false": 851}
ETHICS = {"single": 109, "multiple": 122, "true_false": 72}
THOUGHT = {"single": 112, "multiple": 74, "true_false": 36, "short_answer": 32}
MARX = {"single": 330, "multiple": 239, "true_false": 340, "fill_blank": 44, "short_answer": 42}
NATION = {"single": 911, "multiple": 449, "true_false": 354, "fill_blank": 1, "short_answer": 39}
# file: (importable, by kind); what is broken has no options, no answer, or an answer without its option
FILES: dict[str, tuple[int, dict[str, int]]] = {
    "office/docx_习概题库.docx": (254, THOUGHT),
    "office/txt_习概题库_tiku.txt": (254, THOUGHT),
    "office/txt_工程伦理题库.txt": (303, ETHICS),
    "office/txtgbk_工程伦理题库_converted.txt": (303, ETHICS),
    "office/txt_实验室安全_bank.txt": (851, LABS),
    "office/xls_马原题库_5题型.xls": (995, MARX),
    "office/xlsx_马原题库_converted.xlsx": (995, MARX),
    "office/json_共同体概论.json": (1720, NATION),
    "json_csv/disc_mcq_mult_ungee.csv": (87, {"multiple": 87}),
    "json_csv/disc_mcq_sing_lbk.csv": (275, {"single": 275}),
    "json_csv/disc_mcq_sing_pae.csv": (118, {"single": 118}),
    "json_csv/disc_mcq_sing_pfe.csv": (168, {"single": 170}),
    "json_csv/disc_mcq_sing_ungee.csv": (320, {"single": 320}),
    "json_csv/disc_qa_short_answer.json": (300, {"short_answer": 300}),
    "json_csv/lexeval_1_1.json": (500, {"single": 214, "multiple": 286}),
    "json_csv/lexeval_3_4.json": (500, {"single": 263, "multiple": 237}),
    "templates/program_system_题目导入模板.xlsx": (1, {"single": 1}),
    "templates/yfexam-fork_试题导入模板.xlsx": (4, {"single": 2, "multiple": 1, "true_false": 1}),
    "templates/wenzhi_Alanosy_ImportQuestionTemplate.xlsx": (
        0,
        {"single": 2, "multiple": 2, "true_false": 2, "short_answer": 2},
    ),
}
PEOPLE = [
    "playedu_学员批量导入模板.xlsx",
    "wenzhi_Alanosy_ImportUserTemplate.xlsx",
    "yfexam-fork_用户导入模板.xlsx",
]


def parse(path: Path) -> Parsed:
    return registry.parse(path.read_bytes(), name=path.name)


@pytest.mark.parametrize(("name", "expected"), FILES.items())
def test_counts(shared_data: Path, name: str, expected: tuple[int, dict[str, int]]) -> None:
    parsed = parse(shared_data / name)
    counted = tally(parsed)
    assert {kind: count for kind, count in counted.by_kind.items() if count} == expected[1]
    assert counted.importable == expected[0]
    assert counted.found == counted.importable + counted.broken
    places = [one.where for question in parsed.questions for one in (question, *question.parts)]
    assert len(set(places)) == len(places)
    broken = {problem.where for problem in parsed.problems if problem.severity == "broken"}
    assert len(broken & set(places)) == counted.broken


@pytest.mark.skipif(shutil.which("antiword") is None, reason="antiword is not installed")
def test_the_old_document_has_the_same_items(shared_data: Path) -> None:
    old, new = (
        parse(shared_data / "office/doc_习概题库_converted.doc"),
        parse(shared_data / "office/docx_习概题库.docx"),
    )
    closed = [one for one in new.questions if one.kind != "short_answer"]
    assert [(one.number, one.kind, one.key) for one in old.questions[: len(closed)]] == [
        (one.number, one.kind, one.key) for one in closed
    ]
    assert len(old.questions) == len(new.questions)


@pytest.mark.skipif(shutil.which("antiword") is None, reason="antiword is not installed")
def test_the_text_of_an_old_document_is_read_for_statutes(shared_data: Path) -> None:
    old = registry.text_of((shared_data / "office/doc_习概题库_converted.doc").read_bytes(), "某法.doc")
    new = registry.text_of((shared_data / "office/docx_习概题库.docx").read_bytes(), "某法.docx")
    assert "一、单项选择题" in old.split("\n")
    assert old.count("答案解析") == new.count("答案解析")


def test_word_and_text_of_one_bank_agree(shared_data: Path) -> None:
    def outline(name: str) -> list[tuple[object, ...]]:
        return [
            (one.number, one.kind, one.stem, one.choices, squeeze(repr(one.key)).replace("\\n", ""))
            for one in parse(shared_data / "office" / name).questions
        ]

    assert outline("docx_习概题库.docx") == outline("txt_习概题库_tiku.txt")


@pytest.mark.parametrize("name", PEOPLE)
def test_templates_of_people_are_refused(shared_data: Path, name: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(shared_data / "templates" / name)
    assert refused.value.code == "no_columns"
