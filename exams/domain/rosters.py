"""The roster (应考名册) before and at its freeze: drawn as of a date, checked, frozen and numbered.

The frozen roster is the only denominator of every rate. What happens to it afterwards is in roster_changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.approvals import digest_of
from examsite.people.domain.audit import record
from examsite.people.domain.memberships import members_as_of
from examsite.people.models import Membership, Unit, User

from ..engine.admission import admission_number
from ..models import Exam, Mode, RosterEntry

MAX_ALLOWANCE = Decimal(4)
LAST_SERIAL = 9999


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a draw did to the draft: people added, dropped, and kept with their mode and allowance."""

    added: int
    dropped: int
    kept: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something about the draft roster. `must`: it has to be settled before the freeze."""

    code: str
    text: str
    entry: RosterEntry | None = None
    must: bool = False


# --- Drawing -----------------------------------------------------------------------------------------


@transaction.atomic
def draw_roster(
    *,
    exam: Exam,
    as_of: date,
    at: datetime,
    actor: User | None,
    units: Collection[Unit] | None = None,
    establishments: Collection[str] = (),
) -> Drawn:
    """Make the draft roster the members of the exam's category on `as_of` in the subtrees of `units`.

    By default the exam's own unit; `establishments` narrows to these 编制类型. A person with several such
    memberships comes once, in the unit he joined last. Raises Conflict after the freeze, Invalid when
    nobody is found or a unit lies outside the exam's.
    """
    locked = _locked(exam)
    require_unfrozen(locked)
    scope = list(units) if units else [locked.unit]
    outside = [unit.name for unit in scope if not unit.path.startswith(locked.unit.path)]
    if outside:
        raise Invalid("outside", f"“{'、'.join(outside)}”不在“{locked.unit}”之内。")
    members = members_as_of(date=as_of, units=scope, categories=[locked.category])
    if establishments:
        members = members.filter(establishment__in=list(establishments))
    chosen = one_each(members)
    if not chosen:
        raise Invalid(
            "nobody",
            f"{as_of:%Y-%m-%d} 在所选单位没有“{locked.category}”人员，请检查日期、单位或先导入人员。",
        )
    drawn = _replace_draft(locked, chosen)
    record(
        action="roster.draw",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.unit,
        after={
            "as_of": as_of.isoformat(),
            "units": [str(unit) for unit in scope],
            "added": drawn.added,
            "dropped": drawn.dropped,
            "kept": drawn.kept,
        },
    )
    return drawn


def one_each(members: Iterable[Membership]) -> dict[object, Membership]:
    """User id → the membership he joined last (of two equally new ones that of the first unit)."""
    chosen: dict[object, Membership] = {}
    for member in members:
        other = chosen.get(member.user_id)
        if other is None or member.valid_from > other.valid_from:
            chosen[member.user_id] = member
    return chosen


def _replace_draft(exam: Exam, chosen: dict[object, Membership]) -> Drawn:
    have = {entry.user_id: entry for entry in exam.entries.all()}
    gone = [entry.pk for user, entry in have.items() if user not in chosen]
    RosterEntry.objects.filter(pk__in=gone).delete()
    kept = [entry for user, entry in have.items() if user in chosen]
    for entry in kept:
        copy_membership(entry, chosen[entry.user_id])
    RosterEntry.objects.bulk_update(
        kept,
        ["name", "unit", "unit_path", "category", "establishment", "position", "birth_year"],
        batch_size=500,
    )
    fresh = [new_entry(exam, member) for user, member in chosen.items() if user not in have]
    RosterEntry.objects.bulk_create(fresh, batch_size=500)
    return Drawn(added=len(fresh), dropped=len(gone), kept=len(kept))


def new_entry(exam: Exam, member: Membership) -> RosterEntry:
    """A draft entry; until the freeze the person's id stands in for the admission number."""
    entry = RosterEntry(exam=exam, user=member.user, admission_number=member.user_id.hex)
    copy_membership(entry, member)
    return entry


def copy_membership(entry: RosterEntry, member: Membership) -> None:
    """Copy what the roster keeps: name, unit with its path, category, 编制, position, year of birth."""
    entry.name = member.user.name
    entry.unit, entry.unit_path = member.unit, member.unit.path
    entry.category = member.category
    entry.establishment = member.establishment
    entry.position = member.position
    entry.birth_year = member.user.birth_year


@transaction.atomic
def drop_draft_entry(*, entry: RosterEntry, at: datetime, actor: User) -> None:
    """Take somebody off the draft; after the freeze this is 移出, with reason and approver."""
    require_unfrozen(_locked(entry.exam))
    record(action="roster.drop", target=entry, at=at, actor=actor, unit=entry.exam.unit)
    entry.seats.all().delete()
    entry.delete()


@transaction.atomic
def change_terms(
    *, entry: RosterEntry, mode: str, allowance: Decimal, at: datetime, actor: User
) -> RosterEntry:
    """How somebody sits: online, on paper, assisted; and his time (1.25 = a quarter more).

    Before and after the freeze, but not once he has begun: the time of a running attempt is extended by the
    invigilator. Raises Invalid for an allowance outside 1–4.
    """
    if mode not in Mode.values:
        raise Invalid("mode", "没有这种作答方式。")
    if not 1 <= allowance <= MAX_ALLOWANCE:
        raise Invalid("allowance", "时长倍数要在 1 到 4 之间，1.25 表示多四分之一时间。")
    locked = RosterEntry.objects.select_for_update(of=("self",)).select_related("exam__unit").get(pk=entry.pk)
    if locked.attempts.filter(voided_at__isnull=True).exists():
        raise Conflict("begun", f"“{locked}”已开始作答，请由监考在监考页延时。")
    before = {"mode": locked.mode, "allowance": str(locked.allowance)}
    locked.mode, locked.allowance = mode, allowance
    locked.save(update_fields=["mode", "allowance"])
    record(
        action="roster.terms",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.exam.unit,
        before=before,
        after={"mode": mode, "allowance": str(allowance)},
    )
    return locked


# --- Checking ----------------------------------------------------------------------------------------


def check_roster(*, exam: Exam) -> list[Doubt]:
    """What a careful officer would ask before freezing."""
    entries = list(exam.entries.select_related("user", "unit", "category"))
    if not entries:
        return [Doubt("empty", "名册里还没有人，请先抽取名册。", must=True)]
    return [
        *_inactive(entries),
        *_namesakes(entries),
        *_several_units(exam, entries),
        *_bare_units(exam, entries),
    ]


def _inactive(entries: list[RosterEntry]) -> list[Doubt]:
    return [
        Doubt("inactive", f"“{entry}”（{entry.unit}）的账号已停用，请移出或先恢复。", entry, must=True)
        for entry in entries
        if not entry.user.is_active
    ]


def _namesakes(entries: list[RosterEntry]) -> list[Doubt]:
    names = Counter((entry.unit_id, str(entry.user)) for entry in entries)
    found = []
    for entry in entries:
        count = names.pop((entry.unit_id, str(entry.user)), 1)
        if count > 1:
            text = f"“{entry.unit}”有 {count} 个“{entry.user}”，请在人员里注明父名或尾号，以免认错。"
            found.append(Doubt("namesake", text, entry))
    return found


def _several_units(exam: Exam, entries: list[RosterEntry]) -> list[Doubt]:
    users = [entry.user_id for entry in entries]
    places: dict[object, set[str]] = {}
    for start in range(0, len(users), 500):
        rows = Membership.objects.filter(
            user__in=users[start : start + 500],
            category=exam.category,
            valid_to__isnull=True,
            unit__path__startswith=exam.unit.path,
        )
        for user, name in rows.values_list("user_id", "unit__name"):
            places.setdefault(user, set()).add(name)
    found = []
    for entry in entries:
        names = sorted(places.get(entry.user_id, ()))
        if len(names) > 1:
            text = f"“{entry}”同时在{'、'.join(names)}，名册记在“{entry.unit}”。"
            found.append(Doubt("several_units", text, entry))
    return found


def _bare_units(exam: Exam, entries: list[RosterEntry]) -> list[Doubt]:
    """Units of the kinds that the roster is made of, which have nobody in it."""
    kinds = {entry.unit.kind for entry in entries}
    have = {entry.unit_id for entry in entries}
    bare = [
        unit.name
        for unit in Unit.objects.filter(
            path__startswith=exam.unit.path, kind__in=kinds, valid_to__isnull=True
        )
        if unit.pk not in have
    ]
    if not bare or len(bare) > len(have):
        return []
    return [Doubt("bare_units", f"没有人的单位：{'、'.join(bare[:20])}。请确认不是漏登。")]


@dataclass(frozen=True, slots=True)
class RosterChanges:
    """This roster against an earlier one: names with units."""

    previous: Exam
    new: tuple[RosterEntry, ...]
    gone: tuple[RosterEntry, ...]
    moved: tuple[tuple[RosterEntry, RosterEntry], ...]


def compare_with_previous(*, exam: Exam) -> RosterChanges | None:
    """New, gone and moved people against the unit's last frozen roster of the category; None without one."""
    previous = (
        Exam.objects.filter(
            unit=exam.unit,
            category=exam.category,
            roster_frozen_at__isnull=False,
            stat_year__lt=exam.stat_year,
        )
        .order_by("-stat_year", "-roster_frozen_at")
        .first()
    )
    if previous is None:
        return None
    now = {entry.user_id: entry for entry in exam.entries.select_related("unit")}
    then = {entry.user_id: entry for entry in previous.entries.select_related("unit")}
    return RosterChanges(
        previous=previous,
        new=tuple(now[user] for user in now if user not in then),
        gone=tuple(then[user] for user in then if user not in now),
        moved=tuple(
            (then[user], now[user])
            for user in now
            if user in then and then[user].unit_id != now[user].unit_id
        ),
    )


# --- Freezing ----------------------------------------------------------------------------------------


@transaction.atomic
def freeze_roster(*, exam: Exam, attested_by: str, at: datetime, actor: User | None) -> Exam:
    """Fix the roster for good: numbers, digest, who attests it.

    Raises Conflict when it is frozen already or something must be settled first, Invalid without a name of
    who attests.
    """
    locked = _locked(exam)
    require_unfrozen(locked)
    if not attested_by.strip():
        raise Invalid("attested_by", "请填写名册核实人，如“组织委员 李敏”。")
    must = [doubt.text for doubt in check_roster(exam=locked) if doubt.must]
    if must:
        raise Conflict("not_ready", f"名册还不能冻结：{' '.join(must[:5])}")
    _number_entries(locked)
    locked.roster_frozen_at, locked.roster_frozen_by = at, actor
    locked.roster_attested_by = attested_by.strip()[:100]
    locked.roster_digest = roster_digest(locked)
    locked.save(
        update_fields=[
            "roster_frozen_at",
            "roster_frozen_by",
            "roster_attested_by",
            "roster_digest",
            "series",
        ]
    )
    record(
        action="roster.freeze",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.unit,
        after={"digest": locked.roster_digest, "people": locked.entries.count()},
    )
    return locked


def _number_entries(exam: Exam) -> None:
    """Admission numbers: the exam gets the next series of its year, people serials within their unit."""
    last = Exam.objects.filter(stat_year=exam.stat_year).aggregate(top=Max("series"))["top"] or 0
    exam.series = last % 99 + 1
    serials: Counter[str] = Counter()
    entries = list(exam.entries.select_related("unit").order_by("unit_path", "name", "user_id"))
    for entry in entries:
        entry.admission_number = next_number(exam, entry.unit, serials)
    RosterEntry.objects.bulk_update(entries, ["admission_number"], batch_size=500)


def unit_digits(unit: Unit) -> str:
    """Four digits for a unit: the last four of its code, zeros for a unit without a numeric one."""
    digits = "".join(char for char in unit.code if char.isascii() and char.isdigit())
    return digits[-4:].rjust(4, "0")


def next_number(exam: Exam, unit: Unit, serials: Counter[str]) -> str:
    """The next admission number in the unit; `serials` counts those given out."""
    digits = unit_digits(unit)
    serials[digits] += 1
    if serials[digits] > LAST_SERIAL:
        raise Conflict(
            "too_many", f"“{unit}”的应考人超过 {LAST_SERIAL} 名，准考证号不够用，请给下级单位编代码。"
        )
    return admission_number(year=exam.stat_year, series=exam.series or 1, unit=digits, serial=serials[digits])


def roster_digest(exam: Exam) -> str:
    """Lower-hex SHA-256 over number, person, name, unit path, category and 编制 of all entries."""
    return digest_of(
        list(
            exam.entries.order_by("admission_number").values_list(
                "admission_number", "user_id", "name", "unit_path", "category_id", "establishment"
            )
        )
    )


def require_unfrozen(exam: Exam) -> None:
    """Raise Conflict once the roster is frozen."""
    if exam.roster_frozen_at is not None:
        raise Conflict("frozen", "名册已冻结，只能办理免考、缓考、移出或新增。")


def _locked(exam: Exam) -> Exam:
    return Exam.objects.select_for_update(of=("self",)).select_related("unit", "category").get(pk=exam.pk)
