"""Requests that no page of ours makes: SQL in query parameters, guesses at the addresses of files."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import FileField
from django.test import Client
from django.urls import get_resolver

from examsite.people.models import User
from tests.personas import Cast
from tests.routes import ROUTES, R
from tests.test_authorisation import address, walk

ATTACKS = (
    "' OR '1'='1",
    "1);DROP TABLE people_user;--",
    "x' UNION SELECT password FROM people_user--",
    "\x00",
    "-1",
    "9" * 400,
    "%_\\",
    "(SELECT pg_sleep(9))",
    "ascii.desc,nulls",
)
LOOKERS = ("county", "officer", "marker", "auditor", "candidate")
# How the code asks for a parameter of the address, and the forms and serializers that filter a list.
_ASKED = re.compile(r'(?:GET|query_params)(?:\.get(?:list)?\(|\[)\s*"(\w+)"|"(\w+)" in request\.GET')
_FILTERS = re.compile(r"^class (\w*(?:Filter|Query)\w*)\((.*?)(?=^\S)", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^    (\w+) = (?:forms|serializers)\.", re.MULTILINE)


def parameters_of(view: Callable[..., Any]) -> list[str]:
    """The names that the view's module reads from an address: by itself, or by a filter of its folder."""
    inner = getattr(view, "cls", None) or getattr(view, "view_class", None) or inspect.unwrap(view)
    module = Path(inspect.getfile(inner))
    source = module.read_text(encoding="utf-8")
    names = {one or other for one, other in _ASKED.findall(source)}
    for beside in {module, *module.parent.glob("*schema.py"), module.parent / "forms.py"}:
        if beside.is_file():
            for name, body in _FILTERS.findall(beside.read_text(encoding="utf-8")):
                if re.search(rf"\b{name}\b", source):
                    names.update(_FIELD.findall(body))
    return sorted(names | {"page"})


def looks() -> Iterator[tuple[R, list[str]]]:
    """Every route that is read, with the parameters its module knows."""
    views = dict(walk(get_resolver()))
    for route in ROUTES:
        if route.method == "get":
            yield route, parameters_of(views[route.view].callback)


def test_t60_no_parameter_of_any_address_is_sql(cast: Cast) -> None:
    """Every route that is read, every parameter, the attacks in turn: the server does not stumble."""
    clients = {name: cast.client(name) for name in LOOKERS}
    people = User.objects.count()
    attacks = itertools.cycle(ATTACKS)
    failed, asked = [], set()
    for route, names in looks():
        client = clients[next((one for one in LOOKERS if one in route.allow.split()), LOOKERS[0])]
        client.raise_request_exception = False
        for name in names:
            asked.add(name)
            attack = next(attacks)
            reply = client.get(address(route, cast), {**route.data, name: attack})
            if reply.streaming:
                b"".join(reply.streaming_content)  # so that the file behind it is closed
            if reply.status_code >= 500:
                failed.append((route.view, name, attack))
    assert failed == []
    assert sorted({"q", "search", "unit", "year", "words", "cut", "as_of", "page"} - asked) == []
    assert User.objects.count() == people


def test_t39_no_file_has_an_address_of_its_own(cast: Cast) -> None:
    """What is stored is served by views that ask who it is (their lines are in the table of routes)."""
    names = []
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, FileField):
                rows = model._default_manager.exclude(**{field.name: ""})
                names += [getattr(row, field.name).name for row in rows]
    assert names != []
    for name in names:
        assert default_storage.exists(name)
        for persona in ("stranger", "candidate", "county"):
            for folder in ("/media/", "/", settings.STATIC_URL, "/static/../media/"):
                path = folder + name
                assert (path, cast.client(persona).get(path).status_code) == (path, 404)


def test_t39_a_paper_names_no_file(cast: Cast) -> None:
    """Papers carry no pictures by address, so there is no address to guess."""
    assert re.findall(r"https?://|/media/|<img", str(cast.world.form.paper)) == []


@pytest.mark.parametrize("path", [".git/HEAD", ".env", "var/db.sqlite3", "static/../examsite/settings.py"])
def test_nothing_of_the_installation_is_served(db: None, path: str) -> None:
    assert Client().get(f"/{path}").status_code == 404
