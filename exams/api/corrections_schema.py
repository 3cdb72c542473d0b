"""The shapes of the calls for key corrections."""

from __future__ import annotations

from rest_framework import serializers

from examsite.api import StrictSerializer

from ..engine.keys import Method


class CorrectionIn(StrictSerializer):
    """`keys`: the new or added keys, each as the kind writes it: letters, a boolean, blanks with texts."""

    method = serializers.ChoiceField([one.value for one in Method])
    keys = serializers.ListField(child=serializers.JSONField(), required=False, default=list, max_length=10)
    exams = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=50)


class CorrectIn(CorrectionIn):
    reason = serializers.CharField(max_length=300)


class UnitFlipsOut(serializers.Serializer):
    unit = serializers.CharField()
    now_pass = serializers.IntegerField()
    now_fail = serializers.IntegerField()


class ExamEffectOut(serializers.Serializer):
    exam = serializers.UUIDField()
    changes = serializers.IntegerField()
    higher = serializers.IntegerField()
    lower = serializers.IntegerField()
    rejudged = serializers.IntegerField()
    totals = serializers.IntegerField()
    now_pass = serializers.IntegerField()
    now_fail = serializers.IntegerField()
    units = UnitFlipsOut(many=True)


class FrozenFiguresOut(serializers.Serializer):
    id = serializers.CharField()
    label = serializers.CharField()
    frozen_at = serializers.DateTimeField()


class PreviewOut(serializers.Serializer):
    """What the correction would do now.

    `open_sittings` refuse it; `elsewhere` counts exams that ask the question and are left as they are.
    """

    counts = serializers.DictField(child=serializers.IntegerField())
    exams = ExamEffectOut(many=True)
    sittings = serializers.ListField(child=serializers.UUIDField())
    open_sittings = serializers.ListField(child=serializers.UUIDField())
    figures = FrozenFiguresOut(many=True)
    certificates = serializers.ListField(child=serializers.CharField())
    elsewhere = serializers.IntegerField()


class CorrectionOut(serializers.Serializer):
    id = serializers.UUIDField(source="pk")
    method = serializers.CharField()
    keys = serializers.JSONField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    effect = serializers.DictField()
