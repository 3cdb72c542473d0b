"""The admin of banks, for the county's officer: lists, filters, read-only history, import and export.

Nothing is edited freely here: what changes goes through the domain, as on the pages.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from import_export.admin import ImportExportModelAdmin
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm

from examsite.lib import clock
from examsite.lib.errors import DomainError
from examsite.read_only import ReadOnly, ReadOnlyRows

from .domain.banks import change_bank, create_bank
from .domain.imports import undo_import
from .domain.items import question_of
from .domain.reading import require_size
from .domain.reviewing import ACTIONS, move_items
from .formats.base import Unreadable
from .formats.richtext import to_plain
from .kinds.registry import kind as kind_of
from .likeness import bare
from .models import (
    Article,
    Bank,
    Edition,
    ImportRow,
    ImportRun,
    ImportState,
    Item,
    ItemCitation,
    ItemVersion,
    Law,
    Topic,
)
from .resources import HeldFile, ItemResource, OwnCsv, OwnXlsx, QuestionFile


@admin.register(Bank)
class BankAdmin(admin.ModelAdmin):
    list_display = ("name", "unit", "item_count", "created_at")
    list_filter = (("unit", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("name",)
    fields = ("unit", "name", "description", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Bank]:
        return super().get_queryset(request).select_related("unit").annotate(n_items=Count("items"))

    @admin.display(description="题数", ordering="n_items")
    def item_count(self, bank: Bank) -> int:
        return bank.n_items

    def get_readonly_fields(self, request: HttpRequest, obj: Bank | None = None) -> tuple[str, ...]:
        return ("created_at",) if obj is None else ("unit", "created_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Bank, form: forms.ModelForm, change: bool) -> None:
        at = clock.now()
        if change:
            change_bank(bank=obj, name=obj.name, description=obj.description, at=at, actor=request.user)
            return
        made = create_bank(
            name=obj.name, unit=obj.unit, description=obj.description, at=at, actor=request.user
        )
        obj.pk, obj.created_at = made.pk, made.created_at
        obj._state.adding = False


@admin.register(Topic)
class TopicAdmin(ReadOnly):
    list_display = ("name", "parent", "bank")
    list_filter = ("bank",)
    search_fields = ("name",)
    list_select_related = ("parent", "bank")


class VersionInline(ReadOnlyRows):
    model = ItemVersion
    fields = ("number", "words", "answer", "created_by", "created_at")
    readonly_fields = fields

    @admin.display(description="题面")
    def words(self, version: ItemVersion) -> str:
        question = question_of(version)
        lines = [to_plain(question.stem)]
        lines += [f"{one.label}. {to_plain(one.text)}" for one in question.choices]
        lines += [f"（{n}）{to_plain(part.stem)}" for n, part in enumerate(question.parts, 1)]
        return "\n".join(lines)

    @admin.display(description="答案")
    def answer(self, version: ItemVersion) -> str:
        question = question_of(version)
        return kind_of(question.kind).describe_key(question.key) if question.key is not None else ""


class _ImportBank(ImportForm):
    bank = forms.ModelChoiceField(Bank.objects.none(), label="导入到题库")
    field_order = ["bank", "resource", "import_file", "format"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].queryset = Bank.objects.select_related("unit").order_by("name")

    def clean_import_file(self) -> Any:
        sent = self.cleaned_data["import_file"]
        try:
            require_size(sent.size, sent.name)
        except DomainError as error:
            raise forms.ValidationError(error.message) from error
        return sent


class _ConfirmBank(ConfirmImportForm):
    bank = forms.ModelChoiceField(Bank.objects.all(), widget=forms.HiddenInput())


class StaleFilter(admin.SimpleListFilter):
    title = "可能过时"
    parameter_name = "stale"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("1", "可能过时"), ("0", "没有标记")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        if self.value() == "1":
            return queryset.exclude(stale_reason="")
        return queryset.filter(stale_reason="") if self.value() == "0" else queryset


@admin.register(Item)
class ItemAdmin(ReadOnly, ImportExportModelAdmin):
    list_display = ("bank", "number", "kind", "state", "stem", "topic", "difficulty", "stale_reason")
    list_display_links = ("number", "stem")
    list_filter = ("state", "kind", "difficulty", StaleFilter, "bank")
    search_fields = ("folded",)
    search_help_text = "按题干、选项里的字句查找"
    list_select_related = ("bank", "topic", "current")
    fields = (
        "bank",
        ("number", "kind", "state"),
        ("topic", "difficulty", "facility"),
        ("audience", "tags", "source"),
        "stale_reason",
        ("author", "reviewer", "reviewed_at"),
        ("import_run", "created_at"),
    )
    inlines = (VersionInline,)
    actions = ("submit", "approve", "send_back", "retire", "restore")

    resource_classes = [ItemResource]
    import_formats = [QuestionFile]
    export_formats = [OwnXlsx, OwnCsv]
    import_form_class = _ImportBank
    confirm_form_class = _ConfirmBank
    export_form_class = ExportForm
    tmp_storage_class = HeldFile
    skip_admin_log = True  # the domain records the deed

    @admin.display(description="题干")
    def stem(self, item: Item) -> str:
        text = to_plain(item.current.content["stem"])
        return text if len(text) <= 60 else f"{text[:60]}…"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Item], search_term: str
    ) -> tuple[QuerySet[Item], bool]:
        for word in filter(None, map(bare, search_term.split())):
            queryset = queryset.filter(folded__contains=word)
        return queryset, False

    # --- import and export: permissions by code, the bank as a field ------------------------------------

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("questionbanks.add_item")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("questionbanks.view_item")

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_import_data_kwargs(**kwargs) | {"bank": kwargs["form"].cleaned_data["bank"]}

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial = super().get_confirm_form_initial(request, import_form)
        return initial | ({"bank": import_form.cleaned_data["bank"].pk} if import_form else {})

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        if isinstance(e, Unreadable | DomainError):
            form.add_error("import_file", e.message)
        else:
            raise e

    # --- actions ----------------------------------------------------------------------------------------

    def _move(self, request: HttpRequest, queryset: QuerySet[Item], action: str) -> None:
        done = 0
        try:
            for bank in Bank.objects.filter(pk__in=queryset.order_by().values("bank")):
                ids = list(queryset.filter(bank=bank).values_list("pk", flat=True))
                done += move_items(bank=bank, item_ids=ids, action=action, at=clock.now(), actor=request.user)
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)
        if done:
            self.message_user(request, f"{ACTIONS[action]}：{done}道题。", messages.SUCCESS)

    @admin.action(description="提交审题")
    def submit(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        self._move(request, queryset, "submit")

    @admin.action(description="审定")
    def approve(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        self._move(request, queryset, "approve")

    @admin.action(description="退回修改")
    def send_back(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        self._move(request, queryset, "send_back")

    @admin.action(description="停用")
    def retire(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        self._move(request, queryset, "retire")

    @admin.action(description="恢复为草稿")
    def restore(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        self._move(request, queryset, "restore")


class CitationInline(ReadOnlyRows):
    model = ItemCitation
    fields = ("edition", "article", "quote", "upheld_at")


@admin.register(ItemVersion)
class ItemVersionAdmin(ReadOnly):
    list_display = ("item", "number", "created_by", "created_at", "digest")
    list_select_related = ("item", "created_by")
    fields = ("item", "number", "content", "key", "digest", "created_by", "created_at")
    inlines = (CitationInline,)


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly):
    list_display = (
        "file_name",
        "bank",
        "state",
        "found",
        "importable",
        "stored",
        "created_by",
        "created_at",
    )
    list_filter = ("state", "format", "bank")
    search_fields = ("file_name",)
    list_select_related = ("bank", "created_by")
    exclude = ("options", "touched_at", "progress")
    actions = ("undo",)

    @admin.action(description="整批撤销")
    def undo(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> None:
        for run in queryset.filter(state=ImportState.STORED):
            try:
                count = undo_import(run=run, at=clock.now(), actor=request.user)
            except DomainError as error:
                self.message_user(request, f"{run}：{error.message}", messages.ERROR)
            else:
                self.message_user(request, f"{run}：已撤销{count}道题。", messages.SUCCESS)


@admin.register(ImportRow)
class ImportRowAdmin(ReadOnly):
    list_display = ("run", "order", "where", "kind", "decision", "double", "doubtful", "broken", "item")
    list_filter = ("decision", "double", "doubtful")
    list_select_related = ("run", "item")


class EditionInline(ReadOnlyRows):
    model = Edition
    fields = ("adopted_on", "in_force_on", "ended_on", "article_count")


@admin.register(Law)
class LawAdmin(ReadOnly):
    list_display = ("short", "title", "type", "repealed_on", "repealed_by")
    list_filter = ("type",)
    search_fields = ("title", "short")
    inlines = (EditionInline,)


class ArticleInline(ReadOnlyRows):
    model = Article
    fields = ("label", "heading", "text")


@admin.register(Edition)
class EditionAdmin(ReadOnly):
    list_display = ("law", "adopted_on", "in_force_on", "ended_on", "article_count", "text_link")
    list_select_related = ("law",)
    list_filter = (("law", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("law__title", "law__short")

    @admin.display(description="条文")
    def text_link(self, edition: Edition) -> str:
        return format_html('<a href="../article/?edition__id__exact={}">条文</a>', edition.pk)


@admin.register(Article)
class ArticleAdmin(ReadOnly):
    list_display = ("edition", "label", "heading")
    list_select_related = ("edition__law",)
    list_filter = (("edition", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("text",)
