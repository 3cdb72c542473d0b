"""Pages of results from elsewhere, past totals, plans and form statistics: from upload to figure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from exams.domain.releases import release_sitting
from exams.domain.saving import Item as Answer
from exams.domain.saving import save_answers
from exams.domain.submitting import submit_attempt
from exams.models import ExternalResult, ListImport, ListState, PlanItem, YearTotal
from examsite.lib import clock
from examsite.people.models import Role
from questionbanks.domain.calibration import ENOUGH
from questionbanks.models import Item
from tests.exam_world import MACHINE, World, claims_of, make_user, make_world
from tests.exams.web.test_leaders import page, signed_in
from tests.figures_world import ExamWorld, make_town

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_cache():
    cache.clear()


# --- Results from elsewhere ----------------------------------------------------------------------------


def upload(client: Client, world: ExamWorld, text: str):
    file = SimpleUploadedFile("成绩.csv", text.encode())
    fields = {"platform": "省平台", "day": "2022-11-20", "possible": "100", "file": file}
    return client.post(reverse("exams:externals_upload", args=[world.exam.pk]), fields)


def cadres() -> ExamWorld:
    world = ExamWorld(make_town())
    for name in ("张三", "李四"):
        world.person(user=make_user(name))
    return world


def test_a_list_is_reviewed_stored_and_undone_on_its_page():
    world = cadres()
    client = signed_in(world.town.town, Role.OFFICER)
    reply = upload(client, world, "姓名,成绩\n张三,85\n李肆,70\n")
    kept = ListImport.objects.get()
    assert reply.url == reverse("exams:externals_list", args=[kept.pk])
    assert "名册里没有这个姓名" in page(client, "externals_list", kept.pk)
    entry = world.exam.entries.get(name="李四")
    deed = reverse("exams:externals_deed", args=[kept.pk])
    client.post(deed, {"deed": "store", "row-1": str(entry.pk)})
    assert ExternalResult.objects.count() == 2
    assert "省平台" in page(client, "externals", world.exam.pk)
    client.post(deed, {"deed": "undo"})
    assert ExternalResult.objects.filter(ended_at__isnull=True).count() == 0
    assert client.post(deed, {"deed": "x"}).status_code == 404


@pytest.mark.parametrize("text", ["", "没有表头", "姓名,年龄\n张三,5"])
def test_a_file_that_is_no_list_is_refused_with_a_sentence(text):
    world = cadres()
    reply = upload(signed_in(world.town.town, Role.OFFICER), world, text)
    assert reply.status_code == 400
    assert ListImport.objects.count() == 0


def test_leaders_and_other_towns_have_no_such_pages():
    world = cadres()
    upload(signed_in(world.town.town, Role.OFFICER), world, "姓名,成绩\n张三,85\n")
    kept = ListImport.objects.get()
    other = make_town("白水镇", county=world.town.county)
    for client in (signed_in(world.town.town), signed_in(other.town, Role.OFFICER)):
        for name, key in (("externals", world.exam.pk), ("externals_list", kept.pk)):
            assert client.get(reverse(f"exams:{name}", args=[key])).status_code == 404
        deed = client.post(reverse("exams:externals_deed", args=[kept.pk]), {"deed": "store"})
        assert deed.status_code == 404
    assert ListImport.objects.get().state == ListState.REVIEW


# --- Past years, next year -----------------------------------------------------------------------------


def total_fields(world: ExamWorld, **changes: str) -> dict[str, str]:
    fields = {
        "unit": str(world.town.town.pk), "category": "law-wise", "year": "2021", "required": "100",
        "taken": "98", "passed": "90", "source": "2021年度报告第3页",
    }  # fmt: skip
    return fields | changes


def test_past_totals_stand_among_the_years():
    world = ExamWorld(make_town())
    world.people(10, 80)
    client = signed_in(world.town.town, Role.OFFICER)
    client.post(reverse("exams:year_totals"), total_fields(world))
    assert "91.84%" in page(client, "rates", world.exam.pk)
    total = YearTotal.objects.get()
    assert signed_in(world.town.town).post(
        reverse("exams:year_total_drop", args=[total.pk])
    ).status_code == 404  # fmt: skip
    client.post(reverse("exams:year_total_drop", args=[total.pk]))
    assert "91.84%" not in page(client, "rates", world.exam.pk)


@pytest.mark.parametrize(
    ("changes", "words"), [({"taken": "101"}, "不能多于应考人数"), ({"year": "2099"}, "今年以前")]
)
def test_totals_that_cannot_be_are_refused(changes, words):
    world = ExamWorld(make_town())
    reply = signed_in(world.town.town, Role.OFFICER).post(
        reverse("exams:year_totals"), total_fields(world, **changes)
    )
    assert reply.status_code == 400
    assert words in reply.content.decode()


def test_a_plan_is_written_line_by_line():
    town = make_town().town
    client = signed_in(town, Role.OFFICER)
    place = {"unit": str(town.pk), "year": "2023"}
    nothing = client.post(
        reverse("exams:plan_draft"),
        place,
        follow=True,
        headers={"referer": f"http://testserver{reverse('exams:plan')}"},
    )
    assert "还没有可作依据的掌握率" in nothing.content.decode()
    client.post(reverse("exams:plan_item_new"), place | {"law": "《宪法》", "places": "全镇", "talks": "2"})
    item = PlanItem.objects.get()
    client.post(reverse("exams:plan_item", args=[item.pk]), {"law": "《宪法》", "talks": "5"})
    assert PlanItem.objects.get().talks == 5
    assert "《宪法》" in page(signed_in(town), "plan", **place)
    book = client.get(reverse("exams:plan_workbook"), place)
    assert book.content.startswith(b"PK")
    refused = signed_in(town).post(reverse("exams:plan_item_drop", args=[item.pk]))
    assert refused.status_code == 404
    client.post(reverse("exams:plan_item_drop", args=[item.pk]))
    assert PlanItem.objects.count() == 0


# --- Form statistics -----------------------------------------------------------------------------------


def sat(people: int) -> World:
    """Everybody answers the first right, the second wrong, the third right if even."""
    world = make_world(people=people, questions=MACHINE, unit=make_town().town)
    for number, seat in enumerate(world.seats):
        attempt = world.start(seat).attempt
        items = [
            Answer(place + 1, world.slots[place], world.value(attempt.pk, place, right), None)
            for place, right in enumerate((True, False, number % 2 == 0))
        ]
        save_answers(claims=claims_of(attempt), items=items)
        submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
    world.exam.roster_frozen_at = clock.now()
    world.exam.save()
    return world


def release(world: World) -> None:
    world.sitting.closes_at = clock.now() - timedelta(seconds=1)
    world.sitting.save()
    release_sitting(sitting=world.sitting, at=clock.now(), actor=world.officer)


@pytest.mark.django_db(transaction=True)
def test_items_have_their_statistics_and_tell_the_bank():
    world = sat(ENOUGH)
    client = signed_in(world.town, Role.OFFICER)
    assert "村民会议由本村几周岁" not in page(client, "form_statistics", world.form.pk)  # nothing is out
    release(world)
    text = page(client, "form_statistics", world.form.pk)
    assert "村民会议由本村几周岁" in text
    assert "A卷" in page(client, "exam_forms", world.exam.pk)
    client.post(reverse("exams:calibrate", args=[world.exam.pk]))
    slots = world.form.slots.order_by("order")
    found = list(slots.values_list("version__item__facility", flat=True))
    assert [str(one) for one in found] == ["1.0000", "0.0000", "0.5000"]
    third = slots[2].version.item
    editor = signed_in(third.bank.unit, Role.BANK_EDITOR)
    shown = editor.get(reverse("questionbanks:item", args=[third.pk])).content.decode()
    assert "考试实测" in shown
    assert "50.00%" in shown
    assert f'<td class="num">{ENOUGH}</td>' in shown


@pytest.mark.django_db(transaction=True)
def test_results_that_are_not_out_tell_the_bank_nothing():
    world = sat(ENOUGH)
    signed_in(world.town, Role.OFFICER).post(reverse("exams:calibrate", args=[world.exam.pk]))
    assert Item.objects.filter(facility__isnull=False).count() == 0


@pytest.mark.django_db(transaction=True)
def test_item_statistics_are_the_offices():
    world = sat(1)
    release(world)
    client = signed_in(world.town)
    assert client.get(reverse("exams:form_statistics", args=[world.form.pk])).status_code == 404
    assert client.post(reverse("exams:calibrate", args=[world.exam.pk])).status_code == 404
