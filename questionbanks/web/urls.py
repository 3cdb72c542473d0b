"""Addresses of the pages, below /banks/."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import banks, exports, imports, items, laws

app_name = "questionbanks"
urlpatterns: list[URLPattern] = [
    # Banks
    path("", banks.banks, name="banks"),
    path("new", banks.bank_new, name="bank_new"),
    path("<uuid:bank>", banks.bank, name="bank"),
    path("<uuid:bank>/edit", banks.bank_edit, name="bank_edit"),
    path("<uuid:bank>/practice", banks.bank_practice, name="bank_practice"),
    path("<uuid:bank>/move", banks.bank_move, name="bank_move"),
    path("<uuid:bank>/topics", banks.topics, name="topics"),
    path("<uuid:bank>/topics/<uuid:topic>", banks.topic_edit, name="topic_edit"),
    path("<uuid:bank>/export", exports.export, name="export"),
    # Items
    path("<uuid:bank>/items/new", items.item_new, name="item_new"),
    path("items/<uuid:item>", items.item, name="item"),
    path("items/<uuid:item>/edit", items.item_edit, name="item_edit"),
    path("items/<uuid:item>/move", items.item_move, name="item_move"),
    # Imports
    path("<uuid:bank>/import", imports.upload, name="upload"),
    path("<uuid:bank>/imports", imports.runs, name="imports"),
    path("imports/<uuid:run>", imports.run, name="import"),
    path("imports/<uuid:run>/state", imports.run_state, name="import_state"),
    path("imports/<uuid:run>/columns", imports.columns, name="columns"),
    path("imports/<uuid:run>/decide", imports.decide, name="decide"),
    path("imports/<uuid:run>/rows/<int:order>", imports.row_edit, name="row_edit"),
    path("imports/<uuid:run>/confirm", imports.confirm, name="confirm"),
    path("imports/<uuid:run>/discard", imports.discard, name="discard"),
    path("imports/<uuid:run>/undo", imports.undo, name="undo"),
    path("imports/<uuid:run>/annotated", imports.annotated, name="annotated"),
    # Statutes
    path("laws", laws.laws, name="laws"),
    path("laws/new", laws.law_new, name="law_new"),
    path("laws/stale", laws.stale, name="stale"),
    path("laws/<uuid:law>", laws.law, name="law"),
    path("laws/<uuid:law>/editions/new", laws.edition_new, name="edition_new"),
    path("laws/<uuid:law>/repeal", laws.law_repeal, name="law_repeal"),
    path("laws/editions/<uuid:edition>", laws.edition, name="edition"),
    path("laws/editions/<uuid:edition>/text", laws.edition_text, name="edition_text"),
    path("laws/compare/<uuid:old>/<uuid:new>", laws.compare, name="compare"),
    path("laws/compare/<uuid:old>/<uuid:new>/follow", laws.follow, name="follow"),
]
