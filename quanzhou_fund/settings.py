"""
Settings of the project, read from the environment.

``environment.py`` holds the table of variables, ``docs/handbook/settings.md`` repeats it for operators.
"""

import os
from datetime import timedelta

import environ
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from quanzhou_fund.admin_look import UNFOLD as UNFOLD
from quanzhou_fund.environment import BASE_DIR, read
from quanzhou_fund.logs import logging_config
from quanzhou_fund.rest import API_MAX_BODY_BYTES as API_MAX_BODY_BYTES
from quanzhou_fund.rest import API_MAX_CALCULATOR_BYTES as API_MAX_CALCULATOR_BYTES
from quanzhou_fund.rest import API_MAX_TOKEN_BYTES as API_MAX_TOKEN_BYTES
from quanzhou_fund.rest import API_MAX_UPLOAD_BYTES as API_MAX_UPLOAD_BYTES
from quanzhou_fund.rest import DRF_STANDARDIZED_ERRORS as DRF_STANDARDIZED_ERRORS
from quanzhou_fund.rest import OAUTH2_PROVIDER as OAUTH2_PROVIDER
from quanzhou_fund.rest import OAUTH2_PROVIDER_APPLICATION_MODEL as OAUTH2_PROVIDER_APPLICATION_MODEL
from quanzhou_fund.rest import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from quanzhou_fund.rest import TOKEN_SECONDS as TOKEN_SECONDS
from quanzhou_fund.rest import rest_framework
from quanzhou_fund.schedule import Queue, beat_schedule, task_limits, task_routes

VALUES = read(os.environ)
IS_PRODUCTION = VALUES["FUND_ENV"] == "production"

DEBUG = VALUES["DEBUG"]
SECRET_KEY = VALUES["SECRET_KEY"]
BID_KEYS = VALUES["BID_KEYS"]  # the name ends in a word that Django's error pages leave out
WEBHOOK_KEYS = VALUES["WEBHOOK_KEYS"]
ANSWER_KEYS = VALUES["ANSWER_KEYS"]
CURSOR_KEYS = VALUES["CURSOR_KEYS"]
AUTHENTICATOR_KEYS = VALUES["AUTHENTICATOR_KEYS"]
ALLOWED_HOSTS = VALUES["ALLOWED_HOSTS"]
CSRF_TRUSTED_ORIGINS = VALUES["CSRF_TRUSTED_ORIGINS"]

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "quanzhou_fund.backoffice.config.FundAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_filters",
    "oauth2_provider",
    "django_fsm",
    "django_structlog",
    "pgtrigger",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "csp",
    "django_prometheus",
    "common",
    "jobs",
    "audit",
    "parties",
    "logins",
    "notices",
    "documents",
    "policy",
    "ledger",
    "whitelist",
    "loans",
    "subsidy",
    "risk",
    "reporting",
    "calculators",
    "api",
    "portal",
    "handbook",
    "quanzhou_fund",
    "demo_fund",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "quanzhou_fund.middleware.AdminContentPolicy",
    "quanzhou_fund.body_limits.BodyLimitMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "audit.middleware.SourceAddressMiddleware",
    "policy.middleware.CalendarScopeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "logins.middleware.LoginMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "quanzhou_fund.middleware.BusyDatabaseMiddleware",
    "quanzhou_fund.outages.OutageMiddleware",
    "quanzhou_fund.request_metrics.CountingMiddleware",
]
if not IS_PRODUCTION:  # below static files, above sessions: while the demo is played there may be no table yet
    MIDDLEWARE.insert(MIDDLEWARE.index("audit.middleware.SourceAddressMiddleware"), "demo_fund.held.HeldWhilePlaying")
ROOT_URLCONF = "quanzhou_fund.urls"
WSGI_APPLICATION = "quanzhou_fund.wsgi.application"
ADMIN_PATH = "admin/"
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
            ]
        },
    }
]

# Stored rows, queues, files
DATABASES = {"default": environ.Env.db_url_config(VALUES["DATABASE_URL"])}
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": VALUES["DATABASE_CONN_MAX_AGE"],
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": VALUES["DATABASE_POOLED"],
}
# Time-outs and planner settings belong to the role (app_role.py): a pool in transaction mode passes no options on.
DEMO_PROGRESS = "" if IS_PRODUCTION else os.environ.get("DEMO_PROGRESS", "")  # a file; the supervisor names it
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# No wait without an end: a server that is frozen answers the connection and then nothing.
DATABASE_WAITS = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30_000}
DATABASES["default"]["OPTIONS"] = DATABASE_WAITS | DATABASES["default"].get("OPTIONS", {})
REDIS_URL = VALUES["REDIS_URL"]
REDIS_WAITS = {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": VALUES["CACHE_URL"], "OPTIONS": {**REDIS_WAITS}}
}
MEDIA_ROOT = BASE_DIR / VALUES["MEDIA_ROOT"]
DOCUMENTS_MAX_BYTES = VALUES["DOCUMENTS_MAX_MB"] * 1024**2
CLAMD_ADDRESS = VALUES["CLAMD_ADDRESS"]
CLAMD_TIMEOUT = VALUES["CLAMD_TIMEOUT"]
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# The demo serves static files from where they lie, without collectstatic.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not IS_PRODUCTION

# Who logs in
AUTH_USER_MODEL = "parties.User"
# In this order: who is locked out, who has a second factor, everybody else.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "logins.backends.SecondFactorBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "logins.validators.NotUsedBefore", "OPTIONS": {"remembered": VALUES["PASSWORDS_REMEMBERED"]}},
]
STAFF_SECOND_FACTOR = VALUES["STAFF_SECOND_FACTOR"]
OTP_TOTP_ISSUER = "泉州市技术创新基金"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AXES_FAILURE_LIMIT = VALUES["LOGIN_FAILURE_LIMIT"]
APPOINTER_CHECKS_AFTER_DAYS = VALUES["APPOINTER_CHECKS_AFTER_DAYS"]
AXES_COOLOFF_TIME = timedelta(minutes=VALUES["LOGIN_LOCK_MINUTES"])
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "quanzhou_fund.lockout.account_locked"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # the audit log has it
AXES_USERNAME_CALLABLE = "quanzhou_fund.lockout.hidden_name"
AXES_CLIENT_IP_CALLABLE = "quanzhou_fund.lockout.login_address"

TRUSTED_PROXY_COUNT = VALUES["TRUSTED_PROXY_COUNT"]

# What browsers are told
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if VALUES["TRUSTED_PROXY_COUNT"] else None
SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = VALUES["HSTS_SECONDS"]
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_PRODUCTION
SECURE_HSTS_PRELOAD = IS_PRODUCTION
SESSION_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_AGE = 8 * 60 * 60  # logins.middleware counts them from the login, whatever is written in between
IDLE_MINUTES = VALUES["IDLE_MINUTES"]
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SECURE = IS_PRODUCTION
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# What the footer of the public's pages names
SITE = {"owner": VALUES["SITE_OWNER"], "code": VALUES["SITE_CODE"], "icp": VALUES["SITE_ICP"], "police": VALUES["SITE_POLICE"]}

# What programs are offered
REST_FRAMEWORK = rest_framework(
    calculator_rate=VALUES["CALCULATOR_RATE"], token_rate=VALUES["TOKEN_RATE"], proxies=VALUES["TRUSTED_PROXY_COUNT"]
)
FORM_MAX_BYTES = 1_048_576  # of a form, its files apart
API_DESCRIPTION_ROOT = STATIC_ROOT / "api" if IS_PRODUCTION else None  # where describe_api wrote while the image was built
DATA_UPLOAD_MAX_MEMORY_SIZE = max(API_MAX_UPLOAD_BYTES, DOCUMENTS_MAX_BYTES + FORM_MAX_BYTES)  # body_limits.py judges first
WEBHOOK_ALLOWED_NETWORKS = VALUES["WEBHOOK_ALLOWED_NETWORKS"]

# Jobs
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT = "quanzhou_fund.broker:Transport"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its queue for as long as it takes
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,  # longer than any task may take
    "socket_connect_timeout": 2,
    "socket_timeout": 5,  # longer than the second for which a worker asks the queue at a time
    "max_retries": 1,  # of who puts something in: a request never waits for the queue to come back
    "interval_start": 0,
    "interval_max": 0.2,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_TASK_ROUTES = task_routes()
CELERY_TASK_ANNOTATIONS = task_limits()
CELERY_TASK_DEFAULT_QUEUE = str(Queue.BULK)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # a slow task holds back no other
CELERY_BEAT_SCHEDULE = beat_schedule()
CELERY_BEAT_SCHEDULER = "quanzhou_fund.beat:Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(BASE_DIR / "var" / "celerybeat-schedule")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
DJANGO_STRUCTLOG_CELERY_ENABLED = True

# What monitors read
METRICS_FOLDER = VALUES["PROMETHEUS_MULTIPROC_DIR"]
PROMETHEUS_EXPORT_MIGRATIONS = False

# Language, time, mail, logs
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
vars().update(environ.Env.email_url_config(VALUES["EMAIL_URL"]))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = VALUES["DEFAULT_FROM_EMAIL"]
LOGGING = logging_config(level=VALUES["LOG_LEVEL"], form=VALUES["LOG_FORMAT"])
