"""The shapes of the calls after handing in: marking, results, corrections, paper sheets, certificates."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from examsite.api import StrictSerializer

from ..domain.reviews import number_asked
from ..engine.keys import Method
from ..models import DealRule, ReleaseRule, ReviewRequest
from .office_schema import AffectedOut as AffectedOut
from .schema import ReasonIn as ReasonIn


class KeptOut(serializers.Serializer):
    """The call did what it was asked for."""

    done = serializers.BooleanField()


# --- Marking by people -----------------------------------------------------------------------------------


class MarkerIn(StrictSerializer):
    marker = serializers.UUIDField()
    weight = serializers.IntegerField(min_value=0, max_value=100, required=False, default=1)
    units = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)


class PlanIn(StrictSerializer):
    head = serializers.UUIDField()
    deal = serializers.ChoiceField(DealRule.choices, required=False, default=DealRule.SHARE)
    second_share = serializers.IntegerField(min_value=0, max_value=100, required=False, default=10)
    gap = serializers.DecimalField(max_digits=5, decimal_places=2, required=False, default=2)
    markers = MarkerIn(many=True, min_length=1, max_length=200)


class TakeBackIn(ReasonIn):
    marker = serializers.UUIDField()


class QuestionProgressOut(serializers.Serializer):
    question = serializers.CharField()
    number = serializers.IntegerField()
    kind = serializers.CharField(source="kind_label")
    first = serializers.IntegerField()
    first_done = serializers.IntegerField()
    second = serializers.IntegerField()
    second_done = serializers.IntegerField()
    head = serializers.IntegerField()
    head_done = serializers.IntegerField()


class MarkerProgressOut(serializers.Serializer):
    marker = serializers.UUIDField(source="marker.pk")
    name = serializers.CharField(source="marker.name")
    weight = serializers.IntegerField()
    given = serializers.IntegerField()
    done = serializers.IntegerField()
    last_at = serializers.DateTimeField(allow_null=True)


class MarkingOut(serializers.Serializer):
    """How far marking is; `plan` null while nobody has arranged it."""

    plan = PlanIn(allow_null=True)
    left = serializers.IntegerField()
    unassigned = serializers.IntegerField()
    questions = QuestionProgressOut(many=True)
    markers = MarkerProgressOut(many=True)


class QueueOut(serializers.Serializer):
    exam = serializers.UUIDField(source="exam.pk")
    title = serializers.CharField(source="exam.title")
    question = serializers.CharField()
    number = serializers.IntegerField()
    kind = serializers.CharField(source="kind_label")
    stem = serializers.CharField()
    total = serializers.IntegerField()
    done = serializers.IntegerField()


class LineOut(serializers.Serializer):
    text = serializers.CharField()
    points = serializers.CharField()
    ticked = serializers.BooleanField()


class OtherOut(serializers.Serializer):
    round = serializers.CharField()
    points = serializers.CharField()
    comment = serializers.CharField()
    doubtful = serializers.BooleanField()


class TaskOut(serializers.Serializer):
    """One answer as its marker sees it: nothing of the person, nothing of the attempt."""

    task = serializers.UUIDField()
    question = serializers.CharField()
    number = serializers.IntegerField()
    kind = serializers.CharField()
    round = serializers.CharField()
    material = serializers.CharField()
    stem = serializers.CharField()
    model_answer = serializers.CharField()
    answer = serializers.CharField()
    same = serializers.IntegerField()
    possible = serializers.CharField()
    proportional = serializers.BooleanField()
    lines = LineOut(many=True)
    points = serializers.CharField()
    comment = serializers.CharField()
    doubtful = serializers.BooleanField()
    done = serializers.BooleanField()
    others = OtherOut(many=True)


class NextOut(serializers.Serializer):
    """The answer to judge next; null when all of the queue is done."""

    task = TaskOut(allow_null=True)


class VerdictIn(StrictSerializer):
    """Ticked rubric lines, or points outright (which then count)."""

    ticks = serializers.ListField(child=serializers.IntegerField(min_value=0), required=False, default=list)
    points = serializers.DecimalField(
        max_digits=6, decimal_places=2, required=False, allow_null=True, default=None
    )
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    doubtful = serializers.BooleanField(required=False, default=False)


class JudgedOut(NextOut):
    """How many answers were judged (equal ones together), and the next."""

    judged = serializers.IntegerField()


# --- Results ---------------------------------------------------------------------------------------------


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


# --- Corrections -----------------------------------------------------------------------------------------


class CorrectionIn(StrictSerializer):
    """`keys`: the new or added keys, each as the kind writes it: letters, a boolean, blanks with texts."""

    method = serializers.ChoiceField([one.value for one in Method])
    keys = serializers.ListField(child=serializers.JSONField(), required=False, default=list, max_length=10)
    exams = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=50)


class CorrectIn(CorrectionIn):
    reason = serializers.CharField(max_length=300)


class UnitFlipsOut(serializers.Serializer):
    unit = serializers.CharField()
    now_pass = serializers.IntegerField()
    now_fail = serializers.IntegerField()


class ExamEffectOut(serializers.Serializer):
    exam = serializers.UUIDField()
    changes = serializers.IntegerField()
    higher = serializers.IntegerField()
    lower = serializers.IntegerField()
    rejudged = serializers.IntegerField()
    totals = serializers.IntegerField()
    now_pass = serializers.IntegerField()
    now_fail = serializers.IntegerField()
    units = UnitFlipsOut(many=True)


class FrozenFiguresOut(serializers.Serializer):
    id = serializers.CharField()
    label = serializers.CharField()
    frozen_at = serializers.DateTimeField()


class PreviewOut(serializers.Serializer):
    """What the correction would do now.

    `open_sittings` refuse it; `elsewhere` counts exams that ask the question and are left as they are.
    """

    counts = serializers.DictField(child=serializers.IntegerField())
    exams = ExamEffectOut(many=True)
    sittings = serializers.ListField(child=serializers.UUIDField())
    open_sittings = serializers.ListField(child=serializers.UUIDField())
    figures = FrozenFiguresOut(many=True)
    certificates = serializers.ListField(child=serializers.CharField())
    elsewhere = serializers.IntegerField()


class CorrectionOut(serializers.Serializer):
    id = serializers.UUIDField(source="pk")
    method = serializers.CharField()
    keys = serializers.JSONField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    effect = serializers.DictField()


# --- Paper sheets ----------------------------------------------------------------------------------------


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


# --- Certificates ----------------------------------------------------------------------------------------


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
