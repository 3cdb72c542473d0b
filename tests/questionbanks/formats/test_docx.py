"""Word documents, built here with python-docx: list numbers, marked answers, tables, pictures, old XML."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.document import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import RGBColor
from PIL import Image

from questionbanks.formats import registry
from questionbanks.formats.base import Parsed, Unreadable
from questionbanks.formats.check import tally
from questionbanks.formats.docx import read_document
from questionbanks.formats.richtext import is_rich
from questionbanks.kinds.base import Blanks, ModelAnswer
from tests.bank_files import ABCD, with_parts

FOUR = ("A.甲", "B.乙", "C.丙", "D.丁")


def pixel() -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1)).save(buffer, "PNG")
    buffer.seek(0)
    return buffer


def saved(document: Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def paragraphs(*texts: str) -> Document:
    document = docx.Document()
    for text in texts:
        document.add_paragraph(text)
    return document


def read(document: Document) -> Parsed:
    return registry.parse(saved(document))


def keys(parsed: Parsed) -> list[object]:
    return [one.key for one in parsed.questions]


def test_running_text_with_headings_that_set_kind_and_points() -> None:
    parsed = read(
        paragraphs(
            "宪法题库",
            "一、单项选择题（每题2分，共40分）",
            "1.谁？",
            *FOUR,
            "答案：B",
            "解析：因为",
            "二、判断题",
            "1.对吗。（√）",
        )
    )
    assert parsed.format == "docx"
    assert [(one.kind, one.key, one.rationale) for one in parsed.questions] == [
        ("single", ("B",), "因为"),
        ("true_false", True, ""),
    ]
    assert str(parsed.questions[0].points) == "2"
    assert parsed.questions[0].where == "第3段"


NUMBERING = f"""<w:numbering {nsdecls("w")}>
<w:abstractNum w:abstractNumId="90"><w:lvl w:ilvl="0">
<w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1">
<w:start w:val="1"/><w:numFmt w:val="upperLetter"/><w:lvlText w:val="%2、"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="91"><w:lvl w:ilvl="0">
<w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="93"><w:lvl w:ilvl="0">
<w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/></w:lvl>
</w:abstractNum>
<w:num w:numId="93"><w:abstractNumId w:val="93"/></w:num>
<w:num w:numId="90"><w:abstractNumId w:val="90"/></w:num>
<w:num w:numId="91"><w:abstractNumId w:val="91"/></w:num>
<w:num w:numId="92"><w:abstractNumId w:val="90"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
</w:numbering>"""


def numbered(document: Document, text: str, number: int, level: int = 0) -> None:
    paragraph = document.add_paragraph(text)
    properties = paragraph._p.get_or_add_pPr()
    properties.append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')
    )


def with_numbering(document: Document) -> bytes:
    part = document.part.numbering_part._element
    for child in list(part):
        part.remove(child)
    for child in list(parse_xml(NUMBERING)):
        part.append(child)
    return saved(document)


def test_numbers_and_letters_that_are_formatting_only() -> None:
    document = docx.Document()
    numbered(document, "单选题", 91)
    for stem in ("谁？", "几个？"):
        numbered(document, stem, 90)
        for text in "甲乙丙丁":
            numbered(document, text, 90, 1)
        document.add_paragraph("答案：C")
    numbered(document, "判断题", 91)
    numbered(document, "对吗。", 92)
    document.add_paragraph("答案：错")
    parsed = registry.parse(with_numbering(document))
    assert [(one.number, one.kind, one.stem) for one in parsed.questions] == [
        ("1", "single", "谁？"),
        ("2", "single", "几个？"),
        ("1", "true_false", "对吗。"),
    ]
    assert [one.choices for one in parsed.questions[:2]] == [ABCD, ABCD]
    assert keys(parsed) == [("C",), ("C",), False]


def marked(document: Document, text: str, **style: object) -> None:
    run = document.add_paragraph().add_run(text)
    for name, value in style.items():
        if name == "red":
            run.font.color.rgb = RGBColor(255, 0, 0)
        elif name == "highlight":
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
        else:
            setattr(run, name, value)


@pytest.mark.parametrize("style", [{"bold": True}, {"red": True}, {"highlight": True}])
def test_answers_in_bold_or_colour(style: dict[str, object]) -> None:
    document = paragraphs("1.谁？", "A.甲")
    marked(document, "B.乙", **style)
    for text in ("C.丙", "2.谁？", "A.甲", "B.乙", "答案：A"):
        document.add_paragraph(text)
    parsed = read(document)
    assert keys(parsed) == [("B",), ("A",)]
    assert [(one.code, one.severity) for one in parsed.problems] == [("answer_by_mark", "doubtful")]


def test_a_convention_of_colour_kept_throughout_is_noted_once() -> None:
    document = docx.Document()
    for number in range(1, 7):
        document.add_paragraph(f"{number}.谁？")
        for text in FOUR:
            if text[0] in "BD":
                marked(document, text, red=True)
            else:
                document.add_paragraph(text)
    parsed = read(document)
    assert keys(parsed) == [("B", "D")] * 6
    assert [(one.code, one.severity) for one in parsed.problems] == [("answers_by_mark", "note")]


def test_bold_everywhere_answers_nothing() -> None:
    document = docx.Document()
    for text in ("1.谁？", *FOUR, "2.谁？", *FOUR, "答案：A"):
        marked(document, text, bold=True)
    assert keys(read(document)) == [None, ("A",)]


def test_underlined_words_of_a_stem_are_the_blanks() -> None:
    document = paragraphs("填空题")
    paragraph = document.add_paragraph("1.根本法是")
    paragraph.add_run("宪法").underline = True
    paragraph.add_run("。")
    second = document.add_paragraph("2.义务有")
    second.add_run("      ").underline = True
    second.add_run("。")
    document.add_paragraph("答案：服兵役")
    parsed = read(document)
    assert [one.stem for one in parsed.questions] == ["根本法是____。", "义务有______。"]
    assert keys(parsed) == [Blanks((("宪法",),)), Blanks((("服兵役",),))]
    assert [(one.code, one.severity) for one in parsed.problems] == [("answer_by_mark", "doubtful")]


def test_an_answer_table_at_the_end() -> None:
    document = paragraphs("一、单选题", "1.谁？", *FOUR, "2.谁？", *FOUR, "3.谁？", *FOUR, "参考答案")
    table = document.add_table(2, 4)
    for row, texts in zip(table.rows, (("题号", "1", "2", "3"), ("答案", "B", "C", "D")), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    assert keys(read(document)) == [("B",), ("C",), ("D",)]


def test_a_table_of_items() -> None:
    document = paragraphs("试题")
    rows = (
        ("序号", "题型", "题干", "选项", "答案"),
        ("1", "单选题", "谁？", "A.甲\nB.乙", "B"),
        ("2", "判断题", "对吗", "", "×"),
    )
    table = document.add_table(0, 5)
    for texts in rows:
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text
    parsed = read(document)
    assert [(one.kind, one.key) for one in parsed.questions] == [("single", ("B",)), ("true_false", False)]
    assert parsed.questions[0].where == "表格1 第2行"


def test_options_set_in_a_table_are_lines() -> None:
    document = paragraphs("1.谁？")
    table = document.add_table(2, 2)
    for cell, text in zip([cell for row in table.rows for cell in row.cells], FOUR, strict=True):
        cell.text = text
    for text in ("答案：C", "2.谁？", *FOUR, "答案：A"):
        document.add_paragraph(text)
    parsed = read(document)
    assert [one.choices for one in parsed.questions] == [ABCD, ABCD]
    assert keys(parsed) == [("C",), ("A",)]


def filled(document: Document, *rows: tuple[str, ...]) -> None:
    table = document.add_table(0, len(rows[0]))
    for texts in rows:
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text


def test_a_table_inside_an_item_comes_along() -> None:
    document = paragraphs("一、简答题", "1.根据下表回答<甲>。")
    filled(document, ("年", "数"), ("2020", "5&6"))
    for text in ("答案：五。", "2.简述。", "答案：略述。"):
        document.add_paragraph(text)
    parsed = read(document)
    assert [(one.where, one.code, one.severity) for one in parsed.problems] == [
        ("第2段", "table", "doubtful")
    ]
    assert is_rich(parsed.questions[0].stem)
    assert "根据下表回答&lt;甲&gt;。" in parsed.questions[0].stem
    assert "<td>5&amp;6</td>" in parsed.questions[0].stem
    assert parsed.questions[0].key == ModelAnswer("五。")


def test_a_table_of_items_without_header() -> None:
    document = paragraphs("试题")
    filled(document, *((str(n), f"第{n}个问题的题干是什么？", "甲", "乙", "AB"[n % 2]) for n in range(1, 6)))
    parsed = read(document)
    assert [one.key for one in parsed.questions] == [("B",), ("A",), ("B",), ("A",), ("B",)]
    assert [(one.code, one.severity) for one in parsed.problems] == [("no_header", "doubtful")]


def test_a_card_for_each_item() -> None:
    document = docx.Document()
    for stem, key in (("谁？", "B"), ("几个？", "A")):
        filled(document, ("题型", "单选题"), ("题干", stem), ("选项A", "甲"), ("选项B", "乙"), ("答案", key))
        document.add_paragraph("")
    parsed = read(document)
    assert [(one.kind, one.stem, one.key) for one in parsed.questions] == [
        ("single", "谁？", ("B",)),
        ("single", "几个？", ("A",)),
    ]


def test_options_that_are_list_paragraphs_without_letters() -> None:
    document = docx.Document()
    for stem, key in (("1.谁？", "C"), ("2.几个？", "A")):
        document.add_paragraph(stem)
        for text in "甲乙丙丁":
            numbered(document, text, 93)
        document.add_paragraph(f"答案：{key}")
    parsed = registry.parse(with_numbering(document))
    assert [one.choices for one in parsed.questions] == [ABCD, ABCD]
    assert keys(parsed) == [("C",), ("A",)]
    assert {(one.code, one.severity) for one in parsed.problems} == {("options_without_letters", "doubtful")}


def test_pictures_are_doubtful_beside_words_and_break_an_item_without() -> None:
    document = paragraphs("1.这个标志是什么意思？")
    document.paragraphs[-1].add_run().add_picture(pixel())
    for text in (*FOUR, "答案：A", "2."):
        document.add_paragraph(text)
    document.paragraphs[-1].add_run().add_picture(pixel())
    for text in (*FOUR, "答案：B", "3.谁", *FOUR, "答案：B"):
        document.add_paragraph(text)
    parsed = read(document)
    found = [(one.where, one.severity) for one in parsed.problems if one.code == "picture"]
    assert found == [("第1段", "doubtful"), ("第7段", "broken")]
    assert tally(parsed).broken == 1


def test_scanned_pages_are_refused_in_words() -> None:
    document = docx.Document()
    document.add_paragraph().add_run().add_picture(pixel())
    with pytest.raises(Unreadable) as refused:
        read(document)
    assert refused.value.code == "scanned"


def test_insertions_stay_and_deletions_go() -> None:
    document = paragraphs("1.谁", *FOUR, "答案：A", "2.谁", *FOUR, "答案：B")
    stem = document.paragraphs[0]._p
    stem.append(parse_xml(f'<w:ins {nsdecls("w")} w:id="1"><w:r><w:t>是甲？</w:t></w:r></w:ins>'))
    stem.append(parse_xml(f'<w:del {nsdecls("w")} w:id="2"><w:r><w:delText>是乙？</w:delText></w:r></w:del>'))
    assert read(document).questions[0].stem == "谁是甲？"


def test_content_controls_text_boxes_and_soft_breaks() -> None:
    document = docx.Document()
    body = document.element.body
    body.insert(
        0,
        parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>1.谁？</w:t><w:br/>"
            "<w:t>A.甲</w:t><w:br/><w:t>B.乙</w:t></w:r></w:p>"
            "</w:sdtContent></w:sdt>"
        ),
    )
    box = (
        f'<w:p {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:r><w:pict><v:shape>'
        "<v:textbox><w:txbxContent><w:p><w:r><w:t>答案：B</w:t></w:r></w:p>"
        "</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
    )
    body.insert(1, parse_xml(box))
    parsed = registry.parse(saved(document))
    assert [(one.stem, one.key) for one in parsed.questions] == [("谁？", ("B",))]


def test_ticks_from_symbol_fonts() -> None:
    document = paragraphs("判断题", "1.对吗。（")
    run = document.paragraphs[-1].add_run()
    run._r.append(parse_xml(f'<w:sym {nsdecls("w")} w:font="Wingdings" w:char="F0FC"/>'))
    document.paragraphs[-1].add_run("）")
    document.add_paragraph("2.对吗。（×）")
    assert keys(read(document)) == [True, False]


OLD_XML = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<?mso-application progid="Word.Document"?>
<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint">
<w:body><wx:sect>%s</wx:sect></w:body></w:wordDocument>"""


def test_word_xml_named_doc() -> None:
    lines = ("1.谁？", *FOUR, "答案：D", "2.谁？", *FOUR, "答案：A")
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    parsed = registry.parse((OLD_XML % body).encode(), name="题库.doc")
    assert (parsed.format, keys(parsed)) == ("docx", [("D",), ("A",)])


def replaced(data: bytes, part: str, change: tuple[bytes, bytes]) -> bytes:
    content = zipfile.ZipFile(io.BytesIO(data)).read(part)
    return with_parts(data, {part: content.replace(*change)})


def test_an_entity_is_refused_not_dropped() -> None:
    data = saved(paragraphs("1.谁？", *FOUR, "答案：A"))
    bad = replaced(
        data, "word/document.xml", (b"<w:document", b'<!DOCTYPE x [<!ENTITY e "text">]><w:document')
    )
    with pytest.raises(Unreadable) as refused:
        registry.parse(bad)
    assert refused.value.code == "xml_declaration"


def test_external_relations_are_never_fetched() -> None:
    document = paragraphs("1.谁？", *FOUR, "答案：A", "2.谁？", *FOUR, "答案：B")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    document.part.rels.get_or_add_ext_rel(kind, "http://127.0.0.1:9/x.png")
    assert keys(read(document)) == [("A",), ("B",)]


def test_places_count_paragraphs() -> None:
    document = read_document(saved(paragraphs("甲", "乙")))
    assert [(line.text, line.where) for line in document.lines] == [("甲", "第1段"), ("乙", "第2段")]


def test_a_picture_in_the_row_of_an_item_is_told() -> None:
    document = docx.Document()
    rows = [("题干", "A", "B", "答案"), ("看图（ ）。", "甲", "乙", "A"), ("谁（ ）。", "甲", "乙", "B")]
    table = document.add_table(0, 4)
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    table.cell(1, 0).paragraphs[0].add_run().add_picture(pixel())
    parsed = read(document)
    assert [one.stem for one in parsed.questions] == ["看图（ ）。", "谁（ ）。"]
    assert [(one.where, one.code) for one in parsed.problems] == [(parsed.questions[0].where, "picture")]
