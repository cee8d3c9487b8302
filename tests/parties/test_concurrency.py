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
from parties.selectors import system_member
from parties.services import admit_bank, appoint_member
from tests.factories import InstitutionFactory, UserFactory

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


def test_four_houses_appoint_one_person_and_one_gets_them():
    user, houses, actor = UserFactory(), InstitutionFactory.create_batch(4), system_member()

    def appoint(number):
        appoint_member(party=houses[number], user=user, name="王五", roles=[Role.HANDLER], from_on=FROM, actor=actor, at=AT)

    refusals = at_once(appoint)
    assert [type(refusal).__name__ for refusal in refusals] == ["ServesElsewhere"] * 3
    assert Member.objects.filter(user=user).count() == 1


def test_a_bank_admitted_four_times_at_once_is_admitted_once():
    bank, actor = InstitutionFactory(), system_member()

    def admit(number):
        admit_bank(bank=bank, mode=Mode.SPECIAL, from_on=FROM, document_number="文号", actor=actor, at=AT)

    refusals = at_once(admit)
    assert [type(refusal).__name__ for refusal in refusals] == ["AlreadyParticipating"] * 3
    assert BankParticipation.objects.filter(bank=bank).count() == 1
