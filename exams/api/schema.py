"""The shapes of the exam calls, for checking what comes in and for the API document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from examsite.api import PROBLEM, StrictSerializer

from ..domain.saving import Status
from .wire import DEVICE_LENGTH, MAX_ITEMS, MAX_SEQ


@extend_schema_field({"description": "A choice id; a sorted list of ids; a boolean; texts; a text; or null"})
class ValueField(serializers.JSONField):
    """An answer on the wire."""


class ProblemOut(serializers.Serializer):
    """Every error: a stable code and a Chinese sentence; some carry more."""

    code = serializers.CharField()
    message = serializers.CharField()
    server_time = serializers.DateTimeField(required=False)


def replies(shape: Any, *problems: int) -> dict[Any, Any]:
    """What the document says of the replies of an exam call: its shape, and the problems it may end with."""
    return {200: shape, **{(status, PROBLEM): ProblemOut for status in problems}}


class Stamped(serializers.Serializer):
    """What every reply of an exam call carries."""

    server_time = serializers.DateTimeField()


class ItemIn(StrictSerializer):
    seq = serializers.IntegerField(min_value=0, max_value=MAX_SEQ)
    slot = serializers.CharField()
    value = ValueField(allow_null=True)
    client_at = serializers.DateTimeField(required=False, allow_null=True)


class SaveIn(StrictSerializer):
    items = ItemIn(many=True, min_length=1, max_length=MAX_ITEMS)


class AckOut(serializers.Serializer):
    seq = serializers.IntegerField()
    status = serializers.ChoiceField([status.value for status in Status])
    received_at = serializers.DateTimeField(allow_null=True)


class SaveOut(Stamped):
    acks = AckOut(many=True)
    remaining_ms = serializers.IntegerField()
    epoch = serializers.IntegerField()
    state = serializers.ChoiceField(["in_progress", "submitted", "voided"])


class AnswerOut(serializers.Serializer):
    slot = serializers.CharField()
    value = ValueField(allow_null=True)
    epoch = serializers.IntegerField()
    seq = serializers.IntegerField()


class AnswersOut(Stamped):
    answers = AnswerOut(many=True)
    digest = serializers.CharField()


class HeartbeatIn(StrictSerializer):
    sheet_digest = serializers.CharField(required=False, allow_null=True)
    unsent = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    oldest_unsent_ms = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    visible = serializers.BooleanField(required=False)


class MessageOut(serializers.Serializer):
    at = serializers.DateTimeField()
    text = serializers.CharField()


class HeartbeatOut(Stamped):
    remaining_ms = serializers.IntegerField()
    due_at = serializers.DateTimeField()
    epoch = serializers.IntegerField()
    state = serializers.ChoiceField(["in_progress", "submitted", "voided"])
    digest_ok = serializers.BooleanField(allow_null=True)
    messages = MessageOut(many=True)


# --- Entering and handing in -----------------------------------------------------------------------------


class SignInIn(StrictSerializer):
    """One of: ticket; username and password (and the second factor's code); name and slip_code."""

    ticket = serializers.CharField(required=False, max_length=200)
    username = serializers.CharField(required=False, max_length=64)
    password = serializers.CharField(required=False, max_length=200, trim_whitespace=False)
    code = serializers.CharField(required=False, max_length=20)
    name = serializers.CharField(required=False, max_length=64)
    slip_code = serializers.CharField(required=False, max_length=12)


class CandidateOut(serializers.Serializer):
    display_name = serializers.CharField()


class SignInOut(Stamped):
    candidate = CandidateOut()
    csrf_token = serializers.CharField()


class DeviceIn(StrictSerializer):
    device_id = serializers.RegexField(r"^[A-Za-z0-9._:-]+$", max_length=DEVICE_LENGTH)


class StartIn(DeviceIn):
    number = serializers.IntegerField(min_value=1, max_value=1000)


class ClaimIn(DeviceIn):
    epoch = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**31 - 1)


class ChoiceOut(serializers.Serializer):
    id = serializers.CharField()
    text = serializers.CharField()


class PaperSlotOut(serializers.Serializer):
    slot = serializers.CharField()
    kind = serializers.CharField()
    points = serializers.CharField()
    stem = serializers.CharField()
    choices = ChoiceOut(many=True, required=False)
    blanks = serializers.IntegerField(required=False)
    material = serializers.CharField(required=False)


class PaperSectionOut(serializers.Serializer):
    title = serializers.CharField()
    instructions = serializers.CharField()
    slots = PaperSlotOut(many=True)


class PaperOut(serializers.Serializer):
    title = serializers.CharField()
    sections = PaperSectionOut(many=True)


class ReceiptOut(serializers.Serializer):
    number = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    answered = serializers.IntegerField()
    of = serializers.IntegerField()
    digest = serializers.CharField()


class AttemptOut(Stamped):
    """An attempt as its page needs it. Held elsewhere: no token, no paper, no answers."""

    attempt = serializers.UUIDField()
    state = serializers.ChoiceField(["in_progress", "submitted", "voided"])
    token = serializers.CharField(allow_null=True)
    held_elsewhere = serializers.BooleanField()
    epoch = serializers.IntegerField()
    due_at = serializers.DateTimeField()
    remaining_ms = serializers.IntegerField()
    paper = PaperOut(allow_null=True)
    answers = AnswerOut(many=True)
    receipt = ReceiptOut(allow_null=True)


class SubmitIn(StrictSerializer):
    items = ItemIn(many=True, max_length=MAX_ITEMS)
    sheet_digest = serializers.CharField(required=False, allow_null=True)


class SubmitOut(Stamped):
    receipt = ReceiptOut()
    acks = AckOut(many=True)


class MySittingOut(Stamped):
    id = serializers.UUIDField()
    exam = serializers.UUIDField()
    title = serializers.CharField()
    sitting_title = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField()
    state_label = serializers.CharField()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    duration_s = serializers.IntegerField()
    allowance = serializers.CharField()
    due_at = serializers.DateTimeField()
    attempts_allowed = serializers.IntegerField()
    attempts_used = serializers.IntegerField()
    number = serializers.IntegerField()
    attempt = serializers.UUIDField(allow_null=True)
    result = serializers.UUIDField(allow_null=True)


class SlotResultOut(serializers.Serializer):
    number = serializers.IntegerField()
    kind = serializers.CharField()
    points = serializers.CharField()
    possible = serializers.CharField()
    answer = serializers.CharField()
    key = serializers.CharField(required=False)
    rationale = serializers.CharField(required=False)


class SectionResultOut(serializers.Serializer):
    title = serializers.CharField()
    points = serializers.CharField()
    possible = serializers.CharField()
    slots = SlotResultOut(many=True)


class ResultOut(Stamped):
    points = serializers.CharField()
    possible = serializers.CharField()
    percent = serializers.CharField()
    pass_line = serializers.CharField()
    passed = serializers.BooleanField()
    released_at = serializers.DateTimeField()
    keys_released = serializers.BooleanField()
    keys_from = serializers.DateTimeField(allow_null=True)
    duplicate = serializers.BooleanField()
    sections = SectionResultOut(many=True)


# --- Staff -----------------------------------------------------------------------------------------------


class KeptOut(serializers.Serializer):
    """The call did what it was asked for."""

    done = serializers.BooleanField()


class ReasonIn(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class ExtendIn(ReasonIn):
    seconds = serializers.IntegerField(min_value=1, max_value=4 * 3600)


class ExtendSittingIn(ExtendIn):
    room = serializers.UUIDField(required=False, allow_null=True)


class ReopenIn(ReasonIn):
    extra_s = serializers.IntegerField(required=False, min_value=0, max_value=4 * 3600, default=0)


class DeviceDecisionIn(StrictSerializer):
    allow = serializers.BooleanField()


class NoticeIn(StrictSerializer):
    text = serializers.CharField(max_length=200)
    room = serializers.UUIDField(required=False, allow_null=True)


class QuarantineDecisionIn(ReasonIn):
    accept = serializers.BooleanField()


class ReleaseIn(StrictSerializer):
    with_keys = serializers.BooleanField(required=False, default=False)


class StaffAttemptOut(Stamped):
    attempt = serializers.UUIDField()
    state = serializers.CharField()
    epoch = serializers.IntegerField()
    due_at = serializers.DateTimeField()
    voided_at = serializers.DateTimeField(allow_null=True)
    blocked = serializers.BooleanField()


class CountOut(Stamped):
    count = serializers.IntegerField()


class DoneOut(Stamped):
    done = serializers.BooleanField()


class SeatTicketOut(Stamped):
    """Shown once: only digests are kept."""

    token = serializers.CharField()
    code = serializers.CharField()


class ReleasedOut(Stamped):
    released_at = serializers.DateTimeField(allow_null=True)
    keys_released_at = serializers.DateTimeField(allow_null=True)


class LateAnswerOut(serializers.Serializer):
    """A late answer without its value: whether it was right is nobody's business at the board."""

    id = serializers.IntegerField()
    attempt = serializers.UUIDField()
    candidate = serializers.CharField()
    question = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    late_by_s = serializers.IntegerField()
    reason = serializers.CharField()
    accepted = serializers.BooleanField(allow_null=True)


class LateAnswersOut(Stamped):
    answers = LateAnswerOut(many=True)


class BoardRowOut(serializers.Serializer):
    seat = serializers.UUIDField()
    candidate = serializers.CharField()
    unit = serializers.CharField()
    room = serializers.CharField()
    number = serializers.IntegerField(allow_null=True)
    attempt = serializers.UUIDField(allow_null=True)
    state = serializers.CharField()
    answered = serializers.IntegerField()
    of = serializers.IntegerField()
    remaining_ms = serializers.IntegerField(allow_null=True)
    silent_s = serializers.IntegerField(allow_null=True)
    unsent = serializers.IntegerField()
    blocked = serializers.BooleanField()
    waiting_device = serializers.BooleanField()
    left_page = serializers.IntegerField()


class BoardOut(Stamped):
    sitting = serializers.UUIDField()
    counts = serializers.DictField(child=serializers.IntegerField())
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    rows = BoardRowOut(many=True)
