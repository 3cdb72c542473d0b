"""Every route of the site: who may, and what everybody else is answered. A route that is not here fails.

One line a route and method:

    R("people:unit", "unit=village", allow="officer county leader", deny=404)

`args`: the address's arguments as "name=object", objects of personas.py, or "name=:text" for plain text.
`allow`: the personas that get `ok`; everybody else who is signed in gets `deny`. A stranger is sent to sign
in (302), or told so by the API (401), unless `allow` names him. `special` answers single personas
differently.
"""

from __future__ import annotations

from tests.exam_routes import EXAMS, EXAMS_API
from tests.route_table import EVERYBODY, OFFICERS, SIGNED_IN, VIEWERS, R, call, change, deed, form

SITE = [
    R("home", allow=EVERYBODY, ok=302),
    R("schema"),
    deed("search", ok=302),
]

PEOPLE = [
    # Going in and out: open to everybody, each step looks at the session
    R("people:sign_in", allow="stranger", ok=200, special=dict.fromkeys(SIGNED_IN.split(), 302)),
    R("people:sign_in_code", allow=EVERYBODY, ok=302),
    R("people:sign_in_enrol", allow=EVERYBODY, ok=302),
    R("people:sign_in_password", allow=EVERYBODY, ok=302),
    R("people:sign_in_link", allow=EVERYBODY),
    deed("people:sign_out", allow=EVERYBODY),
    R("people:confirm"),
    # Single sign-on, where no provider is set up
    R("openid_connect_login", "provider_id=:county", allow=EVERYBODY, ok=404),
    R("openid_connect_callback", "provider_id=:county", allow=EVERYBODY, ok=404),
    # My own
    R("people:me"),
    deed("people:my_export", ok=200),
    deed("people:my_sign_out"),
    deed("people:put_away", ok=302),
    *form("people:correction_new", "", SIGNED_IN, 403),
    R("people:change_password"),
    R("people:second_factor"),
    deed("people:renew_codes"),
    deed("people:remove_second_factor"),
    # For everybody
    R("people:notice", allow=EVERYBODY),
    R("people:limits", allow=EVERYBODY),
    R("people:feedback", allow=EVERYBODY),
    R("people:feedback_answer", allow=EVERYBODY),
    R("people:register", allow="county", deny=403),
    *form("people:register_entry", "feedback=feedback", "county", 403),
    # Units. A leader sees and does not touch.
    R("people:units"),
    R("people:unit", "unit=village", VIEWERS, 404),
    *form("people:unit_new", "unit=area", OFFICERS, 404, special={"leader": 403}),
    *form("people:unit_edit", "unit=village", OFFICERS, 404, special={"leader": 403}),
    *form("people:unit_move", "unit=village", OFFICERS, 404, special={"leader": 403}),
    *form("people:unit_end", "unit=village", OFFICERS, 404, special={"leader": 403}),
    # People. The lists are the asker's own; of single persons the others know nothing.
    R("people:people"),
    R("people:person_new"),
    R("people:export_new"),
    R("people:imports"),
    R("people:import_template"),
    deed("people:export_download", "approval=export", allow=OFFICERS, deny=404, ok=403),  # not theirs
    R("people:import", "run=run", OFFICERS, 404),
    R("people:import_problems", "run=run", OFFICERS, 404),
    deed("people:import_drop", "run=run", allow=OFFICERS, deny=404),
    deed("people:import_undo", "run=run", allow=OFFICERS, deny=404),
    R("people:person", "person=person", VIEWERS, 404),
    *form("people:person_edit", "person=person", OFFICERS, 404),
    *form("people:person_block", "person=person", OFFICERS, 404),
    deed("people:person_unblock", "person=person", allow=OFFICERS, deny=404),
    deed("people:person_unlock", "person=person", allow=OFFICERS, deny=404),
    deed("people:person_sign_out", "person=person", allow=OFFICERS, deny=404),
    deed("people:person_link", "person=person", allow=OFFICERS, deny=404, ok=200),
    *form("people:person_factor_off", "person=person", OFFICERS, 404),
    *form("people:person_merge", "person=person", OFFICERS, 404),
    *form("people:person_forget", "person=person", OFFICERS, 404),
    *form("people:stage_change", "person=person", OFFICERS, 404),
    *form("people:membership_new", "person=person", OFFICERS, 404),
    *form("people:membership_move", "membership=membership", OFFICERS, 404),
    *form("people:membership_close", "membership=membership", OFFICERS, 404),
    *form("people:role_new", "person=person", OFFICERS, 404),
    *form("people:role_end", "grant=grant", OFFICERS, 404),
    R("people:coverage"),
    R("people:stage_people"),
    *form("people:stage_new", "", f"{OFFICERS} other", 403),
    R("people:corrections"),
    *form("people:correction", "correction=correction", OFFICERS, 404),
    # Two people, and the log
    R("people:approvals"),
    R("people:approval", "approval=approval", OFFICERS, 404),
    deed("people:approval", "approval=approval", allow=OFFICERS, deny=404, data={"approve": "1"}),
    R("people:audit", allow="auditor", deny=403),
]

PEOPLE_API = [
    R("people_api:me"),
    R("people_api:my_data"),
    call("people_api:my_data", "", SIGNED_IN, None, ok=200),
    R("people_api:my_corrections"),
    call("people_api:my_corrections", "", SIGNED_IN, None),
    R("people_api:my_messages"),
    call("people_api:my_messages_seen", "", SIGNED_IN, None, ok=204),
    call("people_api:my_sign_out", "", SIGNED_IN, None, ok=204),
    call("people_api:confirm", "", SIGNED_IN, None),
    call("people_api:sign_out", "", SIGNED_IN, None, ok=204),
    R("people_api:units"),
    call("people_api:units", "", SIGNED_IN, None),
    R("people_api:unit", "unit=village", VIEWERS, 404),
    call("people_api:unit_rename", "unit=village", OFFICERS, 404, special={"leader": 403}),
    call("people_api:unit_move", "unit=village", OFFICERS, 404, special={"leader": 403}),
    call("people_api:unit_end", "unit=village", OFFICERS, 404, special={"leader": 403}),
    R("people_api:coverage", "unit=village", VIEWERS, 404),
    R("people_api:unit_stages", "unit=village", VIEWERS, 404),
    R("people_api:unregistered", "unit=village", OFFICERS, 404, special={"leader": 403}),
    call("people_api:unregistered", "unit=village", OFFICERS, 404, special={"leader": 403}),
    call("people_api:stages", "", SIGNED_IN, None),
    R("people_api:person_stages", "person=person", VIEWERS, 404),
    call("people_api:person_stages", "person=person", OFFICERS, 404),
    R("people_api:categories"),
    R("people_api:people"),
    call("people_api:people", "", SIGNED_IN, None),
    call("people_api:export", "", SIGNED_IN, None),
    call("people_api:export_file", "approval=export", OFFICERS, 404, ok=403),  # not theirs
    R("people_api:imports"),
    call("people_api:import_upload", "", SIGNED_IN, None, ok=415),  # JSON is no file
    R("people_api:import", "run=run", OFFICERS, 404),
    R("people_api:import", "run=run", OFFICERS, 404, method="put", ok=400),
    call("people_api:import_apply", "run=run", OFFICERS, 404),
    call("people_api:import_drop", "run=run", OFFICERS, 404, ok=200),
    call("people_api:import_undo", "run=run", OFFICERS, 404, ok=409),
    R("people_api:person", "person=person", VIEWERS, 404),
    R("people_api:person", "person=person", OFFICERS, 404, method="put", ok=400),
    call("people_api:memberships", "person=person", OFFICERS, 404),
    call("people_api:person_block", "person=person", OFFICERS, 404),
    call("people_api:person_unblock", "person=person", OFFICERS, 404, ok=200),
    call("people_api:person_unlock", "person=person", OFFICERS, 404, ok=204),
    call("people_api:person_sign_out", "person=person", OFFICERS, 404),
    call("people_api:person_factor_off", "person=person", OFFICERS, 404),
    call("people_api:person_forget", "person=person", OFFICERS, 404),
    call("people_api:person_link", "person=person", OFFICERS, 404, ok=201),
    call("people_api:person_merge", "person=person", OFFICERS, 404),
    R("people_api:roles", "person=person", VIEWERS, 404),
    call("people_api:role_new", "person=person", OFFICERS, 404),
    call("people_api:membership_move", "membership=membership", OFFICERS, 404),
    call("people_api:membership_close", "membership=membership", OFFICERS, 404),
    call("people_api:role_end", "grant=grant", OFFICERS, 404),
    R("people_api:approvals"),
    R("people_api:approval", "approval=approval", OFFICERS, 404),
    call("people_api:approval_decide", "approval=approval", OFFICERS, 404),
    R("people_api:corrections"),
    call("people_api:correction_answer", "correction=correction", OFFICERS, 404),
    call("people_api:feedback", "", EVERYBODY, None),
    call("people_api:feedback_answer", "", EVERYBODY, None),
    R("people_api:register", allow="county", deny=403),
    R("people_api:register_entry", "feedback=feedback", "county", 403),
    call("people_api:register_answer", "feedback=feedback", "county", 403),
    R("people_api:audit", allow="auditor", deny=403),
]

BANK_EDITORS = "officer county editor"
BANK_READERS = f"{BANK_EDITORS} reviewer"
LAW_READERS = f"{BANK_READERS} other"
READS_ONLY = {"reviewer": 403}
NO_OFFICER = {"editor": 403, "reviewer": 403}
KEEPS_NO_LAWS = {"officer": 403, "editor": 403, "reviewer": 403, "other": 403}

BANKS = [
    R("questionbanks:banks"),
    *form("questionbanks:bank_new", "", f"{BANK_EDITORS} other", 403),
    R("questionbanks:bank", "bank=bank", BANK_READERS, 404),
    *form("questionbanks:bank_edit", "bank=bank", BANK_EDITORS, 404, special=READS_ONLY),
    R("questionbanks:bank_practice", "bank=bank", OFFICERS, 404, special=NO_OFFICER),
    deed("questionbanks:bank_practice", "bank=bank", allow=OFFICERS, deny=404, special=NO_OFFICER),
    deed(
        "questionbanks:bank_move",
        "bank=bank",
        allow=BANK_EDITORS,
        deny=404,
        special=READS_ONLY,
        data={"action": "submit", "all": "1"},
    ),
    R("questionbanks:topics", "bank=bank", BANK_READERS, 404),
    *form("questionbanks:topic_edit", "bank=bank topic=topic", BANK_EDITORS, 404, special=READS_ONLY),
    R("questionbanks:export", "bank=bank", BANK_READERS, 404),
    deed("questionbanks:export", "bank=bank", allow=BANK_READERS, deny=404, ok=200, data={"format": "xlsx"}),
    *form("questionbanks:item_new", "bank=bank", BANK_EDITORS, 404, special=READS_ONLY),
    R("questionbanks:item", "item=item", BANK_READERS, 404),
    *form("questionbanks:item_edit", "item=item", BANK_EDITORS, 404, special=READS_ONLY),
    deed(
        "questionbanks:item_move",
        "item=item",
        allow=BANK_EDITORS,
        deny=404,
        special=READS_ONLY,
        data={"action": "submit"},
    ),
    # Imports: for those who may change the bank
    *form("questionbanks:upload", "bank=bank", BANK_EDITORS, 404, special=READS_ONLY),
    R("questionbanks:imports", "bank=bank", BANK_EDITORS, 404, special=READS_ONLY),
    R("questionbanks:import", "run=bank_run", BANK_EDITORS, 404),
    R("questionbanks:import_state", "run=bank_run", BANK_EDITORS, 404),
    R("questionbanks:columns", "run=bank_run", BANK_EDITORS, 404),
    deed("questionbanks:columns", "run=bank_run", allow=BANK_EDITORS, deny=404),
    deed("questionbanks:decide", "run=bank_run", allow=BANK_EDITORS, deny=404, data={"one": "skip:1"}),
    *form("questionbanks:row_edit", "run=bank_run order=:1", BANK_EDITORS, 404),
    deed("questionbanks:confirm", "run=bank_run", allow=BANK_EDITORS, deny=404),
    deed("questionbanks:discard", "run=bank_run", allow=BANK_EDITORS, deny=404),
    deed("questionbanks:undo", "run=bank_run", allow=BANK_EDITORS, deny=404),
    R("questionbanks:annotated", "run=bank_run", BANK_EDITORS, 404),
    # Statutes: the county keeps them for all
    R("questionbanks:laws", "", LAW_READERS, 404),
    R("questionbanks:stale", "", LAW_READERS, 404),
    R("questionbanks:law", "law=law", LAW_READERS, 404),
    R("questionbanks:edition", "edition=edition", LAW_READERS, 404),
    R("questionbanks:compare", "old=old_edition new=edition", LAW_READERS, 404),
    deed("questionbanks:follow", "old=old_edition new=edition", allow=LAW_READERS, deny=404),
    *form("questionbanks:law_new", "", "county", 404, special=KEEPS_NO_LAWS),
    *form("questionbanks:edition_new", "law=law", "county", 404, special=KEEPS_NO_LAWS),
    *form("questionbanks:law_repeal", "law=law", "county", 404, special=KEEPS_NO_LAWS),
    *form("questionbanks:edition_text", "edition=edition", "county", 404, special=KEEPS_NO_LAWS),
]

BANKS_API = [
    R("questionbanks_api:banks"),
    call("questionbanks_api:banks", "", SIGNED_IN, None),
    R("questionbanks_api:bank", "bank=bank", BANK_READERS, 404),
    R("questionbanks_api:bank", "bank=bank", BANK_EDITORS, 404, method="put", ok=400, special=READS_ONLY),
    change("questionbanks_api:bank_practice", "bank=bank", OFFICERS, 404, special=NO_OFFICER),
    R("questionbanks_api:items", "bank=bank", BANK_READERS, 404),
    call("questionbanks_api:items", "bank=bank", BANK_EDITORS, 404, special=READS_ONLY),
    call("questionbanks_api:items_move", "bank=bank", BANK_READERS, 404),
    call("questionbanks_api:export", "bank=bank", BANK_READERS, 404),
    R("questionbanks_api:imports", "bank=bank", BANK_EDITORS, 404, special=READS_ONLY),
    call("questionbanks_api:imports", "bank=bank", BANK_EDITORS, 404, ok=415, special=READS_ONLY),
    R("questionbanks_api:item", "item=item", BANK_READERS, 404),
    R("questionbanks_api:versions", "item=item", BANK_READERS, 404),
    call("questionbanks_api:versions", "item=item", BANK_EDITORS, 404, special=READS_ONLY),
    R("questionbanks_api:version", "item=item number=:1", BANK_READERS, 404),
    R("questionbanks_api:import", "run=bank_run", BANK_EDITORS, 404),
    R("questionbanks_api:import_rows", "run=bank_run", BANK_EDITORS, 404),
    R("questionbanks_api:import_row", "run=bank_run order=:1", BANK_EDITORS, 404),
    R("questionbanks_api:import_row", "run=bank_run order=:1", BANK_EDITORS, 404, method="put", ok=400),
    call("questionbanks_api:import_decisions", "run=bank_run", BANK_EDITORS, 404),
    call("questionbanks_api:import_mapping", "run=bank_run", BANK_EDITORS, 404),
    call("questionbanks_api:import_confirm", "run=bank_run", BANK_EDITORS, 404, ok=200),
    call("questionbanks_api:import_discard", "run=bank_run", BANK_EDITORS, 404, ok=200),
    call("questionbanks_api:import_undo", "run=bank_run", BANK_EDITORS, 404, ok=409),
    R("questionbanks_api:import_annotated", "run=bank_run", BANK_EDITORS, 404),
    R("questionbanks_api:laws", "", LAW_READERS, 404),
    R("questionbanks_api:law", "law=law", LAW_READERS, 404),
    call("questionbanks_api:editions", "law=law", "county", 404, special=KEEPS_NO_LAWS),
    R("questionbanks_api:articles", "edition=edition", LAW_READERS, 404),
    R("questionbanks_api:compare", "old=old_edition new=edition", LAW_READERS, 404),
]

ROUTES: list[R] = [*SITE, *PEOPLE, *PEOPLE_API, *BANKS, *BANKS_API, *EXAMS, *EXAMS_API]
