"""At every step of money: who gave the maker rights lately, or let the maker's program in, does not check; anybody else does."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from common.enums import Mode
from loans.enums import MovementKind
from loans.services.proposals import confirm_proposals, propose_movements
from parties.access import AppointerChecks, OpenerChecks
from parties.enums import MemberKind
from parties.models import Member, RightsChange
from risk.claims.services.certifying import certify_loss, propose_loss
from risk.claims.services.opening import open_pursuit
from risk.claims.services.payments import release_payment
from risk.fees.services import (
    check_enhancement_fee,
    check_guarantee_fee,
    record_enhancement_fee,
    record_guarantee_fee,
    send_back_enhancement_fee,
    send_back_guarantee_fee,
    set_enhancement_fee_rate,
)
from risk.recoveries.services.records import check_recovery, record_recovery, send_back_recovery
from risk.recoveries.services.returns import check_return, record_return
from subsidy.services.openings import confirm_opening, propose_opening
from subsidy.services.payments import check_payment, record_payment
from tests.factories import InstitutionFactory
from tests.loan_factories import noon
from tests.loans.conftest import make_scene as make_loan_scene
from tests.project.test_four_eyes import STEPS
from tests.rights import gave_rights
from tests.risk.scene import BAD_ON, DRAWN_ON, NOW, TODAY, Scene, make_scene, yuan
from tests.subsidy.bidding import BID_AT, OPENED, RATE, VOLUME, Bank, Houses
from tests.subsidy.factories import People, drafted, filed, make_loan

pytestmark = pytest.mark.django_db
Check = Callable[[], Any]
Waiting = tuple[Member, Member, Any, Check]  # maker, checker, moment of the check, and the check itself
SETTLED = noon(date(2024, 7, 5))


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def movement() -> Waiting:
    scene, at = make_loan_scene(), noon(DRAWN_ON)
    item = scene.item(scene.signed(), "6000000.00", DRAWN_ON)
    (proposal,) = propose_movements([item], kind=MovementKind.DRAWDOWN, actor=scene.handler, at=at)
    return scene.handler, scene.checker, at, lambda: confirm_proposals([proposal.public_id], actor=scene.checker, at=at)


def loss() -> Waiting:
    scene = make_scene()
    bad_debt = scene.bad(scene.disburse(1_000_000))
    scene.papers(bad_debt)
    claim = open_pursuit(bad_debt_id=bad_debt.public_id, actor=scene.handler, at=NOW)
    proven = {"amount": bad_debt.principal, "evidence_kind": "court", "evidence_number": "(2025)闽05执恢1号"}
    propose_loss(claim_id=claim.public_id, actor=scene.handler, at=NOW, **proven)
    return scene.handler, scene.checker, NOW, lambda: certify_loss(claim_id=claim.public_id, actor=scene.checker, at=NOW)


def payment_of_claim() -> Waiting:
    scene = make_scene()
    scene.disburse(100_000_000)
    claim = scene.proposed(scene.accepted(scene.bad(scene.loan(1_000_000))))
    maker, checker = scene.payers_of(claim)
    return maker, checker, NOW, lambda: release_payment(claim_id=claim.public_id, actor=checker, at=NOW)


def enhancement_fee(check: Callable[..., Any], **more: Any) -> Waiting:
    scene = make_scene()
    from_on = date(2024, 1, 1)
    set_enhancement_fee_rate(rate=yuan(1) / 200, from_on=from_on, document_number="x", actor=scene.city_handler, at=NOW)
    asked = {"from_on": DRAWN_ON, "until_on": date(2025, 4, 5), "collected_on": TODAY, "voucher": "SK1", "actor": scene.trustee, "at": NOW}
    fee = record_enhancement_fee(loan_id=scene.loan(1_000_000, mode=Mode.TRUST).public_id, **asked)
    return scene.trustee, scene.trustee_checker, NOW, lambda: check(fee_id=fee.public_id, actor=scene.trustee_checker, at=NOW, **more)


def guarantee_fee(check: Callable[..., Any], **more: Any) -> Waiting:
    scene = make_scene()
    maker, checker = scene.guarantor_handler, scene.guarantor_checker
    asked = {"amount": yuan(5_000), "charged_on": TODAY, "voucher": "DB-1", "actor": maker, "at": NOW}
    fee = record_guarantee_fee(guarantee_id=scene.loan(1_000_000).guarantee.pk, **asked)
    return maker, checker, NOW, lambda: check(fee_id=fee.public_id, actor=checker, at=NOW, **more)


def recovery(check: Callable[..., Any], **more: Any) -> Waiting:
    scene = make_scene()
    asked = {"amount": yuan(1_000), "costs": yuan(0), "received_on": TODAY, "bank_reference": "ZC1", "remark": "拍卖费"}
    row = record_recovery(bad_debt_id=scene.bad(scene.loan(1_000_000)).public_id, actor=scene.handler, at=NOW, **asked)
    return scene.handler, scene.checker, NOW, lambda: check(recovery_id=row.public_id, actor=scene.checker, at=NOW, **more)


def return_of_share() -> Waiting:
    scene: Scene = make_scene()
    scene.disburse(100_000_000)
    bad_debt = scene.bad(scene.loan(1_000_000), on=BAD_ON)
    scene.paid(scene.accepted(bad_debt))
    row = scene.recovered(bad_debt, 100_000).returns.first()
    record_return(return_id=row.public_id, returned_on=TODAY, voucher="TH1", actor=scene.handler, at=NOW)
    return scene.handler, scene.checker, NOW, lambda: check_return(return_id=row.public_id, actor=scene.checker, at=NOW)


def subsidy() -> Waiting:
    bank = InstitutionFactory()
    people = People(bank)
    make_loan(bank)
    settlement = filed(drafted(bank, people, year=2024, quarter=2, at=noon(date(2024, 6, 22))), people, at=SETTLED)
    row = settlement.payments.get(payer__kind="city_industry")
    number, maker, checker = str(row.public_id), people.industry, people.industry_checker
    record_payment(payment_id=number, paid_on=SETTLED.date(), voucher="凭1", actor=maker, at=SETTLED)
    return maker, checker, SETTLED, lambda: check_payment(payment_id=number, actor=checker, at=SETTLED)


def sealed_bid() -> Waiting:
    bank = Bank()
    bid = bank.submits(Houses().tender(), RATE, VOLUME, confirmed=True)
    return bank.maker, bank.checker, BID_AT, lambda: bank.checks(bid)


def opening() -> Waiting:
    houses = Houses()
    tender = houses.tender()
    Bank().bids(tender)
    propose_opening(tender_id=tender.public_id, actor=houses.industry, at=OPENED)
    asked = {"tender_id": tender.public_id, "actor": houses.treasury_checker, "at": OPENED}
    return houses.industry, houses.treasury_checker, OPENED, lambda: confirm_opening(**asked)


def paper_bid() -> Waiting:
    houses, bank = Houses(), InstitutionFactory()
    tender = houses.tender()
    houses.opens(tender)
    row = houses.enters(tender, bank)
    return houses.industry, houses.industry_checker, OPENED, lambda: houses.checks(row)


BACK = {"reason": "凭证号有误"}
WAITING: dict[str, list[Callable[[], Waiting]]] = {
    "require_checked": [movement],
    "certify_loss": [loss],
    "check_enhancement_fee": [lambda: enhancement_fee(check_enhancement_fee)],
    "check_guarantee_fee": [lambda: guarantee_fee(check_guarantee_fee)],
    "_given_back": [
        lambda: enhancement_fee(send_back_enhancement_fee, **BACK),
        lambda: guarantee_fee(send_back_guarantee_fee, **BACK),
    ],
    "release_payment": [payment_of_claim],
    "check_recovery": [lambda: recovery(check_recovery)],
    "send_back_recovery": [lambda: recovery(send_back_recovery, **BACK)],
    "check_return": [return_of_share],
    "check_off": [subsidy],
    "confirm_opening": [opening],
    "check_paper_bid": [paper_bid],
    "check_bid": [sealed_bid],
}


def test_each_step_that_judges_four_eyes_is_tried_here() -> None:
    assert WAITING.keys() == {step for steps in STEPS.values() for step in steps}


@pytest.mark.parametrize("made", [pytest.param(made, id=step) for step, several in WAITING.items() for made in several])
def test_who_gave_the_maker_rights_does_not_check(made: Callable[[], Waiting]) -> None:
    maker, checker, at, check = made()
    gift = gave_rights(maker, kind="member.roles", proposer=checker, at=at - timedelta(days=29))
    with pytest.raises(AppointerChecks):
        check()
    RightsChange.objects.filter(pk=gift.pk).update(decided_at=at - timedelta(days=31))
    Member.objects.filter(pk=maker.pk).update(kind=MemberKind.PROGRAM, user=None)
    with pytest.raises(OpenerChecks):
        check()
    Member.objects.filter(pk=maker.pk).update(kind=MemberKind.PERSON, user=maker.user)
    check()
