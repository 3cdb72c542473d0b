"""The shapes of the calls for rosters, their entries and changes."""

from __future__ import annotations

from rest_framework import serializers

from examsite.api import StrictSerializer
from examsite.people.models import Establishment

from ..domain.roster_changes import ADD_REASONS, CHANGES
from ..models import Mode, RosterStatus


class DrawIn(StrictSerializer):
    as_of = serializers.DateField()
    units = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)
    establishments = serializers.ListField(
        child=serializers.ChoiceField(Establishment.choices), required=False, default=list
    )


class DrawnOut(serializers.Serializer):
    added = serializers.IntegerField()
    dropped = serializers.IntegerField()
    kept = serializers.IntegerField()


class FreezeIn(StrictSerializer):
    attested_by = serializers.CharField(max_length=100)


class EntryOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    unit = serializers.UUIDField(source="unit_id")
    unit_name = serializers.CharField(source="unit.name")
    category = serializers.CharField(source="category_id")
    establishment = serializers.CharField()
    admission_number = serializers.CharField()
    mode = serializers.CharField()
    allowance = serializers.CharField()
    status = serializers.ChoiceField(RosterStatus.choices)
    added_late = serializers.BooleanField()


class DoubtOut(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField()
    must = serializers.BooleanField()


class TermsIn(StrictSerializer):
    mode = serializers.ChoiceField(Mode.choices)
    allowance = serializers.DecimalField(max_digits=3, decimal_places=2)


class ChangeIn(StrictSerializer):
    action = serializers.ChoiceField([(name, one.label) for name, one in CHANGES.items()])
    reason_code = serializers.CharField(max_length=16)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class AdditionIn(StrictSerializer):
    membership = serializers.UUIDField()
    reason_code = serializers.ChoiceField(ADD_REASONS)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
