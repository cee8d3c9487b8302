"""Two at once, on real connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from common.enums import Mode
from common.errors import DomainError
from parties.enums import Role
from parties.models import BankParticipation, Member
from parties.selectors import operator, system_member
from parties.services.institutions import admit_bank
from parties.services.members import propose_appointment
from parties.services.rights import confirm_change
from tests.factories import InstitutionFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
FROM = date(2024, 3, 1)


def at_once(work, count=4):
    """Run the same work on several connections at the same moment; return the errors."""
    start = Barrier(count)

    def run(number):
        try:
            start.wait(timeout=10)
            work(number)
        except (DomainError, IntegrityError) as refusal:
            return refusal
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(count) as pool:
        return [refusal for refusal in pool.map(run, range(count)) if refusal is not None]


def test_of_four_proposals_for_one_person_at_once_one_waits():
    user, houses, actor = UserFactory(), InstitutionFactory.create_batch(4), system_member()

    def propose(number):
        propose_appointment(house=houses[number], username=user.username, roles=[Role.HANDLER], from_on=FROM, actor=actor, at=AT)

    refusals = at_once(propose)
    assert [type(refusal).__name__ for refusal in refusals] == ["WaitsAlready"] * 3


def test_of_four_confirmations_at_once_one_appoints():
    user, actor = UserFactory(), system_member()
    keepers = [MemberFactory(institution=operator(), roles=["security"]) for _ in range(4)]
    asked = {"username": user.username, "roles": [Role.HANDLER], "from_on": FROM}
    change = propose_appointment(house=InstitutionFactory(), actor=actor, at=AT, **asked)

    def confirm(number):
        confirm_change(change_id=change.public_id, actor=keepers[number], at=AT)

    refusals = at_once(confirm)
    assert [type(refusal).__name__ for refusal in refusals] == ["DecidedAlready"] * 3
    assert Member.objects.filter(user=user).count() == 1


def test_a_bank_admitted_four_times_at_once_is_admitted_once():
    bank, actor = InstitutionFactory(), system_member()

    def admit(number):
        admit_bank(bank=bank, mode=Mode.SPECIAL, from_on=FROM, document_number="文号", actor=actor, at=AT)

    refusals = at_once(admit)
    assert [type(refusal).__name__ for refusal in refusals] == ["AlreadyParticipating"] * 3
    assert BankParticipation.objects.filter(bank=bank).count() == 1
