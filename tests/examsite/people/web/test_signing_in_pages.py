from urllib.parse import quote_plus

import pyotp
import pytest
from django.test import Client
from django.urls import reverse

from examsite.lib import clock
from examsite.people.domain.accounts import issue_link
from examsite.people.domain.second_factor import turn_on
from examsite.people.models import AuditRecord, RecoveryCode, Role, User
from examsite.people.sealed import unseal
from tests.factories import PASSWORD, make_staff, make_unit_tree, make_user

pytestmark = pytest.mark.django_db
SIGN_IN = {"identifier": "zhangsan", "password": PASSWORD}


def me(client: Client) -> int:
    return client.get(reverse("people:me")).status_code


@pytest.fixture
def cadre() -> User:
    return make_user("张三", username="zhangsan", password=PASSWORD)


@pytest.fixture
def officer() -> User:
    return make_staff(make_unit_tree().town, Role.OFFICER, username="officer")


def code_of(secret: str) -> str:
    return pyotp.TOTP(secret).at(clock.now())


def test_a_right_password_leads_where_one_wanted_to_go(client: Client, cadre: User) -> None:
    wanted = reverse("people:me")
    refused = client.get(wanted)
    assert refused.url == f"{reverse('people:sign_in')}?next={wanted}"
    page = client.get(refused.url)
    assert f'value="{wanted}"' in page.content.decode()
    reply = client.post(reverse("people:sign_in"), {**SIGN_IN, "next": wanted})
    assert (reply.status_code, reply.url) == (302, wanted)
    assert me(client) == 200


def test_a_wrong_password_says_that_nobody_signed_in(client: Client, cadre: User) -> None:
    page = client.post(reverse("people:sign_in"), {**SIGN_IN, "password": "wrong"}).content.decode()
    assert "<h2>没有登录上</h2>" in page
    assert "用户名或密码没对上" in page


def test_t70_the_session_key_changes_and_the_old_one_is_dead(client: Client, cadre: User) -> None:
    session = client.session
    session["anything"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    client.post(reverse("people:sign_in"), SIGN_IN)
    assert client.cookies["sessionid"].value != session.session_key
    other = Client()
    other.cookies["sessionid"] = session.session_key
    assert me(other) == 302


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "x' OR 1", "people"]
)
def test_nobody_is_sent_to_a_foreign_site(client: Client, cadre: User, target: str) -> None:
    reply = client.post(reverse("people:sign_in"), {**SIGN_IN, "next": target})
    assert reply.url == "/"


@pytest.mark.parametrize("who", ["zhangsan", "nobody", "blocked", "bare"])
def test_t41_every_refusal_looks_the_same(client: Client, cadre: User, who: str) -> None:
    make_user("李四", username="blocked", password=PASSWORD)
    User.objects.filter(username="blocked").update(is_active=False)
    make_user("王五", username="bare")
    password = "wrong-password" if who == "zhangsan" else PASSWORD
    reply = client.post(reverse("people:sign_in"), {"identifier": who, "password": password})
    body = reply.content.decode().replace(who, "…")
    csrf = body.split('name="csrfmiddlewaretoken" value="')[1][:64]
    reference = Client().post(reverse("people:sign_in"), {"identifier": "x", "password": "y"})
    other = reference.content.decode().replace('value="x"', 'value="…"')
    other_csrf = other.split('name="csrfmiddlewaretoken" value="')[1][:64]
    assert reply.status_code == 401
    assert body.replace(csrf, "") == other.replace(other_csrf, "")


def test_signing_out_ends_the_session_in_the_store(client: Client, cadre: User) -> None:
    client.post(reverse("people:sign_in"), SIGN_IN)
    key = client.cookies["sessionid"].value
    assert client.get(reverse("people:sign_out")).status_code == 405
    client.post(reverse("people:sign_out"))
    thief = Client()
    thief.cookies["sessionid"] = key
    assert me(thief) == 302
    assert [one.action for one in AuditRecord.objects.filter(actor=cadre).order_by("pk")] == [
        "sign_in",
        "sign_out",
    ]


def test_t71_signing_in_needs_a_csrf_token(cadre: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse("people:sign_in"), SIGN_IN).status_code == 403


def test_t74_a_blocked_person_is_out_with_the_next_request(client: Client, cadre: User) -> None:
    client.post(reverse("people:sign_in"), SIGN_IN)
    assert me(client) == 200
    User.objects.filter(pk=cadre.pk).update(is_active=False)
    assert me(client) == 302


def test_t74_a_raised_epoch_ends_every_sign_in(client: Client, cadre: User) -> None:
    client.post(reverse("people:sign_in"), SIGN_IN)
    other = Client()
    other.post(reverse("people:sign_in"), SIGN_IN)
    client.post(reverse("people:my_sign_out"))
    assert (me(client), me(other)) == (302, 302)


def test_the_log_knows_the_address_and_believes_no_forged_header(client: Client, cadre: User) -> None:
    client.post(reverse("people:sign_in"), SIGN_IN, headers={"X-Forwarded-For": "6.6.6.6"})
    assert AuditRecord.objects.get(action="sign_in").address == "127.0.0.1"


def test_behind_a_proxy_only_its_own_entry_counts(client: Client, cadre: User, settings) -> None:
    settings.PROXY_HOPS = 1
    client.post(reverse("people:sign_in"), SIGN_IN, headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"})
    assert AuditRecord.objects.get(action="sign_in").address == "203.0.113.9"


# --- Staff -------------------------------------------------------------------------------------------------


def test_staff_set_up_a_second_factor_before_they_are_in(client: Client, officer: User, settings) -> None:
    settings.STAFF_TOTP = True
    reply = client.post(reverse("people:sign_in"), {"identifier": "officer", "password": PASSWORD})
    assert reply.url == reverse("people:sign_in_enrol")
    assert me(client) == 302
    assert client.get(reverse("people:units")).status_code == 302
    client.get(reply.url)
    secret = unseal(client.session["new_secret"])
    wrong = client.post(reply.url, {"code": "000000"})
    assert wrong.status_code == 400
    codes = client.post(reply.url, {"code": code_of(secret)})
    assert len(codes.context["codes"]) == 10
    assert "new_secret" not in client.session
    assert me(client) == 200
    assert client.get(reverse("people:units")).status_code == 200


def test_staff_with_a_second_factor_are_asked_for_it_even_where_it_is_not_required(
    client: Client, officer: User
) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    now = clock.now()
    turn_on(user=officer, secret=secret, code=pyotp.TOTP(secret).at(now, -1), at=now)
    reply = client.post(reverse("people:sign_in"), {"identifier": "officer", "password": PASSWORD})
    assert reply.url == reverse("people:sign_in_code")
    assert me(client) == 302
    assert client.post(reply.url, {"code": "12345"}).status_code == 401
    assert client.post(reply.url, {"code": code_of(secret)}).status_code == 302
    assert me(client) == 200


def test_a_recovery_code_replaces_the_telephone_once(client: Client, officer: User) -> None:
    secret, now = "JBSWY3DPEHPK3PXP", clock.now()
    codes = turn_on(user=officer, secret=secret, code=pyotp.TOTP(secret).at(now), at=now)
    for expected in (302, 401):
        browser = Client()
        browser.post(reverse("people:sign_in"), {"identifier": "officer", "password": PASSWORD})
        reply = browser.post(reverse("people:sign_in_code"), {"code": codes[0].lower()})
        assert reply.status_code == expected
    assert RecoveryCode.objects.filter(used_at__isnull=False).count() == 1


def test_the_second_step_is_forgotten_after_a_quarter_of_an_hour(
    client: Client, officer: User, settings
) -> None:
    settings.STAFF_TOTP = True
    client.post(reverse("people:sign_in"), {"identifier": "officer", "password": PASSWORD})
    session = client.session
    session["half"] = {**session["half"], "at": session["half"]["at"] - 16 * 60}
    session.save()
    assert client.get(reverse("people:sign_in_enrol")).url == reverse("people:sign_in")


def test_an_old_password_is_replaced_before_its_owner_is_in(client: Client, officer: User, settings) -> None:
    settings.STAFF_PASSWORD_DAYS = 90
    User.objects.filter(pk=officer.pk).update(password_changed_at="2020-01-01T00:00:00Z")
    reply = client.post(reverse("people:sign_in"), {"identifier": "officer", "password": PASSWORD})
    assert reply.url == reverse("people:sign_in_password")
    same = {"password": PASSWORD, "again": PASSWORD}
    assert client.post(reply.url, same).status_code == 400
    assert me(client) == 302
    fresh = {"password": "Neue-Losung-2027", "again": "Neue-Losung-2027"}
    assert client.post(reply.url, fresh).status_code == 302
    assert me(client) == 200


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 302)])
def test_idle_staff_are_signed_out(client: Client, officer: User, minutes: int, status: int) -> None:
    client.post(reverse("people:sign_in"), {"identifier": "officer", "password": PASSWORD})
    session = client.session
    session["staff_seen"] -= minutes * 60
    session.save()
    assert me(client) == status
    if status == 302:
        assert "离开太久" in client.get(reverse("people:sign_in")).content.decode()


def test_candidates_are_not_signed_out_for_thinking(client: Client, cadre: User) -> None:
    client.post(reverse("people:sign_in"), SIGN_IN)
    assert "staff_seen" not in client.session


def test_denials_are_logged_but_not_without_limit(client: Client, officer: User) -> None:
    client.force_login(officer)
    for _ in range(15):
        assert client.get(reverse("people:audit")).status_code == 403
    records = AuditRecord.objects.filter(action="access.refuse")
    assert records.count() == 10
    assert records[0].after == {"route": "people:audit"}


# --- Links, passwords, grave steps -------------------------------------------------------------------------


def test_the_first_sign_in_by_link(client: Client) -> None:
    user = make_user("张三", username="zhangsan")
    token = issue_link(user=user, at=clock.now(), actor=None)
    url = reverse("people:sign_in_link")
    assert client.get(url).status_code == 200
    weak = {"token": token, "password": "12345678", "again": "12345678"}
    assert client.post(url, weak).status_code == 400
    good = {"token": token, "password": "Erste-Losung-1", "again": "Erste-Losung-1"}
    assert client.post(url, {**good, "again": "other"}).status_code == 200
    assert client.post(url, good).status_code == 302
    assert me(client) == 200
    assert Client().post(url, good).status_code == 401


def test_changing_the_password_keeps_this_sign_in_and_ends_the_others(client: Client, cadre: User) -> None:
    client.post(reverse("people:sign_in"), SIGN_IN)
    other = Client()
    other.post(reverse("people:sign_in"), SIGN_IN)
    url = reverse("people:change_password")
    new = {"password": "Neue-Losung-2027", "again": "Neue-Losung-2027"}
    assert client.post(url, {**new, "current": "wrong"}).status_code == 400
    assert client.post(url, {**new, "current": PASSWORD}).status_code == 302
    assert (me(client), me(other)) == (200, 302)


def test_grave_steps_ask_again_after_ten_minutes(client: Client, officer: User) -> None:
    client.post(reverse("people:sign_in"), {"identifier": "officer", "password": PASSWORD})
    url = reverse("people:role_new", args=[officer.pk])
    assert client.get(url).status_code == 200
    session = client.session
    session["sure_at"] -= 11 * 60
    session.save()
    asked = client.get(url)
    assert asked.url == f"{reverse('people:confirm')}?next={quote_plus(url)}"
    assert client.post(asked.url, {"password": "wrong", "next": url}).status_code == 401
    assert client.post(asked.url, {"password": PASSWORD, "next": url}).url == url
    assert client.get(url).status_code == 200


def test_a_new_telephone_for_the_second_factor(client: Client, officer: User) -> None:
    secret, now = "JBSWY3DPEHPK3PXP", clock.now()
    codes = turn_on(user=officer, secret=secret, code=pyotp.TOTP(secret).at(now, -1), at=now)
    client.force_login(officer)
    assert "已启用" in client.get(reverse("people:second_factor")).content.decode()
    renewed = client.post(reverse("people:renew_codes"), {"code": code_of(secret)})
    assert len(renewed.context["codes"]) == 10
    assert client.post(reverse("people:remove_second_factor"), {"code": codes[0]}).status_code == 302
    assert "已启用" in client.get(reverse("people:second_factor")).content.decode()
    client.post(reverse("people:remove_second_factor"), {"code": renewed.context["codes"][0]})
    assert "扫下面的二维码" in client.get(reverse("people:second_factor")).content.decode()
