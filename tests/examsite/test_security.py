"""What a site in production answers with: headers, cookies, open doors."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from examsite.people.models import User
from tests.factories import PASSWORD, make_user
from tests.personas import make_cast
from tests.routes import ROUTES
from tests.template import template_of_this_run
from tests.test_authorisation import address

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import json, os, django
django.setup()
from django.core.management import call_command
from django.test import Client
from examsite.people.domain.accounts import create_person, set_password
from examsite.lib import clock
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
user = create_person(name="张三", username="zhangsan", at=clock.now(), actor=None)
set_password(user=user, password=os.environ["ASK_PASSWORD"], at=clock.now(), actor=None)
client = Client(headers={"host": "exam.example"})
def show(response):
    return {"status": response.status_code, "headers": dict(response.items()),
            "body": response.content.decode("utf-8", "replace")[:4000]}
paths = "/sign-in /me /nothing-here /.git/HEAD /metrics /api/v1/schema /admin/ /debug".split()
replies = {path: show(client.get(path, secure=True)) for path in paths}
replies["plain"] = show(client.get("/sign-in"))
replies["foreign"] = show(client.get("/sign-in", secure=True, headers={"Origin": "https://evil.example"}))
replies["host"] = show(Client().get("/sign-in", secure=True, headers={"host": "evil.example"}))
proof = {"identifier": "zhangsan", "password": os.environ["ASK_PASSWORD"]}
client.post("/sign-in", proof, secure=True)
replies["in"] = show(client.get("/me", secure=True))
cookies = {name: {key: value for key, value in one.items() if value} for name, one in client.cookies.items()}
print("ANSWER" + json.dumps({"replies": replies, "cookies": cookies}))
"""


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a fresh site answers with the settings of production; a run's template saves it the migrations."""
    folder = tmp_path_factory.mktemp("production")
    if template := template_of_this_run():
        template.wait()
        shutil.copyfile(template.file, folder / "db.sqlite3")
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "examsite.settings",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "exam.example",
        "DATA_DIR": str(folder),
        "ASK_PASSWORD": PASSWORD,
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )
    assert "ANSWER" in done.stdout, done.stderr[-2000:]
    return json.loads(done.stdout.rpartition("ANSWER")[2])


def test_the_deployment_check_is_clean(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "exam.example",
        "DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    command += ["--database", "default"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", ["/sign-in", "in", "/nothing-here"])
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
    ],
)
def test_every_reply_carries_its_headers(
    production: dict[str, Any], path: str, header: str, value: str
) -> None:
    assert production["replies"][path]["headers"][header] == value


@pytest.mark.parametrize("path", ["/sign-in", "in", "/nothing-here"])
def test_the_content_policy_has_no_inline_code(production: dict[str, Any], path: str) -> None:
    text = production["replies"][path]["headers"]["Content-Security-Policy"]
    policy = {words.split()[0]: words.split()[1:] for words in text.split(";") if words.strip()}
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == ["'none'"]
    assert policy["base-uri"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert policy.get("script-src", ["'self'"]) == ["'self'"]
    assert "unsafe" not in text


def test_cookies_are_bound_to_the_host_and_to_https(production: dict[str, Any]) -> None:
    assert sorted(production["cookies"]) == ["__Host-csrf", "__Host-session"]
    for cookie in production["cookies"].values():
        assert (cookie["path"], cookie["secure"], cookie["samesite"]) == ("/", True, "Lax")
        assert "domain" not in cookie
    assert production["cookies"]["__Host-session"]["httponly"] is True


def test_plain_http_is_sent_to_https(production: dict[str, Any]) -> None:
    reply = production["replies"]["plain"]
    assert (reply["status"], reply["headers"]["Location"]) == (301, "https://exam.example/sign-in")


def test_no_foreign_origin_is_allowed_in(production: dict[str, Any]) -> None:
    assert "Access-Control-Allow-Origin" not in production["replies"]["foreign"]["headers"]


def test_a_forged_host_is_refused(production: dict[str, Any]) -> None:
    assert production["replies"]["host"]["status"] == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [("/.git/HEAD", 404), ("/metrics", 404), ("/debug", 404), ("/api/v1/schema", 401), ("/admin/", 302)],
)
def test_nothing_is_left_open(production: dict[str, Any], path: str, status: int) -> None:
    assert production["replies"][path]["status"] == status


def test_errors_tell_nothing_of_the_inside(production: dict[str, Any]) -> None:
    body = production["replies"]["/nothing-here"]["body"]
    for words in ("Traceback", "Django", "DEBUG", "urlpatterns", "site-packages"):
        assert words not in body


def test_a_fresh_site_has_nobody_to_sign_in_as(db: None) -> None:
    assert User.objects.count() == 0


# --- Every route -------------------------------------------------------------------------------------------


@pytest.mark.once
def test_every_unsafe_route_wants_a_csrf_token(db: None) -> None:
    """Signing in, giving feedback and the calls with an attempt's token use no cookie to be abused."""
    cast = make_cast()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies.update(cast.client("officer").cookies)
    free = {"exams_api:sign_in", "exams_api:answers", "exams_api:heartbeat", "exams_api:submit"}
    free |= {"people_api:feedback", "people_api:feedback_answer"}
    free |= {"exams:preview_answers", "exams:preview_heartbeat", "exams:preview_submit"}
    open_ones = []
    for route in ROUTES:
        if route.method == "get" or route.view in free:
            continue
        status = getattr(strict, route.method)(address(route, cast), route.data).status_code
        if status != 403:
            open_ones.append((route.id, status))
    assert open_ones == []


# --- Nobody is told who exists -----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["zhangsan", "nobody"])
def test_t41_the_api_says_no_more_than_the_page(who: str) -> None:
    make_user("张三", username="zhangsan", password=PASSWORD)
    reply = Client().post(
        reverse("exams_api:sign_in"),
        {"username": who, "password": "wrong"},
        content_type="application/json",
    )
    assert reply.status_code == 401
    assert reply.json()["code"] == "refused"
    assert who not in reply.content.decode()
