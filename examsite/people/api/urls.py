"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from . import imports, mine, persons, roles, stages, units

app_name = "people_api"
urlpatterns = [
    path("me", mine.Me.as_view(), name="me"),
    path("my/data", mine.MyData.as_view(), name="my_data"),
    path("my/corrections", mine.MyCorrection.as_view(), name="my_correction"),
    path("confirm", mine.Confirm.as_view(), name="confirm"),
    path("sign-out", mine.SignOut.as_view(), name="sign_out"),
    path("units", units.Units.as_view(), name="units"),
    path("units/<uuid:unit>", units.UnitDetail.as_view(), name="unit"),
    path("units/<uuid:unit>/rename", units.UnitRename.as_view(), name="unit_rename"),
    path("units/<uuid:unit>/move", units.UnitMove.as_view(), name="unit_move"),
    path("units/<uuid:unit>/end", units.UnitEnd.as_view(), name="unit_end"),
    path("units/<uuid:unit>/coverage", stages.Coverage.as_view(), name="coverage"),
    path("units/<uuid:unit>/stages", stages.UnitStages.as_view(), name="unit_stages"),
    path("units/<uuid:unit>/unregistered", stages.Unregistered.as_view(), name="unregistered"),
    path("stages", stages.Steps.as_view(), name="stages"),
    path("categories", units.Categories.as_view(), name="categories"),
    path("people", persons.People.as_view(), name="people"),
    path("people/imports", imports.Imports.as_view(), name="imports"),
    path("people/imports/upload", imports.ImportUpload.as_view(), name="import_upload"),
    path("people/imports/<uuid:run>", imports.ImportPreview.as_view(), name="import"),
    path("people/imports/<uuid:run>/apply", imports.ImportApply.as_view(), name="import_apply"),
    path("people/imports/<uuid:run>/drop", imports.ImportDrop.as_view(), name="import_drop"),
    path("people/imports/<uuid:run>/undo", imports.ImportUndo.as_view(), name="import_undo"),
    path("people/<uuid:person>", persons.PersonDetail.as_view(), name="person"),
    path("people/<uuid:person>/memberships", persons.PersonMemberships.as_view(), name="memberships"),
    path("people/<uuid:person>/block", persons.PersonBlock.as_view(), name="person_block"),
    path("people/<uuid:person>/unblock", persons.PersonUnblock.as_view(), name="person_unblock"),
    path("people/<uuid:person>/link", persons.PersonLink.as_view(), name="person_link"),
    path("people/<uuid:person>/merge", persons.PersonMerge.as_view(), name="person_merge"),
    path("people/<uuid:person>/stages", stages.PersonStages.as_view(), name="person_stages"),
    path("people/<uuid:person>/roles", roles.PersonRoles.as_view(), name="roles"),
    path("people/<uuid:person>/roles/new", roles.PersonRoleNew.as_view(), name="role_new"),
    path("memberships/<uuid:membership>/move", persons.MembershipMove.as_view(), name="membership_move"),
    path("memberships/<uuid:membership>/close", persons.MembershipClose.as_view(), name="membership_close"),
    path("roles/<uuid:grant>/end", roles.RoleEnd.as_view(), name="role_end"),
    path("approvals", roles.Approvals.as_view(), name="approvals"),
    path("approvals/<uuid:approval>", roles.ApprovalDetail.as_view(), name="approval"),
    path("approvals/<uuid:approval>/decide", roles.ApprovalDecide.as_view(), name="approval_decide"),
    path("audit", roles.Audit.as_view(), name="audit"),
]
