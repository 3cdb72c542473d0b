"""Settings of the tests: those of the demo (plain cookies over http), with a database of their own."""

import os
import tempfile

os.environ.setdefault("DEBUG", "1")

from examsite.settings import *  # noqa: F403

# Static files straight from the sources, as under DEBUG (which the test runner turns off).
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# Most tests hash only because people have to be there; those about passwords ask for the site's own hashers.
SITE_HASHERS = PASSWORD_HASHERS  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *SITE_HASHERS]
# What tests upload is gone with them.
_media = tempfile.TemporaryDirectory(prefix="exam-tests-")
STORAGES["default"]["OPTIONS"]["location"] = _media.name  # noqa: F405

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file, so that threads meet the locks they meet in earnest (a database in memory has others); in memory
    # file systems where there is one, because tests need no disk.
    _folder = "/dev/shm" if os.path.isdir("/dev/shm") else tempfile.gettempdir()
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/exam-tests-{os.getpid()}.sqlite3"}  # noqa: F405
