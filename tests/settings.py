"""Settings of the tests: those of the demo (plain cookies over http), with a database of their own."""

import os

os.environ.setdefault("DEBUG", "1")

from examsite.settings import *  # noqa: F403

# Static files straight from the sources, as under DEBUG (which the test runner turns off).
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
