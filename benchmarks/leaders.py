"""A county whose leader looks at a year, built by a process of its own in the site's settings."""

from __future__ import annotations

import json
import sys
from typing import Any

from benchmarks.lines import Call, Script, drive, request
from benchmarks.phones import API
from benchmarks.served import Served, Server

PEOPLE = 500  # an exam; 40 exams in the year that is looked at, 200 in all


def county(served: Served) -> dict[str, Any]:
    """Build it; the leader's name, password and page."""
    return dict(json.loads(served.run("-m", "benchmarks.leaders", "build", PEOPLE).splitlines()[-1]))


def enter(server: Server, leader: dict[str, Any]) -> dict[str, Any]:
    """The leader signed in, his page asked for once: its sums are stored from then on."""
    body = {"username": leader["username"], "password": leader["password"]}

    def sign_in() -> Script:
        reply = yield Call("sign in", request("POST", f"{API}/sign-in", body))
        lines = reply.head.decode("latin-1").split("\r\n")
        cookies = [line[12:].split(";")[0] for line in lines if line.lower().startswith("set-cookie:")]
        leader["cookies"] = "; ".join(cookies)
        yield Call("page", request("GET", leader["page"], Cookie=leader["cookies"]))

    drive(server.port, [sign_in()])
    return leader


def build(people: int) -> dict[str, str]:
    """Units, five years of exams and a leader."""
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "examsite.settings"
    django.setup()
    from django.conf import settings

    from benchmarks.county import build_county
    from benchmarks.figures import YEAR
    from examsite.lib import clock
    from examsite.lib.ids import random_token
    from examsite.people.domain.roles import grant_role
    from examsite.people.models import Role, User

    assert not settings.DEBUG
    place = build_county(people)
    leader = {"username": "leader", "password": random_token()}
    user = User.objects.create_user(leader["username"], leader["password"], name="领导")
    grant_role(user=user, role=Role.LEADER, unit=place, at=clock.now(), actor=None)
    return leader | {"page": f"/figures/?year={YEAR}&category=law-wise"}


if __name__ == "__main__":
    print(json.dumps(build(int(sys.argv[2]))))
