"""The shapes of the calls for figures, snapshots, the activity register and reports."""

from __future__ import annotations

from rest_framework import serializers

from examsite.api import StrictSerializer

from ..analytics.cuts import CUT_NAMES
from ..analytics.measures import Scope, Shape
from ..analytics.reports.scope import LEVELS
from ..models import ActivityKind, ReportState, ReportStyle


class MeasureOut(serializers.Serializer):
    """One definition; `formula`, `filters` and `note` in words."""

    id = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    formula = serializers.CharField()
    shape = serializers.ChoiceField([one.value for one in Shape])
    scope = serializers.ChoiceField([one.value for one in Scope])
    filters = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(allow_blank=True)


class FigureOut(serializers.Serializer):
    """A figure as its counts. `text` is what a page prints; "" where it may not be shown, `hidden` says why.

    `part` and `whole` are decimals as text; `whole` is null for a count.
    """

    measure = serializers.CharField()
    version = serializers.IntegerField()
    part = serializers.CharField(allow_null=True)
    whole = serializers.CharField(allow_null=True)
    text = serializers.CharField(allow_blank=True)
    hidden = serializers.CharField(allow_blank=True)


class RowOut(serializers.Serializer):
    """One group of a table."""

    key = serializers.CharField(allow_blank=True)
    label = serializers.CharField()
    parent = serializers.CharField(allow_blank=True)
    figures = FigureOut(many=True)


class BandOut(serializers.Serializer):
    label = serializers.CharField()
    people = serializers.IntegerField()
    share = serializers.CharField()


class LawCellOut(serializers.Serializer):
    """One law in one unit; `merged_with` names the units it was put together with."""

    unit = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    people = serializers.IntegerField()
    merged_with = serializers.CharField(allow_blank=True)


class LawFiguresOut(serializers.Serializer):
    law = serializers.CharField()
    text = serializers.CharField()
    answers = serializers.IntegerField()
    units = LawCellOut(many=True)


class ExamRefOut(serializers.Serializer):
    """An exam as a figure names it."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    unit = serializers.CharField()
    stat_year = serializers.IntegerField()
    roster_frozen = serializers.BooleanField()


class ExamFiguresOut(serializers.Serializer):
    """The figures of one exam, or of several that may be added up, from a unit's point of view.

    `as_of`: the moment they are of; asked again with it they are the same. `roster_frozen` false: there is no
    rate. `complete` false: somebody who sat has no released result yet.
    """

    exams = ExamRefOut(many=True)
    unit = serializers.CharField()
    as_of = serializers.DateTimeField()
    roster_frozen = serializers.BooleanField()
    complete = serializers.BooleanField()
    notes = serializers.ListField(child=serializers.CharField())
    figures = FigureOut(many=True)
    cut = serializers.ChoiceField(list(CUT_NAMES))
    rows = RowOut(many=True)
    bands = BandOut(many=True)
    laws = LawFiguresOut(many=True)


class YearOut(serializers.Serializer):
    """A year's exams; `total` where they may be added up, else `why_not_added`."""

    year = serializers.IntegerField()
    exams = ExamRefOut(many=True)
    total = ExamFiguresOut(allow_null=True)
    why_not_added = serializers.CharField(allow_blank=True)


class FiguresQuery(StrictSerializer):
    """`unit`: from whose point of view; `as_of`: as the rows stood then."""

    unit = serializers.UUIDField(required=False)
    cut = serializers.ChoiceField(list(CUT_NAMES), required=False, default="unit")
    level = serializers.ChoiceField(list(LEVELS), required=False, default="area")
    as_of = serializers.DateTimeField(required=False)


class YearQuery(FiguresQuery):
    category = serializers.SlugField(required=False)


class MissingOut(serializers.Serializer):
    """People of a unit who keep the exam from being done; `names` only where the asker may see them."""

    unit = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())
    names = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class NewSnapshotIn(StrictSerializer):
    """Freeze one figure of an exam; `as_of` is now where it is left out."""

    exam = serializers.UUIDField()
    unit = serializers.UUIDField(required=False)
    measure = serializers.SlugField()
    as_of = serializers.DateTimeField(required=False)


class SnapshotOut(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    as_of = serializers.DateTimeField()
    definitions = serializers.ListField()
    digest = serializers.CharField()
    frozen_at = serializers.DateTimeField()
    frozen_by = serializers.CharField()
    approver = serializers.CharField(allow_null=True)
    outdated_at = serializers.DateTimeField(allow_null=True)
    outdated_reason = serializers.CharField(allow_blank=True)


class WaitingOut(serializers.Serializer):
    """What a second officer has to agree to, and that it waits for him (待第二人批准)."""

    approvals = serializers.ListField(child=serializers.UUIDField())
    state = serializers.CharField()


class ChangedOut(serializers.Serializer):
    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class SnapshotDetailOut(SnapshotOut):
    """With its value as counts, whether it is intact, and what it would say now."""

    figure = FigureOut(allow_null=True)
    people = serializers.IntegerField()
    attempts = serializers.ListField(child=serializers.UUIDField())
    intact = serializers.BooleanField()
    changes = ChangedOut(many=True)
    causes = serializers.ListField(child=serializers.CharField())


class ActivityIn(StrictSerializer):
    kind = serializers.ChoiceField(ActivityKind.choices)
    date = serializers.DateField()
    place = serializers.CharField(max_length=100)
    topic = serializers.CharField(max_length=200)
    audience = serializers.IntegerField(min_value=0, max_value=1_000_000_000)
    theme = serializers.CharField(max_length=50, required=False, allow_blank=True, default="")
    is_estimated = serializers.BooleanField(required=False, default=False)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class NewActivityIn(ActivityIn):
    unit = serializers.UUIDField()


class CorrectedActivityIn(ActivityIn):
    reason = serializers.CharField(max_length=200)


class ActivityOut(serializers.Serializer):
    id = serializers.UUIDField()
    unit = serializers.CharField()
    kind = serializers.CharField()
    date = serializers.DateField()
    place = serializers.CharField()
    topic = serializers.CharField()
    theme = serializers.CharField(allow_blank=True)
    audience = serializers.IntegerField()
    is_estimated = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_reason = serializers.CharField(allow_blank=True)


class NewReportIn(StrictSerializer):
    unit = serializers.UUIDField()
    year = serializers.IntegerField(min_value=2000, max_value=2100)


class StyleIn(StrictSerializer):
    style = serializers.ChoiceField(ReportStyle.choices)


class ReportOut(serializers.Serializer):
    id = serializers.UUIDField()
    unit = serializers.CharField()
    year = serializers.IntegerField()
    style = serializers.ChoiceField(ReportStyle.choices)
    state = serializers.ChoiceField(ReportState.choices)


class ReportDetailOut(ReportOut):
    """With its text, what is refused and why, and the whole document as it would be frozen."""

    text = serializers.CharField(allow_blank=True)
    refused = serializers.ListField(child=serializers.CharField())
    gaps = serializers.ListField(child=serializers.CharField())
    outdated_reason = serializers.CharField(allow_blank=True)
    document = serializers.JSONField()


class StatisticsOut(serializers.Serializer):
    """Item and test statistics of one form; numbers that too few people allow are null."""

    n = serializers.IntegerField()
    items = serializers.ListField(child=serializers.DictField())
    alpha = serializers.FloatField(allow_null=True)
    alpha_ci95 = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    kr20 = serializers.FloatField(allow_null=True)
    sem = serializers.FloatField(allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    sd = serializers.FloatField(allow_null=True)
