"""Addresses of the API."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import banks, imports, laws

app_name = "questionbanks_api"
urlpatterns: list[URLPattern] = [
    path("banks", banks.Banks.as_view(), name="banks"),
    path("banks/<uuid:bank>", banks.OneBank.as_view(), name="bank"),
    path("banks/<uuid:bank>/practice", banks.Practice.as_view(), name="bank_practice"),
    path("banks/<uuid:bank>/items", banks.Items.as_view(), name="items"),
    path("banks/<uuid:bank>/items/move", banks.MoveItems.as_view(), name="items_move"),
    path("banks/<uuid:bank>/export", banks.Export.as_view(), name="export"),
    path("banks/<uuid:bank>/imports", imports.Imports.as_view(), name="imports"),
    path("items/<uuid:item>", banks.OneItem.as_view(), name="item"),
    path("items/<uuid:item>/versions", banks.Versions.as_view(), name="versions"),
    path("items/<uuid:item>/versions/<int:number>", banks.OneVersion.as_view(), name="version"),
    path("imports/<uuid:run>", imports.OneImport.as_view(), name="import"),
    path("imports/<uuid:run>/rows", imports.Rows.as_view(), name="import_rows"),
    path("imports/<uuid:run>/rows/<int:order>", imports.OneRow.as_view(), name="import_row"),
    path("imports/<uuid:run>/decisions", imports.Decisions.as_view(), name="import_decisions"),
    path("imports/<uuid:run>/mapping", imports.Mapping.as_view(), name="import_mapping"),
    path("imports/<uuid:run>/confirm", imports.Confirm.as_view(), name="import_confirm"),
    path("imports/<uuid:run>/discard", imports.Discard.as_view(), name="import_discard"),
    path("imports/<uuid:run>/undo", imports.Undo.as_view(), name="import_undo"),
    path("imports/<uuid:run>/annotated", imports.Annotated.as_view(), name="import_annotated"),
    path("laws", laws.Laws.as_view(), name="laws"),
    path("laws/<uuid:law>", laws.OneLaw.as_view(), name="law"),
    path("laws/<uuid:law>/editions", laws.Editions.as_view(), name="editions"),
    path("editions/<uuid:edition>/articles", laws.Articles.as_view(), name="articles"),
    path("editions/<uuid:old>/compare/<uuid:new>", laws.Compare.as_view(), name="compare"),
]
