"""Every route of the site: who may, and what everybody else is answered. A route that is not here fails.

One line a route and method:

    R("people:unit", "unit=village", allow="officer county leader", deny=404)

`args`: the address's arguments as "name=object", objects of personas.py, or "name=:text" for plain text.
`allow`: the personas that get `ok`; everybody else who is signed in gets `deny`. A stranger is sent to sign
in (302), or told so by the API (401), unless `allow` names him. `special` answers single personas
differently.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

EVERYBODY = (
    "stranger candidate neighbour officer county other leader "
    "editor reviewer marker invigilator auditor operator"
)
SIGNED_IN = EVERYBODY.removeprefix("stranger ")
OFFICERS = "officer county"
VIEWERS = "officer county leader"


@dataclass(frozen=True)
class R:
    """A route, how it is asked, and the answers."""

    view: str
    args: str = ""
    allow: str = SIGNED_IN
    deny: int | None = None
    ok: int = 200
    method: str = "get"
    data: dict[str, Any] = field(default_factory=dict)
    special: dict[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.view}-{self.method}"


def deed(view: str, args: str = "", **how: Any) -> R:
    """A POST that does something and goes on."""
    return R(view, args, method="post", **{"ok": 302, **how})


def form(view: str, args: str, allow: str, deny: int, **how: Any) -> list[R]:
    """A page that is one form: shown to those who may, refused to the others by both methods."""
    return [R(view, args, allow, deny, **how), R(view, args, allow, deny, method="post", ok=400, **how)]


SITE = [
    R("home", allow=EVERYBODY, ok=302),
    R("schema"),
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
    R("people:corrections"),
    *form("people:correction", "correction=correction", OFFICERS, 404),
    # Two people, and the log
    R("people:approvals"),
    R("people:approval", "approval=approval", OFFICERS, 404),
    deed("people:approval", "approval=approval", allow=OFFICERS, deny=404, data={"approve": "1"}),
    R("people:audit", allow="auditor", deny=403),
]


def call(view: str, args: str, allow: str, deny: int | None, ok: int = 400, **how: Any) -> R:
    """A call of the API that does something; sent empty, so that whoever may is told what is missing."""
    return R(view, args, allow, deny, ok=ok, method="post", **how)


PEOPLE_API = [
    R("people_api:me"),
    R("people_api:my_data"),
    call("people_api:my_correction", "", SIGNED_IN, None),
    call("people_api:confirm", "", SIGNED_IN, None),
    call("people_api:sign_out", "", SIGNED_IN, None, ok=204),
    R("people_api:units"),
    call("people_api:units", "", SIGNED_IN, None),
    R("people_api:unit", "unit=village", VIEWERS, 404),
    call("people_api:unit_rename", "unit=village", OFFICERS, 404, special={"leader": 403}),
    call("people_api:unit_move", "unit=village", OFFICERS, 404, special={"leader": 403}),
    call("people_api:unit_end", "unit=village", OFFICERS, 404, special={"leader": 403}),
    R("people_api:categories"),
    R("people_api:people"),
    call("people_api:people", "", SIGNED_IN, None),
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
    R("people_api:audit", allow="auditor", deny=403),
]

ROUTES: list[R] = [*SITE, *PEOPLE, *PEOPLE_API]
