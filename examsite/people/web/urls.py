"""Addresses of the pages."""

from __future__ import annotations

from django.urls import path

from . import (
    approvals,
    audit,
    exports,
    imports,
    memberships,
    mine,
    persons,
    public,
    roles,
    signing_in,
    stages,
    units,
)

app_name = "people"
urlpatterns = [
    # Going in and out
    path("sign-in", signing_in.sign_in, name="sign_in"),
    path("sign-in/code", signing_in.sign_in_code, name="sign_in_code"),
    path("sign-in/enrol", signing_in.sign_in_enrol, name="sign_in_enrol"),
    path("sign-in/password", signing_in.sign_in_password, name="sign_in_password"),
    path("sign-in/link", signing_in.sign_in_link, name="sign_in_link"),
    path("sign-out", signing_in.sign_out, name="sign_out"),
    path("confirm", signing_in.confirm, name="confirm"),
    # My own data
    path("me", mine.me, name="me"),
    path("me/export", mine.my_export, name="my_export"),
    path("me/sign-out", mine.my_sign_out, name="my_sign_out"),
    path("me/messages/seen", mine.my_messages_seen, name="put_away"),
    path("me/corrections/new", mine.correction_new, name="correction_new"),
    path("me/password", signing_in.change_password, name="change_password"),
    path("me/second-factor", signing_in.my_second_factor, name="second_factor"),
    path("me/second-factor/codes", signing_in.renew_codes, name="renew_codes"),
    path("me/second-factor/remove", signing_in.remove_second_factor, name="remove_second_factor"),
    # For everybody
    path("about/notice", public.notice, name="notice"),
    path("about/limits", public.limits, name="limits"),
    path("feedback", public.feedback, name="feedback"),
    path("feedback/answer", public.feedback_answer, name="feedback_answer"),
    path("feedback/register", public.register, name="register"),
    path("feedback/register/<uuid:feedback>", public.register_entry, name="register_entry"),
    # Units
    path("units", units.units, name="units"),
    path("units/<uuid:unit>", units.unit, name="unit"),
    path("units/<uuid:unit>/new", units.unit_new, name="unit_new"),
    path("units/<uuid:unit>/edit", units.unit_edit, name="unit_edit"),
    path("units/<uuid:unit>/move", units.unit_move, name="unit_move"),
    path("units/<uuid:unit>/end", units.unit_end, name="unit_end"),
    # People
    path("people", persons.people, name="people"),
    path("people/new", persons.person_new, name="person_new"),
    path("people/export", exports.export_new, name="export_new"),
    path("people/export/<uuid:approval>", exports.export_download, name="export_download"),
    path("people/imports", imports.imports, name="imports"),
    path("people/imports/template", imports.template, name="import_template"),
    path("people/imports/<uuid:run>", imports.import_run, name="import"),
    path("people/imports/<uuid:run>/problems", imports.import_problems, name="import_problems"),
    path("people/imports/<uuid:run>/drop", imports.import_drop, name="import_drop"),
    path("people/imports/<uuid:run>/undo", imports.import_undo, name="import_undo"),
    path("people/<uuid:person>", persons.person, name="person"),
    path("people/<uuid:person>/edit", persons.person_edit, name="person_edit"),
    path("people/<uuid:person>/block", persons.person_block, name="person_block"),
    path("people/<uuid:person>/unblock", persons.person_unblock, name="person_unblock"),
    path("people/<uuid:person>/unlock", persons.person_unlock, name="person_unlock"),
    path("people/<uuid:person>/sign-out", persons.person_sign_out, name="person_sign_out"),
    path("people/<uuid:person>/link", persons.person_link, name="person_link"),
    path("people/<uuid:person>/second-factor", persons.person_factor_off, name="person_factor_off"),
    path("people/<uuid:person>/merge", persons.person_merge, name="person_merge"),
    path("people/<uuid:person>/forget", persons.person_forget, name="person_forget"),
    path("people/<uuid:person>/stage", stages.stage_change, name="stage_change"),
    path("people/<uuid:person>/memberships/new", memberships.membership_new, name="membership_new"),
    path("people/<uuid:person>/roles/new", roles.role_new, name="role_new"),
    path("memberships/<uuid:membership>/move", memberships.membership_move, name="membership_move"),
    path("memberships/<uuid:membership>/close", memberships.membership_close, name="membership_close"),
    path("roles/<uuid:grant>/end", roles.role_end, name="role_end"),
    path("law-wise", stages.coverage, name="coverage"),
    path("law-wise/people", stages.stage_people, name="stage_people"),
    path("law-wise/new", stages.stage_new, name="stage_new"),
    path("corrections", mine.corrections, name="corrections"),
    path("corrections/<uuid:correction>", mine.correction, name="correction"),
    # Two people, and the log
    path("approvals", approvals.approvals, name="approvals"),
    path("approvals/<uuid:approval>", approvals.approval, name="approval"),
    path("audit", audit.audit, name="audit"),
]
