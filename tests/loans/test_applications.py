from datetime import date

import pytest

from loans import services
from tests.loan_factories import noon

pytestmark = pytest.mark.django_db


def test_smoke(scene):
    loan = scene.signed()
    scene.draw(loan, "6000000.00", date(2024, 4, 10))
    scene.repay(loan, "1000000.00", date(2024, 7, 1))
    loan.refresh_from_db()
    assert loan.balance.outstanding == 5_000_000
    assert services and noon
