"""The main menu by role, and where everybody lands; a link is shown only to those whom its page admits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from exams.rules import sittings_watched_by
from examsite.people.models import Role
from examsite.people.rules import is_county_officer, open_grants

OFFICE = frozenset({Role.OFFICER})
FIGURES = frozenset({Role.OFFICER, Role.LEADER})
WATCH = frozenset({Role.OFFICER, Role.INVIGILATOR})
BANKS = frozenset({Role.OFFICER, Role.BANK_EDITOR, Role.REVIEWER})


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the menu. `roles` empty: for everybody who is signed in and holds any role.

    `county`: for those alone who run the county's exams.
    """

    label: str
    view: str
    roles: frozenset[Role]
    county: bool = False


MENU = (
    Link("考试", "exams:exams", OFFICE),
    Link("数据", "exams:figures", FIGURES),
    Link("台账", "exams:activities", FIGURES),
    Link("年报", "exams:reports", FIGURES),
    Link("监考", "exams:watch", WATCH),
    Link("题库", "questionbanks:banks", BANKS),
    Link("阅卷", "exams:my_marking", frozenset({Role.MARKER})),
    Link("复核", "exams:reviews", frozenset({Role.OFFICER, Role.MARKER})),
    Link("组卷规则", "exams:blueprints", OFFICE),
    Link("人员", "people:people", FIGURES),
    Link("法律明白人", "people:coverage", FIGURES),
    Link("单位", "people:units", FIGURES),
    Link("审批", "people:approvals", OFFICE),
    Link("投诉建议", "people:register", OFFICE, county=True),
    Link("日志", "people:audit", frozenset({Role.AUDITOR})),
    Link("我的", "people:me", frozenset()),
)


def roles_of(request: HttpRequest) -> frozenset[str]:
    """The roles that the person holds anywhere; none for who came in by a slip."""
    user = getattr(request, "user", None)  # an error before the sign-in middleware has no user
    if user is None or not user.is_authenticated or getattr(user, "as_candidate", False):
        return frozenset()
    roles = frozenset(role for role, *_ in open_grants(user))
    if not roles and sittings_watched_by(user).exists():
        return frozenset({Role.INVIGILATOR})  # named for a room, without a role of his own
    return roles


def links_for(roles: frozenset[str], *, county: bool = False) -> list[Link]:
    """The entries of the menu for somebody with these roles, in its order."""
    if not roles:
        return []
    mine = [link for link in MENU if not link.roles or link.roles & roles]
    return [link for link in mine if county or not link.county]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu of the person who is signed in; the entry whose page this is below is the current one."""
    roles = roles_of(request)
    county = bool(roles & OFFICE) and is_county_officer(request.user)
    links = links_for(roles, county=county)
    entries = [{"label": link.label, "url": reverse(link.view)} for link in links]
    under = [entry["url"] for entry in entries if request.path.startswith(entry["url"])]
    current = max(under, key=len, default="")
    return [entry | {"current": entry["url"] == current} for entry in entries]


def home_url(request: HttpRequest) -> str:
    """The first entry of his menu for staff, his exams for a candidate, the way in for a stranger."""
    if not request.user.is_authenticated:
        return reverse("people:sign_in")
    links = links_for(roles_of(request))
    return reverse(links[0].view) if links else reverse("exams:my_exams")
