"""What the tests of the demo share."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.management import call_command


@pytest.fixture
def report() -> Callable[[str], tuple[str, str, int]]:
    """Runs the command of the annual report in a style: standard output, standard error, exit code."""

    def run(style: str) -> tuple[str, str, int]:
        out, err, code = io.StringIO(), io.StringIO(), 0
        try:
            call_command(
                "annual_report", unit="青城镇", year=2022, style=style, stdout=out, stderr=err, no_color=True
            )
        except SystemExit as stop:
            code = int(stop.code or 0)
        return out.getvalue(), err.getvalue(), code

    return run
