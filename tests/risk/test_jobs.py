"""Reminders of examinations and of public money due back: said once per stage, caught up when missed."""

from datetime import date

import pytest

from notices.models import Notice
from parties.selectors import system_member
from risk.reminders import remind_of_terms
from tests.loan_factories import noon
from tests.risk.scene import Scene


def remind(on: date) -> int:
    return remind_of_terms(actor=system_member(), at=noon(on))


@pytest.mark.clause("D37")
def test_the_guarantor_is_reminded_of_a_claim_to_examine(scene: Scene) -> None:
    claim = scene.filed(scene.bad(scene.loan(1_000_000)))
    assert str(claim.deadline) == "2025-03-24"  # 10 working days after 10 March
    assert remind(date(2025, 3, 11)) == 0
    assert remind(date(2025, 3, 17)) == 1
    assert remind(date(2025, 3, 18)) == 0
    assert remind(date(2025, 3, 21)) == 1
    assert remind(date(2025, 3, 25)) == 1
    told = Notice.objects.filter(kind__startswith="deadline").order_by("id")
    assert [(notice.institution, notice.kind) for notice in told] == [
        (scene.guarantor, "deadline"),
        (scene.guarantor, "deadline"),
        (scene.guarantor, "deadline_missed"),
    ]


@pytest.mark.clause("D37")
def test_the_bank_is_reminded_of_public_money_until_it_is_returned(scene: Scene) -> None:
    scene.disburse(50_000_000)
    bad_debt = scene.bad(scene.loan(1_000_000))
    scene.paid(scene.accepted(bad_debt))
    recovery = scene.recovered(bad_debt, 100_000)
    assert remind(date(2025, 4, 1)) == 1
    notice = Notice.objects.get(kind="deadline_missed")
    assert notice.institution == scene.bank
    assert "80,000.00" in notice.title
    scene.returned(recovery, on=date(2025, 4, 2))
    assert remind(date(2025, 4, 20)) == 0
