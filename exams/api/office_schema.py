"""What several of the office's calls answer."""

from __future__ import annotations

from rest_framework import serializers


class ProposedOut(serializers.Serializer):
    """What needs a second officer: the proposal to decide on; null where it was done at once."""

    approvals = serializers.ListField(child=serializers.UUIDField())


class AffectedOut(serializers.Serializer):
    """How many were concerned."""

    count = serializers.IntegerField()
