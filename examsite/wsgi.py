"""The WSGI entry. Unsafe configuration stops the server here, in words (system checks).

The server loads this once and forks its workers from it: one import instead of one a worker, and a worker
that was killed is replaced at once.
"""

from __future__ import annotations

import gc
import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examsite.settings")
application = get_wsgi_application()
call_command("check", "--database", "default", "--fail-level", "ERROR", verbosity=0)
# A connection must not be shared between workers; each opens its own.
connection.close()
if connection.vendor == "postgresql":
    connection.close_pool()
# What is loaded stays: the collector need not look through it again and again, nor copy its pages.
gc.collect()
gc.freeze()
