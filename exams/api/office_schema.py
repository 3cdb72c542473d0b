"""The shapes of the office's calls: exams, blueprints, forms, rosters, sittings."""

from __future__ import annotations

from decimal import Decimal

from rest_framework import serializers

from examsite.api import StrictSerializer
from examsite.people.models import Category, Establishment
from questionbanks.kinds.credit import RULES
from questionbanks.kinds.registry import KINDS
from questionbanks.models import Difficulty

from ..domain.blueprints import MOST_EXAMS
from ..domain.roster_changes import ADD_REASONS, CHANGES
from ..models import FinalRule, MakeupCap, Mode, ReleaseRule, RosterStatus, SittingKind


class ProposedOut(serializers.Serializer):
    """What needs a second officer: the proposal to decide on; null where it was done at once."""

    approvals = serializers.ListField(child=serializers.UUIDField())


class AffectedOut(serializers.Serializer):
    """How many were concerned."""

    count = serializers.IntegerField()


# --- Blueprints --------------------------------------------------------------------------------------


class RowIn(StrictSerializer):
    count = serializers.IntegerField(min_value=1, max_value=500)
    law = serializers.UUIDField(required=False, allow_null=True, default=None)
    topic = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)
    difficulty = serializers.ChoiceField(Difficulty.choices, required=False, allow_null=True, default=None)
    audience = serializers.CharField(required=False, allow_blank=True, default="", max_length=32)


class SectionIn(StrictSerializer):
    kind = serializers.ChoiceField(list(KINDS))
    points = serializers.DecimalField(max_digits=5, decimal_places=2)
    rows = RowIn(many=True, min_length=1, max_length=60)
    credit_rule = serializers.ChoiceField(list(RULES), required=False, default="all")
    per_choice = serializers.DecimalField(max_digits=5, decimal_places=2, required=False, default=Decimal(0))
    title = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)


class SupplyIn(StrictSerializer):
    banks = serializers.ListField(child=serializers.UUIDField(), min_length=1)
    sections = SectionIn(many=True, min_length=1, max_length=20)
    forms = serializers.IntegerField(required=False, default=1, min_value=1, max_value=50)
    most_exams = serializers.IntegerField(
        required=False, allow_null=True, default=MOST_EXAMS, min_value=1, max_value=100
    )


class BlueprintIn(StrictSerializer):
    name = serializers.CharField(max_length=100)
    banks = serializers.ListField(child=serializers.UUIDField(), min_length=1)
    sections = SectionIn(many=True, min_length=1, max_length=20)
    duration_s = serializers.IntegerField(min_value=1)
    most_exams = serializers.IntegerField(
        required=False, allow_null=True, default=MOST_EXAMS, min_value=1, max_value=100
    )
    total_points = serializers.DecimalField(
        max_digits=6, decimal_places=2, required=False, default=Decimal(100)
    )


class NewBlueprintIn(BlueprintIn):
    unit = serializers.UUIDField()


class NameIn(StrictSerializer):
    name = serializers.CharField(max_length=100)


class BlueprintOut(serializers.Serializer):
    id = serializers.UUIDField()
    unit = serializers.UUIDField(source="unit_id")
    name = serializers.CharField()
    total_points = serializers.CharField()
    duration_s = serializers.IntegerField()
    most_exams = serializers.IntegerField(allow_null=True)
    banks = serializers.ListField(child=serializers.UUIDField())
    sections = SectionIn(many=True)


class RowSupplyOut(serializers.Serializer):
    needed = serializers.IntegerField()
    available = serializers.IntegerField()
    reason = serializers.CharField()


class ClashOut(serializers.Serializer):
    text = serializers.CharField()
    needed = serializers.IntegerField()
    available = serializers.IntegerField()
    ways = serializers.ListField(child=serializers.CharField())


class SupplyOut(serializers.Serializer):
    rows = serializers.ListField(child=RowSupplyOut(many=True))
    clashes = ClashOut(many=True)


# --- Exams -------------------------------------------------------------------------------------------


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


# --- Forms -------------------------------------------------------------------------------------------


class BuildIn(StrictSerializer):
    forms = serializers.IntegerField(min_value=1, max_value=50)
    reserves = serializers.IntegerField(required=False, default=1, min_value=0, max_value=50)
    cap = serializers.IntegerField(required=False, default=1, min_value=1, max_value=50)
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    makeup_for = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, help_text="entries of a makeup"
    )


class TermsOfSectionIn(StrictSerializer):
    points = serializers.DecimalField(max_digits=5, decimal_places=2)
    credit_rule = serializers.ChoiceField(list(RULES), required=False, default="all")
    per_choice = serializers.DecimalField(max_digits=5, decimal_places=2, required=False, default=Decimal(0))


class ComposeIn(StrictSerializer):
    """An import that was stored, and the terms of its sections in order."""

    run = serializers.UUIDField()
    terms = TermsOfSectionIn(many=True, min_length=1, max_length=50)


class FormOut(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    role = serializers.CharField()
    total_points = serializers.CharField()
    published_at = serializers.DateTimeField()
    digest = serializers.CharField()


class BuiltOut(serializers.Serializer):
    forms = FormOut(many=True)
    warnings = serializers.ListField(child=serializers.CharField())
    target_mean = serializers.FloatField()
    overlap = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))


class SlotOut(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.IntegerField(source="order")
    code = serializers.CharField()
    kind = serializers.CharField()
    points = serializers.CharField()
    item = serializers.UUIDField(source="version.item_id")
    part = serializers.IntegerField()
    locked = serializers.BooleanField()


class RemarkOut(serializers.Serializer):
    """Something to be mended (obstacle) or looked at (warning)."""

    code = serializers.CharField()
    text = serializers.CharField()


class FormDetailOut(FormOut):
    slots = SlotOut(many=True)
    obstacles = RemarkOut(many=True)
    warnings = RemarkOut(many=True)


class FiguresOut(serializers.Serializer):
    form = serializers.UUIDField(source="form.pk")
    code = serializers.CharField(source="form.code")
    items = serializers.IntegerField()
    mean = serializers.FloatField()
    spread = serializers.FloatField()
    expected = serializers.FloatField()
    laws = serializers.DictField(child=serializers.IntegerField())


class ComparisonOut(serializers.Serializer):
    forms = FiguresOut(many=True)
    overlap = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    range_mean = serializers.FloatField()
    range_expected = serializers.FloatField()


class SeedIn(StrictSerializer):
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class ReplaceIn(StrictSerializer):
    item = serializers.UUIDField(required=False, allow_null=True, default=None)


class LockIn(StrictSerializer):
    locked = serializers.BooleanField()


class MoveIn(StrictSerializer):
    steps = serializers.IntegerField(min_value=-500, max_value=500)


# --- Rosters -----------------------------------------------------------------------------------------


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


# --- Sittings ----------------------------------------------------------------------------------------


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
