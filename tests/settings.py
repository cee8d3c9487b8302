"""
The project's settings for tests: on embedded servers, unless the environment names others.

The servers start here because pytest-django reads the settings before any conftest.
"""

import os

from tests.servers import OURS, start_once
from tests.template import DATABASE

os.environ.update(start_once())
os.environ.setdefault("FUND_ENV", "demo")

import structlog

from quanzhou_fund.settings import *  # noqa: F403
from quanzhou_fund.settings import CACHES, DATABASES, REDIS_URL

if OURS in os.environ:
    DATABASES["default"]["TEST"] = {"TEMPLATE": DATABASE}

# Workers that share a server that a person named have two databases of Redis each.
SERVER, NUMBER = REDIS_URL.rpartition("/")[0], int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
REDIS_URL = f"{SERVER}/{2 * NUMBER + 2}"
CACHES["default"]["LOCATION"] = f"{SERVER}/{2 * NUMBER + 3}"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True

structlog.configure(cache_logger_on_first_use=False)  # a kept logger writes past what a test captures
