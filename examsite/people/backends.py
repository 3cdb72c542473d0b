"""Django's questions about permissions, answered from roles; nobody signs in through here."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from .models import User
from .ready_queries import Given, ReadyQuery
from .rules import is_county_officer

_ACTIVE = ReadyQuery(lambda: User.objects.filter(pk=Given("pk", User._meta.pk), is_active=True).order_by())


class RoleBackend(BaseBackend):
    """Loads the person of a session, and gives the county's officer the permissions the admin asks for.

    What the admin can change is limited by each model's admin; passwords are checked by domain/signing_in
    alone, so that there is one door with one lock.
    """

    def get_user(self, user_id: Any) -> User | None:
        return _ACTIVE.first(pk=user_id)

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return is_county_officer(user_obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return is_county_officer(user_obj)
