"""Where sign-ins are kept: the database, with a cache before it where all processes share one.

A cache of each process alone would keep a sign-in alive in one that was ended in another.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import cached_db, db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.models import Session
from django.utils.crypto import get_random_string

from examsite.lib import clock

from .ready_queries import Given, ReadyQuery

_SHARED_CACHE = not settings.CACHES["default"]["BACKEND"].endswith("LocMemCache")
_ALIVE = ReadyQuery(
    lambda: Session.objects.filter(
        session_key=Given("key", Session._meta.pk),
        expire_date__gt=Given("now", Session._meta.get_field("expire_date")),
    )
)


class SessionStore(cached_db.SessionStore if _SHARED_CACHE else db.SessionStore):  # type: ignore[misc]
    """As Django's, without three things a hall that signs in at once would pay for.

    A session that has no key yet is not stored empty in order to change its key: it is stored once, at the
    end, under a fresh one. And a fresh key is not looked for first: its insertion fails if it exists (one of
    36^32), and the loop around it makes another. And what a sign-in has stored together with its line in the
    log is not stored again by the middleware, which still sets the cookie.
    """

    _stored: bytes | None = None

    def save(self, must_create: bool = False) -> None:
        data = self.serializer().dumps(self._get_session(no_load=must_create))
        if must_create or self.session_key is None or data != self._stored:
            super().save(must_create)
            self._stored = data

    def _get_session_from_db(self) -> Any:
        found = _ALIVE.first(key=self.session_key, now=clock.now())
        if found is None:
            self._session_key = None
        return found

    # The house has one clock: whoever sets it in a test sets it for sign-ins, too.
    def get_expiry_age(self, **how: Any) -> int:
        return int(super().get_expiry_age(**{"modification": clock.now()} | how))

    def get_expiry_date(self, **how: Any) -> datetime:
        found: datetime = super().get_expiry_date(**{"modification": clock.now()} | how)
        return found

    def cycle_key(self) -> None:
        if self.session_key is None:
            self.modified = True
        else:
            super().cycle_key()

    def _get_new_session_key(self) -> str:
        return get_random_string(32, VALID_KEY_CHARS)
