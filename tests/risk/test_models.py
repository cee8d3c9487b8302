"""Each fact about stored rows holds in the database, whoever writes."""

from collections.abc import Callable
from typing import Any

import pgtrigger
import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from common.transitions import Table, edges
from risk.claims.services.step_services import CLAIM_SERVICES
from risk.claims.transitions import CLAIM_STEPS, ClaimState
from risk.exemption.services.cases import open_exemption, record_diligence_rules
from risk.exemption.services.step_services import EXEMPTION_SERVICES
from risk.exemption.transitions import EXEMPTION_STEPS
from risk.models import Claim, Exemption, Payment, Recovery, Return
from risk.recoveries.services.step_services import RETURN_SERVICES
from risk.recoveries.transitions import RETURN_STEPS
from tests.risk.scene import NOW, TODAY, Scene

STEPS = (
    "risk.Claim:claim_legal_steps",
    "risk.Return:return_legal_steps",
    "risk.Exemption:exemption_legal_steps",
    "risk.Recovery:recovery_legal_steps",
)


def paid_claim(scene: Scene) -> Claim:
    scene.disburse(50_000_000)
    bad_debt = scene.bad(scene.loan(1_000_000))
    claim = scene.paid(scene.accepted(bad_debt))
    scene.recovered(bad_debt, 100_000)
    record_diligence_rules(name="办法", document_number="1号", effective_on=TODAY, actor=scene.handler, at=NOW)
    open_exemption(bad_debt_id=bad_debt.public_id, actor=scene.handler, at=NOW)
    return claim


def update(table: str, change: str) -> Callable[[], None]:
    def run() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {change}")

    return run


@pytest.mark.parametrize(
    ("table", "change", "constraint"),
    [
        ("risk_claim", "amount = 0", "claim_amount_positive"),
        ("risk_claim", "amount = NULL", "claim_amount_once_certified"),
        ("risk_claim", "state = 'refused', ended_on = opened_on, payable_on = NULL, split_on = NULL", "claim_state_refused"),
        ("risk_claim", "state = 'queued', checked_by_id = NULL", "claim_state_released"),
        ("risk_claim", "state = 'paid', paid_on = NULL", "claim_state_paid"),
        ("risk_claim", "state = 'payable', payable_on = NULL", "claim_state_payable"),
        ("risk_claim", "state = 'closed'", "claim_state_ended"),
        ("risk_claim", "state = 'gone'", "claim_known_words"),
        ("risk_claim", "checked_by_id = released_by_id", "claim_payment_checker_differs"),
        ("risk_claim", "payable_on = opened_on - 1", "claim_dates_in_order"),
        ("risk_recovery", "checked_by_id = made_by_id", "recovery_checker_differs"),
        ("risk_recovery", "net = net + 1", "recovery_net_of_costs"),
        ("risk_recovery", "step = 'recorded', checked_by_id = NULL, checked_at = NULL", "recovery_counts_when_checked"),
        ("risk_return", "amount = 0", "return_positive"),
        ("risk_return", "state = 'paid', voucher = 'x', returned_on = '2025-03-11'", "return_"),
        ("risk_return", "amount = 900000", "return_within_payment"),
        ("risk_exemption", "is_exempt = true", "exemption_exempt_by_both"),
        ("risk_exemption", "state = 'concluded'", "exemption_concluded_facts"),
        ("risk_exemptionitem", "is_fulfilled = true", "exemption_item_answered"),
    ],
)
def test_the_database_refuses(scene: Scene, table: str, change: str, constraint: str) -> None:
    paid_claim(scene)
    with pgtrigger.ignore(*STEPS), pytest.raises(IntegrityError, match=constraint):
        update(table, change)()


def test_the_database_lets_a_claim_move_along_its_table_alone(scene: Scene) -> None:
    claim = paid_claim(scene)
    legal = set(edges(CLAIM_STEPS))
    for state in ClaimState.values:
        if state != claim.state and (claim.state, state) not in legal:
            with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
                update("risk_claim", f"state = '{state}'")()


@pytest.mark.parametrize(
    ("model", "table", "services"),
    [
        (Claim, CLAIM_STEPS, CLAIM_SERVICES),
        (Return, RETURN_STEPS, RETURN_SERVICES),
        (Exemption, EXEMPTION_STEPS, EXEMPTION_SERVICES),
    ],
    ids=["claim", "return", "exemption"],
)
def test_a_table_its_state_machine_its_services_and_the_database_are_one(model: Any, table: Table, services: Any) -> None:
    field = model._meta.get_field("state")
    moved = {(one.name, str(one.source), str(one.target)) for one in field.get_all_transitions(model)}
    assert moved == {(row.name, str(source), str(row.target)) for row in table for source in row.sources}
    assert {row.name for row in table if row.is_taken} == set(services)
    [trigger] = [one for one in model._meta.triggers if one.name.endswith("_legal_steps")]
    assert sorted(trigger.transitions) == edges(table)


@pytest.mark.parametrize("table", ["risk_baddebt", "risk_share", "risk_payment", "risk_paymentpart", "risk_breakerchange"])
def test_history_stays(scene: Scene, table: str) -> None:
    paid_claim(scene)
    with pytest.raises(InternalError):
        update(table, "id = id")()


def test_a_payer_never_pays_over_its_share(scene: Scene) -> None:
    claim = paid_claim(scene)
    part = Payment.objects.get(claim=claim).parts.get()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM risk_return; DELETE FROM risk_paymentpart")
        cursor.execute("UPDATE risk_share SET amount = amount - 100000 WHERE payer = 'guarantor'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(IntegrityError, match="pays more than its share"), transaction.atomic():
        part.save(force_insert=True)


def test_models_read_well(scene: Scene) -> None:
    claim = paid_claim(scene)
    rows = [claim, claim.bad_debt, *(model.objects.get() for model in (Payment, Recovery, Return, Exemption))]
    assert all(str(row) for row in rows)
