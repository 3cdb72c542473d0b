"""The admin of people, for the county's officer: lists, filters, read-only history.

Nothing is edited freely here. What changes goes through the domain; most of it has pages of its own.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.timezone import localdate

from examsite.lib import clock
from examsite.lib.errors import DomainError
from examsite.read_only import ReadOnly, ReadOnlyRows

from .domain.accounts import sign_out_everywhere
from .domain.categories import save_category
from .domain.memberships import valid_on
from .domain.tries import unlock_person
from .models import (
    Approval,
    AuditRecord,
    AuditSeal,
    Category,
    CorrectionRequest,
    Feedback,
    LawWiseStage,
    Membership,
    PeopleImport,
    RoleGrant,
    Unit,
    User,
)
from .words import action_words

admin.site.unregister(Group)  # rights come from roles


class MembershipRows(ReadOnlyRows):
    model = Membership
    fields = ("unit", "category", "establishment", "position", "valid_from", "valid_to")
    ordering = ("-valid_from",)


class GrantRows(ReadOnlyRows):
    model = RoleGrant
    fk_name = "user"
    fields = ("role", "unit", "granted_by", "granted_at", "ended_at")
    ordering = ("-granted_at",)


class StageRows(ReadOnlyRows):
    model = LawWiseStage
    fk_name = "user"
    fields = ("stage", "unit", "source", "certificate", "certified_to", "valid_from", "valid_to", "reason")
    ordering = ("-valid_from", "-pk")


@admin.register(Unit)
class UnitAdmin(ReadOnly):
    page_name = "people:unit"
    list_display = ("name", "kind", "parent", "code", "people", "valid_from", "valid_to", "page")
    list_filter = ("kind", ("valid_to", admin.EmptyFieldListFilter))
    list_select_related = ("parent",)
    search_fields = ("name", "code")
    ordering = ("path",)
    fields = ("name", "kind", "parent", "code", "order", "valid_from", "valid_to")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        today = localdate(clock.now())
        on = Q(memberships__valid_from__lte=today) & (
            Q(memberships__valid_to__isnull=True) | Q(memberships__valid_to__gt=today)
        )
        return (
            super()
            .get_queryset(request)
            .annotate(members=Count("memberships__user", filter=on, distinct=True))
        )

    @admin.display(description="在册人数", ordering="members")
    def people(self, unit: Unit) -> int:
        return unit.members


class PresentFilter(admin.SimpleListFilter):
    title = "在册"
    parameter_name = "present"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "现在在册"), ("no", "不在册")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() not in ("yes", "no"):
            return queryset
        present = Membership.objects.filter(valid_on(localdate(clock.now()))).values("user")
        return queryset.filter(pk__in=present) if self.value() == "yes" else queryset.exclude(pk__in=present)


@admin.register(User)
class UserAdmin(ReadOnly):
    page_name = "people:person"
    list_display = ("name", "name_note", "username", "is_active", "last_login", "merged_into", "page")
    list_filter = (PresentFilter, "is_active", "memberships__category", "grants__role")
    list_select_related = ("merged_into",)
    search_fields = ("name", "username", "name_note")
    ordering = ("name", "pk")
    fields = (
        "name", "name_note", "username", "birth_year", "is_active", "is_staff", "last_login",
        "password_changed_at", "merged_into", "forgotten_at", "created_at",
    )  # fmt: skip
    inlines = (MembershipRows, GrantRows, StageRows)
    actions = ("unlock", "sign_out")

    @admin.action(description="解除登录锁定", permissions=["view"])
    def unlock(self, request: HttpRequest, people: QuerySet[User]) -> None:
        for user in people:
            unlock_person(user=user, at=clock.now(), actor=request.user)
        self.message_user(request, f"已解除{len(people)}人的登录锁定。")

    @admin.action(description="退出其所有设备", permissions=["view"])
    def sign_out(self, request: HttpRequest, people: QuerySet[User]) -> None:
        for user in people:
            try:
                sign_out_everywhere(user=user, at=clock.now(), actor=request.user, reason="后台操作")
            except DomainError as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                self.message_user(request, f"“{user}”已退出所有设备。")


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    list_display = ("user", "unit", "category", "establishment", "position", "valid_from", "valid_to")
    list_filter = ("category", "establishment", ("valid_to", admin.EmptyFieldListFilter))
    list_select_related = ("user", "unit", "category")
    search_fields = ("user__name", "unit__name", "position")
    date_hierarchy = "valid_from"


@admin.register(LawWiseStage)
class LawWiseStageAdmin(ReadOnly):
    list_display = (
        "user",
        "stage",
        "unit",
        "source",
        "certificate",
        "certified_to",
        "valid_from",
        "valid_to",
    )
    list_filter = ("stage", "source", ("valid_to", admin.EmptyFieldListFilter))
    list_select_related = ("user", "unit")
    search_fields = ("user__name", "unit__name", "certificate")
    fields = (
        "user", "stage", "unit", "source", "certificate", "certified_to", "valid_from", "valid_to", "reason",
        "recorded_by", "recorded_at",
    )  # fmt: skip
    date_hierarchy = "valid_from"


@admin.register(RoleGrant)
class RoleGrantAdmin(ReadOnly):
    list_display = ("user", "role", "unit", "granted_by", "granted_at", "ended_at")
    list_filter = ("role", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "unit", "granted_by")
    search_fields = ("user__name", "unit__name")
    date_hierarchy = "granted_at"


class CategoryForm(forms.ModelForm):
    class Meta:
        model = Category
        fields = ("code", "name", "order")


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    """The one list that is kept here; it is written through the domain, and nothing is deleted."""

    form = CategoryForm
    list_display = ("name", "code", "order", "people")
    ordering = ("order", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        open_rows = Q(memberships__valid_to__isnull=True)
        return (
            super()
            .get_queryset(request)
            .annotate(members=Count("memberships__user", filter=open_rows, distinct=True))
        )

    @admin.display(description="在册人数", ordering="members")
    def people(self, category: Category) -> int:
        return category.members

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Category, form: forms.ModelForm, change: bool) -> None:
        save_category(
            code=obj.code,
            name=obj.name,
            order=obj.order,
            at=clock.now(),
            actor=request.user,
            category=Category.objects.get(pk=obj.pk) if change else None,
        )


@admin.register(Approval)
class ApprovalAdmin(ReadOnly):
    list_display = ("summary", "unit", "proposer", "proposed_at", "approver", "approved", "used_at")
    list_filter = ("action", "approved", ("used_at", admin.EmptyFieldListFilter))
    list_select_related = ("unit", "proposer", "approver")
    search_fields = ("summary", "proposer__name", "approver__name")
    date_hierarchy = "proposed_at"


@admin.register(AuditRecord)
class AuditRecordAdmin(ReadOnly):
    """The whole log is the auditor's; the county's officer sees what was done, and in his own name too."""

    list_display = ("at", "actor", "words", "label", "unit", "address")
    list_filter = ("action",)
    list_select_related = ("actor", "unit")
    search_fields = ("label", "reason", "object_id", "actor__name")
    date_hierarchy = "at"

    @admin.display(description="动作", ordering="action")
    def words(self, record: AuditRecord) -> str:
        return action_words(record.action)


@admin.register(AuditSeal)
class AuditSealAdmin(ReadOnly):
    list_display = ("number", "records", "last_at", "sealed_at", "expired_at", "digest")
    ordering = ("-number",)


@admin.register(PeopleImport)
class PeopleImportAdmin(ReadOnly):
    page_name = "people:import"
    list_display = ("file_name", "unit", "state", "made_by", "made_at", "applied_at", "undone_at", "page")
    list_filter = ("state",)
    list_select_related = ("unit", "made_by")
    search_fields = ("file_name", "unit__name")
    fields = (
        "file_name", "file_digest", "unit", "since", "state", "summary", "made_by", "made_at",
        "applied_at", "undone_at",
    )  # fmt: skip
    date_hierarchy = "made_at"


@admin.register(CorrectionRequest)
class CorrectionRequestAdmin(ReadOnly):
    page_name = "people:correction"
    list_display = ("user", "unit", "asked_at", "answered_at", "answered_by", "page")
    list_filter = (("answered_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user", "unit", "answered_by")
    search_fields = ("user__name", "text")


@admin.register(Feedback)
class FeedbackAdmin(ReadOnly):
    page_name = "people:register_entry"
    list_display = ("code", "kind", "sent_at", "answered_at", "answered_by", "page")
    list_filter = ("kind", ("answered_at", admin.EmptyFieldListFilter))
    list_select_related = ("answered_by",)
    search_fields = ("code", "text")
    date_hierarchy = "sent_at"
