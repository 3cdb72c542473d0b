"""The shapes of the calls for certificates."""

from __future__ import annotations

from rest_framework import serializers

from examsite.api import StrictSerializer


class IssueIn(StrictSerializer):
    """`entries` null: everybody who deserves one. `valid_years` null: without end."""

    title = serializers.CharField(max_length=50)
    valid_years = serializers.IntegerField(required=False, allow_null=True, default=None)
    entries = serializers.ListField(
        child=serializers.UUIDField(), required=False, allow_null=True, default=None
    )


class CertificateOut(serializers.Serializer):
    id = serializers.UUIDField(source="pk")
    number = serializers.CharField()
    entry = serializers.UUIDField(source="entry_id")
    name = serializers.CharField()
    unit = serializers.CharField(source="unit_name")
    title = serializers.CharField()
    issued_on = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_reason = serializers.CharField()


class MyCertificateOut(serializers.Serializer):
    id = serializers.UUIDField(source="pk")
    number = serializers.CharField()
    title = serializers.CharField()
    code = serializers.CharField()
    issued_on = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)


class VerifiedOut(serializers.Serializer):
    """What anybody may learn: the name is masked."""

    number = serializers.CharField()
    title = serializers.CharField()
    name = serializers.CharField(source="masked_name")
    unit = serializers.CharField(source="unit_name")
    issuer = serializers.CharField()
    issued_on = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    state = serializers.CharField(source="state.value")
