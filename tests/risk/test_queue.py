"""How a split is followed with a pencil, and what holds a queued claim."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from common.enums import Category, Mode, Security
from common.money import ZERO, round_down
from parties.models import Institution
from risk.breaker.rules import Headroom
from risk.claims.rules.queue import why_held
from risk.claims.rules.sharing import Loss, split_loss
from risk.claims.rules.workings import split_workings
from risk.claims.selectors.queue import queues_of
from risk.claims.selectors.standings import standing_of_claim, standings_of_claims
from risk.enums import BreakerState, HoldReason, WorkingStep
from risk.models import Claim
from tests.risk.scene import NOW, TODAY, Scene, yuan
from tests.translations import version_1

TERMS = version_1()
CENTS = st.integers(min_value=1, max_value=10**12).map(lambda n: Decimal(n) / 100)


@pytest.mark.clause("D22")
@given(
    amount=CENTS,
    pool=CENTS,
    mode=st.sampled_from(Mode.values),
    category=st.sampled_from(Category.values),
    security=st.sampled_from(Security.values),
    total=st.sampled_from(["10000000.00", "10000000.01", "30000000.00"]),
)
def test_the_steps_lead_to_the_split(amount: Decimal, pool: Decimal, mode: str, category: str, security: str, total: str) -> None:
    loss = Loss(mode=mode, category=category, security=security, amount=amount, enterprise_rd_total=Decimal(total), fee_pool=pool)
    workings, shares = split_workings(TERMS, loss), split_loss(TERMS, loss)
    borne = {working.payer: working.amount for working in workings if working.payer}
    assert {payer: part for payer, part in shares.items() if part} == {payer: part for payer, part in borne.items() if part}
    assert sum(borne.values(), ZERO) == amount
    for working in workings:
        assert working.rate is None or working.amount == round_down(working.base * working.rate)


@pytest.mark.clause("FP 1.5.2(2)")
def test_the_pool_comes_before_the_government() -> None:
    loss = Loss(mode="trust", category="rd", amount=yuan(1_000_000), fee_pool=yuan(300_000))
    told = [(working.step, working.base, working.rate, working.amount) for working in split_workings(TERMS, loss)]
    assert told == [
        (WorkingStep.POOL, yuan(300_000), None, yuan(300_000)),
        (WorkingStep.GOVERNMENT, yuan(700_000), Decimal("0.5"), yuan(350_000)),
        (WorkingStep.COUNTY, yuan(350_000), Decimal("0.5"), yuan(175_000)),
        (WorkingStep.CITY, yuan(350_000), None, yuan(175_000)),
        (WorkingStep.REST, yuan(1_000_000), None, yuan(350_000)),
    ]


ROOM = Headroom(net_bad_debt=ZERO, rate=ZERO, state=BreakerState.WARNING, cap=yuan(100), cap_left=yuan(40))


@pytest.mark.clause("D20")
@pytest.mark.parametrize(
    ("facts", "room", "hold"),
    [
        pytest.param({}, ROOM, HoldReason.RUNS, id="nothing holds it"),
        pytest.param({}, replace(ROOM, cap_left=ZERO), HoldReason.CAP, id="the cap is used up"),
        pytest.param(
            {}, replace(ROOM, state=BreakerState.SUSPENDED, cap_left=ZERO), HoldReason.SUSPENDED, id="suspended comes before the cap"
        ),
        pytest.param({"needs_reapplication": True}, ROOM, HoldReason.REAPPLY, id="there is room, and the bank has to ask"),
        pytest.param({"needs_reapplication": True}, replace(ROOM, cap_left=ZERO), HoldReason.CAP, id="no use in asking yet"),
        pytest.param({"is_behind": True}, ROOM, HoldReason.BEHIND, id="nobody overtakes"),
        pytest.param({"is_behind": True, "needs_reapplication": True}, ROOM, HoldReason.REAPPLY, id="held back itself"),
    ],
)
def test_why_a_claim_waits(facts: dict[str, Any], room: Headroom, hold: HoldReason) -> None:
    assert why_held(**{"needs_reapplication": False, "is_behind": False} | facts, headroom=room) == hold


@pytest.mark.clause("D20")
def test_the_queue_goes_by_payable_date_and_tells_what_is_left(scene: Scene) -> None:
    scene.disburse(85_000_000)
    claims = [scene.paid(scene.accepted(scene.bad(scene.loan(amount)))) for amount in (10_000_000, 1_000_000, 4_000_000)]
    banks = Institution.objects.filter(pk=scene.bank.pk)
    (queue,) = queues_of(banks, Claim.objects.all(), on=TODAY)
    assert queue.bank.headroom.state == BreakerState.SUSPENDED
    told = [(one.place, one.claim.pk, one.standing.payable.compensation, one.hold) for one in queue.claims]
    assert told == [
        (1, claims[0].pk, yuan(8_000_000), HoldReason.SUSPENDED),
        (2, claims[1].pk, yuan(800_000), HoldReason.BEHIND),
        (3, claims[2].pk, yuan(3_200_000), HoldReason.BEHIND),
    ]
    assert queue.payable == yuan(12_000_000)


@pytest.mark.clause("D21")
def test_standings_of_many_are_those_of_each_in_as_few_queries(scene: Scene) -> None:
    scene.disburse(300_000_000)
    scene.fill_pool(200_000)
    for mode in (Mode.SPECIAL, Mode.TRUST, Mode.TRUST):
        bad_debt = scene.bad(scene.loan(1_000_000, mode=mode))
        scene.paid(scene.accepted(bad_debt, at=NOW))
        scene.returned(scene.recovered(bad_debt, 90_001, 1))
    claims = list(Claim.objects.all())
    with CaptureQueriesContext(connection) as counted:
        found = standings_of_claims(claims)
    assert len(counted) == 4
    assert found == {claim.pk: standing_of_claim(claim) for claim in claims}
