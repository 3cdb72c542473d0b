"""The shapes of the calls for blueprints and what the banks hold for them."""

from __future__ import annotations

from decimal import Decimal

from rest_framework import serializers

from examsite.api import StrictSerializer
from questionbanks.kinds.credit import RULES
from questionbanks.kinds.registry import KINDS
from questionbanks.models import Difficulty

from ..domain.blueprints import MOST_EXAMS


class RowIn(StrictSerializer):
    count = serializers.IntegerField(min_value=1, max_value=500)
    law = serializers.UUIDField(required=False, allow_null=True, default=None)
    topic = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)
    difficulty = serializers.ChoiceField(Difficulty.choices, required=False, allow_null=True, default=None)
    audience = serializers.CharField(required=False, allow_blank=True, default="", max_length=32)


class SectionIn(StrictSerializer):
    kind = serializers.ChoiceField(list(KINDS))
    points = serializers.DecimalField(max_digits=5, decimal_places=2)
    rows = RowIn(many=True, min_length=1, max_length=60)
    credit_rule = serializers.ChoiceField(list(RULES), required=False, default="all")
    per_choice = serializers.DecimalField(max_digits=5, decimal_places=2, required=False, default=Decimal(0))
    title = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)


class SupplyIn(StrictSerializer):
    banks = serializers.ListField(child=serializers.UUIDField(), min_length=1)
    sections = SectionIn(many=True, min_length=1, max_length=20)
    forms = serializers.IntegerField(required=False, default=1, min_value=1, max_value=50)
    most_exams = serializers.IntegerField(
        required=False, allow_null=True, default=MOST_EXAMS, min_value=1, max_value=100
    )


class BlueprintIn(StrictSerializer):
    name = serializers.CharField(max_length=100)
    banks = serializers.ListField(child=serializers.UUIDField(), min_length=1)
    sections = SectionIn(many=True, min_length=1, max_length=20)
    duration_s = serializers.IntegerField(min_value=1)
    most_exams = serializers.IntegerField(
        required=False, allow_null=True, default=MOST_EXAMS, min_value=1, max_value=100
    )
    total_points = serializers.DecimalField(
        max_digits=6, decimal_places=2, required=False, default=Decimal(100)
    )


class NewBlueprintIn(BlueprintIn):
    unit = serializers.UUIDField()


class NameIn(StrictSerializer):
    name = serializers.CharField(max_length=100)


class BlueprintOut(serializers.Serializer):
    id = serializers.UUIDField()
    unit = serializers.UUIDField(source="unit_id")
    name = serializers.CharField()
    total_points = serializers.CharField()
    duration_s = serializers.IntegerField()
    most_exams = serializers.IntegerField(allow_null=True)
    banks = serializers.ListField(child=serializers.UUIDField())
    sections = SectionIn(many=True)


class RowSupplyOut(serializers.Serializer):
    needed = serializers.IntegerField()
    available = serializers.IntegerField()
    reason = serializers.CharField()


class ClashOut(serializers.Serializer):
    text = serializers.CharField()
    needed = serializers.IntegerField()
    available = serializers.IntegerField()
    ways = serializers.ListField(child=serializers.CharField())


class SupplyOut(serializers.Serializer):
    rows = serializers.ListField(child=RowSupplyOut(many=True))
    clashes = ClashOut(many=True)
