"""The roster of an exam with everybody's tries, as they stood at a given time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from examsite.people.models import Category, Establishment, Unit

from ...domain.keys import load_keys
from ...engine.marking import total_of
from ...engine.release import Release, released_since
from ...engine.results import (
    Mode,
    PersonResult,
    RosterStatus,
    SittingKind,
    TryResult,
    flag_duplicates,
    percent_of,
)
from ...models import (
    AnswerEvent,
    Attempt,
    AttemptEvent,
    Exam,
    ExternalResult,
    Mark,
    RosterEntry,
    RosterEvent,
    Sitting,
)
from ..cuts import age_band

# What happens to an attempt without touching its marks.
_WITHOUT_MARKS = (
    "void", "claim", "extend", "block", "unblock", "ask_device", "confirm_device", "refuse_device",
    "withhold", "lift_withholding",
)  # fmt: skip
EXTERNAL = "external-"  # before the number of a result that has no attempt of ours


def unit_names() -> dict[str, str]:
    """Unit id (hex) → name, of every unit there is or was."""
    return {key.hex: name for key, name in Unit.objects.values_list("pk", "name")}


def people_of(exam: Exam, *, at: datetime, under: str = "") -> list[PersonResult]:
    """The roster of an exam with everybody's tries; the number of statements does not depend on the size.

    `under`: only entries whose unit path of the freeze starts with it.
    """
    names, categories = unit_names(), dict(Category.objects.values_list("pk", "name"))
    tries = _tries(exam, at)
    then = _statuses_before_later_events(exam, at)
    entries = RosterEntry.objects.filter(exam=exam, unit_path__startswith=under).values_list(
        "pk",
        Coalesce("user__merged_into", "user_id"),
        "unit_id",
        "unit_path",
        "category_id",
        "establishment",
        "birth_year",
        "status",
        "added_late",
    )
    labels = {code: Establishment(code).label for code in Establishment.values}
    paths: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    people = []
    for key, user, unit, path, category, establishment, born, status, late in entries:
        status = then.get(key, status)
        if status == "":  # added after `at`
            continue
        if path not in paths:
            ids = tuple(path.strip("/").split("/"))
            paths[path] = ids, tuple(names[one] for one in ids)
        ids, places = paths[path]
        people.append(
            PersonResult(
                entry_id=str(key),
                person_id=str(user),
                unit_id=str(unit),
                unit_path=places,
                unit_ids=ids,
                category=categories[category],
                establishment=labels[establishment],
                age_band=age_band(None if born is None else exam.stat_year - born),
                status=RosterStatus(status),
                added_after_freeze=late,
                tries=flag_duplicates(tries.get(key, ())),
            )
        )
    return people


def _statuses_before_later_events(exam: Exam, at: datetime) -> dict[UUID, str]:
    """Entry → its status at `at`, of those whose status changed later; "" for who was added later."""
    later = RosterEvent.objects.filter(exam=exam, at__gt=at).order_by("-id")
    return dict(later.values_list("entry_id", "before"))  # the earliest of them comes last and stays


def _tries(exam: Exam, at: datetime) -> dict[UUID, list[TryResult]]:
    release = releases(exam)
    kinds = dict(Sitting.objects.filter(exam=exam).values_list("pk", "kind"))
    totals = dict(exam.forms.values_list("pk", "total_points"))
    then = _totals_before_later_events(exam, at)
    withheld = _withheld(exam, at)
    answered = Exists(AnswerEvent.objects.filter(attempt=OuterRef("pk"), received_at__lte=at))
    rows = (
        Attempt.objects.filter(exam=exam, started_at__lte=at)
        .annotate(answered=answered)
        .values_list(
            "pk",
            "entry_id",
            "sitting_id",
            "form_id",
            "number",
            "mode",
            "points",
            "possible",
            "started_at",
            "submitted_at",
            "settled",
            "voided_at",
            "answered",
        )
    )
    tries: dict[UUID, list[TryResult]] = defaultdict(list)
    for (
        key, entry, sitting, form, number, mode, points, possible, started, submitted, settled, voided,
        has_answer,
    ) in rows:  # fmt: skip
        total = None if points is None else (points, possible or totals[form])
        total = then.get(key, total)
        if submitted is not None and submitted > at:
            submitted = None
        since = released_since(release[sitting], submitted, at, withheld=entry in withheld)
        tries[entry].append(
            TryResult(
                attempt_id=str(key),
                sitting=SittingKind(kinds[sitting]),
                number=number,
                percent=percent_of(*total) if total is not None and since is not None else None,
                at=submitted or started,
                mode=Mode(mode),
                # Having answered, or having handed in oneself: being collected at the end is neither.
                answered=has_answer or (submitted is not None and not settled),
                voided=voided is not None and voided <= at,
                sitting_id=str(sitting),
                form_id=str(form),
            )
        )
    for entry, one in _external_tries(exam, at):
        tries[entry].append(one)
    return tries


def _external_tries(exam: Exam, at: datetime) -> Iterator[tuple[UUID, TryResult]]:
    """Results from another platform: known to everybody concerned, so no release of ours holds them back."""
    rows = ExternalResult.objects.filter(exam=exam, stored_at__lte=at)
    rows = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at))
    for one in rows:
        yield (
            one.entry_id,
            TryResult(
                attempt_id=f"{EXTERNAL}{one.pk}",
                sitting=SittingKind.MAKEUP if one.is_makeup else SittingKind.MAIN,
                number=0,
                percent=percent_of(one.points, one.possible),
                at=one.taken_at,
                mode=Mode.EXTERNAL,
            ),
        )


def _totals_before_later_events(exam: Exam, at: datetime) -> dict[UUID, tuple[Decimal, Decimal] | None]:
    """Attempt → (points, possible) as marked at `at`, of those to which something happened since."""
    later = AttemptEvent.objects.filter(exam=exam, at__gt=at).exclude(action__in=_WITHOUT_MARKS)
    attempts = set(later.values_list("attempt_id", flat=True))
    if not attempts:
        return {}
    forms = dict(Attempt.objects.filter(exam=exam).values_list("pk", "form_id"))
    keys = {form: load_keys(form, at=at) for form in {forms[one] for one in attempts}}
    newest: dict[UUID, dict[UUID, Decimal]] = defaultdict(dict)
    marks = Mark.objects.filter(attempt__exam=exam, at__lte=at).order_by("id")
    for attempt, slot, points in marks.values_list("attempt_id", "slot_id", "points"):
        if attempt in attempts:
            newest[attempt][slot] = points
    totals: dict[UUID, tuple[Decimal, Decimal] | None] = {}
    for one in attempts:
        of_form = keys[forms[one]]
        points_by_code = {code: newest[one].get(slot) for code, slot in of_form.slot_ids.items()}
        total = total_of(points_by_code, of_form.slots) if of_form.slots else None
        totals[one] = None if total is None else (total.points, total.possible)
    return totals


def _withheld(exam: Exam, at: datetime) -> set[UUID]:
    """The entries whose results were kept back at `at`."""
    now = set(RosterEntry.objects.filter(exam=exam, withheld_at__isnull=False).values_list("pk", flat=True))
    later = AttemptEvent.objects.filter(
        exam=exam, at__gt=at, action__in=("withhold", "lift_withholding")
    ).order_by("-id")
    for entry, action in later.values_list("attempt__entry_id", "action"):  # the earliest comes last
        if action == "withhold":
            now.discard(entry)
        else:
            now.add(entry)
    return now


def releases(exam: Exam) -> dict[UUID, Release]:
    """Sitting → what decides when its results may be seen."""
    sittings = list(Sitting.objects.filter(exam=exam))
    end = max((sitting.closes_at for sitting in sittings), default=None)
    return {
        sitting.pk: Release(exam.release_rule, exam.release_at, sitting.released_at, end)
        for sitting in sittings
    }


def names_of(entries: Iterable[UUID]) -> dict[str, str]:
    """Roster entry → the name on the roster. For those who may see names; ask the rules first."""
    found = RosterEntry.objects.filter(pk__in=list(entries)).values_list("pk", "name")
    return {str(key): name for key, name in found}
