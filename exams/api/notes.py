"""What stands out in attempts, for the office: notes to look at, never a verdict."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call

from ..analytics.credibility import Limits, Sign
from ..analytics.facts.credibility import notes_in, too_many_sheets
from ..rules import exams_manageable_by


def limits() -> Limits:
    """From where on something is worth a note, as the site is set."""
    return Limits(**settings.NOTE_LIMITS)


class NoteOut(serializers.Serializer):
    sign = serializers.ChoiceField([one.value for one in Sign])
    text = serializers.CharField()
    others = serializers.ListField(
        child=serializers.UUIDField(), help_text="the attempts of other people it is shared with"
    )


class AttemptNotesOut(serializers.Serializer):
    attempt = serializers.UUIDField()
    notes = NoteOut(many=True)


class ExamNotesOut(serializers.Serializer):
    sheets_compared = serializers.BooleanField(help_text="false where there are too many to compare at once")
    attempts = AttemptNotesOut(many=True)


class ExamNotes(Call):
    @call("notes_list", tag="results", reply=ExamNotesOut)
    def get(self, request: Request, exam: UUID) -> Response:
        """Devices, equal sheets and impossible speed in the sittings that are over; no result turns on it."""
        found = self.find(exams_manageable_by(request.user), exam)
        notes = notes_in(found, at=self.at, limits=limits())
        return Response(
            {
                "sheets_compared": not too_many_sheets(found, at=self.at),
                "attempts": [
                    {
                        "attempt": str(attempt),
                        "notes": [
                            {"sign": one.sign.value, "text": one.text, "others": list(one.others)}
                            for one in its
                        ],
                    }
                    for attempt, its in sorted(notes.items())
                ],
            }
        )
