"""Settings of the tests: those of the demo (plain cookies over http), with a database of their own."""

import os

os.environ.setdefault("DEBUG", "1")

from examsite.settings import *  # noqa: E402, F403
