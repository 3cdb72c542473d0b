"""Import of a list of people: uploaded, looked at, confirmed as a whole, undone as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import ProtectedError

from examsite.lib.errors import Conflict, Invalid
from examsite.lib.ids import random_token

from ..models import Establishment, ImportState, Membership, PeopleImport, Role, Unit, User
from ..rosterfile.plan import Leaver, Step
from ..rules import require
from ..sealed import seal_file, set_phone
from .audit import record
from .import_preview import Preview, preview, read_file

MAX_BYTES = 20 * 1024 * 1024
BATCH = 500
FIELDS = {"phone": ("phone_sealed", "phone_index"), "note": ("name_note",), "birth": ("birth_year",)}
FIELDS["username"] = ("username",)


@transaction.atomic
def upload_list(
    *, unit: Unit, data: bytes, name: str, since: date, at: datetime, actor: User
) -> PeopleImport:
    """Keep a file for its preview. Raises Invalid for a file that holds no list of people."""
    require(actor, unit, Role.OFFICER)
    if len(data) > MAX_BYTES:
        raise Invalid("too_big", f"文件超过{MAX_BYTES // 1024 // 1024} MB，请拆开导入。")
    read_file(data, name)
    return PeopleImport.objects.create(
        unit=unit,
        file_name=name[:200],
        file_digest=hashlib.sha256(data).hexdigest(),
        file_sealed=seal_file(data),
        since=since,
        made_by=actor,
        made_at=at,
    )


@transaction.atomic
def choose_options(*, run: PeopleImport, options: dict[str, Any], since: date, actor: User) -> PeopleImport:
    """What the person decided about columns, categories, units, same names, leavers."""
    require(actor, run.unit, Role.OFFICER)
    _require_draft(run)
    run.options, run.since = options, since
    run.save(update_fields=["options", "since"])
    return run


@transaction.atomic
def drop_import(*, run: PeopleImport, at: datetime, actor: User) -> PeopleImport:
    """Not to be imported after all: the file is wiped."""
    require(actor, run.unit, Role.OFFICER)
    _require_draft(run)
    run.state, run.file_sealed, run.options = ImportState.DROPPED, None, {}
    run.save(update_fields=["state", "file_sealed", "options"])
    return run


@transaction.atomic
def apply_import(*, run: PeopleImport, digest: str, at: datetime, actor: User) -> PeopleImport:
    """Store everything that is clear, or nothing.

    `digest` is that of the preview the person looked at: Conflict when the plan is another by now. Rows that
    are held back stay out; memberships of chosen leavers end on `since`.
    """
    require(actor, run.unit, Role.OFFICER)
    Unit.objects.select_for_update().get(pk=run.unit_id)  # one import of these units at a time
    run = PeopleImport.objects.select_for_update(of=("self",)).select_related("unit").get(pk=run.pk)
    _require_draft(run)
    shown = preview(run)
    if shown.digest != digest:
        raise Conflict("changed", "选择或人员数据有变化，请核对下面的新结果后再确认。")
    changes = _carry_out(run, shown, at)
    run.summary = {**shown.summary(), "closed": len(changes["left"])}
    run.changes, run.state, run.applied_at = changes, ImportState.APPLIED, at
    run.file_sealed, run.options = None, {}
    run.save()
    record(
        action="people.import",
        target=run,
        at=at,
        actor=actor,
        unit=run.unit,
        after={**run.summary, "file": run.file_name, "sha256": run.file_digest},
    )
    return run


def _require_draft(run: PeopleImport) -> None:
    if run.state != ImportState.DRAFT:
        raise Conflict("not_draft", f"这次导入{run.get_state_display()}，不能再改。")


# --- Carrying out -------------------------------------------------------------------------------------------


def _carry_out(run: PeopleImport, shown: Preview, at: datetime) -> dict[str, Any]:
    """Write users and memberships in bulk; returns what changed, by id."""
    steps = [step for step in shown.plan.steps if step.outcome not in ("held", "unchanged")]
    created = _create_users(steps)
    changed = _change_users(steps)
    left = _chosen_leavers(shown.plan.leavers, run.options.get("leavers", []))
    ended = [step.before.id for step in steps if step.before is not None and _reopens(step)]
    closed = _close([*ended, *(leaver.row.id for leaver in left)], run.since)
    opened = _open(steps, created, run.since)
    return {
        "created": [str(user.pk) for user in created.values()],
        "changed": changed,
        "closed": closed,
        "opened": [str(row.pk) for row in opened],
        "left": [str(leaver.row.id) for leaver in left],
    }


def _reopens(step: Step) -> bool:
    """Whether the step ends a membership and opens its successor."""
    return step.outcome == "moved" or bool({"position", "establishment"} & set(step.changes))


def _create_users(steps: Iterable[Step]) -> dict[str, User]:
    """New people by the key of their row."""
    users: dict[str, User] = {}
    for step in steps:
        row = step.wanted.row
        if step.outcome != "new" or step.same_as:
            continue
        user = User(
            name=row.name,
            name_note=row.note[:32],
            username=row.username or None,
            birth_year=row.birth,
        )
        set_phone(user, row.phone)
        # What set_unusable_password writes, at a tenth of its cost.
        user.password = f"{UNUSABLE_PASSWORD_PREFIX}{random_token()}"
        users[row.key] = user
    User.objects.bulk_create(users.values(), batch_size=BATCH)
    return users


def _change_users(steps: Iterable[Step]) -> dict[str, dict[str, Any]]:
    """Write what the list knows better; returns user id → the old values."""
    wanted = {
        step.person: step for step in steps if step.person is not None and set(step.changes) & set(FIELDS)
    }
    users = User.objects.in_bulk(list(wanted))
    before: dict[str, dict[str, Any]] = {}
    for user in users.values():
        step = wanted[user.pk]
        row = step.wanted.row
        names = [name for change in step.changes if change in FIELDS for name in FIELDS[change]]
        before[str(user.pk)] = {name: getattr(user, name) for name in names}
        if "phone" in step.changes:
            set_phone(user, row.phone)
        if "note" in step.changes:
            user.name_note = row.note[:32]
        if "birth" in step.changes:
            user.birth_year = row.birth
        if "username" in step.changes:
            user.username = row.username
    fields = sorted({name for names in FIELDS.values() for name in names})
    User.objects.bulk_update(users.values(), fields, batch_size=BATCH)
    return before


def _chosen_leavers(leavers: Iterable[Leaver], chosen: Iterable[str]) -> list[Leaver]:
    wanted = set(chosen)
    return [leaver for leaver in leavers if "all" in wanted or str(leaver.row.id) in wanted]


def _close(ids: list[Any], on: date) -> list[str]:
    rows = list(Membership.objects.select_for_update().filter(pk__in=ids, valid_to__isnull=True))
    for row in rows:
        row.valid_to = max(on, row.valid_from)
    Membership.objects.bulk_update(rows, ["valid_to"], batch_size=BATCH)
    return [str(row.pk) for row in rows]


def _open(steps: Iterable[Step], created: dict[str, User], since: date) -> list[Membership]:
    rows = []
    for step in steps:
        row, before = step.wanted.row, step.before
        if step.outcome == "changed" and not _reopens(step):
            continue
        user_id = step.person or created[step.same_as or row.key].pk
        rows.append(
            Membership(
                user_id=user_id,
                unit_id=step.wanted.unit,
                category_id=step.wanted.category,
                establishment=row.establishment or (before.establishment if before else Establishment.NONE),
                position=row.position or (before.position if before and step.outcome == "changed" else ""),
                valid_from=since,
            )
        )
    return Membership.objects.bulk_create(rows, batch_size=BATCH)


# --- Undoing ------------------------------------------------------------------------------------------------


@transaction.atomic
def undo_import(*, run: PeopleImport, at: datetime, actor: User) -> PeopleImport:
    """As if it had never been, while nothing rests on it.

    Raises Conflict when somebody it brought has signed in, holds a role or stands in a roster, or when one of
    its memberships has been changed since.
    """
    require(actor, run.unit, Role.OFFICER)
    run = PeopleImport.objects.select_for_update(of=("self",)).select_related("unit").get(pk=run.pk)
    if run.state != ImportState.APPLIED:
        raise Conflict("not_applied", f"这次导入{run.get_state_display()}，没有可撤销的。")
    changes = run.changes
    opened = Membership.objects.filter(pk__in=_ids(changes["opened"]))
    if opened.filter(valid_to__isnull=True).count() != len(changes["opened"]):
        raise Conflict("changed", "导入之后有人的任职又变动过，不能整批撤销；请逐人更正。")
    users = User.objects.filter(pk__in=_ids(changes["created"]))
    if signed_in := users.filter(last_login__isnull=False).first():
        raise Conflict("used", f"“{signed_in}”已经登录过，不能整批撤销；请逐人更正。")
    if users.filter(memberships__isnull=False).exclude(memberships__in=opened).exists():
        raise Conflict("changed", "导入的人后来又增加了任职，不能整批撤销；请逐人更正。")
    opened.delete()
    _reopen(changes["closed"])
    _restore(changes["changed"])
    try:
        users.delete()
    except ProtectedError as error:
        raise Conflict(
            "used", "其中有人已列入应考名册、担任角色或提过申请，不能整批撤销；请逐人更正。"
        ) from error
    run.state, run.undone_at, run.undone_by = ImportState.UNDONE, at, actor
    run.changes = {}
    run.save()
    record(action="people.undo", target=run, at=at, actor=actor, unit=run.unit, before=run.summary)
    return run


def _ids(texts: Iterable[str]) -> list[UUID]:
    return [UUID(one) for one in texts]


def _reopen(ids: list[str]) -> None:
    rows = Membership.objects.filter(pk__in=_ids(ids))
    if rows.filter(user__merged_into__isnull=False).exists():
        raise Conflict("changed", "其中有人已与别的账号合并，不能整批撤销；请逐人更正。")
    rows.update(valid_to=None)


def _restore(changed: dict[str, dict[str, Any]]) -> None:
    users = User.objects.in_bulk(_ids(changed))
    for user in users.values():
        for name, value in changed[str(user.pk)].items():
            setattr(user, name, value)
        user.save(update_fields=list(changed[str(user.pk)]))
