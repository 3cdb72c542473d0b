"""Addresses of the calls about single people beside the sitting itself: reminders, the record of a year."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import law_record, reminders

urlpatterns: list[URLPattern] = [
    path("exams/<uuid:exam>/absent", reminders.Absent.as_view(), name="absent"),
    path("exams/<uuid:exam>/reminders", reminders.Reminders.as_view(), name="reminders"),
    path("my/law-records/<int:year>", law_record.MyLawRecord.as_view(), name="my_law_record"),
    path(
        "people/<uuid:person>/law-records/<int:year>", law_record.LawRecordOf.as_view(), name="law_record_of"
    ),
]
