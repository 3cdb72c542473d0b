"""Stored sums: what the leaders' pages read instead of adding up every attempt.

A cache, rebuilt from the rows whenever they have changed (analytics/facts/stored), never a source: a test
recomputes every number.
"""

from __future__ import annotations

from django.db import models

from .exam import Exam


class ExamFigures(models.Model):
    """The sums of one exam as of `computed_at`; they hold while `stamp` does.

    `is_settled`: nothing was under way when they were made, so they hold until the stamp changes; else they
    are only good for some seconds. `slots` maps a slot to [answers, full marks, points, points possible] in
    first attempts, points in hundredths.
    """

    exam = models.OneToOneField(Exam, models.CASCADE, primary_key=True, related_name="figures")
    stamp = models.CharField(max_length=64)
    computed_at = models.DateTimeField()
    is_settled = models.BooleanField()
    slots = models.JSONField(default=dict)


class UnitFigures(models.Model):
    """The sums of one exam in the subtree of one unit, by the unit's place at the freeze.

    `counts` maps a cut to its groups, each a packed Tally ("all" has the one group ""); the cuts by kind of
    person and way of sitting are kept for units that have others below them. `laws` maps a law to
    [points, points possible, answers, people] in first attempts, points in hundredths.
    """

    exam = models.ForeignKey(Exam, models.CASCADE, related_name="unit_figures", db_index=False)
    unit = models.ForeignKey("people.Unit", models.CASCADE, related_name="+")
    parent = models.ForeignKey("people.Unit", models.CASCADE, null=True, related_name="+", db_index=False)
    depth = models.PositiveSmallIntegerField()
    counts = models.JSONField()
    laws = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exam", "unit"], name="unit_figures_once")]
        indexes = [models.Index(fields=["parent", "exam"], name="unit_figures_below")]
