"""A small open exam for tests: five questions, one form, some people with seats. Open now, for hours."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from exams.domain.invigilation import extend_attempt
from exams.domain.releases import release_sitting
from exams.domain.saving import Item, Status, save_answers
from exams.domain.starting import Started, start_attempt
from exams.domain.submitting import submit_attempt
from exams.engine.shuffling import choice_id
from exams.engine.tokens import Claims
from exams.models import (
    Attempt,
    Exam,
    Form,
    Presence,
    Receipt,
    Room,
    RosterEntry,
    Seat,
    Section,
    Sitting,
    SittingKind,
    Slot,
)
from examsite.lib import clock
from examsite.lib.ids import ALPHABET
from examsite.people.models import Category, Role, RoleGrant, Unit, UnitKind, User
from questionbanks.domain.banks import create_bank
from questionbanks.domain.items import create_items
from questionbanks.kinds.base import Blanks, Choice, ModelAnswer, Question
from questionbanks.models import ItemState

CANARY = "CANARY-RATIONALE"  # stands in every rationale; no candidate may see it before the release

QUESTIONS = [
    Question(
        "single",
        "村民会议由本村几周岁以上的村民组成？",
        (Choice("A", "十六周岁"), Choice("B", "十八周岁"), Choice("C", "二十周岁"), Choice("D", "不限")),
        ("B",),
        rationale=f"{CANARY} 1",
        points=Decimal(2),
    ),
    Question(
        "multiple",
        "下列哪些由村民会议决定？",
        (
            Choice("A", "土地承包方案"),
            Choice("B", "村规民约"),
            Choice("C", "县级预算"),
            Choice("D", "国家机构"),
        ),
        ("A", "B"),
        rationale=f"{CANARY} 2",
        points=Decimal(2),
    ),
    Question(
        "true_false", "年满十八周岁的公民有选举权。", key=True, rationale=f"{CANARY} 3", points=Decimal(1)
    ),
    Question(
        "fill_blank",
        "村民委员会每届任期____年，成员可以连选____。",
        key=Blanks((("五", "5"), ("连任",))),
        rationale=f"{CANARY} 4",
        points=Decimal(2),
    ),
    Question(
        "short_answer",
        "谈谈村务公开。",
        key=ModelAnswer("公开、监督、答复"),
        rationale=f"{CANARY} 5",
        points=Decimal(10),
    ),
]
MACHINE = QUESTIONS[:3]  # a machine marks all of these, so that a closed attempt is marked at once
HEADINGS = {
    "single": "一、单选题",
    "multiple": "二、多选题",
    "true_false": "三、判断题",
    "fill_blank": "四、填空题",
    "short_answer": "五、简答题",
}


@dataclass
class World:
    """One exam that is open now. `slots` are the slot codes in the order of the questions."""

    town: Unit
    exam: Exam
    form: Form
    sitting: Sitting
    room: Room
    seats: list[Seat]
    officer: User
    second_officer: User
    questions: list[Question]
    slots: list[str] = field(default_factory=list)

    @property
    def seat(self) -> Seat:
        return self.seats[0]

    @property
    def user(self) -> User:
        return self.seats[0].entry.user

    def start(self, seat: Seat | None = None, device: str = "tab-1", number: int = 1) -> Started:
        return start_attempt(seat=seat or self.seat, number=number, device=device, at=clock.now())

    def end(self) -> datetime:
        """Close the window a second ago; returns the moment."""
        now = clock.now()
        Sitting.objects.filter(exam=self.exam).update(
            opens_at=now - timedelta(hours=3), closes_at=now - timedelta(seconds=1)
        )
        self.sitting.refresh_from_db()
        return now

    def release(self, *, keys: bool = True) -> None:
        """The results are out, with the keys or without."""
        release_sitting(sitting=self.sitting, at=clock.now(), actor=self.officer, with_keys=keys)
        self.sitting.refresh_from_db()

    def ids(self, attempt_id: UUID, slot: str, labels: str) -> list[str]:
        """The sorted wire ids of these labels in this attempt."""
        return sorted(choice_id(self.form.salt, attempt_id, slot, label) for label in labels)

    def value(self, attempt_id: UUID, place: int, right: bool = True) -> Any:
        """A right (or wrong) wire value for the question at `place`."""
        question, slot = self.questions[place], self.slots[place]
        if question.kind == "single":
            return self.ids(attempt_id, slot, "B" if right else "A")[0]
        if question.kind == "multiple":
            return self.ids(attempt_id, slot, "AB" if right else "CD")
        if question.kind == "true_false":
            return right
        if question.kind == "fill_blank":
            return ["五", "连任"] if right else ["三", "连任"]
        return "公开" if right else "不知道"


def make_user(name: str, *, username: str | None = None, password: str | None = None) -> User:
    user = User(name=name, username=username)
    user.set_password(password)
    user.save()
    return user


def make_form(exam: Exam, bank: Any, questions: list[Question], at: datetime, code: str = "A") -> Form:
    """A published form with one section a kind, written as publishing writes it."""
    versions = [
        item.current
        for item in create_items(bank=bank, questions=questions, at=at, actor=None, state=ItemState.APPROVED)
    ]
    form = Form.objects.create(
        exam=exam,
        code=code,
        title=f"{exam.title}{code}卷",
        salt="0123456789abcdef",
        total_points=sum((question.points or Decimal(0) for question in questions), Decimal(0)),
        built_at=at,
    )
    rng = random.Random(code)
    sections: list[dict[str, Any]] = []
    rows: dict[str, Section] = {}
    for number, (question, version) in enumerate(zip(questions, versions, strict=True), 1):
        if question.kind not in rows:
            rows[question.kind] = Section.objects.create(
                form=form, order=len(rows) + 1, title=HEADINGS[question.kind], kind=question.kind
            )
            sections.append({"title": HEADINGS[question.kind], "instructions": "请作答。", "slots": []})
        slot = "".join(rng.choice(ALPHABET.lower()) for _ in range(8))
        Slot.objects.create(
            form=form,
            section=rows[question.kind],
            order=number,
            code=slot,
            version=version,
            kind=question.kind,
            points=question.points or Decimal(2),
        )
        sections[-1]["slots"].append(
            {
                "slot": slot,
                "number": number,
                "kind": question.kind,
                "points": str(question.points or Decimal(2)),
                "stem": question.stem,
                "choices": [{"label": one.label, "text": one.text} for one in question.choices],
                "pinned": question.pinned,
                "blanks": version.content.get("blanks", 0),
                "material": None,
                "group": None,
            }
        )
    form.paper = {"schema": 1, "title": exam.title, "total_points": "100", "sections": sections}
    if exam.shuffle_items:
        form.paper["shuffled"] = True
    form.published_at = at
    form.save()
    return form


def make_world(
    *,
    people: int = 1,
    questions: list[Question] | None = None,
    duration_s: int = 3600,
    grace_s: int = 180,
    tries: int = 1,
    release_rule: str = "by_hand",
    confirm_devices: bool = False,
    shuffle_items: bool = False,
    name: str = "青城镇",
    unit: Unit | None = None,
) -> World:
    """`unit`: where the exam is held; a county of its own by default."""
    at = clock.now()
    questions = QUESTIONS if questions is None else questions
    category, _ = Category.objects.get_or_create(code="law-wise", defaults={"name": "法律明白人"})
    town_id = User().pk  # any fresh id
    town = unit or Unit.objects.create(id=town_id, kind=UnitKind.COUNTY, name=name, path=f"{town_id.hex}/")
    bank = create_bank(name=f"{name}题库", unit=town, at=at, actor=None)
    exam = Exam.objects.create(
        unit=town,
        title=f"{name}学法考试",
        stat_year=at.year,
        category=category,
        label="学法考试",
        audience_label="骨干群众",
        tries=tries,
        release_rule=release_rule,
        shuffle_items=shuffle_items,
        created_at=at,
        published_at=at,
    )
    form = make_form(exam, bank, questions, at)
    sitting = Sitting.objects.create(
        exam=exam,
        kind=SittingKind.MAIN,
        title="上午场",
        opens_at=at - timedelta(hours=1),
        closes_at=at + timedelta(hours=8),
        duration_s=duration_s,
        grace_s=grace_s,
        confirm_devices=confirm_devices,
        created_at=at,
    )
    room = Room.objects.create(sitting=sitting, name="一号考场")
    seats = []
    for number in range(1, people + 1):
        user = make_user(f"{name}考生{number}")
        entry = RosterEntry.objects.create(
            exam=exam,
            user=user,
            name=user.name,
            unit=town,
            unit_path=town.path,
            category=category,
            admission_number=f"{number:04}",
        )
        seats.append(Seat.objects.create(sitting=sitting, entry=entry, room=room, number=number, form=form))
    officers = []
    for place in ("甲", "乙"):
        officer = make_user(f"{name}考务{place}", username=f"officer-{place}-{town_id.hex[-8:]}")
        RoleGrant.objects.create(user=officer, role=Role.OFFICER, unit=town, granted_at=at)
        officers.append(officer)
    slots = list(form.slots.order_by("order").values_list("code", flat=True))
    return World(town, exam, form, sitting, room, seats, *officers, questions=questions, slots=slots)


def claims_of(attempt: Attempt, device: str | None = None, epoch: int | None = None) -> Claims:
    """What the token of this attempt's holder says; other devices and epochs on request."""
    return Claims(attempt.pk, attempt.form_id, epoch or attempt.epoch, device or attempt.device)


def extend(world: World, attempt: Attempt, seconds: int, second: bool = False) -> Attempt:
    """More time for one attempt, given by one officer, or agreed to by the second."""
    return extend_attempt(
        attempt=attempt,
        seconds=seconds,
        reason="停电",
        at=clock.now(),
        actor=world.second_officer if second else world.officer,
    )


def save(world: World, attempt: Attempt, seq: int, place: int, right: bool = True) -> Status:
    """What becomes of one answer to the question at `place`."""
    item = Item(seq, world.slots[place], world.value(attempt.pk, place, right), None)
    return save_answers(claims=claims_of(attempt), items=[item]).acks[0].status


def submit(attempt: Attempt) -> Receipt:
    """Hand in what is on the server; the attempt is read again."""
    done = submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
    attempt.refresh_from_db()
    return done.receipt


def age(attempt: Attempt, seconds: float) -> Attempt:
    """Let the attempt have started `seconds` earlier: its deadline and its window come nearer by as much."""
    shift = timedelta(seconds=seconds)
    Attempt.objects.filter(pk=attempt.pk).update(
        started_at=attempt.started_at - shift, due_at=attempt.due_at - shift
    )
    Presence.objects.filter(attempt=attempt).update(seen_at=attempt.started_at - shift)
    attempt.refresh_from_db()
    return attempt
