"""The register's pages: entered on a phone with a photograph, seen by the right people only."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image

from exams.domain.annual import register_activity
from exams.models import Activity, ActivityFile, ListImport
from examsite.people.models import Role, Unit
from tests.exams.web.test_leaders import signed_in
from tests.figures_world import make_town

pytestmark = pytest.mark.django_db


def png() -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), "blue").save(buffer, "PNG")
    return SimpleUploadedFile("IMG_1.png", buffer.getvalue(), "image/png")


def form(unit: Unit, **changes: object) -> dict[str, object]:
    fields = {
        "kind": "home_visit", "date": "2022-05-01", "place": "东风村", "topic": "入户", "audience": "40",
        "unit": str(unit.pk),
    }  # fmt: skip
    return fields | changes


def activity(unit: Unit, topic: str = "民法典") -> Activity:
    return register_activity(
        unit=unit, kind="campaign", day=date(2022, 5, 1), place="广场", topic=topic, audience=120,
        at=datetime(2022, 6, 1, tzinfo=UTC), today=date(2022, 6, 1), actor=None,
    )  # fmt: skip


def test_an_officer_enters_an_activity_with_photographs():
    town = make_town().town
    client = signed_in(town, Role.OFFICER)
    reply = client.post(reverse("exams:activity_new"), form(town, files=[png(), png()]))
    made = Activity.objects.get()
    assert reply.url == reverse("exams:activity", args=[made.pk])
    assert ActivityFile.objects.count() == 1  # the same photograph twice is one
    assert (
        client.get(reverse("exams:evidence", args=[ActivityFile.objects.get().pk]))["Content-Type"]
        == "image/jpeg"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"date": "2122-01-01"}, "还没有到"),
        ({"audience": "1000000000"}, "不可信"),
        ({"place": " "}, "必填"),
        ({"kind": "x"}, "x"),
    ],
)
def test_what_cannot_be_true_is_said_and_not_stored(changes, words):
    town = make_town().town
    reply = signed_in(town, Role.OFFICER).post(reverse("exams:activity_new"), form(town, **changes))
    assert reply.status_code == 400
    assert words in reply.content.decode()
    assert Activity.objects.count() == 0


def test_another_towns_unit_cannot_be_written_to():
    town, other = make_town(), make_town("白水镇")
    reply = signed_in(other.town, Role.OFFICER).post(reverse("exams:activity_new"), form(town.town))
    assert reply.status_code == 400
    assert Activity.objects.count() == 0


@pytest.mark.parametrize("name", ["activity", "activity_correct", "activity_withdraw"])
def test_another_towns_entry_is_not_found(name):
    town, other = make_town(), make_town("白水镇")
    found = activity(town.town)
    reply = signed_in(other.town, Role.OFFICER).get(reverse(f"exams:{name}", args=[found.pk]))
    assert reply.status_code == 404


def test_a_leader_reads_and_does_not_write():
    town = make_town().town
    found = activity(town)
    client = signed_in(town)
    assert "民法典" in client.get(reverse("exams:activities"), {"year": "2022"}).content.decode()
    assert client.get(reverse("exams:activity_correct", args=[found.pk])).status_code == 404
    assert client.get(reverse("exams:activity_new")).status_code == 404


def test_a_correction_through_the_page_is_told_in_the_history():
    town = make_town().town
    found = activity(town)
    client = signed_in(town, Role.OFFICER)
    client.post(
        reverse("exams:activity_correct", args=[found.pk]),
        form(town, kind="campaign", place="广场", topic="民法典", audience="130", reason="清点有误"),
    )
    text = client.get(reverse("exams:activity", args=[found.pk])).content.decode()
    assert "受众（人次）：120 → 130" in text


def test_the_workbook_has_numbers_as_numbers_and_text_as_text():
    town = make_town().town
    activity(town, topic="=1+1")
    reply = signed_in(town).get(reverse("exams:activities_book"), {"year": "2022"})
    book = load_workbook(io.BytesIO(reply.content))
    assert book["按月汇总"]["O2"].value == 1
    assert (book["活动明细"]["E2"].value, book["活动明细"]["E2"].data_type) == ("=1+1", "s")
    assert book["活动明细"]["G2"].value == 120


def test_a_table_is_imported_with_preview():
    town = make_town().town
    client = signed_in(town, Role.OFFICER)
    file = SimpleUploadedFile("t.csv", "日期,主题,人数\r\n2022-05-01,宣传,30\r\n".encode())
    client.post(reverse("exams:activities_import"), {"unit": str(town.pk), "file": file})
    listed = ListImport.objects.get()
    assert "可以入库 1 条" in client.get(reverse("exams:activities_list", args=[listed.pk])).content.decode()
    client.post(reverse("exams:activities_list_deed", args=[listed.pk]), {"deed": "store"})
    assert Activity.objects.get().audience == 30


def test_a_file_that_is_no_table_is_refused_in_words():
    town = make_town().town
    reply = signed_in(town, Role.OFFICER).post(
        reverse("exams:activities_import"),
        {"unit": str(town.pk), "file": SimpleUploadedFile("t.xlsx", b"%PDF-1.7")},
    )
    assert "PDF" in reply.content.decode()
    assert ListImport.objects.count() == 0
