"""The bare view that saving is compared with: a function, no middleware, one upsert in autocommit.

Served by the same server as the product (`gunicorn … benchmarks.bare:application`), with the same pool.
"""

from __future__ import annotations

import json
import os

import django
import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

_UPSERT = """INSERT INTO bare_answer (attempt, slot, value, at) VALUES (%s, %s, %s, now())
ON CONFLICT (attempt, slot) DO UPDATE SET value = EXCLUDED.value, at = EXCLUDED.at"""


def save(request: HttpRequest, attempt: object) -> HttpResponse:
    """One item out of the body into the table."""
    from django.db import connection

    item = json.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [attempt, item["slot"], json.dumps(item["value"])])
    return HttpResponse(b'{"ok":true}', headers={"Content-Type": "application/json", "Content-Length": "11"})


urlpatterns = [path("bare/<uuid:attempt>", save)]


def configure() -> None:
    """Only what the view needs; pool and connection as the product has them."""
    database = environ.Env().db_url("DATABASE_URL")
    pool = {"min_size": 1, "max_size": int(os.environ.get("DATABASE_POOL_MAX", "10")), "timeout": 3}
    database |= {"CONN_HEALTH_CHECKS": False, "OPTIONS": {"pool": pool}}
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        DATABASES={"default": database},
        MIDDLEWARE=[],
        ROOT_URLCONF=__name__,
        SECRET_KEY="of no use here, nothing is sealed",
        USE_TZ=True,
    )
    django.setup()


configure()
application = get_wsgi_application()
