"""Results as an API: the office's list, release, withholding, reviews, the explanation of a mark."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call, list_call
from examsite.lib.errors import NotFound
from examsite.people.domain.audit import record

from ..domain import releases, reviews
from ..domain.explaining import explain
from ..domain.papers import numbers_in
from ..domain.results import notes_for
from ..domain.standings import standings_of
from ..models import Attempt, Exam, ReviewRequest, RosterEntry, Slot
from ..rules import (
    attempts_explained_to,
    attempts_of,
    entries_manageable_by,
    exams_manageable_by,
    reviews_answerable_by,
)
from . import results_schema as schema
from .entering import find_own_attempt, ticket_exam
from .schema import KeptOut, ReasonIn


class ExamResults(Call):
    @list_call("results_list", schema.EntryResultOut, tag="results")
    def get(self, request: Request, exam: UUID) -> Response:
        """Everybody on the roster with first and final result, for the office."""
        found = self.find(exams_manageable_by(request.user), exam)
        return self.paged(standings_of(found), schema.EntryResultOut)


class ExamRelease(Call):
    @call("release_read", tag="results", reply=schema.ReleaseOut)
    def get(self, request: Request, exam: UUID) -> Response:
        """When results and keys come out, and what stands in the way."""
        return Response(self._shown(self._exam(exam)))

    @call("release_plan", tag="results", request=schema.ReleasePlanIn, reply=schema.ReleaseOut)
    def put(self, request: Request, exam: UUID) -> Response:
        """Set the plan, as long as nothing is out."""
        found = self._exam(exam)
        plan = releases.ReleasePlan(**self.read(schema.ReleasePlanIn))
        changed = releases.schedule_release(exam=found, plan=plan, at=self.at, actor=request.user)
        return Response(self._shown(changed))

    def _exam(self, exam: UUID) -> Exam:
        return self.find(exams_manageable_by(self.request.user).select_related("unit"), exam)

    def _shown(self, exam: Exam) -> dict[str, Any]:
        plan = releases.plan_of(exam)
        data = {
            "rule": plan.rule,
            "at_time": plan.at_time,
            "key_rule": plan.key_rule,
            "key_at_time": plan.key_at_time,
            "results_out": releases.results_are_out(exam, self.at),
            "keys_out": releases.keys_are_out(exam, self.at),
            "sittings": [
                {
                    "sitting": one.pk,
                    "released_at": one.released_at,
                    "keys_released_at": one.keys_released_at,
                    "obstacles": [words for _, words in releases.obstacles(one, self.at)],
                }
                for one in exam.sittings.order_by("opens_at")
            ],
        }
        return dict(schema.ReleaseOut(data).data)


class Withhold(Call):
    """Keep one person's results back, or let them go."""

    def _entry(self, entry: UUID) -> RosterEntry:
        return self.find(entries_manageable_by(self.request.user).select_related("exam__unit"), entry)

    @call("result_withhold", tag="results", request=ReasonIn, reply=KeptOut)
    def post(self, request: Request, entry: UUID) -> Response:
        """Withhold, with a reason the person is told."""
        found, data = self._entry(entry), self.read(ReasonIn)
        releases.withhold_results(entry=found, **data, at=self.at, actor=request.user)
        return Response({"done": True})


class LiftWithholding(Withhold):
    @call("result_lift_withholding", tag="results", request=ReasonIn, reply=KeptOut)
    def post(self, request: Request, entry: UUID) -> Response:
        """Let the results follow the release again."""
        found, data = self._entry(entry), self.read(ReasonIn)
        releases.lift_withholding(entry=found, **data, at=self.at, actor=request.user)
        return Response({"done": True})


class Explanation(Call):
    @call("attempt_explanation", tag="results", reply=schema.ExplanationOut)
    def get(self, request: Request, attempt: UUID) -> Response:
        """What every point of an attempt rests on, for officers and auditors; reading it is logged."""
        rows = attempts_explained_to(request.user).select_related("entry__unit", "sitting", "exam__unit")
        found = self.find(rows, attempt)
        record(action="attempt.explain", target=found, at=self.at, actor=request.user, unit=found.exam.unit)
        story = explain(found)
        data = schema.ExplanationOut(
            {
                "attempt": found,
                "digest": story.digest,
                "digest_matches": story.digest_matches,
                "receipts": [one.number for one in story.receipts],
                "questions": story.questions,
            }
        )
        return Response(data.data)


class MyNotes(Call):
    @call("my_notes", tag="exam", reply=schema.ResultNoteOut(many=True))
    def get(self, request: Request) -> Response:
        """What the candidate was told about his released results, the newest first."""
        bound = ticket_exam(request)
        entries = RosterEntry.objects.filter(user=request.user)
        if bound:
            entries = entries.filter(exam=bound)
        notes = [note for entry in entries for note in notes_for(entry, self.at)]
        notes.sort(key=lambda note: note.at, reverse=True)
        return Response(schema.ResultNoteOut(notes, many=True).data)


# --- Reviews ---------------------------------------------------------------------------------------------


class AttemptReviews(Call):
    @call("reviews_own", tag="exam", reply=schema.ReviewOut(many=True))
    def get(self, request: Request, attempt: UUID) -> Response:
        """The reviews the candidate asked for, with their trails."""
        found = find_own_attempt(request, attempt)
        rows = found.review_requests.select_related("slot").prefetch_related("steps").order_by("asked_at")
        return Response(schema.ReviewOut(rows, many=True).data)

    @call("review_ask", tag="exam", request=schema.ReviewIn, reply=schema.ReviewOut, status=201)
    def post(self, request: Request, attempt: UUID) -> Response:
        """Ask for one question, or the whole attempt, to be looked at again."""
        own = find_own_attempt(request, attempt)
        data = self.read(schema.ReviewIn)
        found = (
            attempts_of(request.user).select_related("sitting__exam", "entry", "exam__unit").get(pk=own.pk)
        )
        slot = _slot(found, data["number"])
        asked = reviews.ask_review(attempt=found, slot=slot, text=data["text"], at=self.at, user=request.user)
        return Response(schema.ReviewOut(asked).data, status=201)


def _slot(attempt: Attempt, number: int | None) -> Slot | None:
    if number is None:
        return None
    code = next((code for code, own in numbers_in(attempt).items() if own == number), None)
    slot = Slot.objects.filter(form=attempt.form_id, code=code).first()
    if slot is None:
        raise NotFound("not_found", "这份试卷没有这道题。")
    return slot


class Reviews(Call):
    @list_call("reviews_list", schema.ReviewOut, tag="results")
    def get(self, request: Request) -> Response:
        """The requests the person may answer, the open ones first."""
        rows = reviews_answerable_by(request.user).select_related("slot", "attempt").prefetch_related("steps")
        return self.paged(rows.order_by("answered_at", "asked_at", "pk"), schema.ReviewOut)


class ReviewAnswer(Call):
    @call("review_answer", tag="results", request=schema.AnswerReviewIn, reply=schema.ReviewOut)
    def post(self, request: Request, review: UUID) -> Response:
        """Answer once, with a reason; `points` gives other points for a question that people mark."""
        rows = reviews_answerable_by(request.user).select_related("slot", "attempt__exam__unit")
        found: ReviewRequest = self.find(rows, review)
        data = self.read(schema.AnswerReviewIn)
        answered = reviews.answer_review(request=found, **data, at=self.at, actor=request.user)
        return Response(schema.ReviewOut(answered).data)
