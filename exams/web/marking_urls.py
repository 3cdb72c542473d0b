"""Addresses of everything after handing in: marking, results, corrections, paper sheets, certificates."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path
from django.urls.converters import UUIDConverter

from . import certificates, corrections, keying, marking, my_results, notes, releases, results, reviews

UUID_RE = UUIDConverter.regex
QUESTION_RE = rf"{UUID_RE}(?:\.\d+)?"

urlpatterns: list[URLPattern] = [
    # The candidate's own
    path("my/attempts/<uuid:attempt>/result", my_results.result, name="result"),
    path("my/attempts/<uuid:attempt>/review", my_results.review_new, name="review_new"),
    path("my/attempts/<uuid:attempt>/explanation", my_results.my_explanation, name="my_explanation"),
    path("my/certificates/<uuid:certificate>.png", my_results.my_certificate, name="my_certificate"),
    # Marking by people
    path("office/exams/<uuid:exam>/marking", marking.marking, name="marking"),
    path("office/exams/<uuid:exam>/marking/plan", marking.marking_plan, name="marking_plan"),
    path(
        "office/exams/<uuid:exam>/marking/markers/<uuid:marker>/take-back",
        marking.marking_take_back,
        name="marking_take_back",
    ),
    path("marking/", marking.my_marking, name="my_marking"),
    re_path(
        rf"^marking/(?P<exam>{UUID_RE})/(?P<question>{QUESTION_RE})$", marking.mark_queue, name="mark_queue"
    ),
    path("marking/tasks/<uuid:task>", marking.mark_task, name="mark_task"),
    path("marking/tasks/<uuid:task>/draft", marking.mark_draft, name="mark_draft"),
    # Results
    path("office/exams/<uuid:exam>/results", results.results, name="results"),
    path("office/exams/<uuid:exam>/results.xlsx", results.results_xlsx, name="results_xlsx"),
    path("office/exams/<uuid:exam>/notes", notes.notes, name="notes"),
    path("office/exams/<uuid:exam>/release", releases.release, name="release"),
    path("office/sittings/<uuid:sitting>/release", releases.sitting_release, name="sitting_release"),
    path("office/entries/<uuid:entry>/results", results.entry_results, name="entry_results"),
    path("office/entries/<uuid:entry>/withhold", releases.entry_withhold, name="entry_withhold"),
    path("office/attempts/<uuid:attempt>/explanation", reviews.explanation, name="explanation"),
    path("reviews/", reviews.review_list, name="reviews"),
    path("reviews/<uuid:review>", reviews.review, name="review"),
    # Corrections
    path("office/exams/<uuid:exam>/corrections", corrections.corrections, name="corrections"),
    path("office/slots/<uuid:slot>/correction", corrections.correction, name="correction"),
    # Paper sheets
    path("sittings/<uuid:sitting>/sheets", keying.sheets, name="sheets"),
    path("seats/<uuid:seat>/sheet", keying.sheet_key, name="sheet_key"),
    path("seats/<uuid:seat>/scans", keying.scan_add, name="scan_add"),
    path("sheets/<uuid:sheet>/compare", keying.sheet_compare, name="sheet_compare"),
    path("sheets/<uuid:sheet>/drop", keying.sheet_drop, name="sheet_drop"),
    path("scans/<uuid:scan>", keying.scan, name="scan"),
    # Certificates
    path("office/exams/<uuid:exam>/certificates", certificates.certificates, name="certificates"),
    path(
        "office/exams/<uuid:exam>/certificates/issue",
        certificates.certificates_issue,
        name="certificates_issue",
    ),
    path("office/exams/<uuid:exam>/certificates.pdf", certificates.certificates_pdf, name="certificates_pdf"),
    path(
        "office/exams/<uuid:exam>/certificates.xlsx", certificates.certificates_xlsx, name="certificates_xlsx"
    ),
    re_path(
        rf"^office/certificates/(?P<certificate>{UUID_RE})\.(?P<format>pdf|png)$",
        certificates.certificate_file,
        name="certificate_file",
    ),
    path(
        "office/certificates/<uuid:certificate>/withdraw",
        certificates.certificate_withdraw,
        name="certificate_withdraw",
    ),
    path("verify/", certificates.verify, name="verify_form"),
    path("verify/<str:code>", certificates.verify, name="verify"),
]
