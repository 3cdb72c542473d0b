"""Configuration from the environment, in the usual names; safe unless told otherwise.

DEBUG (off), SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL, CACHE_URL; all of them in docs/operations.md. What is
unsafe is refused in words by checks.py.
"""

from __future__ import annotations

from pathlib import Path

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="insecure-unless-debug")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where the site keeps its files: the database of a small site, uploads, generated charts.
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))

INSTALLED_APPS = [
    "examsite.apps.ExamAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "import_export",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "examsite.apps.ExamsiteConfig",
    "examsite.people",
    "questionbanks",
    "exams",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "examsite.middleware.ShortWayMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "examsite.people.sessions.SignInMiddleware",
    "examsite.people.owners.OwnerMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "examsite.middleware.NoStoreMiddleware",
]

ROOT_URLCONF = "examsite.urls"
SHORT_WAY_URLCONF = "examsite.short_urls"
WSGI_APPLICATION = "examsite.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "examsite" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "examsite.context.site",
            ],
        },
    },
]

# --- Databases ---------------------------------------------------------------------------------------

SQLITE_OPTIONS = {
    # BEGIN IMMEDIATE: two writers wait for each other instead of failing with "database is locked".
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # FULL: every commit is on the disk before it is acknowledged; NORMAL may lose the last ones.
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA temp_store=MEMORY;"
    ),
}
POSTGRES_OPTIONS = {
    # One pool a process; without it every request pays for a new connection (a tenth of the saves).
    # When the database was away, only a request that comes anew lets the pool try again: so requests give up
    # soon, and the pool before its pauses grow (1, 2, 4 … s). Back within a second instead of twenty.
    "pool": {
        "min_size": 1,
        # A thread that takes answers keeps its connection a while: there must be one for each of them.
        "max_size": max(env.int("DATABASE_POOL_MAX", default=10), env.int("WEB_THREADS", default=4)),
        "timeout": 3,
        "reconnect_timeout": 1,
    },
    # Statements that ask for it (the saving of answers) are planned once a connection; the ORM's never ask.
    "prepare_threshold": 0,
}
DATABASE_URL = env.str("DATABASE_URL", default="").strip() or f"sqlite:///{DATA_DIR / 'db.sqlite3'}"
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"].setdefault("OPTIONS", {}).update(SQLITE_OPTIONS)
    # Tests use a file, too: a database in memory has other locks than the one that is served.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
    DATABASES["default"].setdefault("OPTIONS", {}).update(POSTGRES_OPTIONS)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}

# --- People and sign-in ------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["examsite.people.backends.RoleBackend"]
# argon2id, 19 MiB, t=2, p=1: 60 sign-ins a second and core; Django's default needs 800 MiB at a rush.
PASSWORD_HASHERS = [
    "examsite.people.hashers.ExamArgon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "people:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "people:sign_in"
SESSION_ENGINE = "examsite.people.session_store"
SESSION_COOKIE_AGE = 12 * 3600
# Staff (whoever holds a role): second factor, minutes until an idle sign-in ends, days a password may last.
STAFF_TOTP = env.bool("STAFF_TOTP", default=not DEBUG)
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", default=30)
STAFF_PASSWORD_DAYS = env.int("STAFF_PASSWORD_DAYS", default=0 if DEBUG else 90)  # 0: never has to change
# Publishing a form or an exam, and changes of a frozen roster, need a second officer (docs/operations.md).
REQUIRE_SECOND_PERSON = env.bool("REQUIRE_SECOND_PERSON", default=True)
# From where on something stands out beside a result (exams/analytics/credibility.Limits).
NOTE_LIMITS = {
    "seconds": env.float("NOTE_SECONDS_A_QUESTION", default=3),
    "shared_by": env.int("NOTE_PEOPLE_ON_A_DEVICE", default=3),
    "same_wrong": env.int("NOTE_SAME_WRONG_ANSWERS", default=3),
    "together": env.int("NOTE_PEOPLE_IN_A_MINUTE", default=10),
}
# The county's single sign-on (OpenID Connect), where it has one. Of the library only its dance with the
# provider is used; who gets in, and with which second factor, is decided by ourselves (people/web/oidc.py).
OIDC_ISSUER = env.str("OIDC_ISSUER", default="")
OIDC_NAME = env.str("OIDC_NAME", default="统一身份认证")
OIDC_USERNAME_CLAIM = env.str("OIDC_USERNAME_CLAIM", default="preferred_username")
SOCIALACCOUNT_ADAPTER = "examsite.people.web.oidc.CountyAdapter"
SOCIALACCOUNT_ONLY = True
SOCIALACCOUNT_STORE_TOKENS = False
# A link and not a form: the policy for forms (form-action) would stop the way to the provider.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "county",
                "name": OIDC_NAME,
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
# The secret behind sealed telephone numbers and ticket digests; it must outlive a change of SECRET_KEY.
DATA_SECRET = env.str("DATA_SECRET", default=SECRET_KEY)

# --- Security ----------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "examsite.views.csrf_failure"
if not DEBUG:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    # Only a proxy that overwrites this header may be believed (docs/operations.md).
    BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=True)
    if BEHIND_TLS_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of our own add the caller's address to X-Forwarded-For; what stands before is forged.
PROXY_HOPS = env.int("PROXY_HOPS", default=1 if not DEBUG and BEHIND_TLS_PROXY else 0)
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_MAX_BYTES = 20 * 1024 * 1024

# --- Language, time, files ---------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")  # what pages show; the database holds UTC
USE_I18N = True
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "examsite" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "examsite.bundles.BundleFinder",
]
# What the exam page loads, in two requests (examsite/bundles.py).
STATIC_BUNDLES = {
    "css/exam-page.css": ["css/tokens.css", "css/base.css", "css/exam.css"],
    "exams/exam-page.js": [
        f"exams/{name}.js"
        for name in ("clock", "sheet", "queue", "api", "session", "elements", "question", "views", "page")
    ],
}
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "media"), "base_url": "/media/"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- API ---------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "examsite.api.Pages",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "examsite.api.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "学法考试平台 API",
    "DESCRIPTION": "Everything the pages do, for programs. Errors are application/problem+json.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "UnitKindEnum": "examsite.people.models.UnitKind",
        "EstablishmentEnum": "examsite.people.models.Establishment",
        "KindEnum": "questionbanks.models.item.KIND_CHOICES",
        "ItemStateEnum": "questionbanks.models.ItemState",
        "ImportStateEnum": "questionbanks.models.ImportState",
        "AttemptStateEnum": ["in_progress", "submitted", "voided"],
        "ReleaseRuleEnum": "exams.models.ReleaseRule",
        "ActivityKindEnum": "exams.models.ActivityKind",
        "ReportStateEnum": "exams.models.ReportState",
    },
}

SILENCED_SYSTEM_CHECKS: list[str] = []
IMPORT_EXPORT_USE_TRANSACTIONS = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "examsite.lib.logs.MaskingFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO" if DEBUG else "WARNING"},
}
