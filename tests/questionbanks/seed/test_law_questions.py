"""The seed question bank and law catalogue: sound, balanced, in force, and true to the statutes' words."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest

from questionbanks.kinds.base import Question
from questionbanks.kinds.registry import defects
from questionbanks.kinds.written import numeral_value
from questionbanks.seed import load
from questionbanks.seed.load import CURRENT, EditionRecord, LawRecord, law_catalogue, seed_questions

FILES = sorted((Path(load.__file__).parent / "questions").glob("*.json"))
BANKS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}
QUESTIONS = seed_questions()
SINGLES = [question for question in QUESTIONS if question.kind == "single"]
LAWS = {record.short: record for record in law_catalogue()}

VILLAGER, CADRE = "法律明白人", "机关干部"
EXAM_DAYS = {VILLAGER: date(2022, 11, 15), CADRE: date(2022, 12, 4)}
NOW = date(2026, 10, 1)


def _fields(data: dict[str, Any]) -> set[str]:
    return set(data) - {"pinned"}


def _edition(question: Question) -> EditionRecord:
    citation = question.citations[0]
    found = [
        one for one in LAWS[citation.law].editions if one.adopted == date.fromisoformat(citation.edition)
    ]
    assert len(found) == 1, f"{citation.law} {citation.edition}"
    return found[0]


# ── the files ──


@pytest.mark.parametrize("slug", BANKS)
def test_a_file_has_the_fields_of_the_schema(slug: str) -> None:
    bank = BANKS[slug]
    head = {"schema", "law", "edition", "in_force_now", "questions"}
    assert set(bank) == (head | {"part"} if bank["law"] == "民法典" else head)
    assert bank["schema"] == 1
    assert isinstance(bank["in_force_now"], bool)
    assert bank["law"] in LAWS


@pytest.mark.parametrize("slug", BANKS)
def test_a_question_has_the_fields_of_the_schema(slug: str) -> None:
    common = {"id", "kind", "stem", "answer", "rationale", "article", "quote", "topic", "difficulty"}
    common.add("audience")
    for data in BANKS[slug]["questions"]:
        choices = set() if data["kind"] == "true_false" else {"choices"}
        assert _fields(data) == common | choices, data["id"]
        assert data["difficulty"] in (1, 2, 3), data["id"]
        assert set(data["audience"]) <= set(EXAM_DAYS), data["id"]
        assert data["audience"], data["id"]
        assert data["topic"], data["id"]


def test_a_file_of_another_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "laws.json").write_text('{"schema": 2, "laws": []}', encoding="utf-8")
    with pytest.raises(ValueError, match="unknown schema 2"):
        law_catalogue(tmp_path / "laws.json")


# ── the questions ──


def test_every_question_of_the_files_is_loaded() -> None:
    expected = [data["id"] for bank in BANKS.values() for data in bank["questions"]]
    assert [question.number for question in QUESTIONS] == expected


def test_a_question_carries_what_its_file_says() -> None:
    bank = BANKS["villagers-committees"]
    data = bank["questions"][0]
    question = next(one for one in QUESTIONS if one.number == data["id"])
    citation = question.citations[0]
    assert question.stem == data["stem"]
    assert question.key == tuple(data["answer"])
    assert [(one.label, one.text) for one in question.choices] == [
        (one["label"], one["text"]) for one in data["choices"]
    ]
    assert (citation.law, citation.edition) == ("村民委员会组织法", "2018-12-29")
    assert (citation.article, citation.quote) == (data["article"], data["quote"])
    assert question.source == "本项目自编"
    assert question.tags == ()


def test_ids_are_unique() -> None:
    numbers = [question.number for question in QUESTIONS]
    assert len(set(numbers)) == len(numbers)
    assert [one for one in numbers if not re.fullmatch(r"[a-z]{2,3}-\d{3}", one)] == []


def test_stems_are_unique() -> None:
    assert [stem for stem, count in Counter(one.stem for one in QUESTIONS).items() if count > 1] == []


def test_no_two_stems_are_nearly_the_same() -> None:
    grams = {one.number: {one.stem[i : i + 2] for i in range(len(one.stem) - 1)} for one in QUESTIONS}
    near = [
        (first, second)
        for first, second in combinations(grams, 2)
        if len(grams[first] & grams[second]) > 0.6 * len(grams[first] | grams[second])
    ]
    assert near == []


def test_no_question_has_a_defect() -> None:
    assert {one.number: defects(one) for one in QUESTIONS if defects(one)} == {}


def test_labels_run_from_a_without_gaps() -> None:
    assert [one.number for one in QUESTIONS if "".join(one.labels) != "ABCDE"[: len(one.labels)]] == []


def test_singles_have_four_choices() -> None:
    assert {len(one.choices) for one in SINGLES} == {4}


def test_multiples_have_two_to_four_right_answers_of_each_count() -> None:
    counts = Counter(len(one.key) for one in QUESTIONS if one.kind == "multiple")  # type: ignore[arg-type]
    assert set(counts) == {2, 3, 4}
    assert min(counts.values()) >= 10


def test_the_key_stands_nowhere_in_the_stem() -> None:
    inline = re.compile(r"[（(]\s*[A-EＡ-Ｅ√×对错]+\s*[）)]|_\s*[A-E]+\s*_|答案")
    assert [one.number for one in QUESTIONS if inline.search(one.stem)] == []


def test_rationales_name_the_article_and_no_letters() -> None:
    letters = re.compile(r"(?<![A-Za-z])[A-E](?![A-Za-z])|选项")
    for one in QUESTIONS:
        assert one.citations[0].article in one.rationale, one.number
        assert not letters.search(one.rationale), one.number


def test_the_verdict_in_a_true_false_rationale_is_the_key() -> None:
    wrong = [
        one.number
        for one in QUESTIONS
        if one.kind == "true_false" and not one.rationale.endswith("说法正确。" if one.key else "说法错误。")
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("audience", "kind", "least"),
    [
        (VILLAGER, "single", 60),
        (VILLAGER, "true_false", 34),
        (VILLAGER, "multiple", 34),
        (CADRE, "single", 70),
        (CADRE, "true_false", 36),
        (CADRE, "multiple", 40),
    ],
)
def test_there_are_enough_for_two_forms_and_a_reserve(audience: str, kind: str, least: int) -> None:
    assert sum(audience in one.audience for one in QUESTIONS if one.kind == kind) >= least


@pytest.mark.parametrize(("kind", "least"), [("single", 30), ("true_false", 15), ("multiple", 15)])
def test_there_are_enough_for_an_exam_of_today(kind: str, least: int) -> None:
    current = [one for one in QUESTIONS if one.kind == kind and CURRENT in one.tags]
    assert sum(VILLAGER in one.audience for one in current) >= least


# ── nothing to be had by guessing ──


def test_no_letter_is_the_key_of_too_many_singles() -> None:
    letters = Counter(one.key[0] for one in SINGLES)  # type: ignore[index]
    assert set(letters) == set("ABCD")
    assert max(letters.values()) <= 0.4 * len(SINGLES)


def test_the_right_choice_is_not_the_longest_too_often() -> None:
    def longest(question: Question) -> bool:
        lengths = {choice.label: len(choice.text) for choice in question.choices}
        right = lengths.pop(question.key[0])  # type: ignore[index]
        return right > max(lengths.values())

    assert sum(map(longest, SINGLES)) <= 0.45 * len(SINGLES)


def test_neither_verdict_prevails_among_true_false() -> None:
    verdicts = Counter(one.key for one in QUESTIONS if one.kind == "true_false")
    assert 0.4 <= verdicts[True] / verdicts.total() <= 0.6


# ── in force ──


@pytest.mark.parametrize("audience", EXAM_DAYS)
def test_the_edition_was_in_force_when_the_exam_was_sat(audience: str) -> None:
    day = EXAM_DAYS[audience]
    asked = [one for one in QUESTIONS if audience in one.audience]
    assert [one.number for one in asked if not _edition(one).in_force_on(day)] == []


def test_what_is_called_current_has_not_ended() -> None:
    current = [one for one in QUESTIONS if CURRENT in one.tags]
    assert [one.number for one in current if not _edition(one).in_force_on(NOW)] == []


def test_the_revised_statutes_are_not_called_current() -> None:
    revised = {one.citations[0].law for one in QUESTIONS if not _edition(one).in_force_on(NOW)}
    assert revised == {"村民委员会组织法", "治安管理处罚法", "行政复议法"}
    assert [one.number for one in QUESTIONS if one.citations[0].law in revised and one.tags] == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2018, 12, 28), False),
        (date(2018, 12, 29), True),
        (date(2025, 12, 31), True),
        (date(2026, 1, 1), False),
    ],
)
def test_an_edition_is_in_force_from_its_day_until_the_next(day: date, expected: bool) -> None:
    edition = EditionRecord(date(2018, 12, 29), date(2018, 12, 29), date(2026, 1, 1), 41)
    assert edition.in_force_on(day) is expected


def test_an_edition_of_unknown_effect_is_never_called_in_force() -> None:
    assert EditionRecord(date(2020, 1, 1), None, None, None).in_force_on(date(2026, 1, 1)) is False


# ── the catalogue ──


def test_the_catalogue_has_each_statute_once() -> None:
    records = law_catalogue()
    names = [name for one in records for name in (one.title, one.short, *one.aliases)]
    repeated = {name for name, count in Counter(names).items() if count > 1}
    assert len(records) >= 60
    # a statute without 中华人民共和国 in its title is its own short name
    assert repeated == {one.title for one in records if one.title == one.short}


@pytest.mark.parametrize("record", law_catalogue(), ids=lambda record: record.short)
def test_a_catalogue_row_holds_together(record: LawRecord) -> None:
    kinds = {"宪法", "法律", "行政法规", "地方性法规", "党内法规", "司法解释", "部门规章"}
    assert record.type in kinds
    assert record.editions
    for edition in record.editions:
        assert edition.in_force is None or edition.adopted <= edition.in_force
        assert edition.articles is None or edition.articles > 0
    for earlier, later in pairwise(record.editions):
        assert earlier.adopted < later.adopted
        assert earlier.ended == later.in_force
    assert record.editions[-1].ended == record.repealed
    assert (record.repealed is None) == (record.repealed_by == "")
    assert record.repealed_by in {"", *LAWS}


def test_the_civil_code_repealed_nine_statutes() -> None:
    by_code = {one.short: one.repealed for one in law_catalogue() if one.repealed_by == "民法典"}
    nine = ["婚姻法", "继承法", "民法通则", "收养法", "担保法", "合同法", "物权法", "侵权责任法", "民法总则"]
    assert by_code == dict.fromkeys(nine, date(2021, 1, 1))


# ── against the statutes' own texts ──

_ARTICLE = re.compile(
    r"^[ \t　]*[第笫]([零〇一二三四五六七八九十百千]+)条(之[一二三四五六七八九十]+)?(?=[\s　])", re.M
)


def _articles(path: Path) -> dict[str, str]:
    """ "第十三条" → its words, all paragraphs, without white space. Headings and comments are left out."""
    text = path.read_text(encoding="utf-8").split("<!-- INFO END -->")[-1]
    text = re.sub(r"^#.*$|<!--.*?-->", "", text, flags=re.M)
    starts = list(_ARTICLE.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    found = {
        f"第{start[1]}条{start[2] or ''}": re.sub(r"\s", "", text[start.end() : end])
        for start, end in zip(starts, ends, strict=True)
    }
    assert len(found) == len(starts), f"{path.name} repeats an article"
    return found


def _numbers(articles: dict[str, str]) -> list[int | None]:
    """The numbers of the plain articles, in order; inserted ones (之一) left out."""
    return [numeral_value(name[1:-1]) for name in articles if name.endswith("条")]


def _statute(folder: Path, law: str, edition: str, part: str = "") -> Path:
    names = [part, part.removesuffix("编")] if part else [f"{law}({edition})", law]
    return next(path for name in names if (path := folder / "laws" / f"{name}.md").is_file())


def test_the_article_parser_keeps_paragraphs_and_inserted_articles_apart(tmp_path: Path) -> None:
    text = "第一条 旧条\n<!-- INFO END -->\n## 第一章 总则\n\n第一条 甲。\n\n（一）依照第二条的；\n\n"
    path = tmp_path / "law.md"
    path.write_text(text + "第一条之一 乙\n乙。\n### 第二节 节\n\n第二条　丙。\n", encoding="utf-8")
    assert _articles(path) == {"第一条": "甲。（一）依照第二条的；", "第一条之一": "乙乙。", "第二条": "丙。"}


@pytest.mark.shared
@pytest.mark.parametrize("slug", BANKS)
def test_the_quoted_words_stand_in_the_cited_article(slug: str, shared_data: Path) -> None:
    bank = BANKS[slug]
    path = _statute(shared_data, bank["law"], bank["edition"], bank.get("part", ""))
    articles = _articles(path)
    for data in bank["questions"]:
        assert data["article"] in articles, data["id"]
        assert re.sub(r"\s", "", data["quote"]) in articles[data["article"]], data["id"]


@pytest.mark.shared
def test_the_catalogue_counts_the_articles_of_the_texts(shared_data: Path) -> None:
    """The Civil Code lies there part by part, the Criminal Code and the Constitution without a date."""
    parts = ["总则", "物权编", "合同编", "人格权编", "婚姻家庭编", "继承编", "侵权责任编", "附则"]
    folder = shared_data / "laws"
    code = [number for part in parts for number in _numbers(_articles(folder / f"{part}.md"))]
    assert code == list(range(1, LAWS["民法典"].editions[0].articles + 1))  # type: ignore[operator]
    compared = len(parts)
    for path in sorted(folder.glob("*.md")):
        if path.stem in parts:
            continue
        short, _, adopted = path.stem.removesuffix(")").partition("(")
        editions = LAWS[short].editions
        edition = next((one for one in editions if one.adopted.isoformat() == adopted), editions[-1])
        assert adopted in ("", edition.adopted.isoformat()), path.name
        assert _numbers(_articles(path)) == list(range(1, (edition.articles or 0) + 1)), path.name
        compared += 1
    assert compared == len(list(folder.glob("*.md")))


@pytest.mark.shared
def test_the_day_of_effect_is_the_one_of_the_last_article(shared_data: Path) -> None:
    """Only where the edition brought that article: a law amended in part keeps its first day of effect."""
    effect = re.compile(r"自(\d{4})年(\d{1,2})月(\d{1,2})日起施行")
    compared = []
    for path in sorted((shared_data / "laws").glob("*(*).md")):
        short, _, adopted = path.stem.removesuffix(")").partition("(")
        edition = next(one for one in LAWS[short].editions if one.adopted.isoformat() == adopted)
        last = list(_articles(path).values())[-1]
        match = effect.search(last)
        if match and (day := date(*map(int, match.groups()))) >= edition.adopted:
            assert edition.in_force == day, path.name
            compared.append(short)
    assert len(compared) >= 15
