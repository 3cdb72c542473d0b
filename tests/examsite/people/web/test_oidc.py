"""Single sign-on against a provider of our own that speaks OpenID Connect over 127.0.0.1."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse

from examsite.people.models import AuditRecord, ExternalIdentity, Role, User
from tests.factories import make_staff, make_unit_tree, make_user

pytestmark = pytest.mark.django_db
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(ThreadingHTTPServer):
    """Discovery, authorisation, token (PKCE is checked), keys. `person` is who signs in there."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.person = {"sub": "county-7", "preferred_username": "ZhangSan", "name": "张三"}
        self.audience = "exam"
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, *words: Any) -> None:
        """Quiet."""

    def reply(self, data: Any, status: int = 200) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.server.asked.append(url.path)
        issuer = self.server.issuer
        if url.path == "/.well-known/openid-configuration":
            ends = {name: f"{issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint")}
            more = {"userinfo_endpoint": f"{issuer}/userinfo", "jwks_uri": f"{issuer}/keys"}
            self.reply({"issuer": issuer, **ends, **more})
        elif url.path == "/authorization_endpoint":
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            code = f"code-{len(self.server.codes)}"
            self.server.codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        elif url.path == "/userinfo":
            self.reply(self.server.person)
        else:
            self.reply({"error": "not_found"}, 404)

    def do_POST(self) -> None:
        self.server.asked.append(self.path)
        size = int(self.headers["Content-Length"])
        sent = {name: values[0] for name, values in parse_qs(self.rfile.read(size).decode()).items()}
        asked = self.server.codes.pop(sent.get("code", ""), None)
        proof = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        if asked is None or asked.get("code_challenge") != challenge:
            self.reply({"error": "invalid_grant"}, 400)
            return
        now = int(time.time())
        claims = {**self.server.person, "iss": self.server.issuer, "aud": self.server.audience}
        claims |= {"iat": now, "exp": now + 300, "nonce": asked.get("nonce", "")}
        token = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "1"})
        self.reply({"access_token": "access", "token_type": "Bearer", "id_token": token})


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.OIDC_ISSUER = server.issuer
    app = {"provider_id": "county", "name": "县统一身份认证", "client_id": "exam", "secret": "s"}
    app["settings"] = {"server_url": server.issuer, "oauth_pkce_enabled": True}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def follow(client: Client, start: str) -> Any:
    """From our page to the provider and back; the reply of our callback."""
    there = client.get(start)
    assert there.status_code == 302, there.content.decode()[:500]
    session = requests.Session()
    session.trust_env = False
    with session.get(there.url, allow_redirects=False, timeout=10) as back:
        return client.get(back.headers["Location"].replace("http://testserver", ""))


def start(**query: str) -> str:
    address = reverse("openid_connect_login", args=["county"])
    return f"{address}?{urlencode(query)}" if query else address


def me(client: Client) -> int:
    return client.get(reverse("people:me")).status_code


def test_a_person_of_the_county_comes_in(client: Client, provider: Provider) -> None:
    user = make_user("张三", username="zhangsan")
    assert "用统一身份认证登录" in client.get(reverse("people:sign_in")).content.decode()
    reply = follow(client, start(next=reverse("people:me")))
    assert reply.url == reverse("people:me")
    assert me(client) == 200
    identity = ExternalIdentity.objects.get()
    assert (identity.user, identity.provider, identity.subject) == (user, "county", "county-7")
    assert AuditRecord.objects.get(action="sign_in").after == {"way": "oidc"}


def test_later_the_subject_counts_and_not_the_name(client: Client, provider: Provider) -> None:
    first = make_user("张三", username="zhangsan")
    follow(client, start())
    User.objects.filter(pk=first.pk).update(username="renamed")
    make_user("李四", username="zhangsan")
    again = Client()
    follow(again, start())
    assert again.get(reverse("people:me")).context["user"].pk == first.pk
    provider.person["sub"] = "county-8"
    provider.person["preferred_username"] = "renamed"
    thief = Client()
    reply = follow(thief, start())
    assert reply.url == reverse("people:sign_in")
    assert me(thief) == 302


@pytest.mark.parametrize("username", ["nobody", ""])
def test_whoever_is_not_in_the_roster_is_told_so(client: Client, provider: Provider, username: str) -> None:
    provider.person["preferred_username"] = username
    reply = follow(client, start())
    assert reply.url == reverse("people:sign_in")
    assert "没有对应的账号" in client.get(reply.url).content.decode()
    assert User.objects.count() == 0


def test_a_blocked_person_stays_out(client: Client, provider: Provider) -> None:
    user = make_user("张三", username="zhangsan")
    follow(client, start())
    User.objects.filter(pk=user.pk).update(is_active=False)
    other = Client()
    follow(other, start())
    assert me(other) == 302


def test_staff_still_need_their_second_factor(client: Client, provider: Provider, settings: Any) -> None:
    settings.STAFF_TOTP = True
    make_staff(make_unit_tree().town, Role.OFFICER, username="zhangsan")
    reply = follow(client, start())
    assert reply.url == reverse("people:sign_in_enrol")
    assert me(client) == 302


def test_a_token_for_somebody_else_is_refused(client: Client, provider: Provider) -> None:
    make_user("张三", username="zhangsan")
    provider.audience = "another-site"
    reply = follow(client, start())
    assert reply.url == reverse("people:sign_in")
    assert "没有完成" in client.get(reply.url).content.decode()
    assert me(client) == 302


def test_a_forged_callback_is_refused(client: Client, provider: Provider) -> None:
    make_user("张三", username="zhangsan")
    client.get(start())
    forged = client.get(reverse("openid_connect_callback", args=["county"]), {"code": "code-0", "state": "x"})
    assert forged.url == reverse("people:sign_in")
    assert me(client) == 302


def test_nobody_is_sent_to_a_foreign_site_afterwards(client: Client, provider: Provider) -> None:
    make_user("张三", username="zhangsan")
    assert follow(client, start(next="https://evil.example/")).url == "/"


def test_without_a_provider_there_is_no_such_door(client: Client) -> None:
    assert client.get(start()).status_code == 404
    assert "统一身份认证" not in client.get(reverse("people:sign_in")).content.decode()
