"""A paper in Word or text becomes a form: sections, order, points as in the file, nothing half-built."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exams.domain.form_writing import slots_of
from exams.domain.publishing import obstacles
from exams.domain.ready_papers import SectionTerms, compose_form, sections_in
from exams.models import Form
from examsite.lib.errors import Conflict, DomainError
from questionbanks.domain.banks import create_bank
from questionbanks.domain.import_review import decide_rows
from questionbanks.domain.imports import confirm_import, fill_import, open_import
from questionbanks.domain.reading import read_file
from questionbanks.models import Decision, ImportRow, ImportRun, Item, ItemState
from tests.factories import AT
from tests.papers_world import Office

pytestmark = pytest.mark.django_db

PAPER = """2026年法律明白人考试试卷

一、单项选择题（每题3分，共6分）
1．村民委员会每届任期几年？（ B ）
A．三年  B．五年  C．四年  D．六年
2．村民会议由本村几周岁以上的村民组成？（ C ）
A．十四  B．十六  C．十八  D．二十

二、判断题（每题2分，共4分）
1．村民委员会成员可以连选连任。（ √ ）
2．村民委员会可以决定本村的行政处罚。（ × ）
"""
MISSING = PAPER.replace("几周岁以上的村民组成？（ C ）", "几周岁以上的村民组成？（　）")


def reviewed(office: Office, text: str = PAPER, *, confirm: bool = True) -> ImportRun:
    """The file read into a bank of its own, and stored."""
    data = text.encode()
    bank = create_bank(
        name=f"试卷{ImportRun.objects.count()}", unit=office.tree.town, at=AT, actor=office.officer
    )
    run = open_import(bank=bank, data=data, name="试卷.txt", at=AT, actor=office.officer)
    run = fill_import(run=run, parsed=read_file(data, name="试卷.txt", day=AT.date()), at=AT)
    if confirm:
        confirm_import(run=run, at=AT, actor=office.officer)
        run.refresh_from_db()
    return run


TERMS = [SectionTerms(Decimal(3)), SectionTerms(Decimal(2))]


def compose(office: Office, run: ImportRun, terms: list[SectionTerms] | None = None) -> Form:
    return compose_form(
        exam=office.exam, run=run, terms=TERMS if terms is None else terms, at=AT, actor=office.officer
    )


def test_sections_points_and_order_are_those_of_the_file(office: Office) -> None:
    run = reviewed(office)
    assert [(one.kind, len(one.items), one.points) for one in sections_in(run)] == [
        ("single", 2, Decimal(3)),
        ("true_false", 2, Decimal(2)),
    ]
    form = compose(office, run)
    assert [(slot.kind, slot.points) for slot in slots_of(form)] == [
        ("single", Decimal(3)),
        ("single", Decimal(3)),
        ("true_false", Decimal(2)),
        ("true_false", Decimal(2)),
    ]
    assert slots_of(form)[0].version.content["stem"].startswith("村民委员会每届任期几年")
    assert (form.code, form.total_points) == ("A", Decimal(10))


def test_its_items_are_approved_before_it_is_published(office: Office) -> None:
    office.exam.blueprint = None
    office.exam.save()
    form = compose(office, reviewed(office))
    assert [one.code for one in obstacles(form, at=AT)] == ["not_approved"] * 4
    Item.objects.update(state=ItemState.APPROVED)
    assert obstacles(form, at=AT) == []


def test_a_paper_with_a_missing_answer_is_refused_with_its_place(office: Office) -> None:
    run = reviewed(office, MISSING)
    with pytest.raises(Conflict) as refusal:
        compose(office, run)
    assert refusal.value.code == "incomplete"
    assert "没有答案" in refusal.value.message
    assert Form.objects.count() == 0


def test_a_question_skipped_on_purpose_is_left_out(office: Office) -> None:
    run = reviewed(office, MISSING, confirm=False)
    broken = ImportRow.objects.get(run=run, broken=1)
    decide_rows(run=run, decision=Decision.SKIP, orders=[broken.order])
    confirm_import(run=run, at=AT, actor=office.officer)
    run.refresh_from_db()
    assert [len(one.items) for one in sections_in(run)] == [1, 2]


def test_a_question_that_the_bank_has_already_is_taken_from_there(office: Office) -> None:
    first = reviewed(office)
    data = PAPER.replace("2026年", "2027年").encode()
    run = open_import(bank=first.bank, data=data, name="再来.txt", at=AT, actor=office.officer)
    more = PAPER.replace("2026年", "2027年") + "3．村民委员会主任由村民直接选举产生。（ √ ）\n"
    run = fill_import(run=run, parsed=read_file(more.encode(), name="再来.txt", day=AT.date()), at=AT)
    confirm_import(run=run, at=AT, actor=office.officer)
    run.refresh_from_db()
    sections = sections_in(run)
    assert [len(one.items) for one in sections] == [2, 3]
    assert set(sections[0].items) == set(sections_in(first)[0].items)


def test_a_file_that_is_not_stored_yet_is_refused(office: Office) -> None:
    with pytest.raises(Conflict) as refusal:
        compose(office, reviewed(office, confirm=False))
    assert refusal.value.message == "这份文件还没有入库，请先在题库里核对并入库。"


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ([SectionTerms(Decimal(3))], "terms"),
        ([SectionTerms(Decimal(0)), SectionTerms(Decimal(2))], "points"),
        ([SectionTerms(Decimal(3), "half"), SectionTerms(Decimal(2))], "credit_rule"),
    ],
)
def test_terms_that_cannot_be(office: Office, terms: list[SectionTerms], code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        compose(office, reviewed(office), terms)
    assert refusal.value.code == code
    assert Form.objects.count() == 0
