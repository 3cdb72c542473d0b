"""The shapes of the calls for marking by people: the plan, the queues, the answer to judge."""

from __future__ import annotations

from rest_framework import serializers

from examsite.api import StrictSerializer

from ..models import DealRule
from .schema import ReasonIn


class MarkerIn(StrictSerializer):
    marker = serializers.UUIDField()
    weight = serializers.IntegerField(min_value=0, max_value=100, required=False, default=1)
    units = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)


class PlanIn(StrictSerializer):
    head = serializers.UUIDField()
    deal = serializers.ChoiceField(DealRule.choices, required=False, default=DealRule.SHARE)
    second_share = serializers.IntegerField(min_value=0, max_value=100, required=False, default=10)
    gap = serializers.DecimalField(max_digits=5, decimal_places=2, required=False, default=2)
    markers = MarkerIn(many=True, min_length=1, max_length=200)


class TakeBackIn(ReasonIn):
    marker = serializers.UUIDField()


class QuestionProgressOut(serializers.Serializer):
    question = serializers.CharField()
    number = serializers.IntegerField()
    kind = serializers.CharField(source="kind_label")
    first = serializers.IntegerField()
    first_done = serializers.IntegerField()
    second = serializers.IntegerField()
    second_done = serializers.IntegerField()
    head = serializers.IntegerField()
    head_done = serializers.IntegerField()


class MarkerProgressOut(serializers.Serializer):
    marker = serializers.UUIDField(source="marker.pk")
    name = serializers.CharField(source="marker.name")
    weight = serializers.IntegerField()
    given = serializers.IntegerField()
    done = serializers.IntegerField()
    last_at = serializers.DateTimeField(allow_null=True)


class MarkingOut(serializers.Serializer):
    """How far marking is; `plan` null while nobody has arranged it."""

    plan = PlanIn(allow_null=True)
    left = serializers.IntegerField()
    unassigned = serializers.IntegerField()
    questions = QuestionProgressOut(many=True)
    markers = MarkerProgressOut(many=True)


class QueueOut(serializers.Serializer):
    exam = serializers.UUIDField(source="exam.pk")
    title = serializers.CharField(source="exam.title")
    question = serializers.CharField()
    number = serializers.IntegerField()
    kind = serializers.CharField(source="kind_label")
    stem = serializers.CharField()
    total = serializers.IntegerField()
    done = serializers.IntegerField()


class LineOut(serializers.Serializer):
    text = serializers.CharField()
    points = serializers.CharField()
    ticked = serializers.BooleanField()


class OtherOut(serializers.Serializer):
    round = serializers.CharField()
    points = serializers.CharField()
    comment = serializers.CharField()
    doubtful = serializers.BooleanField()


class TaskOut(serializers.Serializer):
    """One answer as its marker sees it: nothing of the person, nothing of the attempt."""

    task = serializers.UUIDField()
    question = serializers.CharField()
    number = serializers.IntegerField()
    kind = serializers.CharField()
    round = serializers.CharField()
    material = serializers.CharField()
    stem = serializers.CharField()
    model_answer = serializers.CharField()
    answer = serializers.CharField()
    same = serializers.IntegerField()
    possible = serializers.CharField()
    proportional = serializers.BooleanField()
    lines = LineOut(many=True)
    points = serializers.CharField()
    comment = serializers.CharField()
    doubtful = serializers.BooleanField()
    done = serializers.BooleanField()
    others = OtherOut(many=True)


class NextOut(serializers.Serializer):
    """The answer to judge next; null when all of the queue is done."""

    task = TaskOut(allow_null=True)


class VerdictIn(StrictSerializer):
    """Ticked rubric lines, or points outright (which then count)."""

    ticks = serializers.ListField(child=serializers.IntegerField(min_value=0), required=False, default=list)
    points = serializers.DecimalField(
        max_digits=6, decimal_places=2, required=False, allow_null=True, default=None
    )
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    doubtful = serializers.BooleanField(required=False, default=False)


class JudgedOut(NextOut):
    """How many answers were judged (equal ones together), and the next."""

    judged = serializers.IntegerField()
