"""
The project's settings for tests: on embedded servers, unless the environment names others.

The servers start here because pytest-django reads the settings before any conftest; workers of pytest-xdist inherit the addresses.
"""

import os

from tests.servers import start_once

os.environ.update(start_once())
os.environ.setdefault("FUND_ENV", "demo")

from quanzhou_fund.settings import *  # noqa: F403
from quanzhou_fund.settings import REDIS_URL

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
REDIS_URL = f"{REDIS_URL.rpartition('/')[0]}/{WORKER + 1}"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
