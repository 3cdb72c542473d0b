"""What every test may use."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `shared` run wherever the sample files lie beside the checkout."""
    if SHARED_DATA.is_dir():
        return
    skip = pytest.mark.skip(reason="the sample files in ../shared/data are not here")
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real sample files beside the checkout."""
    return SHARED_DATA


@pytest.fixture(autouse=True)
def _first_categories(request: pytest.FixtureRequest, _django_db_marker: None) -> None:
    """The categories that a new site has. A transactional test before this one has emptied every table."""
    if request.node.get_closest_marker("django_db"):
        import_module("examsite.people.migrations.0003_first_categories").add_categories(apps, None)
