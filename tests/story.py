"""What happens in a story: deeds through the domain functions, and what may be asked about them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from exams.analytics.facts.people import people_of
from exams.analytics.tally import tally
from exams.domain import releases
from exams.domain.attempts import lock_attempt
from exams.domain.certificates import issue_certificates, withdraw_certificate, without_basis
from exams.domain.closing import close_attempt, mark_closed, settle_if_overdue, sweep
from exams.domain.corrections import CorrectionSpec, correct_key, preview_correction
from exams.domain.explaining import explain
from exams.domain.invigilation import extend_attempt, reopen_attempt, void_attempt
from exams.domain.judging import Verdict, judge
from exams.domain.keying import duplicates_of, key_first, key_second, settle_differences
from exams.domain.marking_plans import MarkerSpec, PlanSpec, deal_answers, set_plan, take_back
from exams.domain.quarantine import decide_quarantine
from exams.domain.results import attempt_result, waiting_for
from exams.domain.reviews import answer_review, ask_review
from exams.domain.saving import Item, _save_slowly
from exams.domain.sheets import read_log
from exams.domain.standings import rule_of, standings_of
from exams.domain.starting import start_attempt
from exams.engine.headings import plain
from exams.engine.keys import Method
from exams.engine.tokens import Claims
from exams.engine.transitions import State
from exams.models import (
    Attempt,
    Certificate,
    Exam,
    KeyedSheet,
    Mark,
    MarkingTask,
    Quarantine,
    ResultNote,
    ReviewRequest,
    Slot,
)
from examsite.lib.errors import Forbidden
from examsite.lib.ids import uuid7
from examsite.people.models import Category, Role, RoleGrant, Unit, UnitKind, User
from questionbanks.domain.banks import create_bank
from tests.stage import T0, Stage, pairs, read_key

D = Decimal


class Story(Stage):
    """What happens on the stage."""

    # --- Deeds -------------------------------------------------------------------------------------------

    def starts(self, who: str, what: str) -> None:
        name, *rest = what.split()
        entry = self.people[who]
        number = int(rest[0]) if rest else entry.attempts.filter(sitting=self.sittings[name]).count() + 1
        start_attempt(seat=self.seat(who, name), number=number, device=who, at=self.at)

    def answers(self, who: str, what: str) -> None:
        attempt = self.attempt(who)
        items = []
        for code, value in self.values(attempt, what).items():
            self.seqs[attempt.pk] = self.seqs.get(attempt.pk, 0) + 1
            items.append(Item(self.seqs[attempt.pk], code, value, None))
        claims = Claims(attempt.pk, attempt.form_id, attempt.epoch, who)
        # The slow path of saving is the one that is told the time; the fast one asks the database.
        _save_slowly(claims, items, self.at)

    def submits(self, who: str, what: str) -> None:
        attempt = settle_if_overdue(self.attempt(who), self.at)
        locked = lock_attempt(attempt.pk)
        if locked.state == State.IN_PROGRESS.value:
            close_attempt(
                locked,
                at=self.at,
                submitted_at=self.at,
                log=read_log(locked.pk),
                settled=False,
                actor=None,
            )
            mark_closed(attempt_id=locked.pk, at=self.at)

    def sweeps(self, who: str, what: str) -> None:
        sweep(at=self.at)

    def reopens(self, who: str, what: str) -> None:
        reopen_attempt(
            attempt=self.attempt(who),
            reason="误交",
            at=self.at,
            actor=self.officers[0],
            extra_s=60 * int(what or 0),
        )
        Attempt.objects.filter(entry=self.people[who], device="").update(device=who)

    def extended(self, who: str, what: str) -> None:
        extend_attempt(
            attempt=self.attempt(who),
            seconds=60 * int(what),
            reason="停电",
            at=self.at,
            actor=self.officers[0],
        )

    def voided(self, who: str, what: str) -> None:
        words = pairs(what)
        attempt = self.attempt(who, words.get("sitting", ""), words.get("number", ""))
        self._twice(lambda actor: void_attempt(attempt=attempt, reason="违纪", at=self.at, actor=actor))

    def _twice(self, deed: Callable[[User], Any]) -> Any:
        """A deed of two people: the first is told to wait for the second."""
        try:
            return deed(self.officers[0])
        except Forbidden as refusal:
            if refusal.code != "needs_second":
                raise
        return deed(self.officers[1])

    def late(self, who: str, what: str) -> None:
        """What becomes of the person's oldest undecided late answer: accepted or refused."""
        row = Quarantine.objects.filter(attempt__entry=self.people[who], accepted=None).order_by("id")[0]
        decide_quarantine(
            quarantine=row, accept=what == "accepted", reason="断网", at=self.at, actor=self.officers[0]
        )

    def planned(self, who: str, what: str) -> None:
        """head=甲 markers=乙*2|丙 second=10 gap=2 deal=unit units=乙:东风村"""
        words = pairs(what)
        units: dict[str, list[Unit]] = {}
        for part in filter(None, words.get("units", "").split("|")):
            marker, _, unit = part.partition(":")
            units.setdefault(marker, []).append(self.unit(unit))
        specs = []
        for part in words["markers"].split("|"):
            name, _, weight = part.partition("*")
            specs.append(MarkerSpec(self.markers[name], int(weight or 1), units.get(name, ())))
        spec = PlanSpec(
            head=self.markers[words["head"]],
            markers=specs,
            deal=words.get("deal", "share"),
            second_share=int(words.get("second", "0")),
            gap=D(words.get("gap", "2")),
        )
        set_plan(exam=self.exam, spec=spec, at=self.at, actor=self.officers[0])

    def judges(self, who: str, what: str) -> None:
        """A marker gives points: 张三.Q1=6, doubtful with a trailing ?, in the first round he has it."""
        for name, text in pairs(what).items():
            person, _, question = name.partition(".")
            deal_answers(exam=self.exam, at=self.at)
            slot = self.slot(self.attempt(person), question)
            task = (
                MarkingTask.objects.select_related("slot", "exam", "attempt")
                .filter(
                    attempt__entry=self.people[person], slot=slot, marker=self.markers[who], closed_at=None
                )
                .order_by("-dealt_at", "-round")
                .first()
            )
            if task is None:
                raise AssertionError(f"{who} has no answer of {person} to {question}")
            verdict = Verdict(points=D(text.rstrip("?")), doubtful=text.endswith("?"))
            judge(task=task, verdict=verdict, at=self.at, marker=self.markers[who])

    def gone(self, who: str, what: str) -> None:
        take_back(exam=self.exam, marker=self.markers[who], reason="住院", at=self.at, actor=self.officers[0])

    def released(self, who: str, what: str) -> None:
        sitting, *rest = what.split()
        releases.release_sitting(
            sitting=self.sittings[sitting], at=self.at, actor=self.officers[0], with_keys=rest == ["keys"]
        )

    def withheld(self, who: str, what: str) -> None:
        entry = self.people[who]
        do = releases.lift_withholding if what == "lifted" else releases.withhold_results
        do(entry=entry, reason=what, at=self.at, actor=self.officers[0])

    def _correction(self, what: str) -> CorrectionSpec:
        name, method, *keys = what.split()
        question = self.questions[name]
        slot = Slot.objects.select_related("version").get(pk=self.places[name][0].pk)
        exam = Exam.objects.select_related("unit").get(pk=self.exam.pk)
        return CorrectionSpec(
            slot.version, None, Method(method), tuple(read_key(question, one) for one in keys), (exam,)
        )

    def corrected(self, who: str, what: str) -> None:
        spec = self._correction(what)
        self._twice(lambda actor: correct_key(spec=spec, reason="答案有误", at=self.at, actor=actor))

    def previewed(self, who: str, what: str) -> dict[str, Any]:
        counts = preview_correction(spec=self._correction(what), at=self.at).counts()
        return {
            "totals": counts["总分变动（份）"],
            "now_pass": counts["不合格变为合格"],
            "now_fail": counts["合格变为不合格"],
            "rejudged": counts["须重新人工评阅"],
        }

    def asks(self, who: str, what: str) -> None:
        attempt = self.attempt(who)
        slot = self.slot(attempt, what) if what else None
        ask_review(attempt=attempt, slot=slot, text="有疑问", at=self.at, user=attempt.entry.user)

    def answered(self, who: str, what: str) -> None:
        """A marker (without a name the officer) answers 张三's oldest request: 张三=9, or 张三= to uphold."""
        actor = self.markers.get(who) or self.officers[0]
        for person, points in pairs(what).items():
            row = ReviewRequest.objects.select_related("slot").filter(
                attempt__entry=self.people[person], answered_at=None
            )[0]
            answer_review(
                request=row, text="已核", points=D(points) if points else None, at=self.at, actor=actor
            )

    def keyed(self, who: str, what: str) -> None:
        """The person's paper sheet: by=甲 sitting=main Q1=B …; the first time it is the first reading."""
        words = pairs(what)
        by, sitting = self.officers["甲乙".index(words.pop("by"))], words.pop("sitting")
        handed_in = self.minute(words.pop("in", "0")) if "in" in words else self.at
        seat = self.seat(who, sitting)
        form = next(one for one in self.forms.values() if one.pk == seat.form_id)
        cells = {
            slot.code: text.split("；") if slot.kind == "fill_blank" else text
            for name, text in words.items()
            for slot in self.places[name]
            if slot.form_id == form.pk
        }
        sheet = KeyedSheet.objects.filter(seat=seat, dropped_at=None, attempt=None).first()
        if sheet is None:
            key_first(
                seat=seat,
                cells=cells,
                started_at=self.sittings[sitting].opens_at,
                submitted_at=handed_in,
                at=self.at,
                actor=by,
            )
        elif sheet.second is None:
            key_second(sheet=sheet, cells=cells, at=self.at, actor=by)
        else:
            settle_differences(sheet=sheet, cells=cells, at=self.at, actor=by)

    def certified(self, who: str, what: str) -> None:
        issue_certificates(
            exam=self.exam,
            title="法律明白人证书",
            valid_years=3,
            day=self.at.date(),
            at=self.at,
            actor=self.officers[0],
        )

    def decertified(self, who: str, what: str) -> None:
        row = Certificate.objects.get(entry=self.people[who], withdrawn_at=None)
        withdraw_certificate(certificate=row, reason="不再合格", at=self.at, actor=self.officers[0])

    def looks(self, who: str, what: str) -> None:
        """Nothing is done: the row is there for what it expects."""

    # --- What is expected --------------------------------------------------------------------------------

    def about(self, who: str, what: str) -> dict[str, Any]:
        """Everything that may be asked of a person, by name."""
        words = pairs(what)
        attempt = self.attempt(who, words.get("sitting", ""), words.get("number", ""))
        standing = standings_of(self.exam, entries=[self.people[who].pk])[0]
        told = attempt_result(attempt=attempt, at=self.at)
        why = waiting_for(attempt, self.at)
        story = explain(attempt)
        marks = list(Mark.objects.filter(attempt=attempt).order_by("id"))
        final, first = standing.standing.final, standing.standing.first
        return {
            "state": attempt.state,
            "points": attempt.points,
            "possible": attempt.possible,
            "mode": attempt.mode,
            "settled": attempt.settled,
            "submitted": attempt.submitted_at and (attempt.submitted_at - T0).total_seconds() / 60,
            "attempts": standing.standing.attempts,
            "first": first and first.percent,
            "final": final and final.percent,
            "raw": final and final.raw,
            "passed": standing.standing.passed,
            "excellent": standing.standing.excellent,
            "pending": standing.standing.pending,
            "unanswered": standing.standing.entered_unanswered,
            "told": told and told.points,
            "keys": told is not None and told.keys_released,
            "why": why and why.value,
            "duplicate": told is not None and told.duplicate,
            "notes": ResultNote.objects.filter(entry=self.people[who]).count(),
            "late": Quarantine.objects.filter(attempt=attempt, accepted=None).count(),
            "certificate": Certificate.objects.filter(entry=self.people[who], withdrawn_at=None).count(),
            "digest": story.digest_matches,
            **{
                name: [plain(one.points) for one in marks if one.slot_id == self.slot(attempt, name).pk]
                for name, slots in self.places.items()
                if any(slot.form_id == attempt.form_id for slot in slots)
            },
        }

    def overall(self) -> dict[str, Any]:
        """What may be asked of the exam as a whole; percentages as the statistics see them at this minute."""
        exam = Exam.objects.get(pk=self.exam.pk)
        counts = tally(people_of(exam, at=self.at), rule_of(exam))
        return {
            "required": counts.required,
            "taken": counts.taken,
            "tries": counts.attempts,
            "passed": counts.passed,
            "first_passed": counts.first_passed,
            "excellent": counts.excellent,
            "absent": counts.absent,
            "owed": counts.owed,
            "makeup_taken": counts.makeup_taken,
            "makeup_passed": counts.makeup_passed,
            "pending": counts.pending,
            "duplicates": len(duplicates_of(exam)),
            "open_tasks": MarkingTask.objects.filter(done_at=None, closed_at=None).count(),
            "nobody": MarkingTask.objects.filter(done_at=None, closed_at=None, marker=None).count(),
            "certificates": Certificate.objects.filter(withdrawn_at=None).count(),
            "baseless": len(without_basis(Certificate.objects.select_related("entry__exam"))),
        }


def new_story() -> Story:
    category, _ = Category.objects.get_or_create(code="law-wise", defaults={"name": "法律明白人"})
    key = uuid7()
    town = Unit.objects.create(id=key, kind=UnitKind.TOWN, name="青城镇", path=f"{key.hex}/")
    exam = Exam.objects.create(
        unit=town,
        title="法律明白人考试",
        stat_year=2026,
        category=category,
        label="学法考试",
        audience_label="骨干群众",
        created_at=T0,
        roster_frozen_at=T0,
    )
    officers = []
    for name in "甲乙":
        user = User.objects.create(name=f"考务{name}")
        RoleGrant.objects.create(user=user, role=Role.OFFICER, unit=town, granted_at=T0)
        officers.append(user)
    return Story(exam, create_bank(name="题库", unit=town, at=T0, actor=None), town, officers)
