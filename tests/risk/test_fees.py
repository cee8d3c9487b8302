"""Fees for cover: the dated table, the pool, guarantee fees and their average, the enterprise's total cost."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from common.enums import Category, Mode, Security
from ledger.models import Entry
from notices.models import Notice
from parties.access import RoleMissing, SamePerson
from parties.selectors import system_member
from risk.fees.pool import fee_pool_available
from risk.fees.rules import NoEnhancementFeeRate
from risk.fees.selectors import average_guarantee_fees, total_cost_of
from risk.fees.services import (
    FeeCollectedBefore,
    FeeRateInvalid,
    NoFeeDue,
    RateBackDated,
    VoucherUsed,
    check_enhancement_fee,
    check_guarantee_fee,
    record_enhancement_fee,
    record_guarantee_fee,
    set_enhancement_fee_rate,
)
from risk.models import EnhancementFee
from risk.recoveries.services.records import AmountInvalid, NotWaiting
from risk.reminders import alarm_about_guarantee_fees
from risk.visibility import enhancement_fees_visible_to
from tests.factories import MemberFactory
from tests.loan_factories import noon
from tests.risk.scene import DRAWN_ON, NOW, TODAY, Scene, yuan


def set_rate(scene: Scene, rate: str, from_on: date) -> None:
    set_enhancement_fee_rate(rate=Decimal(rate), from_on=from_on, document_number="泉技基〔2024〕1号", actor=scene.city_handler, at=NOW)


def collect(scene: Scene, loan: Any, **given: Any) -> EnhancementFee:
    asked = {"from_on": DRAWN_ON, "until_on": date(2025, 4, 5), "collected_on": TODAY, "voucher": "SK1", "actor": scene.trustee, "at": NOW}
    return record_enhancement_fee(loan_id=loan.public_id, **(asked | given))


@pytest.mark.clause("FP 1.5.2(2)")
@pytest.mark.clause("D23")
def test_a_fee_by_the_table_feeds_the_pool_once_checked(scene: Scene) -> None:
    set_rate(scene, "0.005", date(2024, 1, 1))
    loan = scene.loan(10_000_000, mode=Mode.TRUST)
    fee = collect(scene, loan)
    assert fee.amount == yuan(50_000)  # 10 M × 0.5 % × 360 days of 360
    assert fee_pool_available() == 0
    with pytest.raises(RoleMissing):
        check_enhancement_fee(fee_id=fee.public_id, actor=scene.trustee, at=NOW)
    fee = check_enhancement_fee(fee_id=fee.public_id, actor=scene.trustee_checker, at=NOW)
    assert fee_pool_available() == yuan(50_000)
    assert (fee.entry.clause, fee.entry.key) == ("FP 1.5.2(2)", f"risk:enhancement_fee:{fee.public_id}")
    with pytest.raises(NotWaiting):
        check_enhancement_fee(fee_id=fee.public_id, actor=scene.trustee_checker, at=NOW)
    assert Entry.objects.count() == 1


def test_no_day_is_charged_twice(scene: Scene) -> None:
    set_rate(scene, "0.005", date(2024, 1, 1))
    loan = scene.loan(10_000_000, mode=Mode.TRUST)
    collect(scene, loan, until_on=date(2024, 7, 1))
    with pytest.raises(FeeCollectedBefore):
        collect(scene, loan, from_on=date(2024, 6, 30))
    assert collect(scene, loan, from_on=date(2024, 7, 1)).amount > 0


@pytest.mark.parametrize(
    ("mode", "category", "security"),
    [
        pytest.param(Mode.SPECIAL, Category.RD, Security.CREDIT, id="special mode"),
        pytest.param(Mode.TRUST, Category.FIXED_ASSET, Security.SECURED, id="project"),
        pytest.param(Mode.TRUST, Category.RD, Security.SECURED, id="secured"),
    ],
)
def test_only_covered_trust_loans_owe_the_fee(scene: Scene, mode: Mode, category: Category, security: Security) -> None:
    set_rate(scene, "0.005", date(2024, 1, 1))
    loan = scene.loan(1_000_000, mode=mode, category=category, security=security)
    actor = scene.trustee if mode == Mode.TRUST else MemberFactory.serving("fund_office")
    with pytest.raises((NoFeeDue, RoleMissing)):
        collect(scene, loan, actor=actor)
    assert not EnhancementFee.objects.exists()


def test_the_table_only_grows(scene: Scene) -> None:
    set_rate(scene, "0.005", date(2024, 1, 1))
    with pytest.raises(RateBackDated):
        set_rate(scene, "0.004", date(2024, 1, 1))
    with pytest.raises(RoleMissing):
        set_enhancement_fee_rate(rate=Decimal("0.004"), from_on=date(2025, 1, 1), document_number="x", actor=scene.handler, at=NOW)


@pytest.mark.clause("FP 1.4.1")
@pytest.mark.clause("D23")
def test_the_enterprise_sees_its_total_cost(scene: Scene) -> None:
    trust, special = scene.loan(1_000_000, mode=Mode.TRUST), scene.loan(1_000_000)
    with pytest.raises(NoEnhancementFeeRate):
        total_cost_of(trust, on=TODAY)
    set_rate(scene, "0.008", date(2024, 1, 1))
    project = scene.disburse(1_000_000)
    found = {loan: total_cost_of(loan, on=TODAY) for loan in (trust, special, project)}
    assert [(one.cover_name, str(one.total_rate)) for one in found.values()] == [
        ("增信服务费", "0.028000"),
        ("担保费", "0.025000"),
        ("无", "0.020000"),
    ]
    fee = collect(scene, trust)
    assert enhancement_fees_visible_to(MemberFactory.of(trust.enterprise)).get() == fee
    assert not enhancement_fees_visible_to(MemberFactory.of(special.enterprise)).exists()


@pytest.mark.clause("FP 1.5.2(1)")
@pytest.mark.clause("D23")
def test_an_average_above_one_per_cent_is_told_once(scene: Scene) -> None:
    for amount, rate in ((1_000_000, "0.008"), (3_000_000, "0.012")):
        scene.loan(amount, guarantee={"fee_rate": Decimal(rate), "recorded_on": date(2025, 1, 8)})
    found = average_guarantee_fees(on=TODAY)
    assert [(one.guarantor, one.year, one.count, str(one.average.rate)) for one in found] == [(scene.guarantor, 2025, 2, "0.011000")]
    assert alarm_about_guarantee_fees(actor=system_member(), at=NOW) == 3
    assert alarm_about_guarantee_fees(actor=system_member(), at=NOW) == 0
    assert Notice.objects.filter(kind="guarantee_fee", institution=scene.guarantor).count() == 1


@pytest.mark.clause("FP 1.5.2(1)")
def test_a_guarantee_fee_is_booked_by_two_persons(scene: Scene) -> None:
    guarantee = scene.loan(1_000_000).guarantee
    asked = {"guarantee_id": guarantee.pk, "amount": yuan(5_000), "charged_on": TODAY, "voucher": "DB-1", "at": NOW}
    with pytest.raises(RoleMissing):
        record_guarantee_fee(actor=scene.handler, **asked)
    both = MemberFactory(institution=scene.guarantor, roles=["handler", "checker"])
    fee = record_guarantee_fee(actor=both, **asked)
    with pytest.raises(SamePerson):
        check_guarantee_fee(fee_id=fee.public_id, actor=both, at=NOW)
    check_guarantee_fee(fee_id=fee.public_id, actor=scene.guarantor_checker, at=NOW)
    assert scene.balances()["guarantor"] == yuan(5_000)


@pytest.mark.clause("D23")
def test_one_voucher_is_one_guarantee_fee(scene: Scene) -> None:
    guarantee = scene.loan(1_000_000).guarantee
    asked = {"guarantee_id": guarantee.pk, "charged_on": TODAY, "voucher": "DB-1", "actor": scene.guarantor_handler, "at": NOW}
    fee = record_guarantee_fee(amount=yuan(5_000), **asked)
    assert record_guarantee_fee(amount=yuan(5_000), **asked) == fee
    with pytest.raises(VoucherUsed):
        record_guarantee_fee(amount=yuan(5_001), **asked)
    with pytest.raises(VoucherUsed):
        record_guarantee_fee(amount=yuan(5_000), **asked | {"guarantee_id": scene.loan(1_000_000).guarantee.pk})


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "0.001"])
def test_a_guarantee_fee_is_an_amount(scene: Scene, amount: str) -> None:
    asked = {"charged_on": TODAY, "voucher": "DB-1", "actor": scene.guarantor_handler, "at": NOW}
    with pytest.raises(AmountInvalid):
        record_guarantee_fee(guarantee_id=scene.loan(1_000_000).guarantee.pk, amount=Decimal(amount), **asked)


def test_days_of_the_fee_end_with_the_balance(scene: Scene) -> None:
    set_rate(scene, "0.0036", date(2024, 1, 1))
    loan = scene.loan(1_000_000, mode=Mode.TRUST)
    fee = collect(scene, loan, from_on=date(2024, 4, 1), until_on=date(2024, 4, 20))
    assert (fee.amount, fee.collected_on) == (yuan(100), noon(TODAY).date())  # 1 M × 0.36 % × 10 days of 360


@pytest.mark.parametrize("rate", ["-0.000001", "1", "40"])
def test_a_fee_rate_is_an_annual_fraction(scene: Scene, rate: str) -> None:
    with pytest.raises(FeeRateInvalid):
        set_rate(scene, rate, date(2024, 1, 1))
    set_rate(scene, "0", date(2024, 1, 1))
