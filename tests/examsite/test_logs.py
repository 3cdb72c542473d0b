"""T-62: no name, number or token of anybody in a log, whatever goes wrong."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from exams.domain.tickets import issue_tickets
from examsite.lib import clock
from examsite.lib.logs import MaskingFormatter, masked
from examsite.people.domain.accounts import issue_link
from examsite.people.models import AuditRecord, User
from tests.exam_world import make_world
from tests.exams.api.conftest import Phone
from tests.factories import PASSWORD, make_user

PHONE = "13800001234"
NAME = "欧阳金丝雀"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger says, as the site writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    how = dict(settings.LOGGING["formatters"]["plain"])
    how.pop("()")
    handler.setFormatter(MaskingFormatter(how["format"], style=how["style"]))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def test_the_site_writes_with_the_masking_formatter() -> None:
    assert settings.LOGGING["formatters"]["plain"]["()"] == "examsite.lib.logs.MaskingFormatter"
    assert settings.LOGGING["handlers"]["console"]["formatter"] == "plain"


@pytest.mark.django_db
def test_t62_a_day_of_sign_ins_and_mistakes_leaves_nothing_in_the_logs(log: io.StringIO) -> None:
    world = make_world(people=2)
    entry = world.seat.entry
    User.objects.filter(pk=entry.user_id).update(name=NAME, username="jinsique")
    entry.user.refresh_from_db()
    entry.name = NAME
    entry.save()
    make_user("李四", username="lisi", password=PASSWORD, phone=PHONE)
    old, old_code = _secrets(world)
    slip, code = _secrets(world)
    link = issue_link(user=entry.user, at=clock.now(), actor=None)
    stranger = Client(raise_request_exception=False)
    for token in (old, slip):
        stranger.get(reverse("exams:ticket", args=[token]))
        stranger.get(f"/t/{token}/css/../nothing.css")
    for digits in (old_code, code):
        stranger.post(reverse("exams:enter"), {"name": NAME, "code": digits})
    for identifier in ("lisi", PHONE):
        for word in ("wrong-password-77", PASSWORD):
            Client().post(reverse("people:sign_in"), {"identifier": identifier, "password": word})
    stranger.post(reverse("people:sign_in_link"), {"token": link, "password": "1", "again": "2"})
    stranger.get(reverse("people:people"), {"q": NAME})
    stranger.get("/nothing-here", {"phone": PHONE})
    phone = Phone(world, world.seat)
    phone.sign_in(slip)
    phone.start()
    phone.save((1, 4, "我的答案是金丝雀"))
    phone.bearing("PUT", "answers", {"items": "x"})
    phone.bearing("GET", "answers", token=f"{phone.token}x")
    phone.submit()
    text = log.getvalue()
    assert "/t/…" in text  # the log was written, and is not empty of what happened
    told = (
        old,
        slip,
        link,
        code,
        old_code,
        PHONE,
        PASSWORD,
        "wrong-password-77",
        NAME,
        "我的答案",
        phone.token,
    )
    assert [one for one in told if one and one in text] == []


def _secrets(world: Any) -> tuple[str, str]:
    (issued,) = issue_tickets(entries=[world.seat.entry], at=clock.now())
    return issued.token, issued.code


@pytest.mark.django_db
def test_t62_a_database_that_complains_of_a_row_tells_no_value(log: io.StringIO) -> None:
    name = make_user("张三", username=f"user-{clock.now().microsecond}").username
    try:
        with transaction.atomic():
            User(name="李四", username=name).save()
    except IntegrityError:
        logging.getLogger("anything").exception("it failed")
    assert "it failed" in log.getvalue()
    assert name not in log.getvalue()


@pytest.mark.django_db
def test_t62_the_audit_log_keeps_no_secret() -> None:
    make_user("李四", username="lisi", password=PASSWORD, phone=PHONE)
    for word in ("wrong-password-77", PASSWORD):
        Client().post(reverse("people:sign_in"), {"identifier": PHONE, "password": word})
    text = "".join(map(str, AuditRecord.objects.values_list()))
    assert [one for one in (PHONE, PASSWORD, "wrong-password-77") if one in text] == []


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Not Found: /t/abc-DEF_123", "Not Found: /t/…"),
        ('"GET /t/abc?x=1 HTTP/1.1"', '"GET /t/…?… HTTP/1.1"'),
        ("Forbidden: /people?q=张三&page=2 end", "Forbidden: /people?… end"),
        ("Authorization: Attempt eyJhdHRlbXB0IjoxfQ.abcdefgh", "Authorization: Attempt …"),
        ("phone 13800001234.", "phone …."),
        ("id 110101199001011234 and 11010119900101123X", "id … and …"),
        ("Key (username)=(zhangsan) already exists", "Key (username)=(…) already exists"),
        (
            "attempt 019aaf13-8000-7123-8138-000012341380 kept",
            "attempt 019aaf13-8000-7123-8138-000012341380 kept",
        ),
        ("took 1380000123 ms?", "took 1380000123 ms?"),
    ],
)
def test_what_is_masked_and_what_is_not(line: str, kept: str) -> None:
    assert masked(line) == kept


def test_a_message_cannot_forge_a_line() -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "bad %s", ("name\n2026 ERROR forged",), None)
    assert MaskingFormatter("{levelname} {message}", style="{").format(record).count("\n") == 0
