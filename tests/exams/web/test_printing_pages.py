"""What the office prints."""

from __future__ import annotations

import pytest

from exams.domain.rosters import change_terms
from exams.models import Mode, Sitting
from tests.factories import AT
from tests.office_pages import client_of, sitting_fields, text_of, url
from tests.papers_world import Office

pytestmark = pytest.mark.django_db


def test_everything_that_is_printed_is_a_download(office: Office) -> None:
    entries = office.freeze(people=2)
    change_terms(entry=entries[0], mode=Mode.PAPER, allowance=1, at=AT, actor=office.officer)
    forms = office.publish()
    sitting = office.sit()
    client = client_of(office.officer)
    addresses = [
        *(url("form_print", forms[0].pk, what, "pdf") for what in ("book", "large", "key")),
        *(url("sitting_print", sitting.pk, what) for what in ("sign-in", "envelope", "answer-sheets")),
    ]
    for address in addresses:
        reply = client.get(address)
        assert reply.content[:5] == b"%PDF-"
        assert reply["Content-Disposition"].startswith("attachment;")
    word = client.get(url("form_print", forms[0].pk, "book", "docx"))
    assert word.content[:2] == b"PK"
    assert client.get(url("form_print", forms[0].pk, "key", "docx")).status_code == 404
    assert client.get(url("sitting_print", sitting.pk, "menu")).status_code == 404


def test_slips_are_new_tickets_and_the_old_ones_end(office: Office) -> None:
    office.freeze(people=2)
    office.publish()
    sitting = office.sit()
    client = client_of(office.officer)
    for _ in range(2):
        assert client.post(url("sitting_slips", sitting.pk)).content[:5] == b"%PDF-"
    tickets = [ticket for seat in sitting.seats.all() for ticket in seat.entry.tickets.all()]
    assert len(tickets) == 4
    assert sum(ticket.revoked_at is None for ticket in tickets) == 2


def test_a_sitting_without_seats_has_nothing_to_print(office: Office) -> None:
    office.freeze(people=1)
    client = client_of(office.officer)
    client.post(url("sitting_new", office.exam.pk), sitting_fields())
    sitting = Sitting.objects.get()
    reply = client.get(url("sitting_print", sitting.pk, "sign-in"))
    assert reply.status_code == 409
    assert "这个场次还没有座位，请先排座。" in text_of(reply)
