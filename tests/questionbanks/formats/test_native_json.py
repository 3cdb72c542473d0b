"""The project's own JSON: nothing lost, nothing believed that has the wrong shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from examsite.lib.files.sniff import look
from questionbanks.formats.base import Unreadable
from questionbanks.formats.check import complete, tally
from questionbanks.formats.native_json import NativeJson
from questionbanks.kinds.base import Choice, Question

SAMPLE = Question("single", "问？", (Choice("A", "甲"), Choice("B", "乙")), ("A",), number="1")
TRUTH = Question("true_false", "判断。", key=True)
CASE = Question("case_group", "案情", parts=(SAMPLE,))


def envelope(*questions: Question) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(NativeJson().emit(questions, title="题库").data)
    return found


def as_bytes(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


def test_the_envelope_says_what_it_is() -> None:
    written = envelope(SAMPLE)
    assert (written["format"], written["schema"], written["title"]) == ("questionbank", 1, "题库")
    assert NativeJson().claims(look(as_bytes(written))) == 98
    assert NativeJson().claims(look(b'{"format": "other"}')) == 0


@pytest.mark.parametrize(
    ("question", "spoil", "field"),
    [
        (TRUTH, lambda one: one["key"].update(answer="false"), "answer"),
        (TRUTH, lambda one: one["key"].update(answer=1), "answer"),
        (SAMPLE, lambda one: one["key"].update(answer="A"), "answer"),
        (SAMPLE, lambda one: one["content"].update(stem=None), "stem"),
        (SAMPLE, lambda one: one["content"].update(stem="空\x00字"), "stem"),
        (SAMPLE, lambda one: one["content"].update(kind="matching"), "kind"),
        (SAMPLE, lambda one: one["content"].update(schema=2), "content"),
        (SAMPLE, lambda one: one["content"].update(choices=[{"label": "A"}]), "choices"),
        (SAMPLE, lambda one: one.pop("key"), "key"),
        (SAMPLE, lambda one: one.update(points="很多"), "points"),
        (SAMPLE, lambda one: one.update(points="NaN"), "points"),
        (SAMPLE, lambda one: one.update(difficulty=True), "difficulty"),
        (SAMPLE, lambda one: one.update(tags="必考"), "tags"),
        (SAMPLE, lambda one: one.update(citations=[{"edition": "2020"}]), "citations"),
        (CASE, lambda one: one["key"].update(parts=[]), "parts"),
        (CASE, lambda one: one["content"]["parts"][0].update(stem=7), "stem"),
        (CASE, lambda one: one["parts"][0].update(number=7), "number"),
        (SAMPLE, lambda one: one["content"].update(stem="长" * 20_001), "stem"),
    ],
)
def test_a_value_of_the_wrong_shape_breaks_its_item(
    question: Question, spoil: Callable[[dict[str, Any]], object], field: str
) -> None:
    data = envelope(question, TRUTH)
    spoil(data["questions"][0])
    parsed = complete(NativeJson().parse(as_bytes(data)))
    assert (tally(parsed).found, tally(parsed).broken) == (2, 1)
    assert [(problem.where, problem.code) for problem in parsed.problems][:1] == [("第1题", "bad_item")]
    assert f"“{field}”" in parsed.problems[0].message


@pytest.mark.parametrize("item", [None, 7, "题", [], {}, {"content": {"kind": []}}])
def test_what_is_no_item_at_all_is_found_and_broken(item: object) -> None:
    parsed = complete(NativeJson().parse(as_bytes({**envelope(), "questions": [item]})))
    assert (tally(parsed).found, tally(parsed).broken) == (1, 1)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"format": "questionbank"', "bad_json"),
        (b"[" * 100_000, "bad_json"),
        (b"[]", "not_native"),
        (b'{"format": "x"}', "not_native"),
        (b'{"format": "questionbank", "schema": 2, "questions": []}', "schema"),
        (b'{"format": "questionbank", "schema": 1, "questions": {}}', "schema"),
    ],
)
def test_a_file_that_is_not_ours_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        NativeJson().parse(data)
    assert caught.value.code == code


def test_a_rich_text_that_somebody_edited_is_cleaned() -> None:
    data = envelope(SAMPLE)
    data["questions"][0]["content"]["stem"] = "<div>问<b onclick=alert(1)>不</b><script>x</script></div>"
    assert NativeJson().parse(as_bytes(data)).questions[0].stem == "<div>问<b>不</b></div>"
