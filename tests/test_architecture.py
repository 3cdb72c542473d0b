"""The floors of the house, read from the source: who may import whom, and who alone may do what.

docs/architecture.md says why. Each rule is shown to catch what it must and to allow what it must.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("examsite", "questionbanks", "exams")

# Order of the apps: a module may import its own app and those before it.
APPS = ("examsite.lib", "examsite.people", "questionbanks", "exams")
# Floors inside an app; a module may import its own floor and those below.
PURE, MODELS, DOMAIN, ANALYTICS, FACE, WIRING = range(6)
PURE_PARTS = {
    "examsite.lib",
    "examsite.people.rosterfile",
    "questionbanks.kinds",
    "questionbanks.formats",
    "questionbanks.seed",
    "questionbanks.statutes",
    "questionbanks.likeness",
    "exams.engine",
    "exams.printing",
}
# In analytics everything is pure but the SQL, the pictures and what composes them.
ANALYTICS_IMPURE = ("facts", "charts", "form_charts", "reports", "snapshots", "documents")
FACES = ("web", "api", "admin", "management", "resources", "templatetags")
# Shared by the faces of all apps; they know no app.
FACE_SUPPORT = ("examsite.web", "examsite.api", "examsite.read_only")


def app_of(module: str) -> str | None:
    return next((app for app in APPS if module == app or module.startswith(f"{app}.")), None)


def floor_of(module: str) -> int:
    app = app_of(module)
    if app is None:
        return FACE if module in FACE_SUPPORT else WIRING
    if any(module == part or module.startswith(f"{part}.") for part in PURE_PARTS):
        return PURE
    part = module.removeprefix(app).lstrip(".").split(".")
    if part[0] == "analytics":
        return ANALYTICS if part[1:2] and part[1] in ANALYTICS_IMPURE else PURE
    if part[0] in FACES:
        return FACE
    if part[0] == "demo":
        return ANALYTICS
    if part[0] in ("domain", "rules"):
        return DOMAIN
    if part[0] == "apps":  # where an app is put together; nobody imports it
        return FACE
    if part[0] in ("models", "migrations", ""):
        return MODELS
    return DOMAIN


def refusal(importer: str, imported: str) -> str | None:
    """Why `importer` may not import `imported`; None when it may."""
    floor = floor_of(importer)
    if floor == PURE and imported.split(".")[0] in ("django", "rest_framework", "import_export"):
        return "a pure module imports no Django"
    if imported.split(".")[0] not in PACKAGES:
        return "no pyplot: it keeps state between requests" if imported == "matplotlib.pyplot" else None
    target_app, own_app = app_of(imported), app_of(importer)
    target_floor = floor_of(imported)
    if own_app is None:
        return None if floor == WIRING or target_app in (None, "examsite.lib") else "shared faces know no app"
    if target_app is None:
        return None if floor == FACE and target_floor == FACE else "apps do not import the wiring"
    if APPS.index(target_app) > APPS.index(own_app):
        return f"{own_app} must not know {target_app}"
    if target_app != own_app and target_floor == FACE:
        return "nothing imports the face of another app"
    if target_floor > floor:
        return "a floor imports only the floors below it"
    return None


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def imports_of(name: str, path: Path) -> Iterator[tuple[int, str]]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parts, base] if base else parts)
            known = {one for one, _ in MODULES}
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield node.lineno, full if full in known else base


MODULES = list(modules())

CAUGHT = [
    ("examsite.lib.clock", "django.utils.timezone"),
    ("questionbanks.kinds.base", "django.db.models"),
    ("questionbanks.formats.gift", "questionbanks.models"),
    ("questionbanks.domain.items", "exams.models"),
    ("questionbanks.domain.items", "questionbanks.web.banks"),
    ("examsite.people.domain.units", "questionbanks.models"),
    ("exams.engine.timing", "exams.models.attempt"),
    ("exams.models.attempt", "exams.domain.attempts"),
    ("exams.domain.attempts", "exams.api.attempts"),
    ("exams.domain.attempts", "exams.analytics.facts"),
    ("exams.analytics.stats", "exams.analytics.facts"),
    ("exams.analytics.charts", "matplotlib.pyplot"),
    ("exams.analytics.facts", "exams.web.leaders"),
    ("exams.domain.attempts", "examsite.web"),
    ("exams.domain.attempts", "examsite.settings"),
    ("exams.web.candidate", "questionbanks.web.banks"),
    ("examsite.web", "exams.models"),
    ("examsite.api", "examsite.people.models"),
]
ALLOWED = [
    ("examsite.urls", "exams.web.urls"),
    ("examsite.navigation", "examsite.people.rules"),
    ("examsite.web", "examsite.lib.errors"),
    ("examsite.people.models.user", "examsite.lib.ids"),
    ("questionbanks.domain.items", "examsite.people.domain.audit"),
    ("questionbanks.domain.items", "questionbanks.kinds.codec"),
    ("questionbanks.resources", "questionbanks.domain.items"),
    ("exams.models.form", "questionbanks.models"),
    ("exams.models.attempt", "exams.engine.transitions"),
    ("exams.engine.marking", "questionbanks.kinds.registry"),
    ("exams.domain.attempts", "exams.engine.timing"),
    ("exams.analytics.reports", "exams.analytics.stats"),
    ("exams.analytics.facts", "exams.rules"),
    ("exams.web.candidate", "examsite.web"),
    ("exams.api.attempts", "examsite.api"),
    ("exams.web.leaders", "exams.analytics.reports"),
    ("exams.management.commands.settle", "exams.domain.attempts"),
    ("exams.management.commands.demo", "exams.demo.world"),
]


@pytest.mark.parametrize(("importer", "imported"), CAUGHT)
def test_the_import_rule_catches(importer: str, imported: str) -> None:
    assert refusal(importer, imported) is not None


@pytest.mark.parametrize(("importer", "imported"), ALLOWED)
def test_the_import_rule_allows(importer: str, imported: str) -> None:
    assert refusal(importer, imported) is None


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_a_module_imports_only_what_its_floor_may(name: str, path: Path) -> None:
    wrong = [
        f"line {line}: {imported}: {reason}"
        for line, imported in imports_of(name, path)
        if (reason := refusal(name, imported))
    ]
    assert wrong == []


# Write the state of something else: AnnualReport.state.
OTHER_STATES = ("exams.analytics.snapshots.report_states",)


def calls_clock(tree: ast.AST) -> list[int]:
    """Lines that ask the time: now() and utcnow() of any kind, date.today(), time.time()."""
    asked = {
        ("timezone", "now"),
        ("datetime", "now"),
        ("datetime", "utcnow"),
        ("date", "today"),
        ("time", "time"),
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (getattr(node.value, "id", getattr(node.value, "attr", "")), node.attr) in asked
    ]


def writes_attempt_state(tree: ast.AST) -> list[int]:
    """Lines that assign `.state` or pass `state=` to update() or bulk_create rows."""
    lines = []
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        lines += [node.lineno for one in targets if isinstance(one, ast.Attribute) and one.attr == "state"]
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "update":
            lines += [node.lineno for word in node.keywords if word.arg == "state"]
    return lines


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("at = timezone.now()", [1]),
        ("at = datetime.now(UTC)", [1]),
        ("day = date.today()", [1]),
        ("at = clock.now()", []),
        ("default=timezone.now", [1]),
    ],
)
def test_the_clock_rule(source: str, lines: list[int]) -> None:
    assert calls_clock(ast.parse(source)) == lines


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("attempt.state = 'marked'", [1]),
        ("Attempt.objects.filter(pk=1).update(state='marked')", [1]),
        ("Attempt.objects.filter(state='marked')", []),
        ("state = attempt.state", []),
    ],
)
def test_the_state_rule(source: str, lines: list[int]) -> None:
    assert writes_attempt_state(ast.parse(source)) == lines


def test_only_the_clock_asks_the_time() -> None:
    asking = [name for name, path in MODULES if calls_clock(ast.parse(path.read_text(encoding="utf-8")))]
    assert asking == ["examsite.lib.clock"]


def test_only_one_module_writes_the_state_of_an_attempt() -> None:
    writing = [
        name
        for name, path in MODULES
        if app_of(name) == "exams"
        and name not in OTHER_STATES
        and writes_attempt_state(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert writing == ["exams.domain.attempts"]


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name
        for name, path in MODULES
        if "migrations" not in name
        and path.read_text(encoding="utf-8").strip()
        and ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]
    assert silent == []


def test_no_module_is_a_junk_drawer() -> None:
    drawers = [
        name for name, _ in MODULES if name.rpartition(".")[2] in ("utils", "helpers", "common", "misc")
    ]
    assert drawers == []
