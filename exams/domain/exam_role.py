"""The database role of the processes that serve candidates: it cannot read a key, whatever a bug asks for.

For PostgreSQL, and optional: an office that runs the candidates' addresses in processes of their own gives
them this role (docs/operations.md). What they need is listed here; everything else, above all the banks with
their keys, the corrections and the marks, is out of their reach. Marking is then left to the sweeper, results
and all of the office's pages to the other processes.
"""

from __future__ import annotations

from collections.abc import Iterator

# Who signs in, whether he may, what he sits and is told: read alone.
READ = (
    "people_unit",
    "people_rolegrant",
    "people_secondfactor",
    "people_sitemessage",
    "exams_exam",
    "exams_sitting",
    "exams_room",
    "exams_room_invigilators",
    "exams_rosterentry",
    "exams_form",
    "exams_seat",
    "exams_notice",
)
# What sitting an exam writes; nothing of it is ever deleted but sessions and forgotten failures.
WRITE = {
    "people_user": "SELECT, UPDATE (last_login)",
    "people_signinfailure": "SELECT, INSERT, UPDATE, DELETE",
    "people_auditrecord": "SELECT, INSERT",
    "django_session": "SELECT, INSERT, UPDATE, DELETE",
    "exams_ticket": "SELECT, UPDATE (failures)",
    "exams_attempt": "SELECT, INSERT, UPDATE",
    "exams_attemptevent": "SELECT, INSERT",
    "exams_presence": "SELECT, INSERT, UPDATE",
    "exams_answerevent": "SELECT, INSERT",
    "exams_quarantine": "SELECT, INSERT",
    "exams_receipt": "SELECT, INSERT",
}
# Where keys, rationales and marks stand.
CLOSED = ("questionbanks_itemversion", "questionbanks_importrow", "exams_keycorrection", "exams_mark")


def role_statements(role: str) -> Iterator[str]:
    """The SQL that makes `role` (without a password) and gives it what is listed, and nothing else.

    Raises ValueError for a name that is no plain identifier.
    """
    if not (role.isascii() and role.isidentifier() and role.islower()):
        raise ValueError(role)
    yield (f"DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    for table in READ:
        yield f"GRANT SELECT ON {table} TO {role}"
    for table, rights in WRITE.items():
        yield f"GRANT {rights} ON {table} TO {role}"
