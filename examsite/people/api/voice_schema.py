"""The shapes of the calls about what people say to the office and what it tells them."""

from __future__ import annotations

from rest_framework import serializers

from examsite.api import StrictSerializer

from ..models import Feedback, FeedbackKind
from ..sealed import unseal

KINDS = "complaint, suggestion or problem"


class AnswerIn(StrictSerializer):
    answer = serializers.CharField(max_length=1000)


class MyDataCorrectionOut(serializers.Serializer):
    id = serializers.UUIDField()
    text = serializers.CharField()
    asked_at = serializers.DateTimeField()
    answer = serializers.CharField(help_text="Empty while it is open.")
    answered_at = serializers.DateTimeField(allow_null=True)


class DataCorrectionOut(MyDataCorrectionOut):
    person = serializers.UUIDField(source="user_id")
    name = serializers.CharField(source="user.name")
    unit = serializers.UUIDField(source="unit_id", allow_null=True)
    unit_name = serializers.CharField(source="unit.name", allow_null=True, default=None)
    answered_by = serializers.CharField(source="answered_by.name", allow_null=True, default=None)


class SiteMessageOut(serializers.Serializer):
    text = serializers.CharField()
    sent_at = serializers.DateTimeField()


# --- Complaints and suggestions ----------------------------------------------------------------------------


class FeedbackIn(StrictSerializer):
    kind = serializers.ChoiceField(FeedbackKind.choices)
    text = serializers.CharField(max_length=2000)
    contact = serializers.CharField(
        max_length=64, default="", allow_blank=True, help_text="Kept sealed; only for the answer."
    )


class FeedbackSentOut(serializers.Serializer):
    code = serializers.CharField(help_text="Told once; whoever has it may read the answer.")


class FeedbackCodeIn(StrictSerializer):
    code = serializers.CharField(max_length=16)


class FeedbackAnswerOut(serializers.Serializer):
    kind = serializers.CharField(help_text=KINDS)
    text = serializers.CharField()
    sent_at = serializers.DateTimeField()
    answer = serializers.CharField(help_text="Empty while it is open.")
    answered_at = serializers.DateTimeField(allow_null=True)


class FeedbackOut(FeedbackAnswerOut):
    id = serializers.UUIDField()
    code = serializers.CharField()
    answered_by = serializers.CharField(source="answered_by.name", allow_null=True, default=None)


class FeedbackDetailOut(FeedbackOut):
    contact = serializers.SerializerMethodField(help_text="Empty where none was left.")

    def get_contact(self, feedback: Feedback) -> str:
        return unseal(feedback.contact_sealed)
