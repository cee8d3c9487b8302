"""Maker and checker as two acts."""

from datetime import date

import pytest

from audit.models import Event
from common.errors import NotVisible, ReasonMissing
from loans.enums import MovementKind
from loans.models import Loan, Movement, Proposal
from loans.rules.balances import DrawnOverContract
from loans.selectors.visible import proposals_visible_to
from loans.services.movements.batch import NewReversal, ReferenceReused
from loans.services.proposals import AlreadyChecked, confirm_proposals, propose_movements, propose_reversals, refuse_proposal
from parties.access import AppointerChecks, RoleMissing, SamePerson
from parties.models import RightsChange
from parties.selectors import operator
from tests.factories import MemberFactory
from tests.loan_factories import noon

pytestmark = pytest.mark.django_db

DRAWN_ON = date(2024, 4, 10)
AT = noon(DRAWN_ON)


@pytest.fixture
def loan(scene):
    return scene.signed()


def propose(scene, loan, amount="6000000.00", on=DRAWN_ON, **given):
    item = scene.item(loan, amount, on, **given)
    return propose_movements([item], kind=MovementKind.DRAWDOWN, actor=scene.handler, at=AT)[0]


def test_nothing_counts_before_a_second_person_confirms(scene, loan):
    proposal = propose(scene, loan)
    assert Loan.objects.get(pk=loan.pk).drawn == 0
    (movement,) = confirm_proposals([proposal.public_id], actor=scene.checker, at=AT)
    proposal.refresh_from_db()
    assert (movement.made_by, movement.checked_by, movement.amount) == (scene.handler, scene.checker, 6_000_000)
    assert (proposal.state, proposal.movement, proposal.checked_by) == ("confirmed", movement, scene.checker)
    assert Loan.objects.get(pk=loan.pk).drawn == 6_000_000
    assert Event.objects.filter(verb="loan.drawdown").get().actor_id == scene.checker.pk


def test_who_confirms(scene, loan):
    proposal = propose(scene, loan)
    maker_too = propose_movements([scene.item(loan, "1.00", DRAWN_ON)], kind=MovementKind.DRAWDOWN, actor=scene.checker, at=AT)[0]
    with pytest.raises(SamePerson):
        confirm_proposals([maker_too.public_id], actor=scene.checker, at=AT)
    with pytest.raises(RoleMissing):
        confirm_proposals([proposal.public_id], actor=MemberFactory(institution=scene.bank), at=AT)
    for stranger in (MemberFactory(checker=True), scene.owner):
        with pytest.raises(NotVisible):
            confirm_proposals([proposal.public_id], actor=stranger, at=AT)
    assert not Movement.objects.exists()
    assert set(proposals_visible_to(scene.checker)) == {proposal, maker_too}
    assert not proposals_visible_to(scene.owner).exists()


def test_who_appointed_the_maker_lately_does_not_confirm(scene, loan):
    proposal = propose(scene, loan)
    keeper = MemberFactory(institution=operator(), roles=["security"])
    RightsChange.objects.create(
        kind="member.appoint", state="confirmed", institution=scene.bank, subject="x", member=scene.handler, made_by=scene.checker,
        made_by_user=scene.checker.user, made_at=AT, ends_at=AT, decided_by=keeper, decided_by_user=keeper.user, decided_at=AT,
    )  # fmt: skip
    with pytest.raises(AppointerChecks):
        confirm_proposals([proposal.public_id], actor=scene.checker, at=AT)
    assert not Movement.objects.exists()


def test_several_are_confirmed_together_or_not_at_all(scene, loan):
    first, second = propose(scene, loan), propose(scene, loan, "5000000.00")
    with pytest.raises(DrawnOverContract):
        confirm_proposals([first.public_id, second.public_id], actor=scene.checker, at=AT)
    assert not Movement.objects.exists()
    assert Proposal.objects.filter(state="waiting").count() == 2


def test_twice(scene, loan):
    proposal = propose(scene, loan, reference="FT-1")
    assert propose(scene, loan, reference="FT-1") == proposal
    with pytest.raises(ReferenceReused):
        propose(scene, loan, "1.00", reference="FT-1")
    confirm_proposals([proposal.public_id], actor=scene.checker, at=AT)
    with pytest.raises(AlreadyChecked):
        confirm_proposals([proposal.public_id], actor=scene.checker, at=AT)
    assert Movement.objects.count() == 1


def test_a_refusal_says_why_and_books_nothing(scene, loan):
    proposal = propose(scene, loan)
    given = {"proposal_id": proposal.public_id, "at": AT}
    with pytest.raises(ReasonMissing):
        refuse_proposal(**given, reason=" ", actor=scene.checker)
    with pytest.raises(RoleMissing):
        refuse_proposal(**given, reason="金额不符", actor=MemberFactory(institution=scene.bank))
    assert refuse_proposal(**given, reason="金额不符", actor=scene.checker).state == "refused"
    with pytest.raises(AlreadyChecked):
        confirm_proposals([proposal.public_id], actor=scene.checker, at=AT)
    assert not Movement.objects.exists()


def test_a_check_days_later_says_so_itself(scene, loan):
    proposal = propose(scene, loan)
    (movement,) = confirm_proposals([proposal.public_id], actor=scene.checker, at=noon(date(2024, 4, 12)))
    assert movement.value_on == DRAWN_ON
    assert "2024-04-10 登记" in movement.reason
    with pytest.raises(ReasonMissing):
        propose(scene, loan, "1.00", date(2024, 4, 9))


def test_a_reversal_is_proposed_and_confirmed(scene, loan):
    movement = scene.draw(loan, "6000000.00", DRAWN_ON)
    item = NewReversal(movement_id=movement.public_id, bank_reference="CZ-1", reason="误记")
    (proposal,) = propose_reversals([item], actor=scene.handler, at=AT)
    with pytest.raises(NotVisible):
        propose_reversals([item], actor=MemberFactory(), at=AT)
    (reversal,) = confirm_proposals([proposal.public_id], actor=scene.checker, at=AT)
    assert reversal.reverses == movement
    assert Loan.objects.get(pk=loan.pk).first_drawdown_on is None
