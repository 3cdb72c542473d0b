"""The admin of people: who may in, that every list and page renders, and that nothing is edited freely."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from examsite.people.domain.stages import change_stage
from examsite.people.models import AuditRecord, Category, Source, Stage, User
from tests.factories import AT
from tests.personas import Cast

pytestmark = pytest.mark.django_db
MODELS = [model for model in admin.site._registry if model._meta.app_label == "people"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_list_and_every_object_can_be_looked_at(cast: Cast, model: type) -> None:
    client = cast.client("county")
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert client.get(reverse(f"{name}_changelist")).status_code == 200
    assert client.get(reverse(f"{name}_changelist"), {"q": "张"}).status_code in (200, 302)
    first = model.objects.first()
    if first is not None:
        assert client.get(reverse(f"{name}_change", args=[first.pk])).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nothing_is_added_or_deleted_but_categories(cast: Cast, model: type) -> None:
    client = cast.client("county")
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    added = client.get(reverse(f"{name}_add")).status_code
    assert added == (200 if model is Category else 403)
    first = model.objects.first()
    if first is not None:
        assert client.post(reverse(f"{name}_delete", args=[first.pk]), {"post": "yes"}).status_code == 403
        if model is not Category:
            assert client.post(reverse(f"{name}_change", args=[first.pk]), {"name": "x"}).status_code == 403


def test_categories_are_written_through_the_domain(cast: Cast) -> None:
    client = cast.client("county")
    client.post(reverse("admin:people_category_add"), {"code": "police", "name": "辅警", "order": "9"})
    assert Category.objects.get(pk="police").name == "辅警"
    change = reverse("admin:people_category_change", args=["police"])
    client.post(change, {"name": "驻村辅警", "order": "8"})
    record = AuditRecord.objects.get(action="category.change")
    assert (record.before, record.after) == (
        {"name": "辅警", "order": 9},
        {"name": "驻村辅警", "order": 8},
    )


def test_deeds_on_accounts_go_through_the_domain(cast: Cast) -> None:
    client, person = cast.client("county"), str(cast.objects["person"])
    epoch = User.objects.get(pk=person).sign_in_epoch
    for action in ("unlock", "sign_out"):
        data = {"action": action, "_selected_action": [person]}
        client.post(reverse("admin:people_user_changelist"), data)
    assert User.objects.get(pk=person).sign_in_epoch == epoch + 1
    assert AuditRecord.objects.filter(action="person.unlock", object_id=person).count() == 1


@pytest.mark.usefixtures("cast")
def test_strangers_sign_in_at_the_one_door() -> None:
    reply = Client().get(reverse("admin:index"), follow=True)
    assert reply.redirect_chain[-1][0] == f"{reverse('people:sign_in')}?next=%2Fadmin%2F"
    posted = Client().post(reverse("admin:login"), {"username": "x", "password": "y"})
    assert posted.url.startswith(reverse("people:sign_in"))


def test_an_officer_of_a_town_is_sent_home(cast: Cast) -> None:
    reply = cast.client("officer").get(reverse("admin:login"))
    assert reply.url == reverse("home")


def test_an_officer_who_came_by_a_slip_stays_out(cast: Cast) -> None:
    client = cast.client("county")
    session = client.session
    session["way"] = "ticket"
    session.save()
    assert client.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\\\evil.example", "people", ""]
)
def test_the_door_of_the_admin_sends_nobody_to_a_foreign_site(cast: Cast, target: str) -> None:
    reply = cast.client("county").get(reverse("admin:login"), {"next": target})
    assert (reply.status_code, reply.url) == (302, reverse("admin:index"))


def test_stages_and_their_people(cast: Cast) -> None:
    client = cast.client("county")
    user, village = User.objects.get(pk=cast.objects["person"]), cast.tree.village
    row = change_stage(
        user=user,
        stage=Stage.QUALIFIED,
        since=date(2026, 3, 1),
        unit=village,
        source=Source.GRID,
        certificate="证-001",
        at=AT,
        actor=None,
    )
    listed = client.get(reverse("admin:people_lawwisestage_changelist"), {"q": "证-001"}).content.decode()
    assert user.name in listed
    opened = client.get(reverse("admin:people_lawwisestage_change", args=[row.pk]))
    assert opened.status_code == 200
    assert "证-001" in client.get(reverse("admin:people_user_change", args=[user.pk])).content.decode()
    changed = client.post(reverse("admin:people_lawwisestage_change", args=[row.pk]), {"stage": "serving"})
    assert (changed.status_code, user.stages.get().stage) == (403, "qualified")


def test_a_request_opens_where_it_is_answered(cast: Cast) -> None:
    listed = cast.client("county").get(reverse("admin:people_correctionrequest_changelist"))
    assert reverse("people:correction", args=[cast.objects["correction"]]) in listed.content.decode()
