"""The shapes of the calls about banks, for checking what comes in and for the API document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from examsite.api import StrictSerializer

from ..domain.import_rows import GROUPS, question_of_row
from ..domain.reviewing import ACTIONS
from ..formats.registry import FORMATS
from ..kinds.codec import question_to_json
from ..models import Decision, ImportRow, ImportState, ItemState, LawType
from ..models.item import KIND_CHOICES


@extend_schema_field(
    {"type": "object", "description": "Part of a question in the site's own JSON (schema 1)"}
)
class PartField(serializers.JSONField):
    """A half of a question: its inside is checked by formats/native_json."""


# --- Banks and items -------------------------------------------------------------------------------------


class BankIn(StrictSerializer):
    unit = serializers.UUIDField()
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class BankChangeIn(StrictSerializer):
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(max_length=500, allow_blank=True, default="")


class BankRowOut(serializers.Serializer):
    id = serializers.UUIDField()
    unit = serializers.UUIDField(source="unit_id")
    name = serializers.CharField()
    description = serializers.CharField()
    created_at = serializers.DateTimeField()
    practice_since = serializers.DateTimeField(allow_null=True)


class BankPracticeIn(StrictSerializer):
    open = serializers.BooleanField()


class QuestionIn(StrictSerializer):
    """A question in the site's own JSON, as an export in that format has it."""

    content = PartField()
    key = PartField()
    points = serializers.CharField(required=False, allow_null=True, max_length=10)
    difficulty = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=3)
    topic = serializers.CharField(required=False, allow_blank=True, max_length=200)
    audience = serializers.ListField(
        child=serializers.CharField(max_length=50), required=False, max_length=20
    )
    tags = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=50)
    citations = serializers.ListField(child=serializers.JSONField(), required=False, max_length=20)
    source = serializers.CharField(required=False, allow_blank=True, max_length=200)
    number = serializers.CharField(required=False, allow_blank=True, max_length=50)
    parts = serializers.ListField(child=serializers.JSONField(), required=False, max_length=50)


class QuestionOut(serializers.Serializer):
    content = PartField()
    key = PartField()
    points = serializers.CharField(allow_null=True)
    difficulty = serializers.IntegerField(allow_null=True)
    topic = serializers.CharField()
    audience = serializers.ListField(child=serializers.CharField())
    tags = serializers.ListField(child=serializers.CharField())
    citations = serializers.ListField(child=serializers.JSONField())
    source = serializers.CharField()
    number = serializers.CharField()
    parts = serializers.ListField(child=serializers.JSONField(), required=False)


class BankItemOut(serializers.Serializer):
    """An item of a list: no key."""

    id = serializers.UUIDField()
    bank = serializers.UUIDField(source="bank_id")
    number = serializers.IntegerField()
    kind = serializers.ChoiceField(KIND_CHOICES)
    state = serializers.ChoiceField(ItemState.choices)
    stem = serializers.CharField(source="current.content.stem")
    version = serializers.IntegerField(source="current.number")
    difficulty = serializers.IntegerField(allow_null=True)
    audience = serializers.ListField(child=serializers.CharField())
    tags = serializers.ListField(child=serializers.CharField())
    stale_reason = serializers.CharField()
    created_at = serializers.DateTimeField()


class UseOut(serializers.Serializer):
    exam = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    form = serializers.CharField()
    order = serializers.IntegerField()
    version = serializers.IntegerField()
    published = serializers.BooleanField()


class BankItemDetailOut(BankItemOut):
    """One item with its key, and where it is used."""

    question = QuestionOut()
    uses = UseOut(many=True)


class VersionOut(serializers.Serializer):
    number = serializers.IntegerField()
    content = PartField()
    key = PartField()
    digest = serializers.CharField()
    created_at = serializers.DateTimeField()


class MoveItemsIn(StrictSerializer):
    action = serializers.ChoiceField(list(ACTIONS))
    items = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=5000)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class MovedOut(serializers.Serializer):
    moved = serializers.IntegerField()


class ExportIn(StrictSerializer):
    """What to write: the conditions of the items' list, and the format."""

    format = serializers.ChoiceField([one.code for one in FORMATS if one.kinds_out])
    accept_losses = serializers.BooleanField(default=False)
    words = serializers.CharField(max_length=200, required=False, allow_blank=True)
    kind = serializers.ChoiceField(KIND_CHOICES, required=False)
    state = serializers.ChoiceField(ItemState.choices, required=False)
    topic = serializers.CharField(max_length=36, required=False)
    law = serializers.UUIDField(required=False)
    difficulty = serializers.ChoiceField(["1", "2", "3"], required=False)
    audience = serializers.CharField(max_length=50, required=False)
    tag = serializers.CharField(max_length=100, required=False)
    stale = serializers.ChoiceField(["0", "1"], required=False)
    run = serializers.UUIDField(required=False)


# --- Imports ---------------------------------------------------------------------------------------------


class UploadIn(StrictSerializer):
    file = serializers.FileField()
    format = serializers.ChoiceField(["auto", *(one.code for one in FORMATS)], default="auto")


class FileProblemOut(serializers.Serializer):
    where = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    raw = serializers.CharField()
    fix = serializers.CharField()
    severity = serializers.ChoiceField(["broken", "doubtful", "note"])


class ImportOut(serializers.Serializer):
    id = serializers.UUIDField()
    bank = serializers.UUIDField(source="bank_id")
    file_name = serializers.CharField()
    state = serializers.ChoiceField(ImportState.choices)
    message = serializers.CharField()
    progress = serializers.IntegerField()
    format = serializers.CharField()
    encoding = serializers.CharField()
    found = serializers.IntegerField()
    importable = serializers.IntegerField()
    stored = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class ImportDetailOut(ImportOut):
    """One import with its columns, the file's problems and the counts of the review."""

    layout = serializers.DictField(child=serializers.CharField())
    problems = FileProblemOut(many=True)
    groups = serializers.DictField(child=serializers.IntegerField())
    earlier = serializers.ListField(child=serializers.UUIDField())


class ImportRowOut(serializers.Serializer):
    order = serializers.IntegerField()
    where = serializers.CharField()
    kind = serializers.ChoiceField(KIND_CHOICES)
    question = serializers.SerializerMethodField()
    problems = FileProblemOut(many=True)
    found = serializers.IntegerField()
    broken = serializers.IntegerField()
    doubtful = serializers.BooleanField()
    stale = serializers.BooleanField()
    pinned = serializers.BooleanField()
    double = serializers.ChoiceField(["", "exact", "near"])
    doubles = serializers.ListField(child=serializers.JSONField())
    decision = serializers.ChoiceField(Decision.choices)
    edited = serializers.BooleanField()
    item = serializers.UUIDField(source="item_id", allow_null=True)

    @extend_schema_field(QuestionOut)
    def get_question(self, row: ImportRow) -> dict[str, Any]:
        return question_to_json(question_of_row(row))


class ImportDecisionIn(StrictSerializer):
    """Of the rows with these numbers, or of a whole group."""

    decision = serializers.ChoiceField(Decision.choices)
    orders = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, max_length=5000
    )
    group = serializers.ChoiceField(list(GROUPS), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("orders" in attrs) == ("group" in attrs):
            raise serializers.ValidationError("orders 和 group 要且只要写一个。")
        return attrs


class DecidedOut(serializers.Serializer):
    decided = serializers.IntegerField()


class MappingIn(StrictSerializer):
    mapping = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=50))


class StoredOut(serializers.Serializer):
    stored = serializers.IntegerField()


class UndoneOut(serializers.Serializer):
    removed = serializers.IntegerField()


# --- Statutes --------------------------------------------------------------------------------------------


class EditionOut(serializers.Serializer):
    id = serializers.UUIDField()
    adopted_on = serializers.DateField()
    in_force_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)
    article_count = serializers.IntegerField(allow_null=True)


class LawOut(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    short = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    type = serializers.ChoiceField(LawType.choices)
    repealed_on = serializers.DateField(allow_null=True)
    repealed_by = serializers.CharField()
    editions = EditionOut(many=True, source="editions.all")


class EditionIn(StrictSerializer):
    adopted_on = serializers.DateField()
    in_force_on = serializers.DateField()
    article_count = serializers.IntegerField(min_value=1, max_value=5000, required=False, allow_null=True)


class ArticleOut(serializers.Serializer):
    label = serializers.CharField()
    heading = serializers.CharField()
    text = serializers.CharField()


class ArticleChangeOut(serializers.Serializer):
    kind = serializers.ChoiceField(["same", "renumbered", "changed", "gone", "new"])
    old_label = serializers.CharField()
    new_label = serializers.CharField()
    old_text = serializers.CharField()
    new_text = serializers.CharField()
