"""The admin of exams, for the county's officer: who has to sit, what was changed, what was sent.

To be looked at only: everything is done on the pages of the exam.
"""

from __future__ import annotations

from django.contrib import admin

from examsite.read_only import ReadOnly, ReadOnlyRows

from .domain.roster_changes import words_of
from .models import Reminder, ReminderChannel, RosterEntry, RosterEvent


@admin.display(description="变更")
def change(event: RosterEvent) -> str:
    """What was changed, in words."""
    return words_of(event)[0]


@admin.display(description="事由")
def cause(event: RosterEvent) -> str:
    """Why, in words."""
    return words_of(event)[1]


class RosterEventRows(ReadOnlyRows):
    model = RosterEvent
    fields = (change, cause, "reason", "actor", "approver", "at")
    readonly_fields = (change, cause)
    ordering = ("-at",)


@admin.register(RosterEntry)
class RosterEntryAdmin(ReadOnly):
    page_name = "exams:entry"
    list_display = ("name", "exam", "unit", "category", "admission_number", "status", "added_late", "page")
    list_filter = ("status", "category", "added_late")
    list_select_related = ("exam", "unit", "category")
    search_fields = ("name", "admission_number", "unit__name")
    fields = (
        "exam", "name", "unit", "category", "establishment", "position", "admission_number", "mode",
        "status", "added_late", "withheld_at", "withheld_reason",
    )  # fmt: skip
    inlines = (RosterEventRows,)


@admin.register(RosterEvent)
class RosterEventAdmin(ReadOnly):
    list_display = ("at", "entry", "exam", change, cause, "actor", "approver")
    list_filter = ("action",)
    list_select_related = ("entry", "exam", "actor", "approver")
    search_fields = ("entry__name", "reason")
    fields = ("at", "exam", "entry", change, cause, "reason", "actor", "approver")
    readonly_fields = (change, cause)
    date_hierarchy = "at"


@admin.register(Reminder)
class ReminderAdmin(ReadOnly):
    list_display = ("exam", "number", "way", "recipients", "sent_at", "sent_by")
    list_filter = ("channel",)
    list_select_related = ("exam", "sent_by")
    search_fields = ("exam__title", "text")
    fields = ("exam", "number", "way", "text", "recipients", "sent_at", "sent_by")
    readonly_fields = ("way",)
    date_hierarchy = "sent_at"

    @admin.display(description="方式", ordering="channel")
    def way(self, reminder: Reminder) -> str:
        return dict(ReminderChannel.choices).get(reminder.channel, reminder.channel)
