"""Fifty approvals and twenty payments at once, each by a click on a screen: each is done once, and everybody gets an answer he can read."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from loans.models import Application
from parties.models import Member
from subsidy.models import Payment
from tests.admin.test_steps import BOTH, LATE, do_url
from tests.admin.world import World
from tests.loan_factories import noon

pytestmark = pytest.mark.django_db(transaction=True)
READABLE = {200, 302, 409, 503}


@pytest.fixture
def world(transactional_db: None, settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return World()


def browser(member: Member) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def at_once(clicks: list[Callable[[], Any]]) -> Counter[int]:
    """Do every click in a thread of its own, all at the same moment, and return how often each status was answered."""
    start, codes = threading.Barrier(len(clicks)), Counter[int]()

    def click(one: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=60)
            codes[one().status_code] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(one,)) for one in clicks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


@time_machine.travel(noon(date(2024, 4, 15)), tick=True)
def test_fifty_approvals(world: World) -> None:
    applications = [world.application(amount_requested=Decimal("100000.00")) for _ in range(50)]
    bank = browser(world.handler)
    for application in applications:
        assert bank.post(do_url(application, "begin-review"), {"on": "2024-03-05", **LATE}).status_code == 302
    given = {"amount": "100,000.00", "on": "2024-03-20", **LATE}
    clicks = [lambda case=case: browser(world.handler).post(do_url(case, "approve"), given) for case in applications]
    codes = at_once(clicks)
    assert set(codes) <= READABLE
    while left := list(Application.objects.filter(pk__in=[case.pk for case in applications]).exclude(state="approved")):
        assert codes[503] >= len(left)  # told to try again, and that is what they do
        assert at_once([lambda case=case: bank.post(do_url(case, "approve"), given) for case in left[:10]]).keys() <= READABLE
    assert Application.objects.filter(state="approved", amount_approved=100_000).count() == 50


def test_twenty_payments(world: World) -> None:
    """The same payments clicked by many at once are paid once each."""
    settlement = world.filed()
    payments = list(settlement.payments.select_related("payer"))
    world.desk.industry.roles = BOTH
    checks: list[Callable[[], Any]] = []
    for payment in payments:
        is_city = payment.payer.kind == "city_industry"
        maker = browser(world.desk.industry if is_city else world.desk.county)
        checker = world.industry_checker if is_city else world.county_checker
        maker.post(do_url(payment, "record"), {"paid_on": str(timezone.localdate()), "voucher": f"PZ{payment.pk}"})
        clicks = 20 // len(payments)
        checks += [lambda case=payment, who=checker: browser(who).post(do_url(case, "check")) for _ in range(clicks)]
    codes = at_once(checks)
    assert set(codes) <= READABLE
    assert set(Payment.objects.filter(pk__in=[payment.pk for payment in payments]).values_list("state", flat=True)) == {"paid"}
    settlement.refresh_from_db()
    assert settlement.state == "paid"
