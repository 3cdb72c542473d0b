"""The fonts for charts and PDF draw every character that Chinese pages and names need."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager
from matplotlib.figure import Figure
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont as PdfFont
from reportlab.pdfgen.canvas import Canvas

from examsite.lib import fonts

FACES = [pytest.param(fonts.REGULAR, id="regular"), pytest.param(fonts.BOLD, id="bold")]
TITLE = "合格率 98.08% 《民法典》—①√"
MARKS = "〇①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳№√✓×÷±−≤≥≠≈‰％℃°·—–…《》〈〉「」【】（）！？。，、；：“”‘’￥→←↑↓●○■□▲△★☆※㎡"
RARE_NAMES = "䶮㛃堃喆燚犇𬭊𫖯淼垚璟玥昇翀甯頔祎"


def gb2312() -> set[str]:
    """All 7,445 characters of GB 2312."""
    found = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def characters_of(face: Path) -> set[str]:
    with TTFont(face) as font:
        return {chr(code) for code in font.getBestCmap()}


@pytest.mark.parametrize("face", FACES)
def test_all_of_gb2312_is_there(face: Path) -> None:
    wanted = gb2312()
    assert len(wanted) == 7445
    assert wanted - characters_of(face) == set()


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("wanted", [MARKS, RARE_NAMES])
def test_marks_and_rare_names_are_there(face: Path, wanted: str) -> None:
    assert set(wanted) - characters_of(face) == set()


@pytest.mark.parametrize("face", FACES)
def test_every_glyph_but_the_spaces_has_an_outline(face: Path) -> None:
    with TTFont(face) as font:
        cmap, glyphs = font.getBestCmap(), font["glyf"]
        blank = {chr(code) for code, name in cmap.items() if glyphs[name].numberOfContours == 0}
    assert "".join(sorted(blank)).strip() == ""


@pytest.mark.parametrize("face", FACES)
def test_the_licence_travels_with_the_file(face: Path) -> None:
    with TTFont(face) as font:
        names = font["name"]
        assert (
            names.getDebugName(0)
            == "(c) 2014-2021 Adobe (http://www.adobe.com/), with Reserved Font Name 'Source'."
        )
        assert names.getDebugName(1) == fonts.FAMILY
        assert "Source" not in names.getDebugName(4)
        assert "glyf" in font
    assert "SIL OPEN FONT LICENSE Version 1.1" in (face.parent / "OFL.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("face", FACES)
def test_a_file_stays_small(face: Path) -> None:
    assert face.stat().st_size < 4_000_000


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_chart_draws_its_title_without_a_missing_glyph(kind: str) -> None:
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    for weight, face in (("normal", fonts.REGULAR), ("bold", fonts.BOLD)):
        axes.set_title(TITLE + weight, fontproperties=font_manager.FontProperties(fname=str(face)))
        out = BytesIO()
        figure.savefig(out, format=kind)  # a missing glyph is a warning, and warnings are errors
        assert len(out.getvalue()) > 2000


def test_matplotlib_tells_the_weights_apart_by_family() -> None:
    manager = font_manager.FontManager()
    for face in (fonts.REGULAR, fonts.BOLD):
        manager.addfont(str(face))
    found = [
        manager.findfont(
            font_manager.FontProperties(family=fonts.FAMILY, weight=weight), fallback_to_default=False
        )
        for weight in ("normal", "bold")
    ]
    assert found == [str(fonts.REGULAR), str(fonts.BOLD)]


def test_a_missing_glyph_would_be_noticed() -> None:
    figure = Figure(figsize=(4, 3))
    figure.text(0, 0, "☑", fontproperties=font_manager.FontProperties(fname=str(fonts.REGULAR)))
    with pytest.warns(UserWarning, match="missing from font"):
        figure.savefig(BytesIO(), format="png")


def test_a_pdf_embeds_both_weights() -> None:
    canvas = Canvas(out := BytesIO())
    for name, face in (("Regular", fonts.REGULAR), ("Bold", fonts.BOLD)):
        pdfmetrics.registerFont(PdfFont(f"look-{name}", str(face)))
        canvas.setFont(f"look-{name}", 14)
        canvas.drawString(50, 700, TITLE + RARE_NAMES)
    canvas.save()
    assert out.getvalue().count(b"/FontFile2") == 2


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", ""),
        ("张三 2026年〇月\n", ""),
        (RARE_NAMES, ""),
        ("王☑李☐☑", "☑☐"),
        ("𠮷野", "𠮷"),
    ],
)
def test_undrawable_characters_are_named(text: str, missing: str) -> None:
    assert fonts.undrawable(text) == missing


@pytest.mark.parametrize("face", FACES)
def test_the_files_hold_the_listed_characters(face: Path) -> None:
    listed = set((face.parent / "characters.txt").read_text(encoding="utf-8")) - {"\n"}
    assert listed - characters_of(face) == set()
