"""Settings, all in one file; what an operator may change comes from the environment.

`conference_app.checks` tells the operator at start-up which of these values can not be right.
"""

from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import environ

from project.secret_key import read_or_make

env = environ.Env()
BASE_DIR: Final = Path(__file__).resolve().parent.parent

# --- What the operator says ----------------------------------------------------------------------

PORT: int = env.int("PORT", default=8000)
HOST: str = env.str("CONFAB_HOST", default="127.0.0.1")
CONFAB_DATA_DIR = BASE_DIR / env.str("CONFAB_DATA_DIR", default="var")
CONFAB_DATA_DIR.mkdir(parents=True, exist_ok=True)
CONFAB_PUBLIC_URL: str = env.str("CONFAB_PUBLIC_URL", default=f"http://127.0.0.1:{PORT}").rstrip(
    "/"
)
CONFAB_ACCOUNT_SID: str = env.str("CONFAB_ACCOUNT_SID", default="")
CONFAB_AUTH_TOKEN: str = env.str("CONFAB_AUTH_TOKEN", default="")
CONFAB_ADMIN_PASSWORD: str = env.str("CONFAB_ADMIN_PASSWORD", default="")
CONFAB_ALLOWED_NETWORKS: list[str] = env.list("CONFAB_ALLOWED_NETWORKS", default=[])
CONFAB_URL_ALIASES: dict[str, str] = env.dict(
    "CONFAB_URL_ALIASES",
    default={
        # The feature page's hold music, with or without a bucket; what Twilio plays today.
        "http://twimlets.com/holdmusic": "/holdmusic",
        "https://twimlets.com/holdmusic": "/holdmusic",
        "https://s3.amazonaws.com/com.twilio.sounds.music/index.xml": "/holdmusic",
    },
)
CONFAB_WAIT_URL: str = env.str("CONFAB_WAIT_URL", default="")
"""What is heard without a waitUrl; empty: the hold music that comes with Confab."""
CONFAB_WAIT_REPEATS: bool = env.bool("CONFAB_WAIT_REPEATS", default=False)
"""Whether the document of a waitUrl begins again when it is over."""
CONFAB_SPEECH_ENGINE: str = env.str(
    "CONFAB_SPEECH_ENGINE", default="media_engine.speech.EspeakSpeech"
)
CONFAB_MAX_PARTICIPANTS: int = env.int("CONFAB_MAX_PARTICIPANTS", default=40)
CONFAB_API_REQUESTS_PER_SECOND: float = env.float("CONFAB_API_REQUESTS_PER_SECOND", default=100.0)
CONFAB_RECORDING_RETENTION_DAYS: float = env.float("CONFAB_RECORDING_RETENTION_DAYS", default=0.0)
"""How long recordings are kept; 0: for ever."""
CONFAB_HISTORY_DAYS: float = env.float("CONFAB_HISTORY_DAYS", default=90.0)
"""How long webhooks that were sent, and alerts, are kept; 0: for ever."""
CONFAB_MIX_RATE: int = env.int("CONFAB_MIX_RATE", default=16000)
CONFAB_REAL_TIME: bool = env.bool("CONFAB_REAL_TIME", default=True)
"""Whether the thread that ticks is to run in real time, where the process may ask for that."""
CONFAB_IO_URING: bool = env.bool("CONFAB_IO_URING", default=True)
"""Whether sockets are read and written many in one call, where the kernel allows that."""
REDIS_URL: str = env.str("REDIS_URL", default="")

DEBUG: bool = env.bool("CONFAB_DEBUG", default=False)
SECRET_KEY: str = env.str("CONFAB_SECRET_KEY", default="") or read_or_make(
    CONFAB_DATA_DIR / "secret-key"
)
# Still good for reading what was signed or encrypted with them (conference_app.encryption).
SECRET_KEY_FALLBACKS: list[str] = env.list("CONFAB_OLD_SECRET_KEYS", default=[])

_public = urlsplit(CONFAB_PUBLIC_URL)
_https = _public.scheme == "https"
ALLOWED_HOSTS: list[str] = [
    *env.list("CONFAB_ALLOWED_HOSTS", default=[]),
    *([_public.hostname] if _public.hostname else []),
    "localhost",
    "127.0.0.1",
    "[::1]",
]

# --- The parts -----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "daphne",  # first, so that runserver serves ASGI
    "unfold",  # before the admin, whose templates it replaces
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "conference_app",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "project.static_files.StaticFilesMiddleware",
    "project.page_middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "project.page_middleware.Csrf",
    "project.page_middleware.Authentication",
    "project.page_middleware.Messages",
    "project.page_middleware.XFrameOptions",
]
ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "project.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Where things are kept -----------------------------------------------------------------------

_SQLITE_OPTIONS: dict[str, Any] = {
    # A transaction that reads first and writes later fails at once with "database is locked" when
    # it was begun deferred; begun IMMEDIATE it waits its turn, up to `timeout` seconds.
    "transaction_mode": "IMMEDIATE",
    "timeout": 5,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=67108864"
    ),
}


def _database() -> dict[str, Any]:
    if env.str("DATABASE_URL", default=""):
        return dict(env.db_url("DATABASE_URL"))
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": CONFAB_DATA_DIR / "confab.sqlite3",
        "OPTIONS": _SQLITE_OPTIONS,
    }


# A thread keeps its connection: opening one costs more than most of what is asked over it.
_KEPT: dict[str, Any] = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
DATABASES = {"default": _KEPT | _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = (
    CONFAB_DATA_DIR / "media"
)  # recordings; never served as it is, see conference_app.pages
STORAGES: dict[str, Any] = {
    # Where finished recordings go: any class of Django's storage API, and its options as JSON.
    "default": {
        "BACKEND": env.str("CONFAB_STORAGE", default="django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json("CONFAB_STORAGE_OPTIONS", default={}),
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

CHANNEL_LAYERS: dict[str, Any] = {
    "default": (
        {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
        if REDIS_URL
        else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    )
}

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # straight from the packages: nothing to collect before the start

# The look of the control room; all that it loads comes out of this process.
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Confab",
    "SITE_HEADER": "Confab",
    "SITE_SUBHEADER": "Control room",
    "SITE_SYMBOL": "graphic_eq",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": f"{STATIC_URL}control_room/icon.svg"}
    ],
    "BORDER_RADIUS": "8px",
    "DASHBOARD_CALLBACK": "conference_app.admin.dashboard.dashboard",
    "SIDEBAR": {"navigation": "conference_app.admin.navigation.navigation"},
    "COLORS": {
        "primary": {
            "50": "oklch(98% .015 182)",
            "100": "oklch(95% .035 182)",
            "200": "oklch(90% .07 182)",
            "300": "oklch(83% .1 182)",
            "400": "oklch(74% .115 183)",
            "500": "oklch(64% .11 184)",
            "600": "oklch(51% .095 185)",
            "700": "oklch(45% .08 186)",
            "800": "oklch(39% .068 187)",
            "900": "oklch(34% .058 188)",
            "950": "oklch(25% .045 190)",
        },
    },
}

# --- Who may do what -----------------------------------------------------------------------------

LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"] if _public.netloc else []
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

REST_FRAMEWORK = {
    # The rest is said by conference_app.api.base.AccountView.
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "conference_app.api.documentation.schema.CallSchema",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Confab",
    "DESCRIPTION": "Conferences over REST, in the shape of Twilio's API.",
    "VERSION": "2010-04-01",
    "SORT_OPERATIONS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [],
}

# --- Words and times -----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
FORMAT_MODULE_PATH = "project.formats"
TIME_ZONE = "UTC"

# No message may carry a token, a phone number, a pressed key or anything that was said.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own default handlers print each line a second time, or mail it.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
