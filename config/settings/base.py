"""Settings every deployment shares. Each environment variable is explained in `.env.example`."""

import logging
from pathlib import Path
from urllib.parse import unquote

import environ

from apps.core.pooled import PooledConnection
from config.beat import BEAT_SCHEDULE
from config.celery import app as celery_app  # noqa: F401 - tasks need an application wherever Django runs
from config.logs import configure_logs
from config.navigation import UNFOLD_SETTINGS
from config.security import PAGE_POLICY

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# --- Who we are ---
SECRET_KEY = env.str("SECRET_KEY", default="")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
BRAND_NAME = env.str("BRAND_NAME", default="Sluice")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
PROCESS_ROLE = env.str("PROCESS_ROLE", default="")

# --- The house, from the lowest floor up; the theme comes before the admin it clothes ---
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "csp",
    "django_structlog",
    "apps.core",
    "apps.companies",
    "apps.campaigns",
    "apps.sources",
    "apps.buyers",
    "apps.publishing",
    "apps.leads",
    "apps.ledger",
    "apps.deliveries",
    "apps.auctions",
    "apps.intake",
    "apps.posting_instructions",
    "apps.monitoring",
    "apps.simulator",
    "apps.demo",
]
AUTH_USER_MODEL = "companies.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.intake.middleware.ApiMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.security.PagePolicyMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

# --- PostgreSQL: the truth and the queue ---
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", default=2)
WEB_THREADS = env.int("WEB_THREADS", default=8)


def _database() -> dict:
    """Web threads share a pool; a worker keeps its connection, because Celery would close a pool after each task."""
    database = env.db_url("DATABASE_URL", default="postgres://localhost:5432/sluice")
    database["HOST"] = unquote(database["HOST"])
    options = database.setdefault("OPTIONS", {})
    options["options"] = (
        f"-c statement_timeout={env.int('DB_STATEMENT_TIMEOUT_MS', default=5000)} -c lock_timeout=2000"
        f" -c idle_in_transaction_session_timeout={env.int('DB_IDLE_IN_TRANSACTION_MS', default=10_000)}"
    )
    options["connect_timeout"] = 3
    options["prepare_threshold"] = env.int("DB_PREPARE_AFTER", default=2) or None
    database["CONN_HEALTH_CHECKS"] = True
    if PROCESS_ROLE == "web":
        database["CONN_MAX_AGE"] = 0
        options["pool"] = {
            "min_size": env.int("DB_POOL_MIN", default=2),
            "max_size": env.int("DB_POOL_MAX", default=WEB_THREADS + 2),
            "timeout": env.float("DB_POOL_TIMEOUT_S", default=2.0),
            "connection_class": PooledConnection,
            # Else its pauses between tries double, and it goes on waiting when the database is back.
            "reconnect_timeout": 1.0,
        }
    else:
        database["CONN_MAX_AGE"] = 600
    return database


DATABASES = {"default": _database()}

# --- Redis: only what may be lost ---
REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    },
}
# Sessions live in PostgreSQL: a flushed Redis logs nobody out.
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- Celery: the muscle ---
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # a task that kills its process would come back for ever
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300_000
CELERY_TASK_SOFT_TIME_LIMIT = 40
CELERY_TASK_TIME_LIMIT = 50
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 25
CELERY_WORKER_ETA_TASK_LIMIT = 1000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "ack_emulation": False,  # Redis forgets a message that was taken: ADR 0008
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "global_keyprefix": "lead:",
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
CELERY_BEAT_SCHEDULE_FILENAME = str(BASE_DIR / "var" / "beat" / "schedule")

# --- Secrets at rest ---
ENCRYPTION_KEYS = env.str("ENCRYPTION_KEYS", default="")
DIGEST_KEY = env.str("DIGEST_KEY", default="")

# --- Limits and doors ---
BODY_LIMIT_BYTES = env.int("BODY_LIMIT_BYTES", default=262_144)
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("ADMIN_BODY_LIMIT_BYTES", default=5 * 1024 * 1024)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
OUTBOUND_ALLOW_NETWORKS = env.list("OUTBOUND_ALLOW_NETWORKS", default=[])
OUTBOUND_MAX_BODY_BYTES = env.int("OUTBOUND_MAX_BODY_BYTES", default=262_144)
OUTBOUND_CA_FILE = env.str("OUTBOUND_CA_FILE", default="")
OUTBOUND_CONNECTIONS_PER_HOST = env.int("OUTBOUND_CONNECTIONS_PER_HOST", default=128)
INLINE_WAITS_PER_ENDPOINT = env.int("INLINE_WAITS_PER_ENDPOINT", default=max(1, WEB_THREADS // 2))
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
RATE_LIMITS = env.bool("RATE_LIMITS", default=True)
SIMULATOR_URL = env.str("SIMULATOR_URL", default="")

# --- How long what is over stays ---
CALLS_KEPT_MONTHS = env.int("CALLS_KEPT_MONTHS", default=60)
TESTS_KEPT_DAYS = env.int("TESTS_KEPT_DAYS", default=90)
WEBHOOK_PAYLOADS_KEPT_DAYS = env.int("WEBHOOK_PAYLOADS_KEPT_DAYS", default=30)
PINGS_KEPT_DAYS = env.int("PINGS_KEPT_DAYS", default=90)
CANARY_TESTS_KEPT_DAYS = env.int("CANARY_TESTS_KEPT_DAYS", default=30)

# --- Language, time, mail ---
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="sluice@localhost")

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# --- Files ---
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# --- Libraries ---
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
# Cells that start like a formula are a command to whoever opens the file.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
SIMPLE_HISTORY_REVERT_DISABLED = False
UNFOLD = UNFOLD_SETTINGS | {"SITE_TITLE": BRAND_NAME, "SITE_HEADER": BRAND_NAME}

# --- Logs ---
LOGGING_CONFIG = None
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="json")
configure_logs(level=LOG_LEVEL, form=LOG_FORMAT)
# One entry a page. Neither address nor agent of whoever asks; who it was stays in the audit trail.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = None
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG

# --- Headers ---
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {"DIRECTIVES": PAGE_POLICY}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
