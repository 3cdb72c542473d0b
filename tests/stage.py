"""The stage of a story: an exam with its items, forms, sittings, people and markers, as a CSV sets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from exams.domain.form_writing import compose_paper
from exams.engine.paper import Paper
from exams.engine.shuffling import choice_ids
from exams.models import (
    Attempt,
    Exam,
    Form,
    RosterEntry,
    Seat,
    Section,
    Sitting,
    Slot,
)
from examsite.lib.ids import uuid7
from examsite.people.models import Role, RoleGrant, Unit, UnitKind, User
from questionbanks.domain.items import create_items
from questionbanks.kinds.base import Blanks, Choice, Key, ModelAnswer, Question, RubricPoint
from questionbanks.models import Bank, ItemState

T0 = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
D = Decimal


def pairs(text: str) -> dict[str, str]:
    """ "a=1 b=x" as a mapping; a word without "=" stands for itself."""
    found = {}
    for word in text.split():
        name, _, value = word.partition("=")
        found[name] = value
    return found


@dataclass
class Stage:
    """What there is. Everything is made by minute T0."""

    exam: Exam
    bank: Bank
    town: Unit
    officers: list[User]
    forms: dict[str, Form] = field(default_factory=dict)
    sections: dict[str, list[Section]] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    places: dict[str, list[Slot]] = field(default_factory=dict)
    sittings: dict[str, Sitting] = field(default_factory=dict)
    people: dict[str, RosterEntry] = field(default_factory=dict)
    markers: dict[str, User] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    seqs: dict[Any, int] = field(default_factory=dict)
    at: datetime = T0

    # --- The stage ---------------------------------------------------------------------------------------

    def set_exam(self, what: str) -> None:
        for name, value in pairs(what).items():
            field_ = Exam._meta.get_field(name)
            setattr(self.exam, name, None if value == "" else field_.to_python(value))
        self.exam.save()

    def form(self, code: str) -> Form:
        if code not in self.forms:
            self.forms[code] = Form.objects.create(
                exam=self.exam, code=code, title=f"{code}卷", salt=f"salt{code}", total_points=0, built_at=T0
            )
            self.sections[code] = []
        return self.forms[code]

    def add_section(self, kind: str, what: str) -> None:
        rules = pairs(what)
        form = self.form(rules.get("form", "A"))
        here = self.sections[form.code]
        here.append(
            Section.objects.create(
                form=form,
                order=len(here) + 1,
                title=kind,
                kind=kind,
                credit_rule=rules.get("rule", "all"),
                per_choice=D(rules.get("u", "0")),
            )
        )

    def add_item(self, name: str, what: str) -> None:
        kind, *rest = what.split(maxsplit=1)
        words = pairs(rest[0])
        if name not in self.questions:
            question = make_question(name, kind, words)
            create_items(bank=self.bank, questions=[question], at=T0, actor=None, state=ItemState.APPROVED)
            self.questions[name], self.places[name] = question, []
        form = self.form(words.get("form", "A"))
        version = self.bank.items.get(number=list(self.questions).index(name) + 1).current
        slot = Slot.objects.create(
            form=form,
            section=self.sections[form.code][-1],
            order=form.slots.count() + 1,
            code=f"{form.code.lower()}{name.lower()}",
            version=version,
            kind=kind,
            points=D(words["points"]),
        )
        self.places[name].append(slot)

    def publish(self) -> None:
        """Write the papers, once everything is on the stage."""
        for form in self.forms.values():
            form.total_points = sum((slot.points for slot in form.slots.all()), D(0))
            form.paper = compose_paper(form)
            form.published_at = T0
            form.save()
        self.exam.published_at = T0
        self.exam.save()

    def add_sitting(self, name: str, what: str) -> None:
        span, *rest = what.split()
        opens, _, closes = span.partition("-")
        words = pairs(" ".join(rest))
        sitting = Sitting.objects.create(
            exam=self.exam,
            title=name,
            kind=words.get("kind", "main"),
            mode=words.get("mode", "online"),
            opens_at=self.minute(opens),
            closes_at=self.minute(closes),
            duration_s=60 * int(words.get("duration", "60")),
            grace_s=int(words.get("grace", "180")),
            created_at=T0,
        )
        self.sittings[name] = sitting
        only = words.get("seats", "")
        form = self.form(words.get("form", "A"))
        for person, entry in self.people.items():
            if not only or person in only.split("|"):
                Seat.objects.create(sitting=sitting, entry=entry, form=form)

    def unit(self, name: str) -> Unit:
        if name not in self.units:
            key = uuid7()
            self.units[name] = Unit.objects.create(
                id=key, kind=UnitKind.VILLAGE, name=name, parent=self.town, path=f"{self.town.path}{key.hex}/"
            )
        return self.units[name]

    def add_person(self, name: str, what: str) -> None:
        words = pairs(what)
        unit = self.unit(words.get("unit", "东风村"))
        self.people[name] = RosterEntry.objects.create(
            exam=self.exam,
            user=User.objects.create(name=name),
            name=name,
            unit=unit,
            unit_path=unit.path,
            category=self.exam.category,
            admission_number=f"2026-01-0001-{len(self.people) + 1:04}-0",
            mode=words.get("mode", "online"),
            status=words.get("status", "required"),
        )

    def add_marker(self, name: str) -> None:
        user = User.objects.create(name=name)
        RoleGrant.objects.create(user=user, role=Role.MARKER, unit=self.town, granted_at=T0)
        self.markers[name] = user

    @staticmethod
    def minute(text: str) -> datetime:
        return T0 + timedelta(minutes=float(text))

    # --- Finding things ----------------------------------------------------------------------------------

    def attempt(self, who: str, sitting: str = "", number: str = "") -> Attempt:
        """The person's attempt: his latest, or the one of a sitting or with a number."""
        rows = Attempt.objects.filter(entry=self.people[who]).select_related(
            "sitting__exam", "entry__user", "entry__unit", "exam__unit", "form"
        )
        if sitting:
            rows = rows.filter(sitting=self.sittings[sitting])
        if number:
            rows = rows.filter(number=int(number))
        found = rows.order_by("sitting__opens_at", "number").last()
        assert found is not None, f"{who} has no attempt"
        return found

    def seat(self, who: str, sitting: str) -> Seat:
        rows = Seat.objects.select_related("sitting__exam__unit", "entry__user", "entry__unit", "form")
        return rows.get(entry=self.people[who], sitting=self.sittings[sitting])

    def slot(self, attempt: Attempt, name: str) -> Slot:
        return next(slot for slot in self.places[name] if slot.form_id == attempt.form_id)

    def values(self, attempt: Attempt, what: str) -> dict[str, Any]:
        """Wire values by slot code of "Q1=B Q2=-"."""
        paper = Paper(attempt.form.salt, attempt.form.paper)
        found = {}
        for name, text in pairs(what).items():
            slot = self.slot(attempt, name)
            found[slot.code] = wire(paper, attempt, slot, self.questions[name], text)
        return found


def make_question(name: str, kind: str, words: dict[str, str]) -> Question:
    """An item of the stage: choices by their letters, its key, its rubric."""
    letters = next((word for word in words if len(word) == 3 and word[1] == "-"), "A-D")
    labels = [chr(one) for one in range(ord(letters[0]), ord(letters[2]) + 1)]
    has_choices = kind in ("single", "multiple", "uncertain")
    question = Question(
        kind,
        f"{name}是什么？",
        tuple(Choice(label, f"{name}选项{label}") for label in labels) if has_choices else (),
        points=D(words["points"]),
    )
    if kind == "short_answer":
        points = [D(one) for one in words["rubric"].split(",")]
        rubric = tuple(RubricPoint(f"要点{place}", one) for place, one in enumerate(points, 1))
        return Question(kind, question.stem, key=ModelAnswer("要点", rubric), points=question.points)
    key = read_key(question, words["key"])
    return Question(kind, question.stem, question.choices, key, points=question.points)


def read_key(question: Question, text: str) -> Key:
    """A key as a story writes it."""
    if question.kind == "true_false":
        return text == "√"
    if question.kind == "fill_blank":
        any_order = text.startswith("~")
        return Blanks(tuple(tuple(one.split("|")) for one in text.lstrip("~").split("；")), any_order)
    return tuple(sorted(text))


def wire(paper: Paper, attempt: Attempt, slot: Slot, question: Question, text: str) -> Any:
    """An answer as a story writes it, as the phone would send it."""
    if text == "-":
        return None
    if question.kind == "true_false":
        return text == "√"
    if question.kind == "fill_blank":
        return text.split("；")
    if question.kind == "short_answer":
        return text
    ids = choice_ids(paper.salt, attempt.pk, slot.code, question.labels)
    chosen = sorted(ids[label] for label in text)
    return chosen[0] if question.kind == "single" else chosen
