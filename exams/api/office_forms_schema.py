"""The shapes of the calls for forms: built, changed by hand, compared."""

from __future__ import annotations

from decimal import Decimal

from rest_framework import serializers

from examsite.api import StrictSerializer
from questionbanks.kinds.credit import RULES


class BuildIn(StrictSerializer):
    forms = serializers.IntegerField(min_value=1, max_value=50)
    reserves = serializers.IntegerField(required=False, default=1, min_value=0, max_value=50)
    cap = serializers.IntegerField(required=False, default=1, min_value=1, max_value=50)
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    makeup_for = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, help_text="entries of a makeup"
    )


class TermsOfSectionIn(StrictSerializer):
    points = serializers.DecimalField(max_digits=5, decimal_places=2)
    credit_rule = serializers.ChoiceField(list(RULES), required=False, default="all")
    per_choice = serializers.DecimalField(max_digits=5, decimal_places=2, required=False, default=Decimal(0))


class ComposeIn(StrictSerializer):
    """An import that was stored, and the terms of its sections in order."""

    run = serializers.UUIDField()
    terms = TermsOfSectionIn(many=True, min_length=1, max_length=50)


class FormOut(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    role = serializers.CharField()
    total_points = serializers.CharField()
    published_at = serializers.DateTimeField()
    digest = serializers.CharField()


class BuiltOut(serializers.Serializer):
    forms = FormOut(many=True)
    warnings = serializers.ListField(child=serializers.CharField())
    target_mean = serializers.FloatField()
    overlap = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))


class SlotOut(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.IntegerField(source="order")
    code = serializers.CharField()
    kind = serializers.CharField()
    points = serializers.CharField()
    item = serializers.UUIDField(source="version.item_id")
    part = serializers.IntegerField()
    locked = serializers.BooleanField()


class RemarkOut(serializers.Serializer):
    """Something to be mended (obstacle) or looked at (warning)."""

    code = serializers.CharField()
    text = serializers.CharField()


class FormDetailOut(FormOut):
    slots = SlotOut(many=True)
    obstacles = RemarkOut(many=True)
    warnings = RemarkOut(many=True)


class FiguresOut(serializers.Serializer):
    form = serializers.UUIDField(source="form.pk")
    code = serializers.CharField(source="form.code")
    items = serializers.IntegerField()
    mean = serializers.FloatField()
    spread = serializers.FloatField()
    expected = serializers.FloatField()
    laws = serializers.DictField(child=serializers.IntegerField())


class ComparisonOut(serializers.Serializer):
    forms = FiguresOut(many=True)
    overlap = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    range_mean = serializers.FloatField()
    range_expected = serializers.FloatField()


class SeedIn(StrictSerializer):
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class ReplaceIn(StrictSerializer):
    item = serializers.UUIDField(required=False, allow_null=True, default=None)


class LockIn(StrictSerializer):
    locked = serializers.BooleanField()


class MoveIn(StrictSerializer):
    steps = serializers.IntegerField(min_value=-500, max_value=500)
