"""One town with all its roles, a second town of the same shape, and one object of every kind in the first.

Who asks is a persona; what is asked for is a named object. The table of routes (routes.py) speaks of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from django.test.client import ClientHandler

from exams.analytics.snapshots.freezing import freeze_figure
from exams.models import (
    Activity,
    ActivityFile,
    AnnualReport,
    Attempt,
    Blueprint,
    Certificate,
    Exam,
    Form,
    KeyedSheet,
    ListImport,
    MarkingTask,
    PlanItem,
    Quarantine,
    ReviewRequest,
    RosterEvent,
    SheetScan,
    YearTotal,
)
from examsite.lib import clock
from examsite.people.domain.approvals import propose
from examsite.people.domain.imports import upload_list
from examsite.people.domain.roles import propose_role
from examsite.people.domain.voice import ask_correction, send_feedback
from examsite.people.models import Role, User
from questionbanks.domain.banks import create_bank, open_practice
from questionbanks.domain.editions import add_edition, add_law, store_text
from questionbanks.domain.imports import start_import
from questionbanks.domain.items import create_items
from questionbanks.models import ItemState
from questionbanks.statutes.reading import read_statute
from tests.exam_world import World, make_world
from tests.factories import (
    SINCE,
    UnitTree,
    make_member,
    make_questions,
    make_staff,
    make_unit_tree,
    make_user,
)

# "stranger" has not signed in; "other" is the officer of another town; "neighbour" sits the same exam.
PERSONAS = (
    "stranger",
    "candidate",
    "neighbour",
    "officer",
    "county",
    "other",
    "leader",
    "editor",
    "reviewer",
    "marker",
    "invigilator",
    "auditor",
    "operator",
)
STAFF = {
    "officer": (Role.OFFICER, "town"),
    "county": (Role.OFFICER, "county"),
    "other": (Role.OFFICER, "other_town"),
    "leader": (Role.LEADER, "town"),
    "editor": (Role.BANK_EDITOR, "town"),
    "reviewer": (Role.REVIEWER, "town"),
    "marker": (Role.MARKER, "town"),
    "invigilator": (Role.INVIGILATOR, "town"),
    "auditor": (Role.AUDITOR, "county"),
    "operator": (Role.OPERATOR, "county"),
}


# What stands between a browser and the views: the same for all of them, so it is put up once.
HANDLER = ClientHandler(enforce_csrf_checks=False)


@dataclass
class Cast:
    """The people by persona, and the objects by name."""

    tree: UnitTree
    world: World
    users: dict[str, User]
    objects: dict[str, Any]
    keys: dict[str, str]

    def client(self, persona: str) -> Client:
        """A fresh browser of the persona, sure of himself a moment ago; signing in is done once."""
        client = Client()
        client.handler = HANDLER
        if persona == "stranger":
            return client
        if persona not in self.keys:
            client.force_login(self.users[persona])
            session = client.session
            session["sure_at"] = clock.now().timestamp()
            session.save()
            self.keys[persona] = session.session_key
        client.cookies[settings.SESSION_COOKIE_NAME] = self.keys[persona]
        return client


def make_cast() -> Cast:
    tree = make_unit_tree()
    users = {
        name: make_staff(getattr(tree, place), role, f"{role.label[:2]}甲", username=name, password=None)
        for name, (role, place) in STAFF.items()
    }
    world = make_world(people=2, unit=tree.town)
    users["candidate"], users["neighbour"] = (seat.entry.user for seat in world.seats)
    cast = Cast(tree, world, users, {}, {})
    _add_people(cast)
    _add_exam(cast)
    _add_bank(cast)
    for persona in PERSONAS:
        cast.client(persona)
    return cast


def _add_people(cast: Cast) -> None:
    """Units, persons and what hangs on them, all in the first town."""
    tree, at = cast.tree, clock.now()
    second = make_staff(tree.town, Role.OFFICER, "乙", username="second", password=None)
    member = make_member(tree.village, "赵六", username="zhaoliu")
    twin = make_member(tree.office, "赵六")
    gone = make_user("钱七")
    cast.objects |= {
        "village": tree.village.pk,
        "area": tree.area.pk,
        "person": member.user_id,
        "twin": twin.user_id,
        "gone": gone.pk,
        "membership": member.pk,
        "grant": cast.users["marker"].grants.get().pk,
        "approval": propose_role(user=member.user, role=Role.OFFICER, unit=tree.town, at=at, actor=second).pk,
        "export": propose(
            action="people.export",
            target=tree.town,
            content={},
            summary="导出",
            unit=tree.town,
            at=at,
            actor=second,
        ).pk,
        "correction": ask_correction(user=member.user, text="村不对", at=at).pk,
        "feedback": send_feedback(kind="problem", text="打不开", at=at, address="203.0.113.7").pk,
        "run": upload_list(
            unit=tree.town,
            data="姓名,村\n孙八,东风村".encode(),
            name="名单.csv",
            since=SINCE,
            at=at,
            actor=second,
        ).pk,
    }


def _add_bank(cast: Cast) -> None:
    """A bank of the first town with a draft, a topic and an import; a statute with two editions."""
    at = clock.now()
    bank = create_bank(name="镇题库", unit=cast.tree.town, at=at, actor=None)
    (item,) = create_items(bank=bank, questions=make_questions("true_false", 1), at=at, actor=None)
    run = start_import(
        bank=bank, data="题干,选项A,选项B,答案\n谁？,甲,乙,A\n".encode(), name="题.csv", at=at, actor=None
    )
    law = add_law(
        title="村法",
        short="村法",
        aliases=[],
        type="statute",
        adopted_on=date(2018, 1, 1),
        in_force_on=date(2018, 1, 1),
        article_count=1,
        at=at,
        actor=None,
    )
    new = add_edition(law=law, adopted_on=date(2020, 1, 1), in_force_on=date(2020, 1, 1), at=at, actor=None)
    old = law.editions.get(adopted_on=date(2018, 1, 1))
    for edition in (old, new):
        store_text(edition=edition, statute=read_statute("村法\n第一条 甲。"), at=at, actor=None)
    practised = create_bank(name="练习题库", unit=cast.tree.town, at=at, actor=None)
    create_items(
        bank=practised,
        questions=make_questions("single", 1),
        at=at,
        actor=None,
        state=ItemState.APPROVED,
    )
    open_practice(bank=practised, at=at, actor=cast.users["officer"])
    cast.objects |= {
        "bank": bank.pk,
        "open_bank": practised.pk,
        "item": item.pk,
        "topic": item.topic_id,
        "bank_run": run.pk,
        "law": law.pk,
        "edition": new.pk,
        "old_edition": old.pk,
    }


def _add_exam(cast: Cast) -> None:
    """An open exam with its parts; the candidate has an attempt that is closed and marked."""
    world, at = cast.world, clock.now()
    started = world.start(world.seats[0])
    attempt = started.attempt
    Attempt.objects.filter(pk=attempt.pk).update(state="marked", submitted_at=at, points=90, possible=100)
    Exam.objects.filter(pk=world.exam.pk).update(roster_frozen_at=at, roster_frozen_by=world.officer)
    late = Quarantine.objects.create(
        attempt=attempt, epoch=1, seq=9, slot=world.slots[0], received_at=at, reason="late"
    )
    task = MarkingTask.objects.create(
        exam=world.exam,
        attempt=attempt,
        slot=world.form.slots.get(code=world.slots[4]),
        question=str(world.form.slots.get(code=world.slots[4]).version_id),
        round=1,
        marker=cast.users["marker"],
        answer_key="k",
        answer_digest="d",
        dealt_at=at,
    )
    event = RosterEvent.objects.create(
        entry=world.seats[1].entry,
        action="exempt",
        reason_code="illness",
        attachment=ContentFile(b"%PDF-1.4", "proof.pdf"),
        actor=world.officer,
        at=at,
    )
    cast.objects |= {
        "exam": world.exam.pk,
        "form": world.form.pk,
        "slot": world.form.slots.first().pk,
        "sitting": world.sitting.pk,
        "room": world.room.pk,
        "seat": world.seats[1].pk,
        "entry": world.seats[0].entry_id,
        "attempt": attempt.pk,
        "late": late.pk,
        "task": task.pk,
        "question": task.question,
        "marker": cast.users["marker"].pk,
        "event": event.pk,
    }
    _add_drafts(cast)
    _add_outcomes(cast, attempt)


def _add_drafts(cast: Cast) -> None:
    """What an officer prepares: an exam that is not published, a blueprint, a form."""
    at, town = clock.now(), cast.tree.town
    bank = cast.world.form.slots.first().version.item.bank
    blueprint = Blueprint.objects.create(unit=town, name="法律明白人", created_at=at)
    blueprint.banks.add(bank)
    draft = Exam.objects.create(
        unit=town,
        title="明年的考试",
        stat_year=at.year + 1,
        category_id="law-wise",
        label="学法考试",
        audience_label="骨干群众",
        blueprint=blueprint,
        created_at=at,
    )
    form = Form.objects.create(
        exam=draft, code="A", title="A卷", salt="0" * 16, total_points=100, built_at=at
    )
    cast.objects |= {"draft": draft.pk, "blueprint": blueprint.pk, "draft_form": form.pk}


def _add_outcomes(cast: Cast, attempt: Attempt) -> None:
    """What comes after: certificate, review, sheets on paper, activities, reports, snapshots, plans."""
    world, at, town = cast.world, clock.now(), cast.tree.town
    entry, officer = world.seats[0].entry, cast.users["officer"]
    certificate = Certificate.objects.create(
        number="2026-1",
        code="ABCDEFGHJKMNPQRS",
        entry=entry,
        attempt=attempt,
        issuer=town,
        year=at.year,
        serial=1,
        name=entry.name,
        unit_name="东风村",
        title="法律明白人证书",
        issued_on=at.date(),
        issued_by=officer,
        issued_at=at,
    )
    sheet = KeyedSheet.objects.create(
        seat=world.seats[1],
        first={},
        first_by=world.officer,
        first_at=at,
        started_at=at,
        submitted_at=at + timedelta(hours=1),
    )
    scan = SheetScan.objects.create(
        seat=world.seats[1], file=ContentFile(b"\x89PNG", "sheet.png"), uploaded_by=world.officer, at=at
    )
    activity = Activity.objects.create(
        unit=town, kind="campaign", date=at.date(), place="广场", topic="宪法日", created_at=at
    )
    proof = ActivityFile.objects.create(
        activity=activity, file=ContentFile(b"\x89PNG", "photo.png"), size=4, digest="0" * 64, added_at=at
    )
    lists = [
        ListImport.objects.create(
            kind=kind,
            unit=town,
            exam=world.exam if kind == "results" else None,
            file_name="清单.xlsx",
            file_digest="0" * 64,
            file=ContentFile(b"PK", "list.xlsx"),
            created_by=officer,
            created_at=at,
        )
        for kind in ("activities", "results")
    ]
    report = AnnualReport.objects.create(unit=town, year=at.year, created_at=at)
    snapshot = freeze_figure(
        exam=Exam.objects.get(pk=world.exam.pk),
        unit=town,
        measure="pass_rate",
        as_of=at,
        at=at,
        actor=officer,
    )
    total = YearTotal.objects.create(
        unit=town,
        category_id="law-wise",
        year=2020,
        required=10,
        taken=9,
        passed=8,
        source="旧表",
        entered_by=officer,
        entered_at=at,
    )
    plan = PlanItem.objects.create(unit=town, year=at.year + 1, law="宪法")
    cast.objects |= {
        "certificate": certificate.pk,
        "code": certificate.code,
        "review": ReviewRequest.objects.create(attempt=attempt, asked_at=at).pk,
        "sheet": sheet.pk,
        "scan": scan.pk,
        "activity": activity.pk,
        "proof": proof.pk,
        "activity_list": lists[0].pk,
        "result_list": lists[1].pk,
        "report": report.pk,
        "snapshot": snapshot.pk,
        "total": total.pk,
        "plan": plan.pk,
    }
