"""Addresses of the API."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.decorators.gzip import gzip_page

from . import (
    entering,
    evidence,
    figures_urls,
    hot_urls,
    marking_urls,
    office_urls,
    people_urls,
    practice,
    sign_in,
    staff,
)

app_name = "exams_api"
urlpatterns: list[URLPattern] = [
    *hot_urls.urlpatterns,
    path("sign-in", sign_in.SignIn.as_view(), name="sign_in"),
    path("my/sittings", entering.MySittings.as_view(), name="my_sittings"),
    path("sittings/<uuid:sitting>/attempts", gzip_page(entering.Start.as_view()), name="start"),
    path("attempts/<uuid:attempt>/claim", gzip_page(entering.Claim.as_view()), name="claim"),
    path("attempts/<uuid:attempt>/result", entering.Result.as_view(), name="result"),
    path("my/practice", practice.Practice.as_view(), name="my_practice"),
    path("my/practice/<uuid:bank>", practice.PracticeQuestions.as_view(), name="my_practice_questions"),
    path(
        "my/practice/<uuid:bank>/<str:question>", practice.PracticeAnswer.as_view(), name="my_practice_answer"
    ),
    path("my/mistakes", practice.Mistakes.as_view(), name="my_mistakes"),
    path(
        "my/mistakes/<uuid:attempt>/<str:slot>", practice.MistakeAnswer.as_view(), name="my_mistakes_answer"
    ),
    # Staff
    path("sittings/<uuid:sitting>/monitor", staff.Monitor.as_view(), name="monitor"),
    path("sittings/<uuid:sitting>/extend", staff.ExtendSitting.as_view(), name="sitting_extend"),
    path("sittings/<uuid:sitting>/notices", staff.SendNotice.as_view(), name="sitting_notice"),
    path("sittings/<uuid:sitting>/late-answers", staff.LateAnswers.as_view(), name="late_answers"),
    path("sittings/<uuid:sitting>/release", staff.Release.as_view(), name="sitting_release"),
    path("sittings/<uuid:sitting>/evidence", evidence.Evidence.as_view(), name="sitting_evidence"),
    path("attempts/<uuid:attempt>/extend", staff.ExtendAttempt.as_view(), name="attempt_extend"),
    path("attempts/<uuid:attempt>/void", staff.VoidAttempt.as_view(), name="attempt_void"),
    path("attempts/<uuid:attempt>/reopen", staff.ReopenAttempt.as_view(), name="attempt_reopen"),
    path("attempts/<uuid:attempt>/device", staff.DecideDevice.as_view(), name="attempt_device"),
    path("seats/<uuid:seat>/block", staff.BlockSeat.as_view(), name="seat_block"),
    path("seats/<uuid:seat>/unblock", staff.UnblockSeat.as_view(), name="seat_unblock"),
    path("seats/<uuid:seat>/ticket", staff.ReplaceTicket.as_view(), name="seat_ticket"),
    path("late-answers/<int:late>/decide", staff.DecideLate.as_view(), name="late_answer_decide"),
    *office_urls.urlpatterns,
    *figures_urls.urlpatterns,
    *marking_urls.urlpatterns,
    *people_urls.urlpatterns,
]
