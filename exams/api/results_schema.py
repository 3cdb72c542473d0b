"""The shapes of the calls for results: the list, the release, the explanation of a mark, reviews."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from examsite.api import StrictSerializer

from ..domain.reviews import number_asked
from ..models import ReleaseRule, ReviewRequest


class EntryResultOut(serializers.Serializer):
    """First and final result side by side, percent of full marks; null where there is none (yet)."""

    entry = serializers.UUIDField(source="entry.pk")
    name = serializers.CharField(source="entry.name")
    unit = serializers.CharField(source="entry.unit.name")
    admission_number = serializers.CharField(source="entry.admission_number")
    status = serializers.CharField(source="entry.status")
    attempts = serializers.IntegerField(source="standing.attempts")
    modes = serializers.SerializerMethodField()
    first = serializers.SerializerMethodField()
    final = serializers.SerializerMethodField()
    raw = serializers.SerializerMethodField()
    passed = serializers.BooleanField(source="standing.passed")
    excellent = serializers.BooleanField(source="standing.excellent")
    pending = serializers.BooleanField(source="standing.pending")
    withheld = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_modes(self, one: object) -> list[str]:
        return list(dict.fromkeys(each.mode.value for each in one.tries if each.counts))  # type: ignore[attr-defined]

    def get_first(self, one: object) -> str | None:
        return _percent(one.standing.first)  # type: ignore[attr-defined]

    def get_final(self, one: object) -> str | None:
        return _percent(one.standing.final)  # type: ignore[attr-defined]

    def get_raw(self, one: object) -> str | None:
        final = one.standing.final  # type: ignore[attr-defined]
        return None if final is None else str(final.raw)

    def get_withheld(self, one: object) -> bool:
        return one.entry.withheld_at is not None  # type: ignore[attr-defined]


def _percent(outcome: object) -> str | None:
    return None if outcome is None else str(outcome.percent)  # type: ignore[attr-defined]


class ReleasePlanIn(StrictSerializer):
    rule = serializers.ChoiceField(ReleaseRule.choices)
    at_time = serializers.DateTimeField(required=False, allow_null=True, default=None)
    key_rule = serializers.ChoiceField(ReleaseRule.choices)
    key_at_time = serializers.DateTimeField(required=False, allow_null=True, default=None)


class SittingReleaseOut(serializers.Serializer):
    sitting = serializers.UUIDField()
    released_at = serializers.DateTimeField(allow_null=True)
    keys_released_at = serializers.DateTimeField(allow_null=True)
    obstacles = serializers.ListField(child=serializers.CharField())


class ReleaseOut(ReleasePlanIn):
    results_out = serializers.BooleanField()
    keys_out = serializers.BooleanField()
    sittings = SittingReleaseOut(many=True)


class MarkLineOut(serializers.Serializer):
    at = serializers.DateTimeField()
    points = serializers.CharField()
    rule = serializers.CharField()
    marker = serializers.CharField()
    key_version = serializers.IntegerField()
    comment = serializers.CharField()
    counts = serializers.BooleanField()


class AnswerLineOut(serializers.Serializer):
    at = serializers.DateTimeField()
    answer = serializers.CharField()
    order = serializers.CharField()
    counts = serializers.BooleanField()
    late = serializers.BooleanField()
    accepted = serializers.BooleanField(allow_null=True)


class ExplainedOut(serializers.Serializer):
    number = serializers.IntegerField(help_text="as the candidate numbers it")
    form_number = serializers.IntegerField(help_text="as the form numbers it")
    kind = serializers.CharField(source="kind_label")
    answer = serializers.CharField()
    keys = serializers.ListField(child=serializers.CharField())
    published_key = serializers.CharField()
    rule = serializers.CharField()
    possible = serializers.CharField()
    points = serializers.CharField(allow_null=True)
    answers = AnswerLineOut(many=True)
    marks = MarkLineOut(many=True)


class ExplanationOut(serializers.Serializer):
    attempt = serializers.UUIDField(source="attempt.pk")
    points = serializers.CharField(source="attempt.points", allow_null=True)
    possible = serializers.CharField(source="attempt.possible", allow_null=True)
    digest = serializers.CharField()
    digest_matches = serializers.BooleanField()
    receipts = serializers.ListField(child=serializers.CharField())
    questions = ExplainedOut(many=True)


# --- Reviews ---------------------------------------------------------------------------------------------


class ReviewIn(StrictSerializer):
    """`number`: the question as the candidate's own page numbers it; null for the attempt as a whole."""

    number = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1)
    text = serializers.CharField(max_length=500)


class ReviewStepOut(serializers.Serializer):
    at = serializers.DateTimeField()
    action = serializers.CharField()
    text = serializers.CharField()
    points_before = serializers.CharField(allow_null=True)
    points_after = serializers.CharField(allow_null=True)


class ReviewOut(serializers.Serializer):
    id = serializers.UUIDField(source="pk")
    attempt = serializers.UUIDField(source="attempt_id")
    number = serializers.SerializerMethodField()
    outcome = serializers.CharField()
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    steps = ReviewStepOut(many=True)

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_number(self, review: ReviewRequest) -> int | None:
        """As the candidate numbers the questions; null for the attempt as a whole."""
        return number_asked(review)


class AnswerReviewIn(StrictSerializer):
    text = serializers.CharField(max_length=500)
    points = serializers.DecimalField(
        max_digits=6, decimal_places=2, required=False, allow_null=True, default=None
    )


class ResultNoteOut(serializers.Serializer):
    at = serializers.DateTimeField()
    text = serializers.CharField()
    attempt = serializers.UUIDField(source="attempt_id", allow_null=True)
