"""Writing QTI 2.1: a content package with a manifest, one test and one file for each item.

The kind stands in the `label` of an item (an attribute meant for the tool that wrote it), so that 判断 and
不定项 come back as what they were; other systems see choices.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from examsite.lib.files.archives import MAX_MEMBERS

from ..kinds.base import Blanks, ModelAnswer, Question
from .base import Emitted
from .incoming import designation
from .outgoing import Outgoing, answer_text, title_of
from .qti21_item import TOOL
from .richtext import at_blanks
from .xml_writer import attribute, escape, xhtml

KINDS = frozenset(
    {"single", "multiple", "uncertain", "true_false", "fill_blank", "short_answer", "case_group"}
)
_CARRIES = frozenset({"rationale", "number", "points", "pinned"})
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_NAMESPACE = f'xmlns="{_QTI}" {_XSI} xsi:schemaLocation="{_QTI} http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1p1.xsd"'
_TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same items give the same bytes


def write(questions: Sequence[Question], label: str, title: str) -> Emitted:
    """The package, with the problems of what it could not carry."""
    outgoing = Outgoing(questions, label=label, kinds_out=KINDS, carries=_CARRIES)
    files: dict[str, str] = {}
    sections: list[tuple[str, list[str]]] = []  # material as XHTML ("" for none), item identifiers
    for where, question in outgoing.items():
        case = question.kind == "case_group"
        if case or not sections or sections[-1][0]:
            sections.append((xhtml(question.stem) if case else "", []))
        for one in question.parts if case else (question,):
            identifier = f"item{len(files) + 1:05d}"
            if case:
                outgoing.report_lost(one.where or where, one)
            files[identifier] = _item(outgoing, one.where or where, one, identifier)
            sections[-1][1].append(identifier)
        if case:
            sections.append(("", []))
    if len(files) + 2 > MAX_MEMBERS:
        message = f"这个包里有{len(files)}道题，超过本平台一次能读回的{MAX_MEMBERS - 2}道；要再导入请分批导出"
        outgoing.changed("整个文件", "large_package", message)
    test = _test([section for section in sections if section[1]], title or "题库")
    members = {
        "imsmanifest.xml": _manifest(list(files)),
        "test.xml": test,
        **{f"items/{identifier}.xml": text for identifier, text in files.items()},
    }
    return Emitted(_zipped(members), tuple(outgoing.problems))


def _zipped(members: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in members.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text.encode())
    return packed.getvalue()


def _manifest(identifiers: list[str]) -> str:
    items = "".join(
        f'<resource identifier="{one}" type="imsqti_item_xmlv2p1" href="items/{one}.xml">'
        f'<file href="items/{one}.xml"/></resource>\n'
        for one in identifiers
    )
    needs = "".join(f'<dependency identifierref="{one}"/>' for one in identifiers)
    return (
        f'{_HEAD}<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" {_XSI} identifier="manifest">\n'
        "<metadata><schema>QTIv2.1 Package</schema><schemaversion>1.0.0</schemaversion></metadata>\n"
        "<organizations/>\n<resources>\n"
        '<resource identifier="test" type="imsqti_test_xmlv2p1" href="test.xml">'
        f'<file href="test.xml"/>{needs}</resource>\n{items}</resources>\n</manifest>\n'
    )


def _test(sections: list[tuple[str, list[str]]], title: str) -> str:
    written = []
    for n, (material, identifiers) in enumerate(sections, 1):
        rubric = f'<rubricBlock view="candidate" use="sharedstimulus"><div>{material}</div></rubricBlock>\n'
        refs = "".join(
            f'<assessmentItemRef identifier="{one}" href="items/{one}.xml"/>\n' for one in identifiers
        )
        written.append(
            f'<assessmentSection identifier="section{n}" title="{n}" visible="true">\n'
            f"{rubric if material else ''}{refs}</assessmentSection>\n"
        )
    named = f'identifier="test" title="{attribute(title)}" toolName="{TOOL}"'
    return (
        f"{_HEAD}<assessmentTest {_NAMESPACE} {named}>\n"
        '<testPart identifier="part1" navigationMode="nonlinear" submissionMode="simultaneous">\n'
        f"{''.join(written)}</testPart>\n</assessmentTest>\n"
    )


def _item(outgoing: Outgoing, where: str, question: Question, identifier: str) -> str:
    if question.number and designation(question.number, stem=question.stem) != question.number:
        message = f"题号“{question.number}”在QTI里只是题目名称，再导入时不当题号"
        outgoing.changed(where, "number_changed", message)
    name = title_of(question)
    declarations, body, processing = _parts(outgoing, where, question)
    points = f' normalMaximum="{question.points}"' if question.points is not None else ""
    outcomes = (
        f'<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"{points}>'
        "<defaultValue><value>0</value></defaultValue></outcomeDeclaration>\n"
    )
    rationale = ""
    if question.rationale:
        outcomes += '<outcomeDeclaration identifier="FEEDBACK" cardinality="single" baseType="identifier"/>\n'
        rationale = (
            '<modalFeedback outcomeIdentifier="FEEDBACK" identifier="rationale" showHide="show">'
            f"<div>{xhtml(question.rationale)}</div></modalFeedback>\n"
        )
    return (
        f'{_HEAD}<assessmentItem {_NAMESPACE} identifier="{identifier}" title="{attribute(name)}" '
        f'label="{question.kind}" adaptive="false" timeDependent="false" toolName="{TOOL}">\n'
        f"{declarations}{outcomes}"
        f"<itemBody>\n{body}</itemBody>\n{processing}{rationale}</assessmentItem>\n"
    )


def _parts(outgoing: Outgoing, where: str, question: Question) -> tuple[str, str, str]:
    """Declarations, the inside of the item body, and the response processing."""
    key = question.key
    if isinstance(key, Blanks):
        return _blanks(outgoing, where, question.stem, key)
    if isinstance(key, ModelAnswer):
        if key.rubric:
            outgoing.changed(where, "rubric_flattened", "采分点并入了参考答案的文字")
        declaration = '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="string"/>\n'
        rubric = f'<rubricBlock view="scorer"><div>{xhtml(answer_text(key))}</div></rubricBlock>\n'
        field = '<extendedTextInteraction responseIdentifier="RESPONSE"/>\n'
        return declaration, f"<div>{xhtml(question.stem)}</div>\n{field}{rubric}", ""
    if isinstance(key, bool):
        options = [("true", "正确"), ("false", "错误")]
        return _choice(question, options, ["true" if key else "false"], several=False)
    options = [(f"choice{n}", choice.text) for n, choice in enumerate(question.choices, 1)]
    idents = {choice.label: ident for choice, (ident, _) in zip(question.choices, options, strict=True)}
    right = [idents[label] for label in question.labels if label in (key or ())]
    return _choice(question, options, right, several=question.kind != "single")


def _choice(
    question: Question, options: list[tuple[str, str]], right: list[str], *, several: bool
) -> tuple[str, str, str]:
    cardinality, most = ("multiple", 0) if several else ("single", 1)
    fixed = ' fixed="true"' if question.pinned else ""
    free = str(question.kind != "true_false" and not question.pinned).lower()
    choices = "".join(
        f'<simpleChoice identifier="{ident}"{fixed}>{xhtml(text)}</simpleChoice>\n' for ident, text in options
    )
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="identifier">'
        f"{_correct(right)}</responseDeclaration>\n",
        f"<div>{xhtml(question.stem)}</div>\n"
        f'<choiceInteraction responseIdentifier="RESPONSE" shuffle="{free}" maxChoices="{most}">\n'
        f"{choices}</choiceInteraction>\n",
        f'<responseProcessing template="{_TEMPLATES}match_correct"/>\n',
    )


def _correct(values: Sequence[str]) -> str:
    inner = "".join(f"<value>{escape(value)}</value>" for value in values)
    return f"<correctResponse>{inner}</correctResponse>"


def _blanks(outgoing: Outgoing, where: str, stem: str, key: Blanks) -> tuple[str, str, str]:
    if key.any_order and len(key.accepted) > 1:
        outgoing.changed(where, "order_fixed", "QTI的填空不能颠倒各空的顺序，再导入时按固定顺序")
    names = [f"RESPONSE{n}" for n in range(1, len(key.accepted) + 1)]
    fields = [f'<textEntryInteraction responseIdentifier="{name}"/>' for name in names]
    pieces = at_blanks(stem, len(fields))
    if pieces is None:
        body = f"<div>{xhtml(stem)}</div>\n<div>{' '.join(fields)}</div>\n"
    else:
        shown = [escape(piece).replace("\n", "<br/>") for piece in pieces]
        inner = shown[0] + "".join(one + rest for one, rest in zip(fields, shown[1:], strict=True))
        body = f"<div>{inner}</div>\n"
    declarations = "".join(_mapped(*one) for one in zip(names, key.accepted, strict=True))
    points = "".join(f'<mapResponse identifier="{name}"/>' for name in names)
    processing = (
        f'<responseProcessing><setOutcomeValue identifier="SCORE"><sum>{points}</sum></setOutcomeValue>'
        "</responseProcessing>\n"
    )
    return declarations, body, processing


def _mapped(name: str, accepted: Sequence[str]) -> str:
    texts = [text for text in accepted if text.strip()]
    entries = "".join(f'<mapEntry mapKey="{attribute(text)}" mappedValue="1"/>' for text in texts)
    return (
        f'<responseDeclaration identifier="{name}" cardinality="single" baseType="string">'
        f'{_correct(texts[:1])}<mapping defaultValue="0">{entries}</mapping></responseDeclaration>\n'
    )
