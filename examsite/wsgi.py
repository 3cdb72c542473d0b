"""The WSGI entry. Unsafe configuration stops the server here, in words (system checks)."""

from __future__ import annotations

import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examsite.settings")
application = get_wsgi_application()
call_command("check", "--database", "default", "--fail-level", "ERROR", verbosity=0)
