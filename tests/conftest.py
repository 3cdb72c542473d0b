"""What every test may use."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from tests.first_rows import remember_first_rows, restore_first_rows
from tests.template import Template, new_template, template_of_this_run

# A busy machine is no finding: what is slow is measured by the benchmarks.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# The garbage collector would look again and again at what thousands of imported tests consist of: it comes
# less often, and what is there once they are read is left out for good (an eighth of a run).
gc.set_threshold(20_000, 20, 50)

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


TEMPLATE = pytest.StashKey[Template]()


def pytest_configure(config: pytest.Config) -> None:
    """Who shares the tests out among workers has the database migrated that they copy."""
    if config.getoption("numprocesses", None) and not config.option.collectonly:
        config.stash[TEMPLATE] = new_template()


def pytest_unconfigure(config: pytest.Config) -> None:
    if TEMPLATE in config.stash:
        config.stash[TEMPLATE].take_away()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked `shared` run wherever the sample files lie beside the checkout.

    What asks no database says the same beside every database: on PostgreSQL it is not asked again.
    """
    if connection.vendor == "postgresql":
        apart = [item for item in items if not asks_a_database(item)]
        config.hook.pytest_deselected(items=apart)
        items[:] = [item for item in items if asks_a_database(item)]
    if SHARED_DATA.is_dir():
        return
    skip = pytest.mark.skip(reason="the sample files in ../shared/data are not here")
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(skip)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


def asks_a_database(item: pytest.Item) -> bool:
    """By mark, by fixture or by class."""
    if item.get_closest_marker("once"):
        return False
    if item.get_closest_marker("django_db") or {"db", "transactional_db", "live_server"} & set(
        getattr(item, "fixturenames", ())
    ):
        return True
    test_class = getattr(item, "cls", None)
    return test_class is not None and issubclass(test_class, TransactionTestCase)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real sample files beside the checkout."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """A worker's test database is a copy of the run's template; a run without workers migrates its own."""
    if template := template_of_this_run():
        template.copy()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Django's, and what the migrations have written is known for good."""
    with django_db_blocker.unblock():
        remember_first_rows()
    # Django would empty every table after a transactional test, whatever it has written.
    TransactionTestCase._fixture_teardown = lambda self: restore_first_rows()


@pytest.fixture(autouse=True, scope="session")
def _end_other_sessions(request: pytest.FixtureRequest) -> Iterator[None]:
    """A server of a test may hold its connection a moment longer; PostgreSQL would not drop the database."""
    if connection.vendor != "postgresql":
        yield
        return
    request.getfixturevalue("django_db_setup")  # what is set up later is taken away earlier
    yield
    with request.getfixturevalue("django_db_blocker").unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
