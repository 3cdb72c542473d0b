"""The real interchange files beside the checkout: counts, kinds, stems and keys, file by file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from questionbanks.formats.base import Parsed, Unreadable
from questionbanks.formats.check import broken_places, tally
from questionbanks.formats.registry import parse
from questionbanks.formats.richtext import from_html, to_plain
from questionbanks.kinds.base import Blanks, Question

pytestmark = pytest.mark.shared

GIFT_KINDS = {
    "TF": {"true_false"},
    "MC": {"single", "multiple", "uncertain"},
    "Short": {"fill_blank"},
    "Numerical": {"fill_blank"},
    "Essay": {"short_answer"},
    "Matching": {"fill_blank"},
}
OTHERS = [
    # file below interchange/, format, found, importable, by kind
    ("aiken/questions.aiken.txt", "aiken", 2, 2, {"single": 1, "true_false": 1}),
    (
        "gift/moodle_examples.txt",
        "gift",
        43,
        36,
        {"single": 16, "multiple": 2, "true_false": 5, "fill_blank": 20},
    ),
    (
        "moodle_xml/nested_categories_with_questions.xml",
        "moodle_xml",
        5,
        4,
        {"true_false": 4, "short_answer": 1},
    ),
    ("moodle_xml/truefalse.xml", "moodle_xml", 2, 2, {"true_false": 2}),
    ("qti12/canvas-mc.xml", "qti12", 1, 1, {"single": 1}),
    ("qti12/canvas-tf.xml", "qti12", 1, 1, {"true_false": 1}),
    ("qti12/canvas-zones.xml", "qti12", 2, 2, {"single": 2}),
    ("qti12/canvas_text2qti_法律多选.zip", "qti12", 30, 30, {"multiple": 30}),
    ("qti2/tao_2.1_basic_Basic.zip", "qti21", 3, 3, {"single": 3}),
    ("qti2/tao_2.1_languages_BasicLanguages.zip", "qti21", 3, 3, {"single": 3}),
    ("qti2/tao_2.1_sharedStimulus_BasicSharedStimulus.zip", "qti21", 3, 3, {"single": 3}),
    ("qti2/tao_2.2_basic_Basic.zip", "qti21", 3, 3, {"single": 3}),
    ("rexams/rexams_canvas_setA.zip", "qti12", 7, 7, {"single": 1, "multiple": 5, "fill_blank": 1}),
    ("rexams/rexams_ilias_setA_qpl.zip", "qti12", 10, 7, {"single": 1, "multiple": 5, "fill_blank": 4}),
    (
        "rexams/rexams_moodle_setA.xml",
        "moodle_xml",
        7,
        7,
        {"single": 1, "multiple": 4, "uncertain": 1, "fill_blank": 1},
    ),
    (
        "rexams/rexams_openolat_setA.zip",
        "qti21",
        7,
        7,
        {"single": 1, "multiple": 4, "uncertain": 1, "fill_blank": 1},
    ),
    ("rexams/rexams_qti12_setA.zip", "qti12", 10, 6, {"single": 1, "multiple": 5, "fill_blank": 4}),
    (
        "rexams/rexams_qti21_setA.zip",
        "qti21",
        10,
        6,
        {"single": 1, "multiple": 4, "uncertain": 1, "fill_blank": 4},
    ),
]


def read(path: Path) -> Parsed:
    return parse(path.read_bytes(), name=path.name)


def shown(text: str) -> str:
    """A text without white space: the sample parser keeps other spaces around a gap than Moodle does."""
    return re.sub(r"\s+", "", to_plain(text))


def expected_text(text: dict[str, str]) -> str:
    return shown(from_html(text["text"]).text if text["format"] == "html" else text["text"])


def expected_key(item: dict[str, Any]) -> object:
    """The texts of the right options, the truth, or the accepted texts; None where we have no key."""
    kind, choices = item["type"], item.get("choices")
    if kind == "TF":
        return item["isTrue"]
    if kind == "MC":
        return {expected_text(one["text"]) for one in choices if one["isCorrect"] or (one["weight"] or 0) > 0}
    if kind == "Short":
        full = [one for one in choices if one["weight"] in (None, 100)]
        return [expected_text(one["text"]) for one in full]
    if kind == "Numerical":
        numbers = [one["text"] for one in choices] if isinstance(choices, list) else [choices]
        worth = [one["weight"] for one in choices] if isinstance(choices, list) else [None]
        full = [number for number, weight in zip(numbers, worth, strict=True) if weight in (None, 100)]
        exact = all(number["type"] == "simple" or number.get("range") == 0 for number in full)
        return [str(number["number"]) for number in full] if exact else None
    return None


def our_key(question: Question) -> object:
    if isinstance(question.key, tuple):
        texts = {choice.label: shown(choice.text) for choice in question.choices}
        return {texts[label] for label in question.key}
    if isinstance(question.key, Blanks):
        return [shown(text) for text in question.key.accepted[0]]
    return question.key


def gift_files(folder: Path) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    for path in sorted(folder.glob("*.gift")):
        items = json.loads(path.with_suffix(".json").read_text())
        yield path, [item for item in items if item["type"] not in ("Description", "Category")]


def test_every_gift_file_says_what_its_json_says(shared_data: Path) -> None:
    seen = 0
    for path, items in gift_files(shared_data / "interchange" / "gift"):
        questions = read(path).questions
        assert len(questions) == len(items), path.name
        for question, item in zip(questions, items, strict=True):
            assert question.kind in GIFT_KINDS[item["type"]], path.name
            assert shown(question.stem) == expected_text(item["stem"]), path.name
            assert our_key(question) == expected_key(item), path.name
            assert question.tags == tuple(item.get("tags") or ()), path.name
            if item["type"] == "MC":
                assert [shown(one.text) for one in question.choices] == [
                    expected_text(one["text"]) for one in item["choices"]
                ], path.name
        seen += 1
    assert seen == 26


@pytest.mark.parametrize(
    ("name", "format", "found", "importable", "kinds"), OTHERS, ids=[row[0] for row in OTHERS]
)
def test_counts(
    shared_data: Path, name: str, format: str, found: int, importable: int, kinds: dict[str, int]
) -> None:
    parsed = read(shared_data / "interchange" / name)
    counted = tally(parsed)
    assert parsed.format == format
    assert (counted.found, counted.importable) == (found, importable)
    assert {kind: count for kind, count in counted.by_kind.items() if count} == kinds


def test_every_item_of_every_file_has_a_place_and_every_broken_one_a_reason(shared_data: Path) -> None:
    for name, *_ in OTHERS:
        parsed = read(shared_data / "interchange" / name)
        places = [one.where for question in parsed.questions for one in (question, *question.parts)]
        reasons = {problem.where for problem in parsed.problems if problem.severity == "broken"}
        assert len(set(places)) == len(places), name
        assert reasons <= set(places), name
        assert broken_places(parsed) >= reasons, name


def test_the_law_questions_come_out_as_they_went_in(shared_data: Path) -> None:
    path = shared_data / "interchange" / "qti12" / "canvas_text2qti_法律多选.zip"
    expected = json.loads(path.with_suffix(".expected.json").read_text())
    questions = read(path).questions
    assert [shown(question.stem) for question in questions] == [shown(item["stem"]) for item in expected]
    assert [[shown(one.text) for one in question.choices] for question in questions] == [
        [shown(option) for option in item["options"]] for item in expected
    ]
    assert ["".join(question.key) for question in questions if isinstance(question.key, tuple)] == [
        item["answer"] for item in expected
    ]


def test_the_same_set_reads_alike_in_four_formats(shared_data: Path) -> None:
    """R-exams draws other options for each file; stem and kind of response are the same."""
    folder = shared_data / "interchange" / "rexams"
    stems = [
        [shown(question.stem) for question in read(folder / name).questions[:4]]
        for name in (
            "rexams_canvas_setA.zip",
            "rexams_qti12_setA.zip",
            "rexams_qti21_setA.zip",
            "rexams_moodle_setA.xml",
        )
    ]
    assert stems[1:] == [stems[0]] * 3


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("qti3/kennisnet_valid-package.zip", "qti3"),
        ("qti3/kennisnet_no-response-processing.zip", "qti3"),
        ("blackboard/sample_blackboard_pool.dat", "blackboard"),
        ("rexams/rexams_blackboard_setA.zip", "blackboard"),
    ],
)
def test_formats_for_later_are_refused(shared_data: Path, name: str, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(shared_data / "interchange" / name)
    assert caught.value.code == code
