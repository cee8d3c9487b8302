"""The demo's scripted loans played as on other days: every promise holds. ``make demo-story`` plays the whole fund on them."""

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from demo_fund.promises import broken_promises
from tests.demo_fund.test_playing import DAYS


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("until", DAYS.values(), ids=DAYS)
def test_every_promise_holds_whatever_the_day(until: date, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    call_command("load_demo_fund", until=until, size="small", stdout=StringIO())
    assert broken_promises(on=until) == []
