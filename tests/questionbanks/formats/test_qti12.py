"""QTI 1.2: keys come from the response processing, however a tool writes it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest

from questionbanks.formats.base import Parsed, Unreadable
from questionbanks.formats.check import complete, tally
from questionbanks.formats.qti12 import Qti12
from questionbanks.kinds.base import Blanks, Choice, ModelAnswer, Question

DTD = '<!DOCTYPE questestinterop SYSTEM "ims_qtiasiv1p2p1.dtd">'


def material(text: str, kind: str = "text/html") -> str:
    return f'<material><mattext texttype="{kind}"><![CDATA[{text}]]></mattext></material>'


def options(texts: Sequence[str], cardinality: str = "Single") -> str:
    labels = "".join(
        f'<response_label ident="o{n}">{material(text, "text/plain")}</response_label>'
        for n, text in enumerate(texts, 1)
    )
    return (
        f'<response_lid ident="R" rcardinality="{cardinality}"><render_choice>{labels}'
        "</render_choice></response_lid>"
    )


def typed(ident: str = "R") -> str:
    return f'<response_str ident="{ident}"><render_fib/></response_str>'


def equal(value: str, respondent: str = "R") -> str:
    return f'<varequal respident="{respondent}">{value}</varequal>'


def when(condition: str, points: float = 100, action: str = "Set", goes_on: bool = False) -> str:
    more = ' continue="Yes"' if goes_on else ""
    return (
        f"<respcondition{more}><conditionvar>{condition}</conditionvar>"
        f'<setvar varname="SCORE" action="{action}">{points}</setvar></respcondition>'
    )


def item(
    presentation: str, *conditions: str, kind: str = "", more: str = "", ident: str = "i1", **fields: str
) -> str:
    labels = {"question_type": kind, **fields} if kind else fields
    metadata = "".join(
        f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry></qtimetadatafield>"
        for label, entry in labels.items()
    )
    return (
        f'<item ident="{ident}" title="Question">'
        f"<itemmetadata><qtimetadata>{metadata}</qtimetadata></itemmetadata>"
        f"<presentation>{presentation}</presentation>"
        f"<resprocessing>{''.join(conditions)}</resprocessing>{more}</item>"
    )


def document(*items: str, prolog: str = "") -> bytes:
    inner = "".join(items)
    return (
        f'<?xml version="1.0"?>\n{prolog}\n<questestinterop><assessment ident="a"><section ident="s">{inner}'
        "</section></assessment></questestinterop>"
    ).encode()


def read(*items: str) -> Parsed:
    return complete(Qti12().parse(document(*items)))


def one(source: str) -> Question:
    (found,) = read(source).questions
    return found


STEM = material("<p>问？</p>")
ABC = ["甲", "乙", "丙"]
SINGLE, SEVERAL = STEM + options(ABC), STEM + options(ABC, "Multiple")


@pytest.mark.parametrize(
    ("source", "kind", "key"),
    [
        (item(SINGLE, when(equal("o2"))), "single", ("B",)),
        (item(SINGLE, when(f"<and>{equal('o2')}<not>{equal('o1')}</not></and>", 1)), "single", ("B",)),
        (item(SINGLE, when(equal("o1"), 0), when("<other/>", 0), when(equal("o3"), 5)), "single", None),
        (item(SINGLE, when(equal("o1"), 0, goes_on=True), when(equal("o3"), 5)), "single", ("C",)),
        (item(SINGLE, when(equal("o2"), 50), when(equal("o1"), 100)), "single", ("A",)),
        (
            item(SEVERAL, when(f"<and>{equal('o1')}<not>{equal('o2')}</not>{equal('o3')}</and>")),
            "multiple",
            ("A", "C"),
        ),
        (item(SEVERAL, when(f"<and>{equal('o1')}{equal('o3')}</and>")), "multiple", ("A", "C")),
        (
            item(
                SEVERAL,
                when(equal("o1"), 0.5, "Add", True),
                when(equal("o2"), 0.5, "Add", True),
                when(equal("o3"), -0.5, "Add", True),
            ),
            "multiple",
            ("A", "B"),
        ),
        (
            item(SEVERAL, when(f"<and><not>{equal('o1')}</not>{equal('o2')}<not>{equal('o3')}</not></and>")),
            "uncertain",
            ("B",),
        ),
        (item(SEVERAL, when('<varsubset respident="R">o1,o2</varsubset>')), "multiple", ("A", "B")),
        (item(SINGLE, when(equal("o2")), kind="multiple_choice_question"), "single", ("B",)),
        (
            item(SEVERAL, when(f"<and>{equal('o1')}{equal('o2')}</and>"), kind="multiple_answers_question"),
            "multiple",
            ("A", "B"),
        ),
        (
            item(STEM + options(["True", "False"]), when(equal("o2")), kind="true_false_question"),
            "true_false",
            False,
        ),
        (item(STEM + options(["错误", "正确"]), when(equal("o2"))), "true_false", True),
        (
            item(STEM + options(["True", "False"]), when(equal("o1")), kind="multiple_choice_question"),
            "single",
            ("A",),
        ),
        (
            item(STEM + options(["True", "False"]), when(equal("o1")), cc_profile="cc.true_false.v0p1"),
            "true_false",
            True,
        ),
        (
            item(STEM + typed(), when(equal("甲") + equal("乙")), kind="short_answer_question"),
            "fill_blank",
            Blanks((("甲", "乙"),)),
        ),
        (
            item(STEM + typed(), when(f"<or>{equal('甲')}{equal('乙')}</or>")),
            "fill_blank",
            Blanks((("甲", "乙"),)),
        ),
        (
            item(
                STEM + typed("R") + typed("S"),
                when(equal("甲"), 1, "Add", True),
                when(equal("乙", "S"), 1, "Add", True),
            ),
            "fill_blank",
            Blanks((("甲",), ("乙",))),
        ),
        (
            item(
                STEM + typed(),
                when(
                    f'<or>{equal("4")}<vargte respident="R">4</vargte><varlte respident="R">4</varlte></or>'
                ),
                kind="numerical_question",
            ),
            "fill_blank",
            Blanks((("4",),)),
        ),
        (
            item(
                SEVERAL,
                when(equal("o1"), 25, "Add"),
                when(equal("o2"), -10, "Add"),
                when(equal("o3"), 25, "Add"),
            ),
            "multiple",
            ("A", "C"),
        ),
        (item(STEM + typed(), kind="essay_question"), "short_answer", None),
        (
            item(
                STEM + typed(),
                more="<itemfeedback ident='s'><solution><solutionmaterial>"
                + material("要点")
                + "</solutionmaterial></solution></itemfeedback>",
            ),
            "short_answer",
            ModelAnswer("要点"),
        ),
    ],
)
def test_kind_and_key(source: str, kind: str, key: object) -> None:
    found = one(source)
    assert (found.kind, found.key) == (kind, key)


def test_a_long_list_of_options_is_scored_without_trying_every_selection() -> None:
    texts = [f"选项{n}" for n in range(1, 25)]
    right = {2, 5, 11, 23}
    condition = "".join(
        equal(f"o{n}") if n in right else f"<not>{equal(f'o{n}')}</not>" for n in range(1, 25)
    )
    found = one(item(STEM + options(texts, "Multiple"), when(f"<and>{condition}</and>")))
    assert found.key == ("B", "E", "K", "W")
    adding = [when(equal(f"o{n}"), 1 if n in right else -1, "Add", True) for n in range(1, 25)]
    assert one(item(STEM + options(texts, "Multiple"), *adding)).key == ("B", "E", "K", "W")


@pytest.mark.parametrize(
    ("source", "problems"),
    [
        (item(SINGLE), [("broken", "no_key")]),
        (item(SINGLE, when(f"<or>{equal('o1')}{equal('o2')}</or>")), [("broken", "key_count")]),
        (item(SEVERAL, when(f"<or>{equal('o1')}{equal('o2')}</or>")), [("broken", "ambiguous_key")]),
        (item(SINGLE, when(equal("o1"), 100), when(equal("o2"), 50)), [("doubtful", "partial_credit")]),
        (item(STEM, kind="text_only_question"), [("note", "description")]),
        (item(STEM + options(ABC, "Ordered"), when(equal("o1"))), [("broken", "foreign_kind")]),
        (item(STEM + options(ABC) + options(ABC).replace('"R"', '"S"')), [("broken", "foreign_kind")]),
        (item(STEM + options(ABC), kind="matching_question"), [("broken", "foreign_kind")]),
        (item(STEM + typed(), when('<vargte respident="R">4</vargte>')), [("broken", "foreign_kind")]),
        (
            item("<material><matimage uri='x.png'/></material>" + options(ABC), when(equal("o1"))),
            [("broken", "media_only")],
        ),
        (
            item(STEM + "<material><matimage uri='x.png'/></material>" + options(ABC), when(equal("o1"))),
            [("doubtful", "media")],
        ),
    ],
)
def test_problems(source: str, problems: list[tuple[str, str]]) -> None:
    assert [(problem.severity, problem.code) for problem in read(source).problems] == problems


def test_canvas_names_its_blanks_in_the_stem() -> None:
    def blank(name: str, *texts: str) -> str:
        labels = "".join(
            f'<response_label ident="{name}{n}">{material(text)}</response_label>'
            for n, text in enumerate(texts)
        )
        shown = f"{material(name)}<render_choice>{labels}</render_choice>"
        return f'<response_lid ident="response_{name}">{shown}</response_lid>'

    source = material("<p>[x]是法，[y]是令。</p>") + blank("y", "规章") + blank("x", "宪法", "宪")
    found = one(item(source, when(equal("x0", "response_x")), kind="fill_in_multiple_blanks_question"))
    assert found.stem == "_____是法，_____是令。"
    assert found.key == Blanks((("宪法", "宪"), ("规章",)))


@pytest.mark.parametrize(
    ("mode", "problems"),
    [
        ("answer_type='openEntry' scoring_algorithm='TextInChoices'", []),
        ("answer_type='dropdown'", [("broken", "foreign_kind")]),
        ("answer_type='wordbank'", [("broken", "foreign_kind")]),
        ("scoring_algorithm='TextRegex'", [("broken", "foreign_kind")]),
        ("scoring_algorithm='TextCloseEnough'", [("doubtful", "loose_match")]),
    ],
)
def test_only_gaps_that_are_typed_in_are_blanks(mode: str, problems: list[tuple[str, str]]) -> None:
    label = f'<response_label ident="x0" {mode}>{material("宪法")}</response_label>'
    gap = f'<response_lid ident="response_x"><render_choice>{label}</render_choice></response_lid>'
    parsed = read(item(material("[x]是法。") + gap, kind="fill_in_multiple_blanks_question"))
    assert [(problem.severity, problem.code) for problem in parsed.problems] == problems


@pytest.mark.parametrize(
    ("presentation", "stem"),
    [
        (material("北京是", "text/plain") + typed() + material("。", "text/plain"), "北京是_____。"),
        (material("Now is ", "text/plain") + typed() + material(" of", "text/plain"), "Now is _____ of"),
        (material("<p>问？</p>") + typed(), "问？"),
        (material("问？", "text/plain") + typed(), "问？"),
        (material("首都是", "text/plain") + typed(), "首都是_____"),
    ],
)
def test_gaps_stand_where_words_are_typed(presentation: str, stem: str) -> None:
    assert one(item(presentation, when(equal("甲")))).stem == stem


def test_an_item_of_a_bank_that_is_not_in_the_file_is_found_and_broken() -> None:
    parsed = read('<bankentry_item item_ref="far"/>', item(SINGLE, when(equal("o1")), ident="near"))
    assert [(problem.where, problem.code) for problem in parsed.problems] == [("第1题", "missing_item")]
    assert (tally(parsed).found, tally(parsed).broken) == (2, 1)
    parsed = read('<bankentry_item item_ref="near"/>', item(SINGLE, when(equal("o1")), ident="near"))
    assert (tally(parsed).found, tally(parsed).broken) == (1, 0)


def test_feedback_points_and_literal_texts() -> None:
    feedback = "".join(
        f'<itemfeedback ident="{ident}">{material(text)}</itemfeedback>'
        for ident, text in [("general_fb", "<p>总的</p>"), ("o1_fb", "不对"), ("correct_fb", "总的")]
    )
    found = one(
        item(STEM + options(["<b>甲</b>", "乙"]), when(equal("o2")), more=feedback, points_possible="2.5")
    )
    assert found.choices == (Choice("A", "<b>甲</b>"), Choice("B", "乙"))
    assert found.rationale == "总的\n“<b>甲</b>”：不对"
    assert str(found.points) == "2.5"


def test_a_stimulus_and_its_items_are_one_case() -> None:
    child = {"parent_stimulus_item_ident": "text"}
    parsed = read(
        item(SINGLE, when(equal("o1")), ident="alone"),
        item(material("<p>材料</p>"), kind="text_only_question", ident="text"),
        item(SINGLE, when(equal("o2")), ident="one", **child),
        item(SINGLE, when(equal("o3")), ident="two", **child),
    )
    alone, case = parsed.questions
    assert (alone.kind, case.kind, case.stem) == ("single", "case_group", "材料")
    assert [part.key for part in case.parts] == [("B",), ("C",)]
    assert (tally(parsed).found, tally(parsed).by_kind["case_group"]) == (3, 1)


def test_the_material_of_a_section_is_shared() -> None:
    source = (
        "<questestinterop><assessment><section><presentation_material><flow_mat>"
        + material("案情")
        + "</flow_mat></presentation_material>"
        + item(SINGLE, when(equal("o1")))
        + item(SINGLE, when(equal("o2")))
        + "</section></assessment></questestinterop>"
    )
    (case,) = complete(Qti12().parse(source.encode())).questions
    assert (case.kind, case.stem, len(case.parts)) == ("case_group", "案情", 2)


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return packed.getvalue()


def test_a_cartridge_that_holds_a_quiz_twice_is_read_once() -> None:
    thin, full = document(item(SINGLE)), document(item(SINGLE, when(equal("o2"))))
    package = zipped(**{"g1__assessment_qti.xml": thin, "non_cc_assessments__g1.xml.qti": full})
    parsed = complete(Qti12().parse(package))
    assert [question.key for question in parsed.questions] == [("B",)]


def test_the_reference_to_the_dtd_of_the_standard_is_the_only_one_allowed() -> None:
    source = item(SINGLE, when(equal("o2")))
    assert len(complete(Qti12().parse(document(source, prolog=DTD))).questions) == 1
    for prolog in (
        DTD.replace("ims_", "http://127.0.0.1/ims_"),
        DTD.replace(">", ' [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "<!DOCTYPE questestinterop>",
    ):
        with pytest.raises(Unreadable) as caught:
            Qti12().parse(document(source, prolog=prolog))
        assert caught.value.code == "xml_declaration"


def test_an_entity_that_only_the_dtd_could_explain_is_an_error_and_not_lost() -> None:
    source = document(
        item(SINGLE.replace("<![CDATA[<p>问？</p>]]>", "问&eacute;"), when(equal("o2"))), prolog=DTD
    )
    with pytest.raises(Unreadable) as caught:
        Qti12().parse(source)
    assert caught.value.code == "damaged_xml"


def test_an_empty_package_is_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        Qti12().parse(zipped(**{"a.xml": b"<x/>"}))
    assert caught.value.code == "no_items"
