"""Password hashing with measured parameters."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class ExamArgon2Hasher(Argon2PasswordHasher):
    """argon2id, 19 MiB, t = 2, p = 1 (OWASP's first choice): about 17 ms of one core a sign-in.

    Django's default takes 100 MiB and eight lanes, which a township server cannot give to a whole hall.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
