"""The books of risk held against its cases: everything explained, and every change found."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from common.enums import Mode
from ledger.verification import verify
from risk import services
from tests.loan_factories import noon
from tests.risk.scene import DRAWN_ON, NOW, Scene, yuan


def busy(scene: Scene) -> None:
    """Pay, in pieces too, recover and return in both modes."""
    services.set_enhancement_fee_rate(rate=Decimal("0.05"), from_on=date(2024, 1, 1), document_number="x", actor=scene.city_handler, at=NOW)
    trust = scene.loan(1_000_001, mode=Mode.TRUST)
    fee = services.record_enhancement_fee(
        loan_id=trust.public_id,
        from_on=DRAWN_ON,
        until_on=date(2025, 3, 1),
        collected_on=date(2025, 3, 1),
        voucher="SK1",
        actor=scene.trustee,
        at=noon(date(2025, 3, 2)),
    )
    services.check_enhancement_fee(fee_id=fee.public_id, actor=scene.trustee_checker, at=noon(date(2025, 3, 2)))
    scene.disburse(42_999_999)
    special = scene.loan(4_000_000)
    scene.paid(scene.accepted(scene.bad(special)))
    scene.recovered(special.bad_debt, 3_900_000)
    scene.paid(scene.accepted(scene.bad(trust)))
    part = scene.loan(2_000_000)
    scene.paid(scene.accepted(scene.bad(part)))
    scene.returned(scene.recovered(part.bad_debt, "100000.03", "0.02"))
    scene.returned(scene.recovered(trust.bad_debt, "700000.01"))


@pytest.mark.clause("FP 1.5.3")
def test_everything_booked_is_explained_by_its_case(scene: Scene) -> None:
    busy(scene)
    assert list(verify()) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param("UPDATE risk_paymentpart SET amount = amount - 1", "与业务记录不符", id="a payment"),
        pytest.param("UPDATE risk_share SET amount = amount + 1 WHERE payer = 'bank'", "损失分担与规则重算不符", id="a share"),
        pytest.param("UPDATE risk_return SET amount = amount - 0.01", "支付和退回与规则重算不符", id="a return"),
        pytest.param("UPDATE risk_recovery SET net = net - 1000, amount = amount - 1000", "支付和退回与规则重算不符", id="a recovery"),
        pytest.param("UPDATE risk_payment SET compensated = compensated + 5000000", "超过当时的补偿上限", id="the cap"),
        pytest.param("UPDATE ledger_leg SET amount = amount * 2", "的账户或金额与业务记录不符", id="the legs"),
        pytest.param("UPDATE ledger_leg SET amount = amount + 1 WHERE position = 1", "借贷不平", id="one leg"),
        pytest.param("UPDATE ledger_entry SET key = key || 'x'", "应记未记", id="an entry"),
    ],
)
def test_any_change_is_found(scene: Scene, change: str, found: str) -> None:
    busy(scene)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(change)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert any(found in problem for problem in verify())


def test_a_claim_with_nothing_paid_is_fine(scene: Scene) -> None:
    scene.disburse(1_000_000)
    scene.paid(scene.accepted(scene.bad(scene.loan(1_000_000))))
    assert list(verify()) == []
    assert scene.balances()["bank"] == yuan(0)
