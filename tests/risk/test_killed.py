"""The payment job killed at random statements and run again leaves the books that one undisturbed run leaves."""

import os
import random
import signal
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from common.enums import Mode
from ledger.models import Leg
from ledger.verification import verify
from parties.selectors import system_member
from risk.claims.services.payments import pay_due_claims
from risk.models import Claim, Payment
from tests.risk.scene import NOW, Scene, make_scene

pytestmark = pytest.mark.django_db(transaction=True)
STATEMENTS = 60  # about as many as one payment takes


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return make_scene()


def waiting(scene: Scene) -> None:
    """Leave three claims of two banks released and unpaid, as a release cut off from its payment would."""
    scene.fill_pool(300_000)
    other = scene.other_bank()
    for bank in (scene.bank, other):
        scene.disburse(40_000_000, bank=bank)
    loans = [scene.loan(1_000_000), scene.loan(1_000_000, mode=Mode.TRUST), scene.loan(2_000_000, mode=Mode.TRUST, bank=other)]
    for loan in loans:
        claim = Claim.objects.get(pk=scene.proposed(scene.accepted(scene.bad(loan))).pk)
        claim.release(by=scene.payers_of(claim)[1])
        claim.save()


def books() -> list[tuple[str, str, Decimal]]:
    legs = Leg.objects.order_by("entry__key", "position")
    return list(legs.values_list("entry__key", "account__code", "amount"))


def pay() -> None:
    pay_due_claims(actor=system_member(), at=NOW)


def undisturbed() -> tuple[list[tuple[str, str, Decimal]], list[tuple[Any, ...]]]:
    """Return the books and payments of a run that is taken back."""
    with transaction.atomic():
        pay()
        found = books(), payments()
        transaction.set_rollback(True)
    return found


def payments() -> list[tuple[Any, ...]]:
    return list(Payment.objects.order_by("claim", "number").values_list("claim", "number", "amount", "compensated", "cap_left"))


def run_and_die(at_statement: int) -> bool:
    """Run the job in a process of its own that kills itself at a statement; return whether it lived to the end."""
    connection.close()
    child = os.fork()
    if child == 0:
        count = 0

        def killing(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal count
            count += 1
            if count == at_statement:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(killing):
                pay()
        except BaseException:
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the job failed by itself"
    return not os.WIFSIGNALED(status)


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.parametrize("seed", range(3))
def test_killed_anywhere_and_run_again_the_books_are_the_same(scene: Scene, seed: int) -> None:
    waiting(scene)
    expected = undisturbed()
    assert len(expected[1]) == 3
    assert not Payment.objects.exists()
    chance, kills = random.Random(seed), 0
    while not run_and_die(chance.randint(1, STATEMENTS)) and kills < 40:
        kills += 1
    pay()
    assert kills > 0
    assert (books(), payments()) == expected
    assert [problem for problem in verify() if "test:pool" not in problem] == []
