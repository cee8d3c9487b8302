"""Ten thousand movements by two uploads and single writes while a program polls: none is missed."""

from datetime import date
from typing import Any

import pytest

from loans.models import Movement
from tests.api.bank import make_stage
from tests.api.sync import poll_while_writing
from tests.loan_factories import LoanFactory

DAY = date(2024, 6, 20)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_missed_in_ten_thousand(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    stage, traveller = make_stage()
    try:
        loans = tuple(LoanFactory(application__bank=stage.scene.bank, drawn_on=date(2024, 4, 2)) for _ in range(3))
        stage.on(DAY)
        poller = poll_while_writing(stage, loans, rows=5_000, count=500, day=DAY)
    finally:
        traveller.stop()
    recorded = set(Movement.objects.filter(kind="repayment").values_list("bank_reference", flat=True))
    assert len(recorded) == 10_501
    assert recorded - poller.seen == set()
    assert poller.polls > 10
