"""Who sees which exam and what may be done with it; visibility is a queryset, nowhere else."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from examsite.lib.errors import NotFound
from examsite.people.models import Membership, Role, Unit
from examsite.people.ready_queries import Given
from examsite.people.rules import Asker, granted_paths, holds, path_filter, units_under
from examsite.people.tree import keys_of
from questionbanks.models import Bank

from .engine.transitions import State
from .models import (
    Activity,
    AnnualReport,
    Attempt,
    Blueprint,
    Certificate,
    Exam,
    Form,
    KeyedSheet,
    ListImport,
    MarkingTask,
    ReviewRequest,
    Room,
    RosterEntry,
    Seat,
    SheetScan,
    Sitting,
    Snapshot,
)

# Those who see figures of an exam; candidates see their own attempts only.
VIEWERS = (Role.OFFICER, Role.LEADER)


def exams_visible_to(user: Asker, *roles: Role) -> QuerySet[Exam]:
    """Exams held by units in the person's scope; by default for officers and leaders."""
    return Exam.objects.filter(path_filter(granted_paths(user, *(roles or VIEWERS)), "unit__path"))


def exams_manageable_by(user: Asker) -> QuerySet[Exam]:
    """Exams that the person runs as an officer."""
    return exams_visible_to(user, Role.OFFICER)


def blueprints_manageable_by(user: Asker) -> QuerySet[Blueprint]:
    """Blueprints of the units where the person is an officer."""
    return Blueprint.objects.filter(path_filter(granted_paths(user, Role.OFFICER), "unit__path"))


def blueprints_visible_to(user: Asker) -> QuerySet[Blueprint]:
    """Those, and the ones of the units above (the county's), to be used and copied."""
    paths = granted_paths(user, Role.OFFICER)
    above = {key for path in paths for key in keys_of(path)}
    return Blueprint.objects.filter(path_filter(paths, "unit__path") | Q(unit__in=above))


def forms_manageable_by(user: Asker) -> QuerySet[Form]:
    """Forms of exams that the person runs as an officer; nobody else sees a paper before it is sat."""
    return Form.objects.filter(exam__in=exams_manageable_by(user))


def entries_manageable_by(user: Asker) -> QuerySet[RosterEntry]:
    """Roster entries of exams that the person runs as an officer."""
    return RosterEntry.objects.filter(exam__in=exams_manageable_by(user))


# Those who run a sitting while it is sat; an invigilator named for one room sees that room.
WATCHERS = (Role.OFFICER, Role.INVIGILATOR)


def seats_of(user: Asker) -> QuerySet[Seat]:
    """A candidate's own seats in published exams."""
    return seats_of_person(user.pk) if user.is_authenticated else Seat.objects.none()


def seats_of_person(person: UUID | Given) -> QuerySet[Seat]:
    """The same by the key of the person."""
    return Seat.objects.filter(entry__user=person, sitting__exam__published_at__isnull=False)


def attempts_of(user: Asker) -> QuerySet[Attempt]:
    """A candidate's own attempts."""
    return Attempt.objects.filter(entry__user=user) if user.is_authenticated else Attempt.objects.none()


def banks_practised_by(user: Asker) -> QuerySet[Bank]:
    """Banks open for practice of the units, and the units above, where the person belongs or had to sit."""
    if not user.is_authenticated:
        return Bank.objects.none()
    paths = {
        *Membership.objects.filter(user=user.pk, valid_to__isnull=True).values_list("unit__path", flat=True),
        *RosterEntry.objects.filter(user=user.pk, exam__published_at__isnull=False).values_list(
            "unit_path", flat=True
        ),
    }
    units = {key for path in paths for key in keys_of(path)}
    return Bank.objects.filter(unit__in=units, practice_since__isnull=False)


def _watched(user: Asker, field: str) -> Q:
    return path_filter(granted_paths(user, *WATCHERS), field)


def sittings_watched_by(user: Asker) -> QuerySet[Sitting]:
    """Sittings whose board the person may open."""
    rooms = Room.objects.filter(sitting=OuterRef("pk"), invigilators=user.pk)
    return Sitting.objects.filter(_watched(user, "exam__unit__path") | Exists(rooms))


def seats_watched_by(user: Asker) -> QuerySet[Seat]:
    """Seats the person watches: all of a sitting, or those of his rooms."""
    rooms = Room.objects.filter(pk=OuterRef("room"), invigilators=user.pk)
    return Seat.objects.filter(_watched(user, "sitting__exam__unit__path") | Exists(rooms))


def attempts_watched_by(user: Asker) -> QuerySet[Attempt]:
    """Attempts the person watches, by the same measure."""
    seats = Seat.objects.filter(
        sitting=OuterRef("sitting"), entry=OuterRef("entry"), room__invigilators=user.pk
    )
    return Attempt.objects.filter(_watched(user, "exam__unit__path") | Exists(seats))


def sittings_run_by(user: Asker) -> QuerySet[Sitting]:
    """Sittings of exams that the person runs as an officer: release, evidence."""
    return Sitting.objects.filter(exam__in=exams_manageable_by(user))


# --- Figures -------------------------------------------------------------------------------------------


def exams_in_sight(user: Asker) -> QuerySet[Exam]:
    """Exams of which the person may see figures: those held in his units, and, of his own units alone, those
    held by a unit above."""
    paths = granted_paths(user, *VIEWERS)
    above = {key for path in paths for key in keys_of(path)[:-1]}
    return Exam.objects.filter(
        path_filter(paths, "unit__path") | Q(unit__in=above), published_at__isnull=False
    )


def unit_for_figures(user: Asker, exam: Exam, wanted: str = "") -> Unit:
    """The unit from which a person looks at an exam: the one he wants, else the exam's own, else his part.

    Raises NotFound for a unit out of his sight or one that the exam has nothing to do with.
    """
    seen = units_under(user, *VIEWERS)
    above = keys_of(exam.unit.path)[:-1]
    fitting = seen.filter(path__startswith=exam.unit.path) | seen.filter(pk__in=above)
    if wanted:
        try:
            found = fitting.filter(pk=UUID(wanted)).first()
        except ValueError:
            found = None
    else:
        inside = fitting.filter(path__startswith=exam.unit.path)
        found = inside.order_by("path").first() or fitting.order_by("-path").first()
    if found is None:
        raise NotFound("not_found", "没有找到这个单位，或不在您的权限之内。")
    return found


def may_see_names(user: Asker, unit: Unit) -> bool:
    """Whether the person may see who of a unit is missing or failed: its officers, and its own leaders.

    A list of the absent does not leave the unit: leaders above it see numbers.
    """
    if holds(user, unit, Role.OFFICER):
        return True
    town = keys_of(unit.path)[:2]  # the county's own people are a place of their own
    return any(
        unit.path.startswith(path) and keys_of(path)[:2] == town for path in granted_paths(user, Role.LEADER)
    )


def marking_tasks_of(user: Asker) -> QuerySet[MarkingTask]:
    """The answers that a marker has in his hands: his own tasks on closed attempts, nobody else's."""
    under = path_filter(granted_paths(user, Role.MARKER), "exam__unit__path")
    return MarkingTask.objects.filter(
        under,
        marker=user.pk,
        closed_at__isnull=True,
        attempt__state__in=(State.SUBMITTED.value, State.MARKED.value),
        attempt__voided_at__isnull=True,
    )


# --- The activity register, reports, snapshots ------------------------------------------------------------


def activities_visible_to(user: Asker) -> QuerySet[Activity]:
    """The register of the units that the person may look at."""
    return Activity.objects.filter(path_filter(granted_paths(user, *VIEWERS), "unit__path"))


def activities_editable_by(user: Asker) -> QuerySet[Activity]:
    """The register of the units that the person runs as an officer."""
    return Activity.objects.filter(path_filter(granted_paths(user, Role.OFFICER), "unit__path"))


def lists_managed_by(user: Asker) -> QuerySet[ListImport]:
    """Lists on their way in, of the units that the person runs."""
    return ListImport.objects.filter(path_filter(granted_paths(user, Role.OFFICER), "unit__path"))


def reports_visible_to(user: Asker) -> QuerySet[AnnualReport]:
    """Annual reports of the units that the person may look at."""
    return AnnualReport.objects.filter(path_filter(granted_paths(user, *VIEWERS), "unit__path"))


def snapshots_visible_to(user: Asker) -> QuerySet[Snapshot]:
    """Frozen figures of the units that the person may look at."""
    return Snapshot.objects.filter(path_filter(granted_paths(user, *VIEWERS), "unit__path"))


def certificates_managed_by(user: Asker) -> QuerySet[Certificate]:
    """Certificates for exams that the person runs as an officer."""
    return Certificate.objects.filter(entry__exam__in=exams_manageable_by(user))


def reviews_answerable_by(user: Asker) -> QuerySet[ReviewRequest]:
    """Review requests about exams where the person is an officer or a marker; never his own."""
    paths = granted_paths(user, Role.OFFICER, Role.MARKER)
    return ReviewRequest.objects.filter(path_filter(paths, "attempt__exam__unit__path")).exclude(
        attempt__entry__user=user.pk
    )


def attempts_explained_to(user: Asker) -> QuerySet[Attempt]:
    """Attempts whose every step the person may read: officers of the exam, and the auditor."""
    paths = granted_paths(user, Role.OFFICER, Role.AUDITOR)
    return Attempt.objects.filter(path_filter(paths, "exam__unit__path"))


def sheets_keyed_by(user: Asker) -> QuerySet[KeyedSheet]:
    """Paper sheets of seats that the person watches."""
    return KeyedSheet.objects.filter(seat__in=seats_watched_by(user), dropped_at__isnull=True)


def scans_seen_by(user: Asker) -> QuerySet[SheetScan]:
    """Scans of those sheets."""
    return SheetScan.objects.filter(seat__in=seats_watched_by(user))
