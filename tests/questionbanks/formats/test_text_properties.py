"""Banks written in random but consistent habits: every item is found, no key is ever another one."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionbanks.formats.base import Parsed, Unreadable
from questionbanks.formats.check import broken_places, complete
from questionbanks.formats.lines import lines_of
from questionbanks.formats.text import read_lines
from questionbanks.kinds.base import Blanks, ModelAnswer, Question

WORDS = st.text("宪法民典刑诉行政公司股东权利义务责任机关程序", min_size=2, max_size=12)


@dataclass(frozen=True)
class Habit:
    """How one author writes."""

    number: str
    label: str
    options: str
    answer: str
    joiner: str
    blank_line: bool
    rationale: bool
    heading: bool


HABITS = st.builds(
    Habit,
    number=st.sampled_from(["{}.", "{}、", "{}．", "（{}）", "第{}题 ", "{}. ", "{})", "[{}]"]),
    label=st.sampled_from(["{}.", "{}、", "{}．", "({})", "{}：", "{} ."]),
    options=st.sampled_from(["lines", "one line", "two by two", "glued"]),
    answer=st.sampled_from(
        ["答案：{}", "【答案】{}", "正确答案: {}", "参考答案：{}", "答案 {}", "stem", "key", "key ranges"]
    ),
    joiner=st.sampled_from(["", "、", ",", " "]),
    blank_line=st.booleans(),
    rationale=st.booleans(),
    heading=st.booleans(),
)


@st.composite
def banks(draw: st.DrawFn) -> tuple[Habit, list[tuple[str, list[str], str]]]:
    habit = draw(HABITS)
    items = []
    for stem in draw(st.lists(WORDS, min_size=2, max_size=7, unique=True)):
        options = draw(st.lists(WORDS, min_size=3, max_size=5, unique=True))
        letters = [chr(65 + n) for n in range(len(options))]
        several = draw(st.booleans()) and habit.answer not in {"key ranges"}
        key = draw(st.lists(st.sampled_from(letters), min_size=1, max_size=3 if several else 1, unique=True))
        items.append((stem, options, "".join(sorted(key))))
    return habit, items


def written(habit: Habit, items: list[tuple[str, list[str], str]]) -> str:
    lines = ["法律知识题库"]
    if habit.heading:
        lines.append("一、选择题（每题2分）")
    for number, (stem, options, key) in enumerate(items, 1):
        shown = habit.joiner.join(key)
        blank = f"（ {shown} ）" if habit.answer == "stem" else "（  ）"
        lines.append(f"{habit.number.format(number)}{stem}的是{blank}。")
        lines += laid_out(habit, options)
        if "{}" in habit.answer:
            lines.append(habit.answer.format(shown))
        if habit.rationale and habit.answer not in {"key", "key ranges"}:
            lines.append(f"解析：见第{number}条。")
        if habit.blank_line:
            lines.append("")
    if habit.answer == "key":
        lines += ["参考答案", "  ".join(f"{number}.{key}" for number, (_, _, key) in enumerate(items, 1))]
    if habit.answer == "key ranges":
        lines += ["参考答案", f"1-{len(items)} {''.join(key for _, _, key in items)}"]
    return "\n".join(lines)


def laid_out(habit: Habit, options: list[str]) -> list[str]:
    texts = [f"{habit.label.format(chr(65 + n))}{text}" for n, text in enumerate(options)]
    if habit.options == "lines":
        return texts
    if habit.options == "two by two":
        return ["    ".join(texts[at : at + 2]) for at in range(0, len(texts), 2)]
    return [("" if habit.options == "glued" else " ").join(texts)]


def read(text: str) -> Parsed:
    return complete(read_lines(lines_of(text)))


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(banks())
def test_every_item_is_found_with_its_own_key(bank: tuple[Habit, list[tuple[str, list[str], str]]]) -> None:
    habit, items = bank
    parsed = read(written(habit, items))
    assert [one.number for one in parsed.questions] == [str(number) for number in range(1, len(items) + 1)]
    assert [one.stem for one in parsed.questions] == [f"{stem}的是（ ）。" for stem, _, _ in items]
    assert [[choice.text for choice in one.choices] for one in parsed.questions] == [
        options for _, options, _ in items
    ]
    assert [one.key for one in parsed.questions] == [tuple(key) for _, _, key in items]
    assert broken_places(parsed) == frozenset()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(banks(), st.data())
def test_damage_breaks_items_but_never_gives_another_key(
    bank: tuple[Habit, list[tuple[str, list[str], str]]], data: st.DataObject
) -> None:
    habit, items = bank
    lines = written(habit, items).split("\n")
    at = data.draw(st.integers(2, len(lines) - 1))
    parsed = read("\n".join(lines[:at] + lines[at + 1 :]))  # one line is lost
    truth = {f"{stem}的是（ ）。": (options, tuple(key)) for stem, options, key in items}
    broken = broken_places(parsed)
    for question in parsed.questions:
        if question.where not in broken and question.stem in truth and not doubted(parsed, question):
            options, key = truth[question.stem]
            if [choice.text for choice in question.choices] == options:
                assert question.key == key


def doubted(parsed: Parsed, question: Question) -> bool:
    return any(problem.where == question.where for problem in parsed.problems)


@dataclass(frozen=True)
class Paper:
    """A paper with sections, each numbered from 1. `answers`: below each item, or in a key at the end."""

    number: str
    answers: str
    restart: bool
    blank_line: bool
    tokens: tuple[str, str]
    sections: list[tuple[str, list[tuple[str, object]]]]


SENTENCES = st.lists(WORDS, min_size=1, max_size=3).map("，".join)
KINDS = {
    "single": "单项选择题",
    "multiple": "多项选择题",
    "true_false": "判断题",
    "fill_blank": "填空题",
    "short_answer": "简答题",
}
OPTIONS = ("全国人大", "国务院", "法院", "检察院")


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    stems = iter(draw(st.lists(SENTENCES, min_size=20, max_size=20, unique=True)))
    sections = []
    for kind in draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=4, unique=True)):
        items: list[tuple[str, object]] = []
        for _ in range(draw(st.integers(2, 4))):
            items.append((next(stems), draw(_keys(kind))))
        sections.append((kind, items))
    return Paper(
        number=draw(st.sampled_from(["{}.", "{}、", "{}. "])),
        answers=draw(st.sampled_from(["答案：", "【答案】", "参考答案：", "key"])),
        restart=draw(st.booleans()),
        blank_line=draw(st.booleans()),
        tokens=draw(st.sampled_from([("√", "×"), ("对", "错"), ("正确", "错误")])),
        sections=sections,
    )


def _keys(kind: str) -> st.SearchStrategy[object]:
    if kind == "single":
        return st.sampled_from("ABCD").map(lambda letter: (letter,))
    if kind == "multiple":
        return st.lists(st.sampled_from("ABCD"), min_size=2, max_size=4, unique=True).map(
            lambda key: tuple(sorted(key))
        )
    if kind == "true_false":
        return st.booleans()
    if kind == "fill_blank":
        return WORDS.map(lambda word: Blanks(((word,),)))
    return st.lists(SENTENCES, min_size=1, max_size=3).map(
        lambda lines: ModelAnswer("\n".join(f"{one}。" for one in lines))
    )


def printed(paper: Paper) -> str:
    lines, key_lines, number = ["法律知识试卷"], ["参考答案"], 0
    for place, (kind, items) in enumerate(paper.sections):
        heading = f"{'一二三四五'[place]}、{KINDS[kind]}（每题2分）"
        lines.append(heading)
        key_lines.append(heading.partition("（")[0])
        number = 0 if paper.restart else number
        for stem, key in items:
            number += 1
            lines.append(f"{paper.number.format(number)}{_asked(kind, stem)}")
            if kind in {"single", "multiple"}:
                lines += [f"{label}.{text}" for label, text in zip("ABCD", OPTIONS, strict=True)]
            answer = _answer(paper, key)
            key_lines.append(f"{paper.number.format(number)}{answer}")
            if paper.answers != "key":
                lines.append(f"{paper.answers}{answer}")
            if paper.blank_line:
                lines.append("")
    return "\n".join(lines + (key_lines if paper.answers == "key" else []))


def _asked(kind: str, stem: str) -> str:
    ends = {
        "single": "的是（  ）。",
        "multiple": "的有（  ）。",
        "true_false": "。（  ）",
        "fill_blank": "是____。",
    }
    return f"简述{stem}。" if kind == "short_answer" else f"{stem}{ends[kind]}"


def _answer(paper: Paper, key: object) -> str:
    if isinstance(key, bool):
        return paper.tokens[0 if key else 1]
    if isinstance(key, Blanks):
        return key.accepted[0][0]
    return key.text if isinstance(key, ModelAnswer) else "".join(key)  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(papers())
def test_a_paper_with_sections_comes_back(paper: Paper) -> None:
    parsed = read(printed(paper))
    expected = [(kind, key) for kind, items in paper.sections for _, key in items]
    assert [(one.kind, one.key) for one in parsed.questions] == expected
    assert broken_places(parsed) == frozenset()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text("1234567890.、ABCD（）()：:答案解析\n _对错√×一二题单选多选判断 宪法", max_size=400))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    try:
        parsed = read(text)
    except Unreadable:
        return
    places = [one.where for question in parsed.questions for one in (question, *question.parts)]
    assert len(set(places)) == len(places)
