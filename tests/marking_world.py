"""An exam with written answers, villages and markers, for everything that comes after handing in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from exams.domain.corrections import CorrectionSpec, correct_key
from exams.domain.judging import Verdict, judge
from exams.domain.marking_plans import MarkerSpec, PlanSpec, deal_answers, set_plan
from exams.domain.saving import Item, save_answers
from exams.domain.submitting import submit_attempt
from exams.engine.keys import Method
from exams.models import Attempt, KeyCorrection, Mark, MarkingPlan, MarkingTask, Seat, Slot
from examsite.lib import clock
from examsite.lib.errors import Forbidden
from examsite.lib.ids import uuid7
from examsite.people.domain.memberships import open_membership
from examsite.people.models import Category, Role, RoleGrant, Unit, UnitKind, User
from questionbanks.kinds.base import Blanks, Choice, Key, ModelAnswer, Question, RubricPoint
from tests.exam_world import World, claims_of, make_user, make_world

D = Decimal
SINGLE, ESSAY, FILL = 0, 1, 2
QUESTIONS = [
    Question(
        "single",
        "选民的年龄？",
        tuple(Choice(label, text) for label, text in zip("ABCD", ("16", "18", "20", "22"), strict=True)),
        ("B",),
        points=D(2),
    ),
    Question(
        "short_answer",
        "谈谈村务公开。",
        key=ModelAnswer(
            "公开、监督、答复",
            (RubricPoint("及时公开", D(4)), RubricPoint("村民监督", D(3)), RubricPoint("答复询问", D(3))),
        ),
        points=D(10),
    ),
    Question("fill_blank", "每届任期____年，可以____。", key=Blanks((("五",), ("连选连任",))), points=D(2)),
]
ANSWERS: dict[int, Any] = {0: "B", 1: "要公开", 2: ["五", "连选连任"]}  # choice and blanks are right


def single_choice(key: str, points: int) -> Question:
    choices = tuple(Choice(label, f"{points}分题的选项{label}") for label in "ABCD")
    return Question("single", f"{points}分的题？", choices, (key,), points=D(points))


THREE = [single_choice("A", 2), single_choice("B", 3), single_choice("C", 5)]


@dataclass
class MarkingWorld:
    """`world` with two villages: odd seats are of 东风村, even ones of 西风村."""

    world: World
    east: Unit
    west: Unit
    markers: list[User]

    @property
    def exam(self) -> Any:
        return self.world.exam

    @property
    def head(self) -> User:
        return self.markers[0]

    def hand_in(self, place: int, answers: Mapping[int, Any]) -> Attempt:
        """Seat number `place` (from 0) hands in these answers by question; single choices as letters."""
        seat = self.world.seats[place]
        started = self.world.start(
            Seat.objects.select_related("sitting__exam", "entry", "form").get(pk=seat.pk)
        )
        attempt = started.attempt
        items = []
        for seq, (question, value) in enumerate(answers.items(), 1):
            slot = self.world.slots[question]
            if self.world.questions[question].choices:
                value = self.world.ids(attempt.pk, slot, value)[0]
            items.append(Item(seq, slot, value, None))
        save_answers(claims=claims_of(attempt), items=items)
        submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
        attempt.refresh_from_db()
        return attempt

    def plan(self, *markers: User, head: User | None = None, **fields: Any) -> MarkingPlan:
        """A plan for these markers (all but the head by default), one share each."""
        chosen = markers or tuple(self.markers[1:])
        spec = PlanSpec(
            head=head or self.head,
            markers=[one if isinstance(one, MarkerSpec) else MarkerSpec(one) for one in chosen],
            **{"second_share": 0, **fields},
        )
        return set_plan(exam=self.exam, spec=spec, at=clock.now(), actor=self.world.officer)

    def deal(self) -> int:
        return deal_answers(exam=self.exam, at=clock.now())

    def task(self, attempt: Attempt, question: int = ESSAY, round: int = 1) -> MarkingTask:
        return MarkingTask.objects.select_related("slot", "exam", "attempt").get(
            attempt=attempt, slot__code=self.world.slots[question], round=round, closed_at=None
        )

    def judge(
        self, attempt: Attempt, points: object, question: int = ESSAY, round: int = 1, **fields: Any
    ) -> int:
        """The task's own marker gives points."""
        task = self.task(attempt, question, round)
        assert task.marker is not None
        verdict = Verdict(points=D(str(points)), **fields)
        return judge(task=task, verdict=verdict, at=clock.now(), marker=task.marker)

    def slot(self, question: int) -> Slot:
        return Slot.objects.select_related("version").get(
            form__exam=self.exam, code=self.world.slots[question]
        )

    def correction(self, question: int, method: Method, *keys: Key) -> CorrectionSpec:
        """What is to be corrected, in this exam alone."""
        slot = self.slot(question)
        return CorrectionSpec(slot.version, slot.part, method, keys, (self.exam,))

    def correct(self, question: int, method: Method, *keys: Key, reason: str = "答案有误") -> KeyCorrection:
        """Both people, one after the other."""
        wanted = self.correction(question, method, *keys)
        with pytest.raises(Forbidden) as first:
            correct_key(spec=wanted, reason=reason, at=clock.now(), actor=self.world.officer)
        assert first.value.code == "needs_second"
        return correct_key(spec=wanted, reason="同意", at=clock.now(), actor=self.world.second_officer)

    def marks(self, attempt: Attempt, question: int = ESSAY) -> list[tuple[Decimal, str]]:
        """Points and rule of all marks of an answer, in the order in which they were given."""
        marks = Mark.objects.filter(attempt=attempt, slot__code=self.world.slots[question]).order_by("id")
        return list(marks.values_list("points", "rule"))


def points(*attempts: Attempt) -> list[tuple[Decimal | None, Decimal | None]]:
    """Points and possible points of these attempts, read again."""
    for one in attempts:
        one.refresh_from_db()
    return [(one.points, one.possible) for one in attempts]


def make_marker(unit: Unit, name: str) -> User:
    user = make_user(name, username=f"marker-{name}-{unit.pk.hex[-6:]}")
    RoleGrant.objects.create(user=user, role=Role.MARKER, unit=unit, granted_at=clock.now())
    return user


def make_village(name: str, town: Unit) -> Unit:
    key = uuid7()
    path = f"{town.path}{key.hex}/"
    return Unit.objects.create(id=key, kind=UnitKind.VILLAGE, name=name, parent=town, path=path)


def join(user: User, unit: Unit) -> None:
    """Make the person a member of the unit."""
    open_membership(
        user=user,
        unit=unit,
        category=Category.objects.get(code="law-wise"),
        since=clock.now().date(),
        at=clock.now(),
        actor=None,
    )


def make_marking_world(
    *, people: int = 2, markers: int = 3, questions: Any = None, **fields: Any
) -> MarkingWorld:
    world = make_world(people=people, questions=questions or QUESTIONS, **fields)
    east, west = make_village("东风村", world.town), make_village("西风村", world.town)
    for number, seat in enumerate(world.seats):
        unit = (east, west)[number % 2]
        seat.entry.unit, seat.entry.unit_path = unit, unit.path
        seat.entry.save(update_fields=["unit", "unit_path"])
    return MarkingWorld(world, east, west, [make_marker(world.town, f"阅卷{one}") for one in range(markers)])
