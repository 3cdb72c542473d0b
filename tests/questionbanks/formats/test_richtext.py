"""Texts of items: plain unless markup carries meaning, and safe whenever they become HTML."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionbanks.formats.richtext import (
    at_blanks,
    from_html,
    from_plain,
    has_markup,
    is_rich,
    to_html,
    to_plain,
    without_last_blanks,
)

HTML = [
    # markup, text in the bank's form
    ("<p>一</p><p>二</p>", "一\n二"),
    ("<p>一<br>二</p>", "一\n二"),
    ("一&lt;刑法&gt;&amp;二&nbsp;三", "一<刑法>&二 三"),
    ("<div><div>  深  层 </div></div>", "深 层"),
    ("<p>哪一项<b>不</b>正确？</p>", "<div>哪一项<b>不</b>正确？</div>"),
    ("<p><strong>全部加粗</strong></p>", "全部加粗"),
    ("<em>斜</em>体", "<div><i>斜</i>体</div>"),
    ("<span style='text-decoration: underline'>线</span>上", "<div><u>线</u>上</div>"),
    ("<span class='underline'>线</span>上", "<div><u>线</u>上</div>"),
    ("宗旨是<u>&nbsp;&nbsp;&nbsp;</u>。", "宗旨是_____。"),
    ("10m<sup>2</sup>与H<sub>2</sub>O", "10m²与H₂O"),
    ("x<sup>ab</sup>", "<div>x<sup>ab</sup></div>"),
    ("<b></b>空<i> </i>", "空"),
    ("<ol><li>甲</li><li>乙</li></ol>", "1. 甲\n2. 乙"),
    ("<ul><li>甲</li><li>乙</li></ul>", "• 甲\n• 乙"),
    ("<pre>a\n  b</pre>", "a\nb"),
    ("<span>一\n  二\t三</span>", "一 二 三"),
    ("一\n二", "一\n二"),  # no markup at all: the author's lines
    ("<!-- 注释 --><script>alert(1)</script><style>p{}</style>题", "题"),
    ("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>", "<script>alert(1)</script>"),
    ("<a href='http://x.example/'>链接</a>", "链接"),
    (
        "<table border=1><tr><th colspan=2>甲</th></tr><tr><td>1</td><td><p>2</p><p>3</p></td></tr></table>",
        '<div><table><tr><th colspan="2">甲</th></tr><tr><td>1</td><td>2<br>3</td></tr></table></div>',
    ),
    ("<table><td onclick=x colspan='9999'>1</table>", "<div><table><tr><td>1</td></tr></table></div>"),
    ("<p>&lt;div&gt;x&lt;/div&gt;</p>", "<div>&lt;div&gt;x&lt;/div&gt;</div>"),
]  # fmt: skip


@pytest.mark.parametrize(("markup", "text"), HTML)
def test_from_html(markup: str, text: str) -> None:
    assert from_html(markup).text == text


@pytest.mark.parametrize("text", [text for _, text in HTML])
def test_a_text_comes_back_from_its_html(text: str) -> None:
    assert from_html(to_html(text)).text == text


@pytest.mark.parametrize(
    ("markup", "media"),
    [
        ("<img src='a.png'>", ("picture",)),
        ("<img class='equation_image' alt='x'>", ("formula",)),
        ("<math><mi>x</mi></math>", ("formula",)),
        ("<svg></svg><audio></audio><video></video>", ("picture", "sound", "video")),
        ("<object data='x.png' type='image/png'></object>", ("picture",)),
        ("<a href='data:text/csv;base64,QQ=='>附件</a>", ("file",)),
        ("<a href='@@PLUGINFILE@@/x.doc'>附件</a>", ("file",)),
        ("<!-- <img src=x> -->无", ()),
    ],
)
def test_media_are_named_and_left_behind(markup: str, media: tuple[str, ...]) -> None:
    assert from_html(markup).media == media


@pytest.mark.parametrize(
    ("rich", "plain"),
    [
        ("<div>哪项<b>不</b>对&lt;1&gt;<br>二</div>", "哪项不对<1>\n二"),
        ("<div><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>尾</div>", "a | b\nc\n尾"),
        ("甲 < 乙", "甲 < 乙"),
    ],
)
def test_to_plain(rich: str, plain: str) -> None:
    assert to_plain(rich) == plain


def test_a_plain_text_that_looks_rich_stays_literal() -> None:
    text = from_plain("<div>字面</div>")
    assert to_plain(text) == "<div>字面</div>"
    assert to_html(text) == "&lt;div&gt;字面&lt;/div&gt;"


@pytest.mark.parametrize(
    "payload",
    [
        "<div><img src=x onerror=alert(1)></div>",
        "<div><script>alert(1)</script>x</div>",
        "<div><b onmouseover=alert(1)>x</b></div>",
        "<div><a href='javascript:alert(1)'>x</a></div>",
        "<div><table><tr><td style='background:url(http://x)'>x</td></tr></table></div>",
        "<script>alert(1)</script>",
        "<div><svg onload=alert(1)></div>",
    ],
)
def test_whatever_is_stored_is_harmless_as_html(payload: str) -> None:
    shown = to_html(payload).lower()
    inert = shown.replace("&lt;", "").replace("&gt;", "")
    tags = {part.split(">")[0].split()[0].strip("/") for part in shown.split("<")[1:]}
    assert tags <= {"b", "table", "tbody", "tr", "td", "br"}
    assert "onmouseover" not in inert
    assert "style" not in inert


def test_deep_nesting_is_read_quickly_as_plain_text() -> None:
    assert from_html("<div>" * 50_000 + "字").text == "字"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("<p>x</p>", True), ("a <b>c</b>", True), ("a < b > c", False), ("关于<中华人民共和国刑法>", False)],
)
def test_has_markup(text: str, expected: bool) -> None:
    assert has_markup(text) is expected


def test_at_blanks_cuts_at_every_gap_or_not_at_all() -> None:
    assert at_blanks("甲____乙（ ）丙", 2) == ["甲", "乙", "丙"]
    assert at_blanks("甲____乙", 2) is None
    assert at_blanks("<div><b>甲</b>____</div>", 1) is None


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("问？\n_____", "问？"),
        ("问？\n_____ _____\n_____", "问？"),
        ("是_____", "是_____"),
        ("问？_____", "问？"),
        ("_____\n是", "_____\n是"),
        ("<div><b>问</b><br>_____</div>", "<div><b>问</b></div>"),
        ("<div><table><tr></tr></table>_____</div>", "<div><table><tr></tr></table></div>"),
    ],
)
def test_without_last_blanks(stem: str, expected: str) -> None:
    assert without_last_blanks(stem) == expected


PIECES = [
    "<b>", "</b>", "<u>", "</u>", "<p>", "<br>", "<table>", "<tr>", "<td>", "</td>", "</table>", "<sup>", "2",
    "</sup>", "<ul><li>", "<span style='text-decoration:underline'>", "</span>", "字", " ", "\n", "&nbsp;",
    "&lt;", "<", "&", ">", "<div>", "</div>", "_____", "<!--", "-->", "<pre>", "</pre>", "<i>", "</i>",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@settings(max_examples=300, deadline=None)
def test_every_converted_text_is_stable(markup: str) -> None:
    text = from_html(markup).text
    assert from_html(to_html(text)).text == text


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_every_plain_text_survives_html(raw: str) -> None:
    text = from_plain(raw)
    assert from_html(to_html(text)).text == text
    assert is_rich(text) == (text.startswith("<div>") and text.endswith("</div>"))
