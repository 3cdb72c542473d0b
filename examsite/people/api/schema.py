"""The shapes of the calls about people, for checking what comes in and for the API document."""

from __future__ import annotations

from rest_framework import serializers

from examsite.api import StrictSerializer

from ..models import Establishment, Role, UnitKind

# --- Units ------------------------------------------------------------------------------------------------


class UnitOut(serializers.Serializer):
    id = serializers.UUIDField()
    parent = serializers.UUIDField(source="parent_id", allow_null=True)
    kind = serializers.ChoiceField(UnitKind.choices)
    name = serializers.CharField()
    code = serializers.CharField()
    order = serializers.IntegerField()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)


class NewUnitIn(StrictSerializer):
    parent = serializers.UUIDField()
    kind = serializers.ChoiceField(UnitKind.choices)
    name = serializers.CharField(max_length=64)
    code = serializers.CharField(max_length=8, default="", allow_blank=True)
    order = serializers.IntegerField(min_value=0, max_value=9999, default=0)
    valid_from = serializers.DateField(default=None, allow_null=True)


class RenameUnitIn(StrictSerializer):
    name = serializers.CharField(max_length=64)
    code = serializers.CharField(max_length=8, required=False, allow_blank=True)
    order = serializers.IntegerField(min_value=0, max_value=9999, required=False)


class MoveUnitIn(StrictSerializer):
    parent = serializers.UUIDField()
    reason = serializers.CharField(max_length=200)


class PeopleEndIn(StrictSerializer):
    on = serializers.DateField()
    reason = serializers.CharField(max_length=200)


class PeopleReasonIn(StrictSerializer):
    reason = serializers.CharField(max_length=200)


class CategoryOut(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


# --- People -----------------------------------------------------------------------------------------------


class MembershipOut(serializers.Serializer):
    id = serializers.UUIDField()
    unit = serializers.UUIDField(source="unit_id")
    unit_name = serializers.CharField(source="unit.name")
    category = serializers.CharField(source="category_id")
    establishment = serializers.ChoiceField(Establishment.choices)
    position = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True, help_text="The first day that no longer counts.")


class PersonOut(serializers.Serializer):
    """A person as a list shows him: no telephone number."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    name_note = serializers.CharField()
    username = serializers.CharField(allow_null=True)
    is_active = serializers.BooleanField()
    memberships = MembershipOut(many=True, source="present", help_text="Those of today.")


class GrantOut(serializers.Serializer):
    id = serializers.UUIDField()
    role = serializers.ChoiceField(Role.choices)
    unit = serializers.UUIDField(source="unit_id")
    unit_name = serializers.CharField(source="unit.name")
    granted_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class PersonDetailOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    name_note = serializers.CharField()
    username = serializers.CharField(allow_null=True)
    birth_year = serializers.IntegerField(allow_null=True)
    phone = serializers.CharField(help_text="Masked.")
    is_active = serializers.BooleanField()
    merged_into = serializers.UUIDField(source="merged_into_id", allow_null=True)
    memberships = MembershipOut(many=True)
    roles = GrantOut(many=True)


class PeopleQuery(serializers.Serializer):
    """How the list may be narrowed."""

    q = serializers.CharField(required=False, help_text="Name, user name or a whole telephone number.")
    unit = serializers.UUIDField(required=False)
    category = serializers.CharField(required=False)
    state = serializers.ChoiceField(["present", "past", "all"], required=False)


class MembershipIn(StrictSerializer):
    unit = serializers.UUIDField()
    category = serializers.SlugField()
    establishment = serializers.ChoiceField(Establishment.choices, default=Establishment.NONE)
    position = serializers.CharField(max_length=64, default="", allow_blank=True)
    since = serializers.DateField()


class PersonFieldsIn(StrictSerializer):
    name = serializers.CharField(max_length=64)
    name_note = serializers.CharField(max_length=32, default="", allow_blank=True)
    username = serializers.CharField(max_length=64, default=None, allow_null=True)
    birth_year = serializers.IntegerField(default=None, allow_null=True)


class NewPersonIn(PersonFieldsIn, MembershipIn):
    phone = serializers.CharField(max_length=32, default="", allow_blank=True)


class ChangePersonIn(PersonFieldsIn):
    phone = serializers.CharField(
        max_length=32, default=None, allow_null=True, allow_blank=True, help_text='null: as it is; "": none.'
    )
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class MemberMoveIn(StrictSerializer):
    on = serializers.DateField()
    unit = serializers.UUIDField(required=False)
    category = serializers.SlugField(required=False)
    establishment = serializers.ChoiceField(Establishment.choices, required=False)
    position = serializers.CharField(max_length=64, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class MergeIn(StrictSerializer):
    double = serializers.UUIDField()
    reason = serializers.CharField(max_length=200)


class PeopleExportIn(StrictSerializer):
    unit = serializers.UUIDField(help_text="With all below it.")
    category = serializers.SlugField(default=None, allow_null=True, help_text="null: all.")
    with_phones = serializers.BooleanField(default=False)
    purpose = serializers.CharField(max_length=200, help_text="Stands in approval, log and file.")


class LinkOut(serializers.Serializer):
    link = serializers.CharField(help_text="Shown once; works once, for three days.")


# --- Roles, approvals, the log ----------------------------------------------------------------------------


class GrantIn(StrictSerializer):
    role = serializers.ChoiceField(Role.choices)
    unit = serializers.UUIDField()
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class GrantReply(serializers.Serializer):
    grant = GrantOut(allow_null=True)
    approval = serializers.UUIDField(allow_null=True, help_text="Waits for a second officer.")


class ApprovalOut(serializers.Serializer):
    id = serializers.UUIDField()
    action = serializers.CharField()
    summary = serializers.CharField()
    content = serializers.JSONField()
    digest = serializers.CharField()
    unit = serializers.UUIDField(source="unit_id")
    proposer = serializers.CharField(source="proposer.name")
    proposed_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    approver = serializers.CharField(source="approver.name", allow_null=True, default=None)
    approved = serializers.BooleanField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    used_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()


class DecisionIn(StrictSerializer):
    approve = serializers.BooleanField()
    digest = serializers.CharField(help_text="That of the content which was looked at.")
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class AuditOut(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = serializers.CharField(source="actor.name", allow_null=True, default=None)
    action = serializers.CharField()
    object_type = serializers.CharField()
    object_id = serializers.CharField()
    label = serializers.CharField()
    unit = serializers.UUIDField(source="unit_id", allow_null=True)
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    reason = serializers.CharField()
    address = serializers.CharField()


class AuditQuery(serializers.Serializer):
    q = serializers.CharField(required=False, help_text="Object, reason or object id.")
    actor = serializers.CharField(required=False)
    action = serializers.CharField(required=False, help_text="Beginning of the action's code.")
    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)


# --- Me ---------------------------------------------------------------------------------------------------


class MeOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    roles = GrantOut(many=True)


class MyDataOut(serializers.Serializer):
    title = serializers.CharField()
    why = serializers.CharField()
    kept = serializers.CharField()
    rows = serializers.ListField(child=serializers.DictField())


class ConfirmIn(StrictSerializer):
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class MyCorrectionIn(StrictSerializer):
    text = serializers.CharField(max_length=1000)


# --- Lists of people --------------------------------------------------------------------------------------


class PeopleImportOut(serializers.Serializer):
    id = serializers.UUIDField()
    unit = serializers.UUIDField(source="unit_id")
    file_name = serializers.CharField()
    since = serializers.DateField()
    state = serializers.CharField()
    summary = serializers.JSONField()
    made_at = serializers.DateTimeField()
    applied_at = serializers.DateTimeField(allow_null=True)


class PeopleUploadIn(StrictSerializer):
    unit = serializers.UUIDField()
    since = serializers.DateField()
    file = serializers.FileField(max_length=200)


class PeopleOptionsIn(StrictSerializer):
    """What a person decides: column meanings by sheet and index, names of units → ids, words → categories,
    row keys → person id or "new", row keys → note, leavers' memberships (or "all")."""

    since = serializers.DateField()
    columns = serializers.DictField(child=serializers.DictField(child=serializers.CharField()), default=dict)
    units = serializers.DictField(child=serializers.UUIDField(), default=dict)
    categories = serializers.DictField(child=serializers.SlugField(), default=dict)
    people = serializers.DictField(child=serializers.CharField(max_length=36), default=dict)
    notes = serializers.DictField(child=serializers.CharField(max_length=32), default=dict)
    leavers = serializers.ListField(child=serializers.CharField(max_length=36), default=list)
    drop_phones = serializers.BooleanField(default=False)


class PeopleProblemOut(serializers.Serializer):
    key = serializers.CharField(help_text="sheet!row")
    code = serializers.CharField()
    severity = serializers.CharField()
    message = serializers.CharField()
    cell = serializers.CharField()


class PeoplePreviewOut(serializers.Serializer):
    digest = serializers.CharField(help_text="Send it back to confirm exactly this.")
    summary = serializers.DictField(child=serializers.IntegerField())
    problems = PeopleProblemOut(many=True)
    units = serializers.ListField(child=serializers.DictField())
    categories = serializers.ListField(child=serializers.DictField())


class PeopleApplyIn(StrictSerializer):
    digest = serializers.CharField(max_length=64)
