"""What every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

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
