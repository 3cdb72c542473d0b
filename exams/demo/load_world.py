"""An open exam for load and fault runs: generated questions, many candidates, a ticket for each.

Nothing in it is meant for people. Every rationale carries a canary, a text that must reach no candidate
before the release.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from examsite.lib.ids import random_code, random_token
from examsite.people.domain.roles import grant_role
from examsite.people.domain.units import create_unit
from examsite.people.models import Category, Role, Unit, UnitKind, User
from questionbanks.domain.banks import create_bank
from questionbanks.domain.items import create_items
from questionbanks.kinds.base import Choice, Question
from questionbanks.models import ItemState, ItemVersion

from ..domain.evidence import question_id
from ..domain.form_writing import SectionPlan, write_form
from ..domain.publishing import publish_form
from ..domain.tickets import issue_tickets
from ..models import Exam, Form, Mode, ReleaseRule, RosterEntry, Seat, Sitting, SittingKind, Slot

BATCH = 500
ENTRY_S = 600  # how long after the building one may start and still have the whole time
LABELS = "ABCD"
PER_OPTION = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Part:
    """One 大题 of the generated paper and its share of the questions."""

    title: str
    kind: str
    points: Decimal
    credit: str
    share: int


# Of twenty questions sixteen have choices; every credit rule that an outsider marks by is there.
PARTS = (
    Part("一、单选题", "single", Decimal(2), "all", 8),
    Part("二、多选题（全对得分）", "multiple", Decimal(4), "all", 2),
    Part("三、多选题（少选得一半）", "multiple", Decimal(4), "half", 2),
    Part("四、多选题（少选按项得分）", "multiple", Decimal(4), "option", 2),
    Part("五、多选题（少选按比例得分）", "multiple", Decimal(4), "ratio", 2),
    Part("六、判断题", "true_false", Decimal(1), "all", 4),
)


@dataclass(frozen=True, slots=True)
class LoadWorld:
    """What was built. `staff` may release and export; the secrets are kept nowhere else."""

    sitting: Sitting
    tickets: list[str]
    staff: dict[str, str]
    keys: dict[str, Any]


@transaction.atomic
def build_load_world(
    *, candidates: int, questions: int, duration_s: int, grace_s: int, at: datetime
) -> LoadWorld:
    """A county of its own with one published exam that is open from `at`."""
    code = random_code(6)
    county = create_unit(name=f"负载{code}", kind=UnitKind.COUNTY, parent=None, at=at, actor=None)
    exam = _make_exam(county, code, at)
    form, canaries = _make_form(exam, questions, at)
    sitting = Sitting.objects.create(
        exam=exam,
        kind=SittingKind.MAIN,
        mode=Mode.ONLINE,
        title="负载场",
        opens_at=at,
        closes_at=at + timedelta(seconds=duration_s + ENTRY_S),
        duration_s=duration_s,
        grace_s=grace_s,
        created_at=at,
    )
    entries = _make_candidates(exam, sitting, form, county, candidates, code)
    issued = issue_tickets(entries=entries, at=at, with_codes=False)
    staff = _make_staff(county, code, at)
    return LoadWorld(sitting, [one.token for one in issued], staff, _keys_of(form, canaries))


def _make_exam(county: Unit, code: str, at: datetime) -> Exam:
    category, _ = Category.objects.get_or_create(code="load", defaults={"name": "负载"})
    return Exam.objects.create(
        unit=county,
        title=f"负载考试{code}",
        stat_year=at.year,
        category=category,
        label="负载考试",
        audience_label="负载考生",
        release_rule=ReleaseRule.BY_HAND,
        key_release_rule=ReleaseRule.BY_HAND,
        created_at=at,
        published_at=at,
        roster_frozen_at=at,
        roster_attested_by="负载",
    )


def _counts(questions: int) -> list[int]:
    """How many questions each part gets; the first takes what does not divide."""
    whole = sum(part.share for part in PARTS)
    counts = [questions * part.share // whole for part in PARTS]
    counts[0] += questions - sum(counts)
    return counts


def _make_form(exam: Exam, questions: int, at: datetime) -> tuple[Form, list[str]]:
    rng = random.Random(f"{exam.pk}")
    made: list[Question] = []
    canaries: list[str] = []
    counts = _counts(questions)
    for part, count in zip(PARTS, counts, strict=True):
        for _ in range(count):
            canaries.append(f"canary-{random_token()}")
            made.append(_make_question(part, len(made) + 1, canaries[-1], rng))
    bank = create_bank(name=exam.title, unit=exam.unit, at=at, actor=None)
    items = create_items(bank=bank, questions=made, at=at, actor=None, state=ItemState.APPROVED)
    versions: list[ItemVersion] = [item.current for item in items]
    plans = []
    for part, count in zip(PARTS, counts, strict=True):
        chosen, versions = versions[:count], versions[count:]
        if chosen:
            entries = tuple((version, part.points) for version in chosen)
            per_choice = PER_OPTION if part.credit == "option" else Decimal(0)
            plans.append(SectionPlan(part.title, "请作答。", part.kind, entries, part.credit, per_choice))
    form = write_form(exam=exam, code="A", role="main", sections=plans, at=at, actor=None)
    return publish_form(form=form, at=at, actor=None, second_person=False), canaries


def _make_question(part: Part, number: int, canary: str, rng: random.Random) -> Question:
    stem = (
        f"负载题目第{number}题：下列说法中，符合法律规定的是哪一项或哪几项？（编号{rng.randrange(10**9):09}）"
    )
    if part.kind == "true_false":
        return Question(part.kind, stem, key=rng.random() < 0.5, rationale=canary, points=part.points)
    choices = tuple(
        Choice(label, f"第{number}题的说法，第{place}种，编号{rng.randrange(10**9):09}")
        for place, label in enumerate(LABELS, 1)
    )
    right = 1 if part.kind == "single" else rng.randint(2, len(LABELS))
    key = tuple(sorted(rng.sample(LABELS, right)))
    return Question(part.kind, stem, choices, key, canary, points=part.points)


def _make_candidates(
    exam: Exam, sitting: Sitting, form: Form, county: Unit, count: int, code: str
) -> list[RosterEntry]:
    users = [User(name=f"考生{code}{number:05}") for number in range(1, count + 1)]
    for user in users:
        user.set_unusable_password()
    User.objects.bulk_create(users, batch_size=BATCH)
    entries = [
        RosterEntry(
            exam=exam,
            user=user,
            name=user.name,
            unit=county,
            unit_path=county.path,
            category=exam.category,
            admission_number=f"{code}-{number:05}",
        )
        for number, user in enumerate(users, 1)
    ]
    RosterEntry.objects.bulk_create(entries, batch_size=BATCH)
    Seat.objects.bulk_create(
        [
            Seat(sitting=sitting, entry=entry, form=form, number=number)
            for number, entry in enumerate(entries, 1)
        ],
        batch_size=BATCH,
    )
    return entries


def _make_staff(county: Unit, code: str, at: datetime) -> dict[str, str]:
    password = random_token()
    officer = User.objects.create_user(f"load-{code.lower()}", password, name="负载考务")
    grant_role(user=officer, role=Role.OFFICER, unit=county, at=at, actor=None)
    return {"username": f"load-{code.lower()}", "password": password}


def _keys_of(form: Form, canaries: list[str]) -> dict[str, Any]:
    slots = Slot.objects.filter(form=form).select_related("version", "section").order_by("order")
    return {
        "questions": {
            question_id(slot): {
                "kind": slot.kind,
                "points": str(slot.points),
                "key": slot.version.key["answer"],
                "credit": slot.section.credit_rule,
                "per_option": str(slot.section.per_choice),
            }
            for slot in slots
        },
        "canaries": canaries,
    }
