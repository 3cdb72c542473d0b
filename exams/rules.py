"""Who sees which exam and what may be done with it; visibility is a queryset, nowhere else."""

from __future__ import annotations

from django.db.models import QuerySet

from examsite.people.models import Role
from examsite.people.rules import Asker, granted_paths, path_filter

from .models import Exam

# Those who see figures of an exam; candidates see their own attempts only.
VIEWERS = (Role.OFFICER, Role.LEADER)


def exams_visible_to(user: Asker, *roles: Role) -> QuerySet[Exam]:
    """Exams held by units in the person's scope; by default for officers and leaders."""
    return Exam.objects.filter(path_filter(granted_paths(user, *(roles or VIEWERS)), "unit__path"))


def exams_manageable_by(user: Asker) -> QuerySet[Exam]:
    """Exams that the person runs as an officer."""
    return exams_visible_to(user, Role.OFFICER)
