"""An office that prepares an exam: units, an officer and his second, a bank, a blueprint, people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from exams.domain.blueprints import RowSpec, SectionSpec, create_blueprint
from exams.domain.exams import ExamSpec, create_exam
from exams.domain.forms import build_forms
from exams.domain.publishing import publish_forms
from exams.domain.rosters import Drawn, draw_roster, freeze_roster
from exams.domain.seats import deal_forms, entries_without_seat, seat_entries
from exams.domain.sittings import SittingSpec, create_sitting
from exams.domain.starting import start_attempt
from exams.models import Attempt, Blueprint, Exam, Form, RosterEntry, Seat, Sitting, SittingKind, Slot
from examsite.people.models import Category, Role, User
from questionbanks.models import Bank
from tests.factories import AT, UnitTree, make_bank, make_members, make_staff, make_unit_tree

HOUR = timedelta(hours=1)
LATER = AT + timedelta(minutes=5)
OPENS, CLOSES = AT + 24 * HOUR, AT + 27 * HOUR


def section(kind: str, count: int, points: str, **fields: object) -> SectionSpec:
    """A section of one row that admits anything of its kind."""
    row = {name: fields.pop(name) for name in ("law", "topic", "difficulty", "audience") if name in fields}
    return SectionSpec(kind, Decimal(points), (RowSpec(count, **row),), **fields)  # type: ignore[arg-type]


SMALL = (section("single", 5, "4"), section("true_false", 5, "4"), section("multiple", 10, "6"))


@dataclass
class Office:
    """What the tests of the office's work start from. `second`: another officer of the same town."""

    tree: UnitTree
    officer: User
    second: User
    stranger: User
    bank: Bank
    blueprint: Blueprint
    exam: Exam

    def build(self, **options: object) -> list[Form]:
        """Draft forms A, B and reserve C."""
        made = {"exam": self.exam, "forms": 2, "seed": 1, "at": AT, "actor": self.officer} | options
        return list(build_forms(**made).forms)  # type: ignore[arg-type]

    def publish(self) -> list[Form]:
        """Forms A, B and reserve C, published."""
        self.build()
        return publish_forms(exam=self.exam, at=AT, actor=self.officer, second_person=False)

    def draw(self, **options: object) -> Drawn:
        """The roster as of today, not yet frozen."""
        made = {"exam": self.exam, "as_of": AT.date(), "at": AT, "actor": self.officer}
        return draw_roster(**(made | options))  # type: ignore[arg-type]

    def freeze(self, people: int = 6) -> list[RosterEntry]:
        """A frozen roster of so many people of the village."""
        make_members(self.tree.village, people)
        self.draw()
        freeze_roster(exam=self.exam, attested_by="组织委员 李敏", at=AT, actor=self.officer)
        self.exam.refresh_from_db()
        return list(self.exam.entries.select_related("exam__unit", "unit", "user"))

    def sit(self, title: str = "正考", *, dealt: bool = True, **options: object) -> Sitting:
        """A main sitting with a seat, and a form, for everybody of the roster."""
        spec = {"opens_at": OPENS, "closes_at": CLOSES, "duration_s": 3600} | options
        sitting = create_sitting(
            exam=self.exam,
            kind=SittingKind.MAIN,
            spec=SittingSpec(title, **spec),  # type: ignore[arg-type]
            at=AT,
            actor=self.officer,
        )
        seat_entries(sitting=sitting, entries=entries_without_seat(sitting), at=AT, actor=self.officer)
        if dealt:
            deal_forms(sitting=sitting, at=AT, actor=self.officer)
        return sitting

    def begin(self, sitting: Sitting, entry: RosterEntry, at: datetime = OPENS) -> Attempt:
        """The attempt of the one on the roster, just started; the exam counts as published."""
        self.exam.published_at = AT
        self.exam.save()
        seat = Seat.objects.select_related("sitting__exam", "entry").get(sitting=sitting, entry=entry)
        return start_attempt(seat=seat, number=1, device="d", at=at).attempt


def items_of(*forms: Form) -> set[UUID]:
    """The items that these forms ask."""
    return set(Slot.objects.filter(form__in=forms).values_list("version__item", flat=True))


def exam_spec(**fields: object) -> ExamSpec:
    """The rules of an exam, sound unless told otherwise."""
    made = {
        "title": "2026年法律明白人考试",
        "stat_year": 2026,
        "category": Category.objects.get(code="law-wise"),
        "label": "“法律明白人”学法考试",
        "audience_label": "骨干群众",
    }
    return ExamSpec(**(made | fields))  # type: ignore[arg-type]


def make_office() -> Office:
    """A town with two officers, another town's officer, a bank that just suffices, an exam without forms."""
    tree = make_unit_tree()
    officer = make_staff(tree.town, Role.OFFICER, "赵立新")
    second = make_staff(tree.town, Role.OFFICER, "林晓", username="second")
    stranger = make_staff(tree.other_town, Role.OFFICER, "钱进")
    bank = make_bank(tree.town, single=40, true_false=30, multiple=50)
    blueprint = create_blueprint(
        unit=tree.town,
        name="法律明白人",
        banks=[bank],
        sections=SMALL,
        duration_s=3600,
        at=AT,
        actor=officer,
    )
    exam = create_exam(unit=tree.town, spec=exam_spec(blueprint=blueprint), at=AT, actor=officer)
    return Office(tree, officer, second, stranger, bank, blueprint, exam)
