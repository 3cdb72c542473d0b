"""Certificates: for whom, with which number, until when, and what anybody may learn from a code."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from exams.domain.certificates import (
    CertificateState,
    deserving,
    issue_certificates,
    masked,
    verify_certificate,
    withdraw_certificate,
    without_basis,
)
from exams.domain.releases import release_sitting, withhold_results
from exams.models import Attempt, Certificate, Exam, ResultNote, Sitting
from exams.printing.certificate import CertificateText, certificate_pdf, certificate_png
from examsite.lib import clock
from examsite.lib.errors import Conflict, DomainError, Invalid
from examsite.people.models import AuditRecord, Unit
from questionbanks.kinds.base import Question
from tests.marking_world import MarkingWorld, make_marking_world

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
DAY = date(2026, 11, 26)
TRUTHS = [Question("true_false", f"第{number}问", key=True, points=D(5)) for number in range(2)]


@pytest.fixture
def place() -> MarkingWorld:
    """The first and the third of four pass; everything is released."""
    place = make_marking_world(people=4, questions=TRUTHS)
    for at, right in enumerate([(True, True), (True, False), (True, True), (False, False)]):
        place.hand_in(at, dict(enumerate(right)))
    release_sitting(sitting=place.world.sitting, at=place.world.end(), actor=place.world.officer)
    return place


def issue(place: MarkingWorld, **fields: Any) -> list[Certificate]:
    wanted = {
        "exam": place.exam,
        "title": "法律明白人证书",
        "valid_years": 3,
        "day": DAY,
        "at": clock.now(),
        "actor": place.world.officer,
    }
    return issue_certificates(**(wanted | fields))


def test_who_passed_gets_one(place: MarkingWorld) -> None:
    made = issue(place)
    assert [(one.number, one.name, one.unit_name, one.valid_until) for one in made] == [
        ("青城镇〔2026〕00001号", "青城镇考生1", "东风村", date(2029, 11, 26)),
        ("青城镇〔2026〕00002号", "青城镇考生3", "东风村", date(2029, 11, 26)),
    ]
    assert len({one.code for one in made}) == 2
    assert all(len(one.code) == 16 for one in made)
    assert deserving(place.exam, clock.now()) == []
    with pytest.raises(Conflict) as refusal:
        issue(place)
    assert refusal.value.code == "nobody"
    assert AuditRecord.objects.get(action="certificate.issue").after["count"] == 2


def test_numbers_go_on_within_the_year_and_start_anew_in_the_next(place: MarkingWorld) -> None:
    first, _ = issue(place)
    withdraw_certificate(certificate=first, reason="填错", at=clock.now(), actor=place.world.officer)
    assert [one.number for one in issue(place)] == ["青城镇〔2026〕00003号"]
    withdraw_certificate(
        certificate=Certificate.objects.get(serial=3),
        reason="再填",
        at=clock.now(),
        actor=place.world.officer,
    )
    assert [one.number for one in issue(place, day=date(2027, 1, 5))] == ["青城镇〔2027〕00001号"]


def test_some_can_be_chosen_but_nobody_who_does_not_deserve(place: MarkingWorld) -> None:
    entries = [seat.entry.pk for seat in place.world.seats]
    assert [one.entry_id for one in issue(place, entries=[entries[2]])] == [entries[2]]
    with pytest.raises(Conflict) as refusal:
        issue(place, entries=[entries[0], entries[1]])
    assert refusal.value.code == "not_deserving"
    assert Certificate.objects.count() == 1


def test_a_withheld_or_unreleased_result_earns_none(place: MarkingWorld) -> None:
    withhold_results(
        entry=place.world.seats[0].entry, reason="核查", at=clock.now(), actor=place.world.officer
    )
    assert [one.entry.name for one in deserving(place.exam, clock.now())] == ["青城镇考生3"]
    Sitting.objects.update(released_at=None)
    assert deserving(place.exam, clock.now()) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"title": " "}, "title"), ({"valid_years": 0}, "years"), ({"valid_years": 31}, "years")],
)
def test_senseless_terms(place: MarkingWorld, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        issue(place, **fields)
    assert refusal.value.code == code


def test_without_end_and_on_the_29th_of_february(place: MarkingWorld) -> None:
    one, _ = issue(place, valid_years=None)
    assert one.valid_until is None
    withdraw_certificate(certificate=one, reason="x", at=clock.now(), actor=place.world.officer)
    (leap,) = issue(place, valid_years=1, day=date(2028, 2, 29))
    assert leap.valid_until == date(2029, 3, 1)


def test_units_of_the_same_name_have_different_numbers(place: MarkingWorld) -> None:
    Unit.objects.filter(pk=place.world.town.pk).update(kind="town", parent=place.east)
    other = make_marking_world(name="青城镇", people=1, questions=TRUTHS)
    Unit.objects.filter(pk=other.world.town.pk).update(kind="town", parent=other.west)
    place.exam.refresh_from_db()
    assert issue(place)[0].number == "东风村青城镇〔2026〕00001号"


# --- Looking up ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "shown"), [("张三", "张*"), ("欧阳梅兰", "欧***"), ("张", "*")])
def test_names_are_masked(name: str, shown: str) -> None:
    assert masked(name) == shown


def test_what_anybody_may_learn(place: MarkingWorld) -> None:
    one, _ = issue(place)
    typed = f"{one.code[:4].lower()} {one.code[4:8]}-{one.code[8:]}"
    found = verify_certificate(code=typed, day=DAY)
    assert found is not None
    assert (found.number, found.masked_name, found.unit_name) == (one.number, "青*****", "东风村")
    assert found.state is CertificateState.VALID
    assert one.name not in repr(found)


@pytest.mark.parametrize("code", ["", "ABCD", "2345678923456789"])
def test_an_unknown_code_is_nothing(place: MarkingWorld, code: str) -> None:
    assert verify_certificate(code=code, day=DAY) is None


def test_validity_ends_on_its_day(place: MarkingWorld) -> None:
    one, _ = issue(place)
    last = verify_certificate(code=one.code, day=date(2029, 11, 25))
    after = verify_certificate(code=one.code, day=date(2029, 11, 26))
    assert [found.state for found in (last, after) if found] == [
        CertificateState.VALID,
        CertificateState.EXPIRED,
    ]


def test_withdrawal_is_told_and_final(place: MarkingWorld) -> None:
    one, _ = issue(place)
    officer = place.world.officer
    with pytest.raises(DomainError) as silent:
        withdraw_certificate(certificate=one, reason=" ", at=clock.now(), actor=officer)
    withdraw_certificate(certificate=one, reason="成绩作废", at=clock.now(), actor=officer)
    with pytest.raises(DomainError) as twice:
        withdraw_certificate(certificate=one, reason="x", at=clock.now(), actor=officer)
    assert [silent.value.code, twice.value.code] == ["no_reason", "withdrawn"]
    found = verify_certificate(code=one.code, day=DAY)
    assert found is not None
    assert found.state is CertificateState.WITHDRAWN
    assert ResultNote.objects.get().text == f"您的证书（{one.number}）已收回：成绩作废"


def test_certificates_that_lost_their_basis_are_listed(place: MarkingWorld) -> None:
    made = issue(place)
    assert without_basis(Certificate.objects.select_related("entry__exam")) == []
    Attempt.objects.filter(pk=made[0].attempt_id).update(voided_at=clock.now())
    assert without_basis(Certificate.objects.select_related("entry__exam")) == [made[0]]
    assert Exam.objects.count() == 1


# --- The sheet itself ------------------------------------------------------------------------------------


def text(**fields: str) -> CertificateText:
    words = {
        "title": "法律明白人证书",
        "name": "欧阳梅兰",
        "unit": "东风村",
        "exam": "2026年“法律明白人”学法考试",
        "number": "青城镇〔2026〕00031号",
        "code": "ABCD2345EFGH6789",
        "issuer": "青城镇",
        "issued_on": "2026年11月26日",
        "valid_until": "2029年11月25日",
        "address": "https://exam.example/verify/ABCD2345EFGH6789",
    }
    return CertificateText(**(words | fields))


def test_the_picture_and_the_pdf() -> None:
    picture = Image.open(io.BytesIO(certificate_png(text())))
    assert (picture.format, picture.size) == ("PNG", (1684, 1191))
    pdf = certificate_pdf([text(), text(name="张三")])
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page\n") == 2


def test_a_name_of_any_length_and_rare_characters_are_drawn() -> None:
    long = text(name="阿卜杜热合曼·买买提伊明" * 3, exam="很长的考试名称" * 12)
    assert certificate_png(long) != certificate_png(text())
    assert certificate_pdf([text(name="𠮷田")]).startswith(b"%PDF-")
