"""Voluntary practice and one's own mistakes: questions without keys, the key with the verdict, no trace."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import StrictSerializer
from examsite.lib.errors import Invalid, NotFound
from questionbanks.kinds.base import WireError
from questionbanks.models import Bank

from ..domain import practice as domain
from ..engine.practice import Exercise, Tried, try_answer
from ..models import Attempt
from ..rules import banks_practised_by
from .entering import find_own_attempt, ticket_exam
from .exam_view import ExamView
from .schema import replies

PAGE = 50


class PracticeChoiceOut(serializers.Serializer):
    id = serializers.CharField(help_text="the letter shown")
    text = serializers.CharField()


class ExerciseOut(serializers.Serializer):
    question = serializers.CharField()
    kind = serializers.CharField()
    stem = serializers.CharField()
    material = serializers.CharField(allow_blank=True)
    choices = PracticeChoiceOut(many=True)
    blanks = serializers.IntegerField()


class PracticeBankOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    questions = serializers.IntegerField()


class PracticeBanksOut(serializers.Serializer):
    banks = PracticeBankOut(many=True)


class ExercisesOut(serializers.Serializer):
    total = serializers.IntegerField()
    questions = ExerciseOut(many=True)


class PracticeAnswerIn(StrictSerializer):
    answer = serializers.JSONField(
        allow_null=True, help_text="as in an exam, choices by the letters shown; null shows the key alone"
    )


class BasisOut(serializers.Serializer):
    law = serializers.CharField()
    article = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    ended = serializers.CharField(
        allow_blank=True, help_text="for a mistake whose law has ended: which and since when"
    )


class TriedOut(serializers.Serializer):
    right = serializers.BooleanField(allow_null=True, help_text="null where a machine cannot tell")
    keys = serializers.ListField(child=serializers.CharField(), help_text="in words; any of them is right")
    rationale = serializers.CharField(allow_blank=True)
    bases = BasisOut(many=True)


class MistakeOut(serializers.Serializer):
    attempt = serializers.UUIDField()
    slot = serializers.CharField()
    number = serializers.IntegerField()
    given = serializers.CharField(help_text="what was answered in the exam, in words")
    exercise = ExerciseOut()


class MistakesOut(serializers.Serializer):
    mistakes = MistakeOut(many=True)


def exercise_out(exercise: Exercise) -> dict[str, Any]:
    """A question without its key."""
    question = exercise.question
    return {
        "question": exercise.code,
        "kind": question.kind,
        "stem": question.stem,
        "material": exercise.material,
        "choices": [{"id": one.label, "text": one.text} for one in question.choices],
        "blanks": exercise.blanks,
    }


def tried_out(exercise: Exercise, bases: list[domain.Basis], tried: Tried) -> dict[str, Any]:
    return {
        "right": tried.right,
        "keys": list(exercise.keys),
        "rationale": exercise.question.rationale,
        "bases": [
            {"law": one.law, "article": one.article, "text": one.text, "ended": one.ended} for one in bases
        ],
    }


class PracticeView(ExamView):
    """What the calls share."""

    def bank(self, key: UUID) -> Bank:
        found = banks_practised_by(self.request.user).filter(pk=key).first()
        if found is None:
            raise NotFound("not_found", "没有找到这个题库，或没有开放练习。")
        return found

    def tried(self, exercise: Exercise, bases: list[domain.Basis]) -> Response:
        value = self.read(PracticeAnswerIn)["answer"]
        try:
            tried = Tried(None, None) if value is None else try_answer(exercise, value)
        except WireError as error:
            raise Invalid("answer", f"答案的写法不对：{error}。") from error
        return Response(tried_out(exercise, bases, tried))


class Practice(PracticeView):
    @extend_schema(operation_id="my_practice", tags=["practice"], responses={200: PracticeBanksOut})
    def get(self, request: Request) -> Response:
        """The banks open for practice, with how many questions may be tried now."""
        rows = domain.banks_to_practise(user=request.user, at=self.at)
        return Response(
            {
                "banks": [
                    {"id": str(one.bank.pk), "name": one.bank.name, "questions": one.questions}
                    for one in rows
                ]
            }
        )


class PracticeQuestions(PracticeView):
    @extend_schema(
        operation_id="my_practice_questions",
        tags=["practice"],
        parameters=[
            OpenApiParameter("law", OpenApiTypes.UUID),
            OpenApiParameter("start", OpenApiTypes.INT, description="how many to skip; 50 follow"),
        ],
        responses=replies(ExercisesOut, 400, 404),
    )
    def get(self, request: Request, bank: UUID) -> Response:
        """Questions of an open bank, without keys; those that an exam still needs are not among them."""
        found = self.bank(bank)
        law, start = request.query_params.get("law"), request.query_params.get("start", "0")
        try:
            wanted, skip = UUID(law) if law else None, int(start)
        except ValueError as error:
            raise Invalid("query", "law 要写法律的编号，start 要写整数。") from error
        codes = domain.exercise_codes(bank=found, at=self.at, law=wanted)
        shown = codes[max(skip, 0) :][:PAGE]
        rows = [domain.exercise(bank=found, code=code, at=self.at)[0] for code in shown]
        return Response({"total": len(codes), "questions": [exercise_out(one) for one in rows]})


class PracticeAnswer(PracticeView):
    @extend_schema(
        operation_id="my_practice_answer",
        tags=["practice"],
        request=PracticeAnswerIn,
        responses=replies(TriedOut, 400, 404),
    )
    def post(self, request: Request, bank: UUID, question: str) -> Response:
        """What is right, why, and by which article; nothing is stored."""
        return self.tried(*domain.exercise(bank=self.bank(bank), code=question, at=self.at))


class Mistakes(PracticeView):
    @extend_schema(operation_id="my_mistakes", tags=["practice"], responses={200: MistakesOut})
    def get(self, request: Request) -> Response:
        """The questions that lost points in one's attempts whose keys are released."""
        rows = domain.mistakes_of(user=request.user, at=self.at, exam_id=ticket_exam(request))
        return Response({"mistakes": [self._out(one) for one in rows]})

    def _out(self, one: domain.Mistake) -> dict[str, Any]:
        again, _ = domain.mistake_again(one, at=self.at)
        return {
            "attempt": str(one.attempt.pk),
            "slot": one.slot.code,
            "number": one.result.number,
            "given": again.given,
            "exercise": exercise_out(again),
        }


class MistakeAnswer(PracticeView):
    @extend_schema(
        operation_id="my_mistakes_answer",
        tags=["practice"],
        request=PracticeAnswerIn,
        responses=replies(TriedOut, 400, 404),
    )
    def post(self, request: Request, attempt: UUID, slot: str) -> Response:
        """A mistake once more; nothing is stored."""
        own = find_own_attempt(request, attempt)
        found = Attempt.objects.select_related("sitting__exam", "entry__exam", "form").get(pk=own.pk)
        wrong = domain.find_mistake(attempt=found, code=slot, at=self.at)
        return self.tried(*domain.mistake_again(wrong, at=self.at))
