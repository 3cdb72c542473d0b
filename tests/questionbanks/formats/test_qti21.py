"""QTI 2.1 and 2.2: items, packages, shared texts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.etree.ElementTree import fromstring

import pytest

from questionbanks.formats.base import Parsed, Unreadable
from questionbanks.formats.check import complete, tally
from questionbanks.formats.qti21 import Qti21
from questionbanks.kinds.base import Blanks, Choice, ModelAnswer, Question, RubricPoint

NS = 'xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"'


def declaration(
    name: str = "R", *correct: str, cardinality: str = "single", base: str = "identifier", **mapped: float
) -> str:
    values = "".join(f"<value>{value}</value>" for value in correct)
    entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in mapped.items())
    return (
        f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">'
        + (f"<correctResponse>{values}</correctResponse>" if correct else "")
        + (f"<mapping>{entries}</mapping>" if mapped else "")
        + "</responseDeclaration>"
    )


def choices(*texts: str, name: str = "R", most: int = 1, prompt: str = "") -> str:
    inner = "".join(
        f'<simpleChoice identifier="o{n}">{text}</simpleChoice>' for n, text in enumerate(texts, 1)
    )
    shown = f"<prompt>{prompt}</prompt>" if prompt else ""
    head = f'responseIdentifier="{name}" maxChoices="{most}" shuffle="false"'
    return f"<choiceInteraction {head}>{shown}{inner}</choiceInteraction>"


def entry(name: str = "R") -> str:
    return f'<textEntryInteraction responseIdentifier="{name}"/>'


def item(declarations: str, body: str, rest: str = "", title: str = "题") -> str:
    inner = f"{declarations}<itemBody>{body}</itemBody>{rest}"
    return f'<assessmentItem {NS} identifier="i" title="{title}">{inner}</assessmentItem>'


def a_test(sections: str) -> str:
    return f"<assessmentTest {NS}><testPart>{sections}</testPart></assessmentTest>"


def read(data: str | bytes) -> Parsed:
    return complete(Qti21().parse(data.encode() if isinstance(data, str) else data))


def one(source: str) -> Question:
    (found,) = read(source).questions
    return found


def zipped(members: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return packed.getvalue()


RANGE = (
    '<responseProcessing><responseCondition><responseIf><equal toleranceMode="absolute" tolerance="0.1 0.1">'
    '<variable identifier="R"/><correct identifier="R"/></equal></responseIf></responseCondition>'
    "</responseProcessing>"
)
MATCH = (
    '<responseProcessing><responseCondition><responseIf><match><variable identifier="R"/>'
    '<baseValue baseType="identifier">o2</baseValue></match><setOutcomeValue identifier="SCORE">'
    '<baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf></responseCondition>'
    "</responseProcessing>"
)
ABC = ("甲", "乙", "丙")


@pytest.mark.parametrize(
    ("source", "kind", "key"),
    [
        (item(declaration("R", "o2"), choices(*ABC, prompt="问？")), "single", ("B",)),
        (item(declaration("R", o1=0, o2=0.5, o3=1), "<p>问？</p>" + choices(*ABC)), "single", ("C",)),
        (item(declaration("R"), "<p>问？</p>" + choices(*ABC), MATCH), "single", ("B",)),
        (
            item(declaration("R", "o1", "o3", cardinality="multiple"), "<p>问？</p>" + choices(*ABC, most=0)),
            "multiple",
            ("A", "C"),
        ),
        (
            item(
                declaration("R", cardinality="multiple", o1=1, o2=1, o3=-1),
                "<p>问？</p>" + choices(*ABC, most=2),
            ),
            "multiple",
            ("A", "B"),
        ),
        (
            item(declaration("R", "o3", cardinality="multiple"), "<p>问？</p>" + choices(*ABC, most=0)),
            "uncertain",
            ("C",),
        ),
        (item(declaration("R", "o2"), "<p>对吗？</p>" + choices("正确", "错误")), "true_false", False),
        (
            item(declaration("R", "甲", base="string"), f"<p>是{entry()}。</p>"),
            "fill_blank",
            Blanks((("甲",),)),
        ),
        (
            item(declaration("R", "甲", base="string", 甲=1, 乙=1, 丙=0.5), f"<p>是{entry()}。</p>"),
            "fill_blank",
            Blanks((("甲", "乙"),)),
        ),
        (
            item(
                declaration("R", "甲", base="string") + declaration("S", "3", base="integer"),
                f"<p>{entry()}有{entry('S')}章。</p>",
            ),
            "fill_blank",
            Blanks((("甲",), ("3",))),
        ),
        (
            item(
                declaration("R", base="string"),
                '<p>问？</p><extendedTextInteraction responseIdentifier="R"/>'
                '<rubricBlock view="scorer"><p>要点</p></rubricBlock>',
            ),
            "short_answer",
            ModelAnswer("要点"),
        ),
        (
            item(
                declaration("R", "答", base="string"),
                '<p>问？</p><extendedTextInteraction responseIdentifier="R"/>',
            ),
            "short_answer",
            ModelAnswer("答"),
        ),
    ],
)
def test_kind_and_key(source: str, kind: str, key: object) -> None:
    found = one(source)
    assert (found.kind, found.key) == (kind, key)


@pytest.mark.parametrize(
    ("body", "stem"),
    [
        ("<p>一<b>不</b></p><p>二</p>" + choices(*ABC), "<div>一<b>不</b><br>二</div>"),
        ("<p>材料</p>" + choices(*ABC, prompt="问？"), "材料\n问？"),
        (f"<p>是{entry()}，又</p>", "是_____，又"),
        (f"<p>问？</p><p>{entry()}</p>", "问？"),
        (
            "<p>问？</p><feedbackBlock><p>泄露</p></feedbackBlock>" + choices(*ABC),
            "问？",
        ),
        ('<rubricBlock view="scorer"><p>给阅卷人</p></rubricBlock><p>问？</p>' + choices(*ABC), "问？"),
    ],
)
def test_stem(body: str, stem: str) -> None:
    assert one(item(declaration("R", "o1"), body)).stem == stem


@pytest.mark.parametrize(
    ("source", "problems"),
    [
        (item(declaration(), "<p>问？</p>" + choices(*ABC)), [("broken", "no_key")]),
        (item(declaration("R", "o9"), "<p>问？</p>" + choices(*ABC)), [("broken", "key_without_choice")]),
        (item(declaration("R", "o1", o2=1), "<p>问？</p>" + choices(*ABC)), [("doubtful", "key_differs")]),
        (
            item(declaration("R", "o1", o1=1, o2=0.5), "<p>问？</p>" + choices(*ABC)),
            [("doubtful", "partial_credit")],
        ),
        (item(declaration("R", "1", base="float"), f"<p>{entry()}</p>", RANGE), [("broken", "foreign_kind")]),
        (item(declaration("R", "1", base="float"), f"<p>是{entry()}。</p>"), [("note", "number_as_text")]),
        (item("", '<orderInteraction responseIdentifier="R"/>'), [("broken", "foreign_kind")]),
        (item("", f'<uploadInteraction responseIdentifier="R"/>{entry()}'), [("broken", "foreign_kind")]),
        (item("", "<p>只是文字</p>"), [("note", "description")]),
        (item("<templateDeclaration/>", "<p>问？</p>" + choices(*ABC)), [("broken", "foreign_kind")]),
        (
            item(declaration("R", "o1"), "<p><img src='x.png' alt=''/></p>" + choices(*ABC)),
            [("broken", "media_only")],
        ),
        (
            item(declaration("R", "o1"), "<p>看图<img src='x.png' alt=''/></p>" + choices(*ABC)),
            [("doubtful", "media")],
        ),
    ],
)
def test_problems(source: str, problems: list[tuple[str, str]]) -> None:
    assert [(problem.severity, problem.code) for problem in read(source).problems] == problems


def test_an_item_with_several_prompts_is_a_case() -> None:
    declarations = declaration("R", "o1") + declaration("S", "o2")
    body = "<p>案情</p>" + choices(*ABC, prompt="一？") + choices(*ABC, name="S", prompt="二？")
    (case,) = read(item(declarations, body)).questions
    assert (case.kind, case.stem) == ("case_group", "案情")
    assert [(part.stem, part.key) for part in case.parts] == [("一？", ("A",)), ("二？", ("B",))]


def test_without_a_common_text_they_are_items_of_their_own() -> None:
    body = choices(*ABC, prompt="一？") + choices(*ABC, name="S", prompt="二？")
    parsed = read(item(declaration("R", "o1") + declaration("S", "o2"), body))
    assert [question.where for question in parsed.questions] == ["第1题（1）", "第1题（2）"]


SIMPLE = item(declaration("R", "o1"), "<p>{}</p>" + choices(*ABC))


def test_the_order_of_the_test_then_of_the_manifest_then_of_the_archive() -> None:
    refs = "".join(f'<assessmentItemRef identifier="{n}" href="items/{n}.xml"/>' for n in "cb")
    resources = "".join(
        f'<resource type="imsqti_item_xmlv2p1" href="items/{n}.xml"><file href="items/{n}.xml"/></resource>'
        for n in "bcdx"
    )
    package = zipped(
        {
            **{f"items/{n}.xml": SIMPLE.format(n) for n in "abcd"},
            "test.xml": a_test(f"<assessmentSection>{refs}</assessmentSection>"),
            "imsmanifest.xml": f"<manifest><resources>{resources}</resources></manifest>",
        }
    )
    parsed = read(package)
    assert [question.stem for question in parsed.questions] == ["c", "b", "d", "", "a"]
    assert [(problem.where, problem.code) for problem in parsed.problems] == [("第4题", "missing_item")]
    assert (tally(parsed).found, tally(parsed).broken) == (5, 1)


def test_a_damaged_item_does_not_take_the_package_along() -> None:
    resource = '<resource type="imsqti_item_xmlv2p1" href="b.xml"/>'
    package = zipped(
        {
            "a.xml": SIMPLE.format("a"),
            "b.xml": "<assessmentItem>",
            "imsmanifest.xml": f"<manifest>{resource}</manifest>",
        }
    )
    parsed = read(package)
    assert [problem.code for problem in parsed.problems] == ["damaged_item"]
    assert (tally(parsed).found, tally(parsed).broken) == (2, 1)


XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'


def including(href: str, stem: str) -> str:
    return item(declaration("R", "o1"), f'<xi:include {XI} href="{href}"/><p>{stem}</p>' + choices(*ABC))


def test_items_that_include_the_same_text_are_a_case() -> None:
    package = zipped(
        {
            "q/1.xml": including("../s/text.xml", "一"),
            "q/2.xml": SIMPLE.format("别的"),
            "q/3.xml": including("../s/text.xml", "三"),
            "s/text.xml": f"<div {NS}><p>共同的材料</p></div>",
        }
    )
    parsed = read(package)
    case, other = parsed.questions
    assert (case.kind, case.stem, other.stem) == ("case_group", "共同的材料", "别的")
    assert [part.stem for part in case.parts] == ["一", "三"]


def test_a_text_that_one_item_includes_belongs_to_its_stem() -> None:
    package = zipped({"1.xml": including("text.xml", "问"), "text.xml": f"<div {NS}><p>材料</p></div>"})
    assert [question.stem for question in read(package).questions] == ["材料\n问"]


def test_a_shared_picture_without_words_is_reported_on_each_item() -> None:
    picture = f"<div {NS}><img src='logo.png' alt=''/></div>"
    package = zipped({"1.xml": including("s.xml", "一"), "2.xml": including("s.xml", "二"), "s.xml": picture})
    parsed = read(package)
    assert [question.kind for question in parsed.questions] == ["single", "single"]
    assert [(problem.where, problem.code) for problem in parsed.problems] == [
        ("第1题", "media"),
        ("第2题", "media"),
    ]


@pytest.mark.parametrize(
    ("use", "text", "kinds", "codes"),
    [
        ('use="sharedstimulus"', "案情。", ["case_group"], []),
        ("", "案" * 80, ["case_group"], ["rubric_as_material"]),
        ("", "本部分每题两分。", ["single"], ["description"]),
        ('use="instructions"', "案" * 80, ["single"], []),
    ],
)
def test_the_rubric_of_a_section(use: str, text: str, kinds: list[str], codes: list[str]) -> None:
    rubric = f'<rubricBlock view="candidate" {use}><p>{text}</p></rubricBlock>'
    section = f'<assessmentSection>{rubric}<assessmentItemRef href="1.xml"/></assessmentSection>'
    package = zipped(
        {
            "1.xml": SIMPLE.format("问"),
            "t.xml": a_test(section),
        }
    )
    parsed = read(package)
    assert [question.kind for question in parsed.questions] == kinds
    assert [problem.code for problem in parsed.problems] == codes


def test_an_included_file_outside_the_package_is_not_fetched() -> None:
    parsed = read(zipped({"1.xml": including("http://127.0.0.1:9/secret.xml", "问")}))
    assert [(problem.severity, problem.code) for problem in parsed.problems] == [("doubtful", "media")]
    assert read(zipped({"1.xml": including("../../etc/passwd", "问")})).questions[0].stem == "问"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (f"<assessmentTest {NS}/>".encode(), "test_only"),
        (b"<x/>", "not_qti21"),
        (zipped({"a.xml": "<x/>"}), "no_items"),
        (zipped({"a.xml": "<!DOCTYPE x><x/>", "b.xml": SIMPLE.format("问")}), "xml_declaration"),
    ],
)
def test_what_is_no_qti21_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        Qti21().parse(data)
    assert caught.value.code == code


def test_a_written_package_is_a_content_package() -> None:
    options = (Choice("A", "甲"), Choice("B", "乙"))
    questions = [
        Question("single", "单选", options, ("A",), number="1"),
        Question("case_group", "案情", parts=(Question("single", "小题", options, ("B",)),), rationale="丢"),
        Question("short_answer", "简答", key=ModelAnswer("答", (RubricPoint("点"),)), difficulty=2),
        Question("true_false", "没有答案"),
    ]
    emitted = Qti21().emit(questions, title="库 & <名>")
    with zipfile.ZipFile(io.BytesIO(emitted.data)) as archive:
        names = archive.namelist()
        roots = {name: fromstring(archive.read(name)) for name in names}
    assert names == ["imsmanifest.xml", "test.xml", *(f"items/item0000{n}.xml" for n in (1, 2, 3))]
    hrefs = [one.get("href") for one in roots["imsmanifest.xml"].iter() if one.tag.endswith("}resource")]
    assert hrefs == ["test.xml", *(f"items/item0000{n}.xml" for n in (1, 2, 3))]
    assert roots["test.xml"].get("title") == "库 & <名>"
    assert [(problem.where, problem.severity, problem.code) for problem in emitted.problems] == [
        ("第2题", "note", "fields_not_carried"),
        ("第3题", "note", "fields_not_carried"),
        ("第3题", "doubtful", "rubric_flattened"),
        ("第4题", "broken", "no_key"),
    ]
    assert Qti21().emit(questions, title="库 & <名>").data == emitted.data


def test_a_package_too_large_to_be_read_back_says_so() -> None:
    question = Question("true_false", "判断。", key=True)
    assert Qti21().emit([question] * 1998).problems == ()
    (problem,) = Qti21().emit([question] * 1999).problems
    assert problem.code == "large_package"
