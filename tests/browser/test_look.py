"""Every example of docs/design.md in a real browser, and the size of the letters.

An example is accessible, breaks no line of the content policy, and is no wider than a phone.
"""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import RequestContext, engines
from django.test import RequestFactory
from playwright.sync_api import Browser, Page, Route

from tests.browser.looking import overflow, violations

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "examsite" / "static"
SITE = "http://look.test"
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'"


class Sample(forms.Form):
    title = forms.CharField(label="考试名称", help_text="考生看到的名字")
    opens = forms.DateTimeField(label="开始", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    rule = forms.ChoiceField(
        label="取分", choices=[("best", "取最高分"), ("last", "取最后一次")], widget=forms.RadioSelect
    )
    agree = forms.BooleanField(label="可以翻书")


def examples() -> list[object]:
    """(where, markup, candidate page?) of every html block of the guide."""
    guide = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    candidate = guide.index("## Candidate pages")
    found = []
    for match in re.finditer(r"^```html\n(.*?)^```$", guide, flags=re.MULTILINE | re.DOTALL):
        line = guide.count("\n", 0, match.start()) + 1
        found.append(pytest.param(match[1], match.start() > candidate, id=f"line-{line}"))
    return found


def render(markup: str, *, candidate: bool) -> str:
    """A whole page: an example that is only a part is set into its frame, with a heading if it has none."""
    if "{% extends" not in markup:
        frame = "base_candidate.html" if candidate else "base_staff.html"
        heading = "" if "<h1" in markup or not candidate else '<h1 class="visually-hidden">考试</h1>'
        markup = (
            f'{{% extends "{frame}" %}}{{% block title %}}示例{{% endblock %}}'
            f"{{% block heading %}}示例{{% endblock %}}{{% block content %}}{heading}{markup}{{% endblock %}}"
        )
    nav = [{"label": "题库", "url": "#", "current": True}, {"label": "考试", "url": "#", "current": False}]
    context = {"form": Sample({}), "page_obj": Paginator(range(300), 20).page(7), "nav": nav}
    request = RequestFactory().get("/example", {"kind": "single"})
    return engines["django"].engine.from_string(markup).render(RequestContext(request, context))


def open_page(
    browser: Browser, html: str, *, width: int = 375, storage: bool = True, script: bool = True
) -> Page:
    """The page under the site's content policy; what the browser complains about is in page.complaints."""
    context = browser.new_context(viewport={"width": width, "height": 700}, java_script_enabled=script)
    if not storage:
        context.add_init_script(
            "Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused') }})"
        )

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(SITE).split("?")[0]
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            route.fulfill(body=file.read_bytes(), content_type=kind)
        else:
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
            route.fulfill(body=html, headers=headers)

    context.route("**/*", serve)
    page = context.new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on(
        "console", lambda message: page.complaints.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(f"{SITE}/example")
    return page


def set_root_size(page: Page, percent: float) -> None:
    page.evaluate("size => document.documentElement.style.setProperty('font-size', size)", f"{percent}%")


@pytest.mark.parametrize(("markup", "candidate"), examples())
def test_an_example_of_the_guide(browser: Browser, markup: str, candidate: bool) -> None:
    html = render(markup, candidate=candidate)
    page = open_page(browser, html)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert violations(page) == []
        assert overflow(page) == 0
    set_root_size(page, 225)  # text twice as large
    assert overflow(page) == 0
    assert page.complaints == []  # type: ignore[attr-defined]
    page.context.close()


CANDIDATE = '<h1>须知</h1><button type="button" class="btn needs-script" data-step-size>字大＋</button>'


def size_of(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).fontSize")


def pressed(page: Page) -> list[str]:
    return page.locator('[data-set-size][aria-pressed="true"]').all_inner_texts()


def test_the_size_is_chosen_and_remembered(browser: Browser) -> None:
    page = open_page(browser, render(CANDIDATE, candidate=True))
    assert (size_of(page), pressed(page)) == ("18px", ["标准"])
    page.get_by_role("button", name="长辈版").click()
    assert (size_of(page), pressed(page)) == ("24px", ["长辈版"])
    page.reload()
    assert (size_of(page), pressed(page)) == ("24px", ["长辈版"])
    page.context.close()


def test_the_size_steps_around(browser: Browser) -> None:
    page = open_page(browser, render(CANDIDATE, candidate=True))
    seen = []
    for _ in range(3):
        page.get_by_role("button", name="字大＋").click()
        seen.append(size_of(page))
    assert seen == ["21px", "24px", "18px"]
    page.context.close()


def test_the_size_works_where_storage_is_refused(browser: Browser) -> None:
    page = open_page(browser, render(CANDIDATE, candidate=True), storage=False)
    page.get_by_role("button", name="大", exact=True).click()
    assert size_of(page) == "21px"
    assert page.complaints == []  # type: ignore[attr-defined]
    page.context.close()


def test_without_script_the_page_says_what_to_do(browser: Browser) -> None:
    page = open_page(browser, render(CANDIDATE, candidate=True), script=False)
    assert page.locator("noscript .notice").is_visible()
    assert page.get_by_role("button").count() == 0
    assert not page.locator(".old-browser").is_visible()
    page.context.close()


def test_choosing_an_answer_moves_nothing(browser: Browser) -> None:
    rows = "".join(
        f'<label class="choice"><input class="choice-input" type="checkbox" name="s" value="{letter}">'
        f'<span class="choice-row"><span class="choice-letter" aria-hidden="true">{letter}</span>'
        f'<span class="choice-text">{"征地补偿费的使用、分配方案和宅基地的使用方案" * length}</span>'
        '<span class="choice-mark" aria-hidden="true">✓ 已选</span></span></label>'
        for letter, length in zip("ABC", (1, 2, 1), strict=True)
    )
    markup = f'<fieldset><legend>选</legend><div class="choices choices-many">{rows}</div></fieldset>'
    page = open_page(browser, render(markup, candidate=True), width=320)
    places = (
        "[...document.querySelectorAll('.choice-row')].map(row => row.getBoundingClientRect().top + scrollY)"
    )
    for size in ("standard", "large", "elder"):
        page.evaluate("size => document.documentElement.setAttribute('data-size', size)", size)
        before = page.evaluate(places)
        for box in page.get_by_role("checkbox").all():
            box.check()
        assert page.evaluate(places) == before
        assert page.locator(".choice-mark").first.is_visible()
        for box in page.get_by_role("checkbox").all():
            box.uncheck()
        assert not page.locator(".choice-mark").first.is_visible()
    page.context.close()


def test_targets_are_as_large_as_a_finger_needs(browser: Browser) -> None:
    guide = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    exam = next(
        block for block in re.findall(r"```html\n(.*?)```", guide, re.DOTALL) if "exam-frame" in block
    )
    page = open_page(browser, render(exam, candidate=True))
    height = "element => Math.round(element.getBoundingClientRect().height)"
    assert page.locator(".choice-row").first.evaluate(height) >= 64
    assert page.locator(".exam-bar .btn").first.evaluate(height) >= 60
    page.evaluate("document.querySelector('.exam-frame').setAttribute('data-view', 'sheet')")
    cell = page.locator(".cell").first
    assert cell.evaluate(height) >= 48
    assert cell.evaluate("element => Math.round(element.getBoundingClientRect().width)") >= 48
    assert not page.locator(".choice-row").first.is_visible()
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator(".choice-row").first.is_visible()
    assert cell.is_visible()
    page.context.close()
