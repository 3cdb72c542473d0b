"""What somebody types into an address is a page or 404, never a failure of the server."""

from __future__ import annotations

import pytest
from django.urls import reverse

from examsite.lib.years import read_year
from examsite.people.models import Role
from tests.factories import make_staff
from tests.office_pages import client_of
from tests.papers_world import Office

pytestmark = pytest.mark.django_db
NO_ID = "-" * 36


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2026", 2026),
        ("２０２６", 2026),
        ("2000", 2000),
        ("2100", 2100),
        ("1999", None),
        ("2101", None),
        ("0000", None),
        ("9999", None),
        ("²²²²", None),
        ("②", None),
        ("20260", None),
        ("", None),
    ],
)
def test_a_year_is_read(text: str, year: int | None) -> None:
    assert read_year(text) == year


@pytest.mark.parametrize("year", ["0000", "9999", "²", "②", "-1", "99999999999999999999"])
@pytest.mark.parametrize("name", ["exams", "my_law_record", "figures", "activities", "plan"])
def test_a_year_that_is_none_is_passed_over(office: Office, name: str, year: str) -> None:
    reply = client_of(office.officer).get(reverse(f"exams:{name}"), {"year": year})
    assert reply.status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        f"/figures/{NO_ID}/rates.svg",
        f"/office/exams/{NO_ID}/forms.svg",
        f"/api/v1/figures/exams/{NO_ID}/charts/rates.svg",
        f"/api/v1/reports/{NO_ID}/file.docx",
    ],
)
def test_an_id_that_is_none_is_not_found(office: Office, address: str) -> None:
    leader = make_staff(office.tree.town, Role.LEADER, "高翔")
    assert client_of(leader).get(address).status_code == 404


@pytest.mark.parametrize("minutes", ["²", "②"])
def test_digits_that_are_no_number_are_refused_in_a_blueprint(office: Office, minutes: str) -> None:
    fields = {"command": "save", "name": "规则", "total": "100", "minutes": minutes, "forms": minutes}
    reply = client_of(office.officer).post(reverse("exams:blueprint_new"), fields)
    assert reply.status_code == 400
