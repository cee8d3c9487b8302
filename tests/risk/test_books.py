"""The books of risk held against its cases: everything explained, and every change found."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from common.enums import Mode
from ledger.verification import verify
from policy.models import PolicyVersion
from risk.fees.services import check_enhancement_fee, record_enhancement_fee, set_enhancement_fee_rate
from tests.loan_factories import noon
from tests.risk.scene import DRAWN_ON, NOW, Scene, yuan


def busy(scene: Scene) -> None:
    """Pay, in pieces too, recover and return in both modes."""
    set_enhancement_fee_rate(
        rate=Decimal("0.05"), from_on=date(2024, 1, 1), document_number="x", actor=scene.city_handler, at=noon(date(2024, 1, 2))
    )
    trust = scene.loan(1_000_001, mode=Mode.TRUST)
    fee = record_enhancement_fee(
        loan_id=trust.public_id,
        from_on=DRAWN_ON,
        until_on=date(2025, 3, 1),
        collected_on=date(2025, 3, 1),
        voucher="SK1",
        actor=scene.trustee,
        at=noon(date(2025, 3, 2)),
    )
    check_enhancement_fee(fee_id=fee.public_id, actor=scene.trustee_checker, at=noon(date(2025, 3, 2)))
    scene.disburse(42_999_999)
    special = scene.loan(4_000_000)
    scene.paid(scene.accepted(scene.bad(special)))
    scene.recovered(special.bad_debt, 3_900_000)
    scene.paid(scene.accepted(scene.bad(trust)))
    part = scene.loan(2_000_000)
    scene.paid(scene.accepted(scene.bad(part)), at=NOW + timedelta(hours=1))
    scene.returned(scene.recovered(part.bad_debt, "100000.03", "0.02", at=NOW + timedelta(hours=2)))
    scene.returned(scene.recovered(trust.bad_debt, "700000.01", at=NOW + timedelta(hours=2)))


@pytest.mark.clause("FP 1.5.3")
def test_everything_booked_is_explained_by_its_case(scene: Scene) -> None:
    busy(scene)
    assert list(verify()) == []


NOT_RETURNED = "state = 'due', made_by_id = NULL, returned_on = NULL, voucher = '', checked_by_id = NULL, entry_id = NULL"
LESS_DRAWN = "amount = amount - 1, performing = performing - 1, drawn = drawn - 1"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param("UPDATE risk_paymentpart SET amount = amount - 1", "与业务记录不符", id="a payment"),
        pytest.param("UPDATE risk_share SET amount = amount + 1 WHERE payer = 'bank'", "损失分担与规则重算不符", id="a share"),
        pytest.param("UPDATE risk_return SET amount = amount - 0.01", "支付和退回与规则重算不符", id="a return"),
        pytest.param("UPDATE risk_recovery SET net = net - 1000, amount = amount - 1000", "支付和退回与规则重算不符", id="a recovery"),
        pytest.param("UPDATE risk_payment SET compensated = compensated + 5000000", "超过当时的补偿上限", id="the cap"),
        pytest.param("UPDATE risk_baddebt SET principal = principal + 1", "本金与认定时贷款变动重算不符", id="a bad debt"),
        pytest.param("UPDATE risk_baddebt SET enterprise_rd_total = enterprise_rd_total + 1", "最高余额", id="a tier"),
        pytest.param("UPDATE risk_baddebt SET recognised_on = recognised_on - 1", "认定日期", id="the day of a bad debt"),
        pytest.param("UPDATE loans_loan SET recognised_bad_on = NULL", "认定日期", id="a loan no longer bad"),
        pytest.param("UPDATE loans_loan SET recognised_bad_on = '2025-01-01'", "没有坏账认定", id="a loan bad without a word"),
        pytest.param("UPDATE risk_claim SET amount = 9000000", "超过坏账本金", id="a claim"),
        pytest.param("UPDATE risk_claim SET state = 'queued'", "重算尚应支付0.00元", id="a paid claim queued again"),
        pytest.param("UPDATE risk_claim SET split_on = NULL", "却没有损失分担", id="a split undone"),
        pytest.param("UPDATE risk_claim SET kind = 'project'", "办理方式不符", id="a claim's way"),
        pytest.param("UPDATE risk_share SET institution_id = %(bank)s WHERE payer = 'guarantor'", "分担的机构或依据", id="who bears"),
        pytest.param("UPDATE risk_share SET clause = 'FP 1.5.1'", "分担的机构或依据", id="by which clause"),
        pytest.param("UPDATE risk_paymentpart SET institution_id = %(bank)s", "不符", id="who paid"),
        pytest.param("UPDATE risk_payment SET amount = amount - 1", "与各支付方之和不符", id="a payment's sum"),
        pytest.param("UPDATE risk_payment SET disbursed = disbursed + 1", "放款", id="a payment's disbursement"),
        pytest.param("UPDATE risk_payment SET cap_left = cap_left + 1", "剩余可补偿金额", id="the room"),
        pytest.param("UPDATE risk_payment SET bad_debt = 1, rate = 0", "坏账", id="a payment's bad debt"),
        pytest.param("UPDATE risk_recovery SET costs = 0", "追偿收回净额与规则重算不符", id="costs"),
        pytest.param("UPDATE risk_recovery SET number = number + 1", "追偿收回净额与规则重算不符", id="a recovery left out"),
        pytest.param(
            "UPDATE risk_recovery SET step = 'returned', number = NULL, claim_id = NULL, position = NULL",
            "还本与追偿收回净额",
            id="recoveries gone",
        ),
        pytest.param(
            f"UPDATE risk_return SET {NOT_RETURNED}",
            "risk:return",
            id="a return not made",
        ),
        pytest.param("UPDATE risk_bankrisk SET state = 'warning'", "与最近一次变化不符", id="a bank's state"),
        pytest.param("UPDATE risk_breakerchange SET bad_debt = bad_debt + 1", "风险状态变化", id="a change's figures"),
        pytest.param("UPDATE risk_breakerchange SET after = 'suspended'", "风险状态变化", id="a change's outcome"),
        pytest.param("DELETE FROM risk_breakerchange", "与最近一次变化不符", id="a change gone"),
        pytest.param("UPDATE risk_enhancementfee SET amount = amount + 1", "与收费标准重算不符", id="a fee"),
        pytest.param("UPDATE risk_enhancementfeerate SET rate = rate * 2", "与收费标准重算不符", id="the fee table"),
        pytest.param(
            f"UPDATE loans_movement SET {LESS_DRAWN} WHERE kind = 'drawdown'",
            "不符",
            id="a drawdown",
        ),
        pytest.param("UPDATE ledger_leg SET amount = amount * 2", "的账户或金额与业务记录不符", id="the legs"),
        pytest.param("UPDATE ledger_leg SET amount = amount + 1 WHERE position = 1", "借贷不平", id="one leg"),
        pytest.param("UPDATE ledger_entry SET key = key || 'x'", "应记未记", id="an entry"),
    ],
)
def test_any_change_is_found(scene: Scene, change: str, found: str) -> None:
    busy(scene)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(change, {"bank": scene.bank.pk})
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert any(found in problem for problem in verify())


@pytest.mark.clause("D38")
def test_a_publication_date_entered_after_the_fact_stops_no_count(scene: Scene) -> None:
    busy(scene)
    PolicyVersion.objects.filter(number=1).update(valid_from=date(2025, 3, 11))
    assert list(verify()) == []


def test_a_claim_with_nothing_paid_is_fine(scene: Scene) -> None:
    scene.disburse(1_000_000)
    scene.paid(scene.accepted(scene.bad(scene.loan(1_000_000))))
    assert list(verify()) == []
    assert scene.balances()["bank"] == yuan(0)
