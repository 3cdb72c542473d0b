"""The activity register: what may be entered, corrected, struck out, proved and imported."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from exams.analytics.facts.activities import activity_year, months_of
from exams.domain.annual import (
    ActivityEntry,
    add_evidence,
    check_activity,
    correct_activity,
    history_of,
    register_activity,
    remove_evidence,
    withdraw_activity,
)
from exams.domain.list_imports import discard_list, store_activities, undo_activities, upload_activities
from exams.models import Activity, ListImport
from examsite.lib.errors import DomainError
from tests.exam_world import make_user
from tests.figures_world import make_town

AT = datetime(2022, 11, 20, 1, tzinfo=UTC)
TODAY = date(2022, 11, 20)
GOOD = ActivityEntry("campaign", date(2022, 11, 3), "广场", "民法典", 120)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "party"}, "kind"),
        ({"date": date(2022, 11, 21)}, "future"),
        ({"date": date(1999, 12, 31)}, "date"),
        ({"place": " "}, "empty"),
        ({"topic": ""}, "empty"),
        ({"audience": -1}, "audience"),
        ({"audience": 10**9}, "audience"),
        ({"topic": "字" * 201}, "long"),
    ],
)
def test_what_cannot_be_true_is_refused(changes, code):
    with pytest.raises(DomainError) as refused:
        check_activity(replace(GOOD, **changes), today=TODAY)
    assert refused.value.code == code


@pytest.mark.parametrize("changes", [{"date": TODAY}, {"audience": 0}, {"audience": 1_000_000}])
def test_the_edges_are_let_in(changes):
    check_activity(replace(GOOD, **changes), today=TODAY)


def entered(**changes: object) -> Activity:
    entry = replace(GOOD, **changes)  # type: ignore[arg-type]
    return register_activity(
        unit=make_town().town, kind=entry.kind, day=entry.date, place=entry.place, topic=entry.topic,
        audience=entry.audience, at=AT, today=TODAY, actor=make_user("考务"),
    )  # fmt: skip


@pytest.mark.django_db
def test_a_correction_keeps_what_was_said_before():
    activity = entered()
    correct_activity(
        activity=activity, entry=replace(GOOD, audience=150), reason="清点有误", at=AT, today=TODAY,
        actor=activity.created_by,
    )  # fmt: skip
    assert Activity.objects.get().audience == 150
    assert [(one.action, one.before, one.after) for one in history_of(activity)][1:] == [
        ("activity.correct", {"audience": 120}, {"audience": 150})
    ]


@pytest.mark.django_db
def test_a_correction_that_changes_nothing_leaves_no_trace():
    activity = entered()
    correct_activity(activity=activity, entry=GOOD, reason="x", at=AT, today=TODAY, actor=activity.created_by)
    assert len(history_of(activity)) == 1


@pytest.mark.django_db
def test_an_entry_struck_out_counts_no_more_but_did_before():
    activity = entered()
    withdraw_activity(activity=activity, reason="重复登记", at=AT, actor=activity.created_by)
    assert activity_year(activity.unit.path, 2022).total.activities == 0
    assert activity_year(activity.unit.path, 2022, at=AT.replace(hour=0)).total.activities == 0
    later = Activity.objects.filter(pk=activity.pk)
    later.update(withdrawn_at=AT.replace(day=25))
    assert activity_year(activity.unit.path, 2022, at=AT).total.activities == 1
    with pytest.raises(DomainError) as refused:
        withdraw_activity(activity=activity, reason="再来", at=AT, actor=activity.created_by)
    assert refused.value.code == "withdrawn"


@pytest.mark.django_db
def test_an_estimate_makes_the_year_inexact():
    activity = entered()
    assert activity_year(activity.unit.path, 2022).is_exact is True
    Activity.objects.update(is_estimated=True)
    assert activity_year(activity.unit.path, 2022).is_exact is False


@pytest.mark.django_db
def test_the_table_by_month():
    activity = entered()
    table = {one.kind: one for one in months_of(activity.unit.path, 2022)}
    assert [count.activities for count in table["campaign"].counts] == [0] * 10 + [1, 0]
    assert table["campaign"].total.audience == 120
    assert table["lecture"].total.activities == 0


def photo(colour: str = "red", text: bytes = b"GPS 36.1N 117.2E") -> bytes:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = text.decode()
    Image.new("RGB", (60, 40), colour).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


@pytest.mark.django_db
def test_a_photograph_is_encoded_anew_and_kept_once():
    activity = entered()
    assert b"GPS" in photo()
    kept = add_evidence(activity=activity, data=photo(), caption="现场", at=AT, actor=activity.created_by)
    again = add_evidence(activity=activity, data=photo(), caption="", at=AT, actor=activity.created_by)
    assert again.pk == kept.pk
    with default_storage.open(kept.file.name) as stored:
        assert b"GPS" not in stored.read()
    remove_evidence(file=kept, at=AT, actor=activity.created_by)
    assert months_of(activity.unit.path, 2022)[0].files == 0


@pytest.mark.django_db
@pytest.mark.parametrize("data", [b"", b"MZ\x90\x00", b"<svg onload=alert(1)>", b"GIF89a"])
def test_other_files_are_refused_by_content(data):
    activity = entered()
    with pytest.raises(DomainError):
        add_evidence(activity=activity, data=data, caption="", at=AT, actor=activity.created_by)


CSV = (
    "日期,类别,地点,主题,受众人次\r\n"
    "2022-11-03,集中普法宣传,广场,民法典,120\r\n"
    "2022-11-04,送法入户,东风村,入户,40人次\r\n"
    "2022-11-04,送法入户,东风村,入户,40人次\r\n"
    "2022-12-24,送法入户,东风村,未来,40\r\n"
    "2022-11-05,跳舞,广场,广场舞,40\r\n"
    "2022-11-06,讲座,会议室,讲座,近百\r\n"
    "某日,讲座,会议室,讲座,10\r\n"
)


def uploaded() -> ListImport:
    return upload_activities(
        unit=make_town().town, data=CSV.encode(), name="台账.csv", at=AT, today=TODAY, actor=make_user("考务")
    )


@pytest.mark.django_db
def test_a_list_is_looked_at_before_anything_is_stored():
    rows = uploaded().rows
    assert [(row["problems"], row["double"]) for row in rows] == [
        ([], ""),
        ([], ""),
        ([], "与第3行相同"),
        (["活动日期 2022-12-24 还没有到：台账只登记已经开展的活动"], ""),
        (["没有“跳舞”这一类活动"], ""),
        (["受众“近百”不是准确的人数"], ""),
        (["日期“某日”看不懂，请写成 2022-11-03"], ""),
    ]
    assert Activity.objects.count() == 0


@pytest.mark.django_db
def test_the_good_rows_are_stored_once_and_undone_together():
    listed = uploaded()
    store_activities(listed=listed, at=AT, today=TODAY, actor=listed.created_by)
    assert list(Activity.objects.values_list("topic", "audience")) == [("民法典", 120), ("入户", 40)]
    with pytest.raises(DomainError) as refused:
        store_activities(listed=listed, at=AT, today=TODAY, actor=listed.created_by)
    assert refused.value.code == "decided"
    assert undo_activities(listed=listed, at=AT, actor=listed.created_by) == 2
    assert activity_year(listed.unit.path, 2022).total.activities == 0


@pytest.mark.django_db
def test_a_second_upload_finds_what_is_there():
    first = uploaded()
    store_activities(listed=first, at=AT, today=TODAY, actor=first.created_by)
    second = upload_activities(
        unit=first.unit, data=CSV.encode(), name="again.csv", at=AT, today=TODAY, actor=first.created_by
    )
    assert [row["double"] for row in second.rows[:2]] == ["台账中已有", "台账中已有"]
    with pytest.raises(DomainError) as refused:
        store_activities(listed=second, at=AT, today=TODAY, actor=first.created_by)
    assert refused.value.code == "no_rows"


@pytest.mark.django_db
def test_a_list_given_up_stays_out():
    listed = uploaded()
    discard_list(listed=listed, at=AT, actor=listed.created_by)
    assert Activity.objects.count() == 0
    assert ListImport.objects.get().state == "discarded"
