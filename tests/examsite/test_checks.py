"""Unsafe configuration is refused in words, by the command line and by the server itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from examsite.checks import check_api_closed, check_durability, check_hosts, check_secret

ROOT = Path(__file__).resolve().parents[2]
GOOD_SECRET = "rT7vQ2mZk9XwLb4NcYh6Jd3FsGp8Ua5EiOqVxKzWnBtMrC1yHj0P"


def ids(messages: list) -> list[str]:
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("secret", "debug", "found"),
    [
        (GOOD_SECRET, False, []),
        ("short", False, ["examsite.E001"]),
        ("a" * 60, False, ["examsite.E001"]),
        (f"insecure-{GOOD_SECRET}", False, ["examsite.E001"]),
        ("short", True, []),
    ],
)
def test_a_weak_secret_is_refused(secret: str, debug: bool, found: list[str], settings: Settings) -> None:
    settings.SECRET_KEY, settings.DEBUG = secret, debug
    assert ids(check_secret(None)) == found


@pytest.mark.parametrize(("hosts", "found"), [(["exam.example"], []), (["*"], ["examsite.E002"])])
def test_any_host_is_refused(hosts: list[str], found: list[str], settings: Settings) -> None:
    settings.ALLOWED_HOSTS = hosts
    assert ids(check_hosts(None)) == found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"]}, ["examsite.E003"]),
        ({"DEFAULT_PERMISSION_CLASSES": []}, ["examsite.E003"]),
        ({"DEFAULT_PAGINATION_CLASS": None}, ["examsite.E004"]),
    ],
)
def test_an_open_api_is_refused(change: dict, found: list[str], settings: Settings) -> None:
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | change
    assert ids(check_api_closed(None)) == found


@pytest.mark.django_db
def test_the_database_as_configured_is_durable() -> None:
    assert check_durability(None, databases=["default"]) == []


@pytest.mark.django_db(transaction=True)
def test_a_database_that_may_forget_commits_is_refused() -> None:
    unsafe, safe, found = {
        "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL", ["examsite.E010"]),
        "postgresql": ("SET synchronous_commit=off", "RESET synchronous_commit", ["examsite.E020"]),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(unsafe)
        try:
            assert ids(check_durability(None, databases=["default"])) == found
        finally:
            cursor.execute(safe)


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_line_says_what_is_wrong(tmp_path: Path) -> None:
    done = run("manage.py", "check", DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "SECRET_KEY 不安全" in done.stderr


def test_the_server_does_not_start_with_unsafe_settings(tmp_path: Path) -> None:
    done = run("-c", "import examsite.wsgi", DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "SECRET_KEY 不安全" in done.stderr


def test_production_starts_with_them(tmp_path: Path) -> None:
    done = run("-c", "import examsite.wsgi", DATA_DIR=str(tmp_path), SECRET_KEY=GOOD_SECRET)
    assert (done.returncode, done.stderr) == (0, "")
