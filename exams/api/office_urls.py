"""Addresses of the office's calls."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import office_blueprints as blueprints
from . import office_exams as exams
from . import office_forms as forms
from . import office_rosters as rosters
from . import office_sittings as sittings

urlpatterns: list[URLPattern] = [
    path("blueprints", blueprints.Blueprints.as_view(), name="blueprints"),
    path("blueprints/supply", blueprints.Supply.as_view(), name="blueprint_supply"),
    path("blueprints/<uuid:blueprint>", blueprints.BlueprintDetail.as_view(), name="blueprint"),
    path("blueprints/<uuid:blueprint>/copy", blueprints.BlueprintCopy.as_view(), name="blueprint_copy"),
    path("exams", exams.Exams.as_view(), name="exams"),
    path("exams/<uuid:exam>", exams.ExamDetail.as_view(), name="exam"),
    path("exams/<uuid:exam>/close", exams.ExamClose.as_view(), name="exam_close"),
    path("exams/<uuid:exam>/end-times", exams.ExamEndTimes.as_view(), name="exam_end_times"),
    path("exams/<uuid:exam>/publish", exams.ExamPublish.as_view(), name="exam_publish"),
    path("exams/<uuid:exam>/forms", forms.Forms.as_view(), name="forms"),
    path("exams/<uuid:exam>/forms/comparison", forms.FormsComparison.as_view(), name="forms_comparison"),
    path("exams/<uuid:exam>/forms/compose", forms.FormsCompose.as_view(), name="forms_compose"),
    path("exams/<uuid:exam>/forms/publish", forms.FormsPublish.as_view(), name="forms_publish"),
    path("forms/<uuid:form>", forms.FormDetail.as_view(), name="form"),
    path("forms/<uuid:form>/paper", forms.FormPaper.as_view(), name="form_paper"),
    path("forms/<uuid:form>/publish", forms.FormPublish.as_view(), name="form_publish"),
    path("forms/<uuid:form>/rebuild", forms.FormRebuild.as_view(), name="form_rebuild"),
    path("slots/<uuid:slot>/lock", forms.SlotLock.as_view(), name="slot_lock"),
    path("slots/<uuid:slot>/move", forms.SlotMove.as_view(), name="slot_move"),
    path("slots/<uuid:slot>/refresh", forms.SlotRefresh.as_view(), name="slot_refresh"),
    path("slots/<uuid:slot>/replace", forms.SlotReplace.as_view(), name="slot_replace"),
    path("exams/<uuid:exam>/roster", rosters.Roster.as_view(), name="roster"),
    path("exams/<uuid:exam>/roster/additions", rosters.RosterAdditions.as_view(), name="roster_additions"),
    path("exams/<uuid:exam>/roster/doubts", rosters.RosterDoubts.as_view(), name="roster_doubts"),
    path("exams/<uuid:exam>/roster/draw", rosters.RosterDraw.as_view(), name="roster_draw"),
    path("exams/<uuid:exam>/roster/freeze", rosters.RosterFreeze.as_view(), name="roster_freeze"),
    path("entries/<uuid:entry>", rosters.EntryDetail.as_view(), name="entry"),
    path("entries/<uuid:entry>/changes", rosters.EntryChanges.as_view(), name="entry_changes"),
    path("entries/<uuid:entry>/terms", rosters.EntryTerms.as_view(), name="entry_terms"),
    path("exams/<uuid:exam>/makeups", sittings.Makeups.as_view(), name="makeups"),
    path("exams/<uuid:exam>/sittings", sittings.Sittings.as_view(), name="sittings"),
    path("sittings/<uuid:sitting>", sittings.SittingDetail.as_view(), name="sitting"),
    path("sittings/<uuid:sitting>/deal", sittings.Deal.as_view(), name="sitting_deal"),
    path("sittings/<uuid:sitting>/rooms", sittings.Rooms.as_view(), name="rooms"),
    path("sittings/<uuid:sitting>/seats", sittings.Seats.as_view(), name="seats"),
    path("sittings/<uuid:sitting>/swap", sittings.Swap.as_view(), name="sitting_swap"),
    path("sittings/<uuid:sitting>/tickets", sittings.Tickets.as_view(), name="sitting_tickets"),
    path("rooms/<uuid:room>", sittings.RoomDetail.as_view(), name="room"),
]
