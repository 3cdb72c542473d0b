"""What the admin of every app begins with: everything can be looked at, nothing edited freely."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html


class ReadOnly(admin.ModelAdmin):
    """Everything can be seen, nothing changed. `page_name`: the address of an object's own page, for the
    column "page"."""

    show_full_result_count = False
    list_per_page = 50
    page_name = ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="办理")
    def page(self, obj: Model) -> str:
        return format_html('<a href="{}">打开</a>', reverse(self.page_name, args=[obj.pk]))


class ReadOnlyRows(admin.TabularInline):
    """Rows below an object, to be looked at."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
