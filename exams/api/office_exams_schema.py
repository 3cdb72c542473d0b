"""The shapes of the calls for exams: their rules, what they lack, who ends when."""

from __future__ import annotations

from decimal import Decimal

from rest_framework import serializers

from examsite.api import StrictSerializer
from examsite.people.models import Category

from ..models import FinalRule, MakeupCap, ReleaseRule


class ExamIn(StrictSerializer):
    title = serializers.CharField(max_length=100)
    stat_year = serializers.IntegerField()
    category = serializers.PrimaryKeyRelatedField(queryset=Category.objects.all())
    label = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    audience_label = serializers.CharField(max_length=50)
    blueprint = serializers.UUIDField(required=False, allow_null=True, default=None)
    pass_line = serializers.DecimalField(max_digits=5, decimal_places=2, required=False, default=Decimal(60))
    excellent_line = serializers.DecimalField(
        max_digits=5, decimal_places=2, required=False, default=Decimal(90)
    )
    final_rule = serializers.ChoiceField(FinalRule.choices, required=False, default=FinalRule.BEST)
    tries = serializers.IntegerField(required=False, default=1)
    makeup_cap = serializers.ChoiceField(MakeupCap.choices, required=False, default=MakeupCap.NONE)
    makeup_excellent = serializers.BooleanField(required=False, default=False)
    release_rule = serializers.ChoiceField(ReleaseRule.choices, required=False, default=ReleaseRule.BY_HAND)
    release_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    key_release_rule = serializers.ChoiceField(
        ReleaseRule.choices, required=False, default=ReleaseRule.BY_HAND
    )
    key_release_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    rounding = serializers.IntegerField(required=False, allow_null=True, default=None)
    open_book = serializers.BooleanField(required=False, default=False)
    shuffle_items = serializers.BooleanField(
        required=False,
        default=False,
        help_text="whether everybody on a screen has the items of a section in an order of his own; "
        "fixed by the first published form",
    )


class NewExamIn(ExamIn):
    unit = serializers.UUIDField()


class GapOut(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField()
    step = serializers.CharField()
    must = serializers.BooleanField()


class ExamRowOut(serializers.Serializer):
    id = serializers.UUIDField()
    unit = serializers.UUIDField(source="unit_id")
    title = serializers.CharField()
    stat_year = serializers.IntegerField()
    category = serializers.CharField(source="category_id")
    published_at = serializers.DateTimeField()
    roster_frozen_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField()


class ExamOut(ExamRowOut):
    label = serializers.CharField()
    audience_label = serializers.CharField()
    blueprint = serializers.UUIDField(source="blueprint_id")
    pass_line = serializers.CharField()
    excellent_line = serializers.CharField()
    final_rule = serializers.CharField()
    tries = serializers.IntegerField()
    makeup_cap = serializers.CharField()
    makeup_excellent = serializers.BooleanField()
    release_rule = serializers.CharField()
    release_at = serializers.DateTimeField()
    key_release_rule = serializers.CharField()
    key_release_at = serializers.DateTimeField()
    rounding = serializers.IntegerField()
    open_book = serializers.BooleanField()
    shuffle_items = serializers.BooleanField()
    roster_digest = serializers.CharField()
    gaps = GapOut(many=True)


class EndTimesOut(serializers.Serializer):
    sitting = serializers.UUIDField(source="sitting.pk")
    allowance = serializers.CharField()
    people = serializers.IntegerField()
    names = serializers.ListField(child=serializers.CharField())
    first_end = serializers.DateTimeField()
    last_full_start = serializers.DateTimeField()
    last_entry = serializers.DateTimeField()
    last_end = serializers.DateTimeField()
    odd = serializers.ListField(child=serializers.CharField())
