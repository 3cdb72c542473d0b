"""Addresses of the calls after handing in."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path
from django.urls.converters import UUIDConverter

from . import certificates, corrections, keying, marking, notes, results

UUID_RE = UUIDConverter.regex

urlpatterns: list[URLPattern] = [
    # Marking by people
    path("exams/<uuid:exam>/marking", marking.ExamMarking.as_view(), name="marking"),
    path("exams/<uuid:exam>/marking/take-back", marking.TakeBack.as_view(), name="marking_take_back"),
    path("marking/queues", marking.Queues.as_view(), name="marking_queues"),
    re_path(
        rf"^marking/queues/(?P<exam>{UUID_RE})/(?P<question>{UUID_RE}(?:\.\d+)?)/next$",
        marking.QueueNext.as_view(),
        name="marking_next",
    ),
    path("marking/tasks/<uuid:task>", marking.Task.as_view(), name="marking_task"),
    path("marking/tasks/<uuid:task>/draft", marking.TaskDraft.as_view(), name="marking_draft"),
    path("marking/tasks/<uuid:task>/judge", marking.TaskJudge.as_view(), name="marking_judge"),
    # Results
    path("exams/<uuid:exam>/results", results.ExamResults.as_view(), name="results"),
    path("exams/<uuid:exam>/notes", notes.ExamNotes.as_view(), name="notes"),
    path("exams/<uuid:exam>/release", results.ExamRelease.as_view(), name="release"),
    path("entries/<uuid:entry>/withhold", results.Withhold.as_view(), name="withhold"),
    path("entries/<uuid:entry>/withhold/lift", results.LiftWithholding.as_view(), name="withhold_lift"),
    path("attempts/<uuid:attempt>/explanation", results.Explanation.as_view(), name="explanation"),
    path("attempts/<uuid:attempt>/reviews", results.AttemptReviews.as_view(), name="attempt_reviews"),
    path("reviews", results.Reviews.as_view(), name="reviews"),
    path("reviews/<uuid:review>/answer", results.ReviewAnswer.as_view(), name="review_answer"),
    path("my/notes", results.MyNotes.as_view(), name="my_notes"),
    # Corrections
    path("exams/<uuid:exam>/corrections", corrections.ExamCorrections.as_view(), name="corrections"),
    path(
        "slots/<uuid:slot>/correction/preview",
        corrections.CorrectionPreview.as_view(),
        name="correction_preview",
    ),
    path("slots/<uuid:slot>/correction", corrections.Correct.as_view(), name="correction"),
    # Paper sheets
    path("sittings/<uuid:sitting>/sheets", keying.Sheets.as_view(), name="sheets"),
    path("sittings/<uuid:sitting>/sheets/find", keying.FindSeat.as_view(), name="sheet_find"),
    path("seats/<uuid:seat>/sheet", keying.FirstReading.as_view(), name="sheet_first"),
    path("seats/<uuid:seat>/scans", keying.Scans.as_view(), name="sheet_scan"),
    path("sheets/<uuid:sheet>", keying.Sheet.as_view(), name="sheet"),
    path("sheets/<uuid:sheet>/second", keying.SecondReading.as_view(), name="sheet_second"),
    path("sheets/<uuid:sheet>/settle", keying.Settle.as_view(), name="sheet_settle"),
    path("sheets/<uuid:sheet>/drop", keying.Drop.as_view(), name="sheet_drop"),
    # Certificates
    path("exams/<uuid:exam>/certificates", certificates.ExamCertificates.as_view(), name="certificates"),
    path(
        "certificates/<uuid:certificate>/withdraw",
        certificates.WithdrawCertificate.as_view(),
        name="certificate_withdraw",
    ),
    path("my/certificates", certificates.MyCertificates.as_view(), name="my_certificates"),
    path("certificates/verify/<str:code>", certificates.Verify.as_view(), name="certificate_verify"),
]
