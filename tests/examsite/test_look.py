"""The look keeps its promises: contrast, one place for colours, old browsers, strict CSP, partials."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.db import OperationalError
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from examsite.views import server_error

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "examsite" / "static" / "css"
SHEETS = sorted(CSS.glob("*.css"))
APP_SHEETS = sorted(
    path for app in ("questionbanks", "exams") for path in (ROOT / app).rglob("static/**/*.css")
)
TEMPLATES = sorted(
    path
    for app in ("examsite", "questionbanks", "exams")
    for path in (ROOT / app).rglob("templates/**/*.html")
)
OWN_PAGES = [path for path in TEMPLATES if "admin" not in path.parts]


def sheet(name: str) -> str:
    """A style sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", (CSS / name).read_text(encoding="utf-8"), flags=re.DOTALL)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- Colours -----------------------------------------------------------------------------------------


def tokens() -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", sheet("tokens.css")))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, 0 (black) to 1 (white)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


TEXT_ON = {
    "ink": ["paper", "ground", "shade", "hover", "blue-wash", "ok-wash", "warn-wash", "bad-wash"],
    "ink-soft": ["paper", "ground", "shade", "hover", "warn-wash"],
    "blue": ["paper", "ground", "shade", "blue-wash"],
    "blue-deep": ["paper", "blue-wash"],
    "ok": ["paper", "ok-wash"],
    "warn": ["paper", "warn-wash"],
    "bad": ["paper", "ground", "bad-wash"],
    "on-dark": ["blue", "blue-deep", "red", "ok", "warn", "bad", "bad-deep"],
}
EDGE_ON = {
    "edge": ["paper", "ground", "shade", "hover", "warn-wash", "blue-wash"],
    "focus": ["paper", "ground"],
    "blue": ["paper", "ground", "blue-wash"],
    "warn-edge": ["paper", "warn-wash", "ground"],
    "ok": ["paper", "ok-wash"],
    "bad": ["paper", "bad-wash"],
    "red": ["paper", "ground"],
}


@pytest.mark.parametrize(("letters", "ground"), [(a, b) for a, grounds in TEXT_ON.items() for b in grounds])
def test_text_has_seven_to_one(letters: str, ground: str) -> None:
    assert contrast(tokens()[letters], tokens()[ground]) >= 7


@pytest.mark.parametrize(("edge", "ground"), [(a, b) for a, grounds in EDGE_ON.items() for b in grounds])
def test_edges_have_three_to_one(edge: str, ground: str) -> None:
    assert contrast(tokens()[edge], tokens()[ground]) >= 3


@pytest.mark.parametrize("name", ["base.css", "components.css", "exam.css", "candidate.css", "admin.css"])
def test_colours_stand_in_the_tokens_only(name: str) -> None:
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*[;}])", sheet(name)) == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_every_token_in_use_is_defined(path: Path) -> None:
    defined = set(re.findall(r"(--[\w-]+)\s*:", sheet("tokens.css") + sheet("admin.css")))
    assert set(re.findall(r"var\((--[\w-]+)", sheet(path.name))) - defined == set()


# --- Old browsers and strict CSP ---------------------------------------------------------------------

ABOVE_CHROME_83 = [
    r":has\(",
    r":is\(",
    r":where\(",
    r":not\([^)]*,",
    r"@container",
    r"@layer",
    r"\b\d+d?[sl]v[hw]\b",
    r"\b\d+dv[hw]\b",
    r"(?<![\w-])inset\s*:",
    r"inset-(inline|block)",
    r"aspect-ratio",
    r"color-mix",
    r"accent-color",
    r"(margin|padding)-(inline|block)\s*:",
    r"&[\s.:>]",
    r"(?<!\()(?<![\w-])(row-|column-)?gap\s*:",  # grids say grid-gap; in flex boxes it is too new
]


def newer_than_the_floor(css: str) -> list[str]:
    return [pattern for pattern in ABOVE_CHROME_83 if re.search(pattern, css)]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_style_sheets_stay_on_the_floor(path: Path) -> None:
    assert newer_than_the_floor(sheet(path.name)) == []


@pytest.mark.parametrize(
    "css",
    [
        "a:has(b) {}",
        "a:not(b, c) {}",
        "a { display: flex; gap: 4px; }",
        "a { inset: 0; }",
        "a { height: 100dvh; }",
        "@container (min-width: 1em) {}",
        "a { & b {} }",
    ],
)
def test_the_floor_would_notice(css: str) -> None:
    assert len(newer_than_the_floor(css)) == 1


INLINE = [
    r"\sstyle\s*=",
    r"<style",
    r"\son[a-z]+\s*=\s*[\"']",
    r"javascript:",
    r"<script(?![^>]*\ssrc=)[^>]*>",
]


def inline_code(html: str) -> list[str]:
    return [pattern for pattern in INLINE if re.search(pattern, html)]


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_templates_hold_no_inline_style_or_script(path: Path) -> None:
    assert inline_code(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "html", ['<p style="x">', "<style>", '<a onclick="x">', '<a href="javascript:x">', "<script>x</script>"]
)
def test_inline_code_would_be_noticed(html: str) -> None:
    assert len(inline_code(html)) == 1


# --- Class names -------------------------------------------------------------------------------------


def defined_classes() -> set[str]:
    names = "".join(sheet(path.name) for path in SHEETS if path.name != "admin.css")
    names += "".join(path.read_text(encoding="utf-8") for path in APP_SHEETS)
    return set(re.findall(r"\.([a-z][\w-]*)", names))


def used_classes(html: str) -> set[str]:
    """Class names as written; those put together from a variable end in "-" and are left out."""
    found: set[str] = set()
    for value in re.findall(r'\sclass="([^"]*)"', re.sub(r"{#.*?#}|{%.*?%}", " ", html)):
        found.update(re.sub(r"{{.*?}}", "-", value).split())
    return {name for name in found if not name.endswith("-")}


@pytest.mark.parametrize("path", OWN_PAGES, ids=relative)
def test_every_class_of_a_page_is_defined(path: Path) -> None:
    assert used_classes(path.read_text(encoding="utf-8")) - defined_classes() == set()


def test_every_class_of_the_guide_is_defined() -> None:
    guide = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`\.([a-z][\w-]*)`", guide)) | used_classes(guide)
    assert named - defined_classes() == set()


# --- Error pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["400", "403", "404", "500", "403_csrf"])
def test_error_pages_need_no_context(code: str) -> None:
    html = render_to_string(f"{code}.html")
    assert html.count("<h1>") == 1
    assert '<html lang="zh-hans">' in html
    assert f"错误代码 {code[:3]}" in html
    assert 'href="/"' in html


class DeadDatabase:
    """The user of a request whose session cannot be read."""

    def __getattr__(self, name: str) -> object:
        raise OperationalError("the database is gone")


def test_a_dead_database_still_gets_its_page() -> None:
    request = RequestFactory().get("/")
    request.user = DeadDatabase()
    response = server_error(request)
    assert response.status_code == 500
    assert "不是您操作错了" in response.content.decode()


def test_a_refusal_shows_its_sentence() -> None:
    html = render_to_string(
        "error_page.html", {"title": "场次已关闭", "message": "11月20日 18:00 已截止。", "back_url": "/my"}
    )
    assert "<h1>场次已关闭</h1>" in html
    assert "<p>11月20日 18:00 已截止。</p>" in html
    assert 'href="/my"' in html


# --- Partials ----------------------------------------------------------------------------------------


class Sample(forms.Form):
    name = forms.CharField(label="姓名", help_text="和身份证一致")
    note = forms.CharField(label="备注", required=False)
    rule = forms.ChoiceField(
        label="取分", choices=[("best", "取最高分"), ("last", "取最后一次")], widget=forms.RadioSelect
    )
    agree = forms.BooleanField(label="已核对", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        raise forms.ValidationError("两项不能同时为空")


def form_html(form: forms.Form, **context: object) -> str:
    return render_to_string("includes/form.html", {"form": form, **context})


def test_a_form_labels_every_field() -> None:
    html = form_html(Sample())
    assert '<label class="field-label" for="id_name">姓名</label>' in html
    assert (
        '<label class="field-label" for="id_note">备注<span class="field-optional">（选填）</span></label>'
        in html
    )
    assert '<legend class="field-label">取分</legend>' in html
    assert 'for="id_rule_1"' in html
    assert 'for="id_agree"' in html
    assert html.count('type="hidden"') == 1
    assert "error-summary" not in html


def test_what_describes_a_field_exists() -> None:
    html = form_html(Sample({}))
    wanted = {name for value in re.findall(r'aria-describedby="([^"]+)"', html) for name in value.split()}
    assert wanted == {"id_name_helptext", "id_name_error", "id_rule_error"}
    assert wanted - set(re.findall(r'\sid="([^"]+)"', html)) == set()


def test_the_error_summary_leads_to_the_fields() -> None:
    html = form_html(Sample({}))
    assert "<li>两项不能同时为空</li>" in html
    targets = re.findall(r'<a href="#([^"]+)">', html)
    assert targets == ["id_name", "id_rule"]
    assert set(targets) - set(re.findall(r'\sid="([^"]+)"', html)) == set()


def test_a_form_with_a_file_is_sent_as_multipart() -> None:
    class Upload(forms.Form):
        file = forms.FileField(label="文件")

    assert 'enctype="multipart/form-data"' in form_html(Upload())
    assert "enctype" not in form_html(Sample())


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1, ["1", "2", "…", "20", "下一页 ›"]),
        (2, ["‹ 上一页", "1", "2", "3", "…", "20", "下一页 ›"]),
        (7, ["‹ 上一页", "1", "…", "6", "7", "8", "…", "20", "下一页 ›"]),
        (19, ["‹ 上一页", "1", "…", "18", "19", "20", "下一页 ›"]),
        (20, ["‹ 上一页", "1", "…", "19", "20"]),
    ],
)
def test_pagination_shows_where_one_is(number: int, shown: list[str]) -> None:
    request = RequestFactory().get("/banks", {"kind": "single", "page": number})
    html = render_to_string(
        "includes/pagination.html", {"page_obj": Paginator(range(488), 25).page(number)}, request=request
    )
    plain = re.sub(r'<span class="visually-hidden">[^<]*</span>', "", html)
    assert re.findall(r"<li><(?:a|span)[^>]*>([^<]+)</", plain) == shown
    assert all("kind=single" in address for address in re.findall(r'href="([^"]+)"', html))


def test_one_page_needs_no_pagination() -> None:
    page = Paginator(range(3), 25).page(1)
    assert render_to_string("includes/pagination.html", {"page_obj": page}).strip() == ""


@pytest.mark.parametrize(
    ("context", "start"),
    [
        ({"url": "/roster", "tone": "main"}, '<a class="stat stat-main" href="/roster">'),
        ({}, '<div class="stat">'),
    ],
)
def test_a_number_is_a_link_where_there_is_a_list(context: dict[str, str], start: str) -> None:
    html = render_to_string("includes/stat.html", {"label": "应考", "value": 0, "unit": "人", **context})
    assert html.strip().startswith(start)
    assert '<span class="stat-value">0<span class="stat-unit">人</span></span>' in html


# --- Frames ------------------------------------------------------------------------------------------


class Person:
    name = "李<敏>"
    is_authenticated = True


def test_the_staff_frame_marks_the_current_place() -> None:
    nav = [
        {"label": "题库", "url": "/banks/", "current": True},
        {"label": "考试", "url": "/exams/", "current": False},
    ]
    html = render_to_string("base_staff.html", {"nav": nav, "user": Person(), "user_place": "青城镇司法所"})
    assert html.count('<a href="/banks/" aria-current="page">题库</a>') == 2  # wide and narrow
    assert html.count('<a href="/exams/">考试</a>') == 2
    assert "李&lt;敏&gt;" in html
    assert "青城镇司法所" in html


@pytest.mark.parametrize("frame", ["base_staff.html", "base_candidate.html"])
def test_a_stranger_sees_no_way_out(frame: str) -> None:
    html = render_to_string(frame, {})
    assert "退出" not in html
    assert '<main class="' in html
    assert "<noscript>" in html


@pytest.mark.parametrize(
    ("level", "css"),
    [
        ("success", "notice notice-ok"),
        ("warning", "notice notice-warn"),
        ("error", "notice notice-bad"),
        ("info", "notice"),
    ],
)
def test_messages_stay_on_the_page(level: str, css: str) -> None:
    template = Template('{% include "includes/messages.html" %}')
    html = template.render(Context({"messages": [{"level_tag": level}]}))
    assert f'<div class="{css}">' in html
