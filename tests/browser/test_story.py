"""The whole story in a browser: from the office's files to the leaders' figures."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils.timezone import localtime
from playwright.sync_api import BrowserContext, Page, expect

from exams.domain.closing import sweep
from exams.domain.tickets import issue_tickets
from exams.models import Attempt, Exam, Receipt, Seat
from examsite.lib import clock
from examsite.people.models import Role, Unit, UnitKind
from questionbanks.kinds.registry import KINDS
from questionbanks.models import Item
from questionbanks.seed.load import seed_questions
from tests.factories import PASSWORD, UnitTree, make_staff, make_unit, make_unit_tree

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Device = Callable[..., BrowserContext]
PC = {"viewport": {"width": 1280, "height": 900}}


@dataclass(frozen=True)
class Files:
    """What the office brings: question files, and a list of people."""

    questions: tuple[tuple[str, bytes], ...]
    people: tuple[str, bytes]


def own_files() -> Files:
    """Small files of the usual kinds: a table of questions, a list of people of one village."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "解析"])
    for kind in ("single", "true_false", "multiple"):
        for question in [one for one in seed_questions() if one.kind == kind][:24]:
            texts = [choice.text for choice in question.choices] + [""] * (4 - len(question.choices))
            key = KINDS[kind].describe_key(question.key)
            writer.writerow([KINDS[kind].label, question.stem, *texts, key, question.rationale])
    people = io.StringIO()
    writer = csv.writer(people)
    writer.writerow(["姓名", "人员类别", "单位", "职务"])
    for name in ("赵一", "钱二", "孙三", "李四", "周五", "吴六"):
        writer.writerow([name, "法律明白人", "东风村", "网格员"])
    return Files(
        (("自编题库.csv", table.getvalue().encode("gb18030")),),
        ("法律明白人名单.csv", people.getvalue().encode("utf-8-sig")),
    )


def real_files(data: Path) -> Files:
    """Files that nobody of this project wrote."""
    paths = [
        *sorted(data.glob("json_csv/disc_mcq_sing_*.csv")),
        *sorted(data.glob("json_csv/disc_mcq_mult_*.csv")),
        data / "office/xls_马原题库_5题型.xls",
    ]
    roster = data / "roster/roster_messy_SYNTHETIC.xlsx"
    return Files(tuple((path.name, path.read_bytes()) for path in paths), (roster.name, roster.read_bytes()))


def real_units(data: Path, tree: UnitTree) -> None:
    """The offices and villages that the real list of people speaks of."""
    organisation = json.loads((data / "roster/org_SYNTHETIC.json").read_text(encoding="utf-8"))
    for name in organisation["offices"]:
        if name != tree.office.name:
            make_unit(name, UnitKind.OFFICE, tree.town)
    for name, villages in organisation["areas"].items():
        area = tree.area if name == tree.area.name else make_unit(name, UnitKind.AREA, tree.town)
        for village in villages:
            make_unit(village, UnitKind.VILLAGE, area)


class Desk:
    """Somebody of the office at a computer."""

    def __init__(self, url: str, context: BrowserContext, username: str) -> None:
        self.url, self.page = url, context.new_page()
        self.page.set_default_timeout(30_000)
        self.go("/sign-in")
        self.page.locator("[name=identifier]").fill(username)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.press("登录")

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def press(self, name: str, *, exact: bool = True) -> None:
        self.page.get_by_role("button", name=name, exact=exact).first.click()
        self.page.wait_for_load_state()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def fill(self, **fields: object) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name='{name}']").fill(str(value))

    def choose(self, **fields: object) -> None:
        for name, value in fields.items():
            self.page.locator(f"select[name='{name}']").select_option(value=str(value))

    def reads(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words)


class Story:
    """One township's exam, step by step."""

    def __init__(self, live_server: Any, new_context: Device, tree: UnitTree, files: Files) -> None:
        self.server, self.new_context, self.tree, self.files = live_server, new_context, tree, files
        self.officer = self.desk(tree.town, Role.OFFICER, "林晓")
        self.county = self.desk(tree.county, Role.OFFICER, "周敏")
        self.reviewer = self.desk(tree.town, Role.REVIEWER, "沈岚")

    def desk(self, unit: Unit, role: Role, name: str) -> Desk:
        user = make_staff(unit, role, name)
        return Desk(self.server.url, self.new_context(**PC), str(user.username))

    @property
    def exam(self) -> Exam:
        return Exam.objects.get()

    def import_questions(self) -> None:
        """A new bank; each file is uploaded, looked at and stored; another person approves the items."""
        officer = self.officer
        officer.go("/banks/new")
        officer.choose(unit=self.tree.town.pk)
        officer.fill(name="学法题库")
        officer.press("新建")
        bank = officer.page.url
        for name, content in self.files.questions:
            officer.page.goto(f"{bank}/import")
            officer.page.locator("input[type=file]").set_input_files(
                {"name": name, "mimeType": "application/octet-stream", "buffer": content}
            )
            officer.press("上传并检查")
            store = officer.page.get_by_role("button", name=re.compile(r"^入库 \d+ 条"))
            store.click(timeout=120_000)
            officer.page.wait_for_load_state()
        self.move_all(officer, f"{bank}?state=draft", "提交审题")
        self.move_all(self.reviewer, f"{bank}?state=in_review", "审定")
        assert Item.objects.exclude(state="approved").count() == 0

    def move_all(self, desk: Desk, address: str, action: str) -> None:
        desk.page.goto(address)
        everything = desk.page.locator("input#all")
        if everything.count():
            everything.check()
        else:
            for box in desk.page.locator("input[name=item]").all():
                box.check()
        desk.press(action)

    def import_people(self) -> None:
        officer, (name, content) = self.officer, self.files.people
        officer.go("/people/imports")
        officer.page.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )
        unit = officer.page.locator("select[name=unit]")
        if unit.count():
            unit.select_option(value=str(self.tree.town.pk))
        officer.page.locator("main form button[type=submit]").first.click()
        officer.press("确认导入")

    def set_up_exam(self) -> None:
        """Blueprint, exam, forms approved by the county, roster frozen, a sitting open now, published."""
        officer, at = self.officer, localtime(clock.now())
        officer.go("/office/blueprints/new")
        officer.fill(name="法律明白人（10题）", total=100, minutes=30, forms=2)
        officer.page.locator("input[name=banks]").check()
        for place, (kind, count) in enumerate((("single", 4), ("true_false", 4), ("multiple", 2))):
            if place:
                officer.press("加一个大题")
            officer.choose(**{f"s{place}-kind": kind})
            officer.fill(**{f"s{place}-points": 10, f"s{place}-r0-count": count})
        officer.press("保存规则")
        officer.go("/office/exams/new")
        officer.choose(unit=self.tree.town.pk, category="law-wise", release_rule="by_hand")
        officer.fill(
            title="学法考试", stat_year=at.year, label="“法律明白人”学法考试", audience_label="骨干群众"
        )
        officer.page.locator("select[name=blueprint]").select_option(index=1)
        officer.press("建立考试")
        here = f"/office/exams/{self.exam.pk}"
        officer.go(f"{here}/forms")
        officer.press("开始组卷")
        officer.press("全部草稿提交定卷审批")
        self.agree(3)
        officer.go(f"{here}/roster")
        officer.press("抽取名册")
        officer.fill(attested_by="组织委员 李敏")
        officer.press("冻结名册")
        officer.go(f"{here}/sittings/new")
        officer.fill(
            title="正考",
            opens_at=(at - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M"),
            closes_at=(at + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"),
            duration=30,
        )
        officer.press("建立场次")
        officer.press("全部排座")
        officer.press("分卷")
        officer.go(here)
        officer.press("提交发布审批")
        self.agree(1)

    def agree(self, count: int) -> None:
        """The county's officer looks at what waits and agrees."""
        for _ in range(count):
            self.county.go("/approvals")
            self.county.page.locator("main a[href*='/approvals/']").first.click()
            self.county.page.wait_for_load_state()
            self.county.press("同意", exact=False)

    def sit(self, seat: Seat) -> Receipt:
        """A candidate on a phone: scans his slip, answers, closes the browser, comes back, hands in."""
        token = issue_tickets(entries=[seat.entry], at=clock.now(), with_codes=False)[0].token
        context = self.new_context()
        page = context.new_page()
        self.enter(page, token)
        for number in range(1, 11):
            if number == 6:  # the phone is put away in the middle, and taken up again
                expect(page.locator(".save-line")).to_have_text(re.compile("✓ 已保存"))
                page.close()
                page = context.new_page()
                page.goto(f"{self.server.url}/my/sittings/{seat.sitting_id}/exam/1")
                page.get_by_role("button", name="在这里继续").click()
                self.jump(page, 6)
            page.locator("fieldset:visible .choice").first.click()
            if number < 10:
                page.get_by_role("button", name="下一题").click()
        page.get_by_role("button", name=re.compile("^答题卡")).click()
        page.get_by_role("button", name="交卷", exact=True).click()
        page.get_by_role("button", name=re.compile("确认交卷|就这样交卷")).click()
        expect(page.locator("main")).to_contain_text("交卷成功", timeout=20_000)
        receipt = Receipt.objects.get(attempt__entry=seat.entry)
        expect(page.locator("main")).to_contain_text(receipt.number)
        context.close()
        return receipt

    def enter(self, page: Page, token: str) -> None:
        page.goto(f"{self.server.url}/t/{token}")
        page.get_by_role("button", name="是我，进入考试").click()
        page.get_by_label("我知道了，由我本人作答").check()
        page.get_by_role("button", name="开始答题（开始计时）").click()
        expect(page.locator(".question")).to_be_visible()

    def jump(self, page: Page, number: int) -> None:
        page.get_by_role("button", name=re.compile("^答题卡")).click()
        page.get_by_role("button", name=re.compile(rf"^第 {number} 题")).click()


def play(story: Story, candidates: int) -> None:
    """From the files to the figures."""
    story.import_questions()
    story.import_people()
    story.set_up_exam()
    sitting = story.exam.sittings.get()
    seats = list(Seat.objects.filter(sitting=sitting).select_related("entry").order_by("number"))
    for seat in seats[:candidates]:
        receipt = story.sit(seat)
        assert (receipt.answered, receipt.of) == (10, 10)
    sweep(at=clock.now())
    assert Attempt.objects.filter(state="marked").count() == candidates
    leader = story.desk(story.tree.town, Role.LEADER, "高翔")
    leader.go(f"/figures/{story.exam.pk}/")
    leader.reads("应考")
    leader.reads(f"{len(seats)}")
    picture = leader.page.request.get(f"{leader.url}/figures/{story.exam.pk}/rates.png")
    assert picture.body()[:4] == b"\x89PNG"


def test_the_whole_story_with_our_own_files(live_server: Any, new_context: Device) -> None:
    play(Story(live_server, new_context, make_unit_tree(), own_files()), candidates=2)


@pytest.mark.shared
def test_the_whole_story_with_files_of_others(
    live_server: Any, new_context: Device, shared_data: Path
) -> None:
    tree = make_unit_tree()
    real_units(shared_data, tree)
    play(Story(live_server, new_context, tree, real_files(shared_data)), candidates=1)
