"""The shapes of the calls for paper sheets: the readings, their differences, scans."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from examsite.api import StrictSerializer


@extend_schema_field(OpenApiTypes.OBJECT)
class CellsField(serializers.DictField):
    """Slot → what stands in the cell: letters, √ or ×, texts for blanks."""


class FirstReadingIn(StrictSerializer):
    cells = CellsField()
    started_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField()


class CellsIn(StrictSerializer):
    cells = CellsField()


class SheetRowOut(serializers.Serializer):
    seat = serializers.UUIDField()
    name = serializers.CharField()
    unit = serializers.CharField()
    admission_number = serializers.CharField()
    sheet = serializers.UUIDField(allow_null=True)
    state = serializers.CharField()
    scans = serializers.IntegerField()
    doubled = serializers.BooleanField()


class SeatFoundOut(serializers.Serializer):
    seat = serializers.UUIDField(source="pk")
    name = serializers.CharField(source="entry.name")
    admission_number = serializers.CharField(source="entry.admission_number")
    form = serializers.CharField(source="form.code", default=None)


class DifferenceOut(serializers.Serializer):
    slot = serializers.CharField()
    number = serializers.IntegerField()
    first = serializers.CharField()
    second = serializers.CharField()


class SheetOut(serializers.Serializer):
    """A sheet; what was typed stays hidden until both readings are there."""

    sheet = serializers.UUIDField()
    seat = serializers.UUIDField()
    state = serializers.CharField()
    attempt = serializers.UUIDField(allow_null=True)
    differences = DifferenceOut(many=True)


class ScanIn(StrictSerializer):
    file = serializers.FileField()


class ScanOut(serializers.Serializer):
    id = serializers.UUIDField(source="pk")
    at = serializers.DateTimeField()
