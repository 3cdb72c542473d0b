"""The shapes of the calls for sittings: seats, rooms, forms dealt, tickets."""

from __future__ import annotations

from rest_framework import serializers

from examsite.api import StrictSerializer

from ..models import Mode, SittingKind


class SittingIn(StrictSerializer):
    title = serializers.CharField(max_length=100)
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    duration_s = serializers.IntegerField()
    mode = serializers.ChoiceField(Mode.choices, required=False, default=Mode.ONLINE)
    grace_s = serializers.IntegerField(required=False, default=180)
    late_entry_s = serializers.IntegerField(required=False, allow_null=True, default=None)
    confirm_devices = serializers.BooleanField(required=False, default=False)


class MakeupIn(SittingIn):
    entries = serializers.ListField(child=serializers.UUIDField(), min_length=1)


class SittingOut(serializers.Serializer):
    id = serializers.UUIDField()
    exam = serializers.UUIDField(source="exam_id")
    kind = serializers.ChoiceField(SittingKind.choices)
    title = serializers.CharField()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    duration_s = serializers.IntegerField()
    mode = serializers.CharField()
    grace_s = serializers.IntegerField()
    late_entry_s = serializers.IntegerField()
    confirm_devices = serializers.BooleanField()


class SeatIn(StrictSerializer):
    entries = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, help_text="empty: all without a seat"
    )
    room = serializers.UUIDField(required=False, allow_null=True, default=None)


class SeatOut(serializers.Serializer):
    id = serializers.UUIDField()
    entry = serializers.UUIDField(source="entry_id")
    name = serializers.CharField(source="entry.name")
    room = serializers.UUIDField(source="room_id")
    number = serializers.IntegerField()
    form = serializers.CharField(source="form.code", default=None)


class DealtOut(serializers.Serializer):
    """Form code → number of seats."""

    counts = serializers.DictField(child=serializers.IntegerField())


class SwapIn(StrictSerializer):
    old = serializers.UUIDField()
    new = serializers.UUIDField()
    reason = serializers.CharField(max_length=500, allow_blank=True)


class RoomIn(StrictSerializer):
    name = serializers.CharField(max_length=64)
    place = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)
    invigilators = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)


class RoomOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    place = serializers.CharField()


class TicketOut(serializers.Serializer):
    """Shown once: only digests are kept."""

    entry = serializers.UUIDField(source="entry.pk")
    name = serializers.CharField(source="entry.name")
    admission_number = serializers.CharField(source="entry.admission_number")
    token = serializers.CharField()
    code = serializers.CharField()
