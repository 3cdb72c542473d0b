"""Addresses of what concerns single people beside the sitting itself: reminders, the record of a year."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import law_record, reminders

urlpatterns: list[URLPattern] = [
    path("my/law-record", law_record.my_law_record, name="my_law_record"),
    path("people/<uuid:person>/law-record", law_record.law_record_of, name="law_record_of"),
    path("office/exams/<uuid:exam>/reminders", reminders.reminders, name="reminders"),
]
