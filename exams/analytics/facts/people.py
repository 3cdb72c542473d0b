"""The roster of an exam with everybody's tries, as they stood at a given time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from examsite.people.models import Category, Establishment, Unit

from ...engine.marking import total_points
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
from ...engine.transitions import Action
from ...models import AnswerEvent, Attempt, AttemptEvent, Exam, Mark, RosterEntry, RosterEvent, Sitting
from ..cuts import age_band

# After one of these the points of an attempt are no longer those of before.
_MARKING = (Action.FINISH_MARKING.value, Action.REMARK.value)


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
    then = _points_before_later_marks(exam, at)
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
            "started_at",
            "submitted_at",
            "settled",
            "voided_at",
            "answered",
        )
    )
    tries: dict[UUID, list[TryResult]] = defaultdict(list)
    for (
        key, entry, sitting, form, number, mode, points, started, submitted, settled, voided, has_answer,
    ) in rows:  # fmt: skip
        points = then.get(key, points)
        if submitted is not None and submitted > at:
            submitted = None
        shown = points is not None and released_since(release[sitting], submitted, at) is not None
        tries[entry].append(
            TryResult(
                attempt_id=str(key),
                sitting=SittingKind(kinds[sitting]),
                number=number,
                percent=percent_of(points, totals[form]) if shown else None,
                at=submitted or started,
                mode=Mode(mode),
                # Having answered, or having handed in oneself: being collected at the end is neither.
                answered=has_answer or (submitted is not None and not settled),
                voided=voided is not None and voided <= at,
                sitting_id=str(sitting),
                form_id=str(form),
            )
        )
    return tries


def _points_before_later_marks(exam: Exam, at: datetime) -> dict[UUID, Decimal | None]:
    """Attempt → its points at `at`, of those that were marked again since."""
    marked = AttemptEvent.objects.filter(exam=exam, at__gt=at, action__in=_MARKING)
    attempts = set(marked.values_list("attempt_id", flat=True))
    if not attempts:
        return {}
    slots: dict[UUID, dict[str, int]] = defaultdict(dict)
    for form, slot, section in exam.forms.values_list("pk", "slots__pk", "slots__section__order"):
        slots[form][str(slot)] = section
    newest: dict[UUID, dict[str, Decimal | None]] = defaultdict(dict)
    marks = Mark.objects.filter(attempt__exam=exam, at__lte=at).order_by("id")
    for attempt, slot, points in marks.values_list("attempt_id", "slot_id", "points"):
        if attempt in attempts:
            newest[attempt][str(slot)] = points
    forms = dict(Attempt.objects.filter(exam=exam).values_list("pk", "form_id"))
    return {one: total_points(newest[one], slots[forms[one]]) for one in attempts}


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
