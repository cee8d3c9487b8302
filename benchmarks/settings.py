"""The project's settings with what the product is measured against beside it, where ``make bench`` has installed it."""

import importlib.util
import os

os.environ.setdefault("FUND_ENV", "demo")

from quanzhou_fund.settings import *  # noqa: F403
from quanzhou_fund.settings import BASE_DIR, INSTALLED_APPS

HAS_HORDAK = importlib.util.find_spec("hordak") is not None
if HAS_HORDAK:
    INSTALLED_APPS = [*INSTALLED_APPS, "mptt", "hordak"]
DEFAULT_CURRENCY = "CNY"
CURRENCIES = ["CNY"]
MEDIA_ROOT = BASE_DIR / "var" / "bench" / "media"
DOCUMENTS_MAX_BYTES = 200 * 1024**2
