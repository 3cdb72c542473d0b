"""Interchange files from strangers: each ends in questions or in one sentence, never in another exception."""

from __future__ import annotations

import io
import pyexpat
import time
import zipfile
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examsite.lib.files.sniff import look
from questionbanks.formats.aiken import Aiken
from questionbanks.formats.base import Format, Parsed, Unreadable
from questionbanks.formats.check import complete, tally
from questionbanks.formats.gift import Gift
from questionbanks.formats.moodle_xml import MoodleXml
from questionbanks.formats.native_json import NativeJson
from questionbanks.formats.qti12 import Qti12
from questionbanks.formats.qti21 import Qti21
from questionbanks.formats.refused import Blackboard, Qti3
from questionbanks.formats.registry import parse
from questionbanks.formats.richtext import to_html
from questionbanks.kinds.base import Blanks, Choice, ModelAnswer, Question

FORMATS: list[Format] = [Gift(), Aiken(), MoodleXml(), Qti12(), Qti21(), NativeJson()]
CHOICES = (Choice("A", "甲"), Choice("B", "乙"))
BANK = [
    Question("single", "单选？", CHOICES, ("A",), rationale="析", topic="民法", number="1"),
    Question("multiple", "多选？", CHOICES, ("A", "B")),
    Question("true_false", "判断。", key=True),
    Question("fill_blank", "填____。", key=Blanks((("空",),))),
    Question("short_answer", "简答？", key=ModelAnswer("答")),
    Question("case_group", "案情", parts=(Question("single", "小题？", CHOICES, ("B",)),)),
]
QTI12 = b"""<questestinterop><item ident="i">
<presentation><material><mattext>question</mattext></material><response_lid ident="R"><render_choice>
<response_label ident="a"><material><mattext>one</mattext></material></response_label>
<response_label ident="b"><material><mattext>two</mattext></material></response_label>
</render_choice></response_lid></presentation>
<resprocessing><respcondition><conditionvar><varequal respident="R">a</varequal></conditionvar>
<setvar>1</setvar></respcondition></resprocessing></item></questestinterop>"""
SAMPLES: dict[str, bytes] = {
    **{format.code: format.emit(BANK).data for format in FORMATS if format.kinds_out},
    "qti12": QTI12,
}
fuzzed = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def reads_or_refuses(format: Format, data: bytes) -> None:
    """Every item has a verdict, or the file is refused with a Chinese sentence."""
    try:
        parsed = complete(format.parse(data))
    except Unreadable as refusal:
        sentence = refusal.message
        is_chinese = any("\u4e00" <= char <= "\u9fff" for char in sentence)
    else:
        is_chinese = True
        everything_has_a_verdict(parsed)
    assert is_chinese


def everything_has_a_verdict(parsed: Parsed) -> None:
    counted = tally(parsed)
    assert counted.found == counted.importable + counted.broken
    places = [one.where for question in parsed.questions for one in (question, *question.parts)]
    assert len(set(places)) == len(places)
    for question in parsed.questions:
        to_html(question.stem)


MARKS = (
    "{ } = ~ # #### -> %50% %-1% :: \\ \\n // [html] T $CATEGORY: 甲 A.| B)| ANSWER:|A 1:MC: <b> &lt; 0.1:2 "
    ".. [tag:x] {}"
)
SYNTAX = st.lists(
    st.sampled_from([*(mark.replace("|", " ") for mark in MARKS.split(" ")), " ", "\n", "\n\n"]), max_size=40
).map("".join)


@pytest.mark.parametrize("format", [Gift(), Aiken()], ids=lambda format: format.code)
@given(text=st.one_of(SYNTAX, st.text(max_size=60)))
@fuzzed
def test_any_text(format: Format, text: str) -> None:
    reads_or_refuses(format, text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.code)
@given(data=st.data())
@fuzzed
def test_truncated_and_damaged_files(format: Format, data: st.DataObject) -> None:
    whole = SAMPLES[format.code]
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    noise = data.draw(st.binary(max_size=6))
    reads_or_refuses(format, whole[:start] + noise + whole[end:])


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.code)
@given(data=st.binary(max_size=200))
@fuzzed
def test_any_bytes(format: Format, data: bytes) -> None:
    reads_or_refuses(format, data)


TAGS = st.sampled_from(
    [
        "item",
        "presentation",
        "material",
        "mattext",
        "response_lid",
        "render_choice",
        "response_label",
        "resprocessing",
        "respcondition",
        "conditionvar",
        "and",
        "or",
        "not",
        "varequal",
        "setvar",
        "section",
        "itemfeedback",
        "question",
        "questiontext",
        "text",
        "answer",
        "itemBody",
        "assessmentItem",
        "choiceInteraction",
        "simpleChoice",
        "prompt",
        "textEntryInteraction",
        "responseDeclaration",
        "rubricBlock",
        "correctResponse",
        "value",
        "mapping",
        "mapEntry",
        "include",
    ]
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        [
            "type",
            "ident",
            "identifier",
            "respident",
            "responseIdentifier",
            "fraction",
            "cardinality",
            "rcardinality",
            "mappedValue",
            "mapKey",
            "view",
            "format",
            "href",
        ]
    ),
    st.sampled_from(
        ["", "R", "multichoice", "truefalse", "cloze", "multiple", "Multiple", "100", "candidate"]
    ),
    max_size=3,
)


def element(tag: str, attributes: dict[str, str], parts: list[str]) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{written}>{''.join(parts)}</{tag}>"


TREES = st.recursive(
    st.sampled_from(["", "甲", "1", "{1:SA:=x}", "&lt;b&gt;"]),
    lambda inner: st.builds(element, TAGS, ATTRIBUTES, st.lists(inner, max_size=4)),
    max_leaves=25,
)


@pytest.mark.parametrize(
    ("format", "root"),
    [(MoodleXml(), "quiz"), (Qti12(), "questestinterop"), (Qti21(), "assessmentItem")],
    ids=["moodle_xml", "qti12", "qti21"],
)
@given(trees=st.lists(TREES, max_size=4))
@fuzzed
def test_any_tree_of_known_elements(format: Format, root: str, trees: list[str]) -> None:
    reads_or_refuses(format, f"<{root}>{''.join(trees)}</{root}>".encode())


BILLION = (
    '<!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
DECLARATIONS = [
    "<!DOCTYPE x>",
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    BILLION,
]


@pytest.mark.parametrize("prolog", DECLARATIONS, ids=["bare", "external", "entity", "billion laughs"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("format", [MoodleXml(), Qti12(), Qti21()], ids=lambda format: format.code)
def test_t53_t54_declarations_refuse_the_file(format: Format, encoding: str, prolog: str) -> None:
    root = {"moodle_xml": "quiz", "qti12": "questestinterop", "qti21": "assessmentItem"}[format.code]
    with pytest.raises(Unreadable) as caught:
        format.parse(f"{prolog}<{root}>&e;</{root}>".encode(encoding))
    assert caught.value.code == "xml_declaration"


@pytest.mark.parametrize("format", [Qti12(), Qti21()], ids=lambda format: format.code)
def test_a_declaration_in_any_part_refuses_the_package(format: Format) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("good.xml", QTI12 if format.code == "qti12" else "<assessmentItem/>")
        archive.writestr("other/evil.xml", DECLARATIONS[2] + "<x>&e;</x>")
    with pytest.raises(Unreadable) as caught:
        format.parse(packed.getvalue())
    assert caught.value.code == "xml_declaration"


def test_the_word_doctype_in_a_text_is_only_a_word() -> None:
    text = "<questiontext format='plain_text'><text><![CDATA[<!DOCTYPE html>]]></text></questiontext>"
    answer = "<answer fraction='100'><text>true</text></answer>"
    source = f"<quiz><question type='truefalse'>{text}{answer}</question></quiz>"
    (question,) = MoodleXml().parse(source.encode()).questions
    assert question.stem == "<!DOCTYPE html>"


def test_t54_the_parsers_below_are_the_safe_ones() -> None:
    assert tuple(map(int, pyexpat.EXPAT_VERSION.removeprefix("expat_").split("."))) >= (2, 4, 1)
    assert find_spec("defusedxml") is not None


@pytest.mark.parametrize("member", ["../x.xml", "/etc/x.xml", "a/../../x.xml", "C:\\x.xml"])
def test_path_tricks_refuse_the_package(member: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(member, "<assessmentItem/>")
    with pytest.raises(Unreadable) as caught:
        Qti21().parse(packed.getvalue())
    assert caught.value.code == "archive_path"


def test_a_bomb_refuses_the_package() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b"<x>" + b" " * 20_000_000 + b"</x>")
    with pytest.raises(Unreadable) as caught:
        Qti21().parse(packed.getvalue())
    assert caught.value.code == "archive_size"


EMPTY = b"<respcondition continue='Yes'><conditionvar/></respcondition>"
LABEL = b"<response_label ident='z'/>"


@pytest.mark.parametrize(
    ("format", "data"),
    [
        (MoodleXml(), b"<quiz>" + b"<a>" * 100_000),
        (Gift(), b"{" * 200_000),
        (Gift(), b"=" * 200_000),
        (Gift(), ("问？{\n\n" * 20_000).encode()),
        (Gift(), b"a{=" + b"\\" * 200_000 + b"}"),
        (Gift(), ("问{" + "~甲#" * 50_000 + "}").encode()),
        (Aiken(), b"A. x\n" * 60_000),
        (Aiken(), b"ANSWER: " + b"A, " * 100_000),
        (MoodleXml(), f"<quiz>{'<question/>' * 20_000}</quiz>".encode()),
        (Qti12(), QTI12.replace(b"<respcondition>", EMPTY * 20_000 + b"<respcondition>")),
        (Qti12(), QTI12.replace(b"</render_choice>", LABEL * 20_000 + b"</render_choice>")),
    ],
)
def test_large_nonsense_is_read_or_refused_within_seconds(format: Format, data: bytes) -> None:
    started = time.process_time()
    reads_or_refuses(format, data)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "payload",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "{{7*7}}",
        "{% load x %}",
    ],
)
def test_payloads_stay_text_or_disappear(payload: str) -> None:
    question = Question("single", f"题{payload}", (Choice("A", f"甲{payload}"), Choice("B", "乙")), ("A",))
    for format in (Gift(), MoodleXml(), Qti21(), NativeJson()):
        (read,) = format.parse(format.emit([question]).data).questions
        assert read == Question("single", question.stem, question.choices, ("A",), where=read.where)
        assert "<" not in to_html(read.stem)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<?xml version='1.0'?><POOL><QUESTIONLIST/></POOL>", "blackboard"),
        (b"<qti-assessment-item xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0'/>", "qti3"),
    ],
)
def test_formats_for_later_are_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(data)
    assert caught.value.code == code


def test_packages_for_later_are_refused_by_name() -> None:
    for format, name, text in [
        (Blackboard(), ".bb-package-info", "x"),
        (Qti3(), "imsmanifest.xml", "<manifest><resource type='imsqti_item_xmlv3p0'/></manifest>"),
    ]:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(name, text)
        assert format.claims(look(packed.getvalue())) > 90
        with pytest.raises(Unreadable) as caught:
            parse(packed.getvalue())
        assert caught.value.code == format.code
