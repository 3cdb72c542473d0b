"""Addresses of the office's pages: exams, blueprints, forms, rosters, sittings."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path
from django.urls.converters import UUIDConverter

from . import blueprints, exams, form_preview, forms, makeups, printing, rosters, sittings

UUID_RE = UUIDConverter.regex
urlpatterns: list[URLPattern] = [
    # The office: exams
    path("office/exams/", exams.exams, name="exams"),
    path("office/exams/new", exams.exam_new, name="exam_new"),
    path("office/exams/<uuid:exam>", exams.exam, name="exam"),
    path("office/exams/<uuid:exam>/rules", exams.exam_edit, name="exam_edit"),
    path("office/exams/<uuid:exam>/publish", exams.exam_publish, name="exam_publish"),
    path("office/exams/<uuid:exam>/close", exams.exam_close, name="exam_close"),
    path("office/exams/<uuid:exam>/delete", exams.exam_delete, name="exam_delete"),
    # Blueprints
    path("office/blueprints/", blueprints.blueprints, name="blueprints"),
    path("office/blueprints/new", blueprints.blueprint_new, name="blueprint_new"),
    path("office/blueprints/count", blueprints.blueprint_count, name="blueprint_count"),
    path("office/blueprints/<uuid:blueprint>", blueprints.blueprint_edit, name="blueprint_edit"),
    path("office/blueprints/<uuid:blueprint>/copy", blueprints.blueprint_clone, name="blueprint_clone"),
    path("office/blueprints/<uuid:blueprint>/delete", blueprints.blueprint_delete, name="blueprint_delete"),
    # Forms
    path("office/exams/<uuid:exam>/forms", forms.forms, name="forms"),
    path("office/exams/<uuid:exam>/forms/build", forms.forms_build, name="forms_build"),
    path("office/exams/<uuid:exam>/forms/ready", forms.forms_ready, name="forms_ready"),
    path("office/exams/<uuid:exam>/forms/publish", forms.forms_publish, name="forms_publish"),
    path("office/forms/<uuid:form>", forms.form, name="form"),
    path("office/forms/<uuid:form>/preview", form_preview.form_preview, name="form_preview"),
    path("office/forms/<uuid:form>/preview/sit", form_preview.preview_sit, name="preview_sit"),
    path(
        "office/forms/<uuid:form>/preview/calls/sittings/<uuid:sitting>/attempts",
        form_preview.preview_start,
        name="preview_start",
    ),
    path(
        "office/forms/<uuid:form>/preview/calls/attempts/<uuid:attempt>/answers",
        form_preview.preview_answers,
        name="preview_answers",
    ),
    path(
        "office/forms/<uuid:form>/preview/calls/attempts/<uuid:attempt>/heartbeat",
        form_preview.preview_heartbeat,
        name="preview_heartbeat",
    ),
    path(
        "office/forms/<uuid:form>/preview/calls/attempts/<uuid:attempt>/submit",
        form_preview.preview_submit,
        name="preview_submit",
    ),
    path("office/forms/<uuid:form>/deed", forms.form_deed, name="form_deed"),
    path("office/forms/<uuid:form>/<slug:what>.<slug:format>", printing.form_print, name="form_print"),
    re_path(
        rf"^office/exams/(?P<exam>{UUID_RE})/forms\.(?P<format>png|svg)$",
        forms.forms_chart,
        name="forms_chart",
    ),
    path("office/slots/<uuid:slot>/deed", forms.slot_deed, name="slot_deed"),
    path("office/slots/<uuid:slot>/pick", forms.slot_pick, name="slot_pick"),
    # Rosters
    path("office/exams/<uuid:exam>/roster", rosters.roster, name="roster"),
    path("office/exams/<uuid:exam>/roster/draw", rosters.roster_draw, name="roster_draw"),
    path("office/exams/<uuid:exam>/roster/freeze", rosters.roster_freeze, name="roster_freeze"),
    path("office/exams/<uuid:exam>/roster/add", rosters.roster_add, name="roster_add"),
    path("office/entries/<uuid:entry>", rosters.entry, name="entry"),
    path("office/entries/<uuid:entry>/terms", rosters.entry_terms, name="entry_terms"),
    path("office/entries/<uuid:entry>/drop", rosters.entry_drop, name="entry_drop"),
    path("office/entries/<uuid:entry>/change/<slug:action>", rosters.entry_change, name="entry_change"),
    path("office/roster-files/<int:event>", rosters.roster_file, name="roster_file"),
    # Sittings
    path("office/exams/<uuid:exam>/sittings", sittings.sittings, name="sittings"),
    path("office/exams/<uuid:exam>/sittings/new", sittings.sitting_new, name="sitting_new"),
    path("office/exams/<uuid:exam>/makeup", makeups.makeup_new, name="makeup_new"),
    path("office/sittings/<uuid:sitting>", sittings.sitting, name="sitting"),
    path("office/sittings/<uuid:sitting>/edit", sittings.sitting_edit, name="sitting_edit"),
    path("office/sittings/<uuid:sitting>/deed", sittings.sitting_deed, name="sitting_deed"),
    path("office/sittings/<uuid:sitting>/seats", sittings.seats_deed, name="seats_deed"),
    path("office/sittings/<uuid:sitting>/rooms/new", sittings.room_new, name="room_new"),
    path("office/sittings/<uuid:sitting>/slips", printing.sitting_slips, name="sitting_slips"),
    path("office/sittings/<uuid:sitting>/<slug:what>.pdf", printing.sitting_print, name="sitting_print"),
    path("office/rooms/<uuid:room>", sittings.room_edit, name="room_edit"),
    path("office/rooms/<uuid:room>/remove", sittings.room_remove, name="room_remove"),
]
