"""The shapes of the calls about the stages of the 法律明白人."""

from __future__ import annotations

from rest_framework import serializers

from examsite.api import StrictSerializer

from ..models import Source, Stage


class StageOut(serializers.Serializer):
    id = serializers.UUIDField()
    person = serializers.UUIDField(source="user_id")
    name = serializers.CharField(source="user.name")
    unit = serializers.UUIDField(source="unit_id", help_text="The village.")
    unit_name = serializers.CharField(source="unit.name")
    stage = serializers.ChoiceField(Stage.choices)
    selected_from = serializers.ChoiceField(Source.choices, source="source")
    certificate = serializers.CharField()
    certified_to = serializers.DateField(
        allow_null=True, help_text="The first day on which the certificate is not valid; null: no end."
    )
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True, help_text="The first day that no longer counts.")
    reason = serializers.CharField()


class StagesQuery(serializers.Serializer):
    """How the list may be narrowed; without a stage: all who have not left."""

    stage = serializers.ChoiceField(Stage.choices, required=False)


class CoverageQuery(serializers.Serializer):
    on = serializers.DateField(required=False, help_text="The day; today where none is named.")


class VillageCountOut(serializers.Serializer):
    unit = serializers.UUIDField(source="unit.pk")
    unit_name = serializers.CharField(source="unit.name")
    trainees = serializers.IntegerField()
    qualified = serializers.IntegerField()
    serving = serializers.IntegerField(help_text="With a valid certificate.")
    covered = serializers.BooleanField()


class CoverageOut(serializers.Serializer):
    """Counts; the rate is `covered` of `villages`."""

    on = serializers.DateField()
    enough = serializers.IntegerField(help_text="From how many in office on a village is covered.")
    villages = serializers.IntegerField()
    covered = serializers.IntegerField()
    serving = serializers.IntegerField()
    rows = VillageCountOut(many=True)


class StepIn(StrictSerializer):
    stage = serializers.ChoiceField(Stage.choices)
    since = serializers.DateField()
    certified_to = serializers.DateField(default=None, allow_null=True)
    reason = serializers.CharField(
        max_length=200, default="", allow_blank=True, help_text="Wanted of who leaves."
    )


class StageIn(StepIn):
    """What is not named stays as it is; the first stage wants village and selection."""

    unit = serializers.UUIDField(default=None, allow_null=True)
    selected_from = serializers.ChoiceField(Source.choices, default=None, allow_null=True)
    certificate = serializers.CharField(max_length=64, default="", allow_blank=True)


class StepsIn(StepIn):
    people = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=2000)


class UnregisteredOut(serializers.Serializer):
    """A membership in a village, of somebody who never had a stage."""

    id = serializers.UUIDField()
    person = serializers.UUIDField(source="user_id")
    name = serializers.CharField(source="user.name")
    unit = serializers.UUIDField(source="unit_id")
    unit_name = serializers.CharField(source="unit.name")
    position = serializers.CharField()
    valid_from = serializers.DateField()


class RegisterIn(StrictSerializer):
    memberships = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=2000)
    stage = serializers.ChoiceField(Stage.choices, help_text="Where they begin.")
    since = serializers.DateField()
    selected_from = serializers.ChoiceField(Source.choices)
