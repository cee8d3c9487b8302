from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.test import Client

from audit.models import Event
from audit.selectors import events_of
from common.enums import Mode
from common.errors import InvalidInput, NotVisible
from parties.access import RoleMissing
from parties.enums import InstitutionKind
from parties.models import BankParticipation, Institution
from parties.selectors import participating_banks, system_member
from parties.services.institutions import (
    AlreadyParticipating,
    InstitutionExists,
    NotABank,
    NotOwnHouse,
    NotParticipating,
    admit_bank,
    end_participation,
    enter_institution,
    tell_contacts,
)
from tests.factories import InstitutionFactory, MemberFactory, seeded_institution

pytestmark = pytest.mark.django_db

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
BANK = {"kind": InstitutionKind.BANK, "name": "某某银行泉州分行", "short_name": "某某银行", "code": "some-bank", "at": AT}


@pytest.fixture
def city():
    return MemberFactory.serving("city_industry")


def test_a_bank_is_entered_once(city):
    bank = enter_institution(**BANK, actor=city)
    assert events_of(bank).get().verb == "institution.entered"
    with pytest.raises(InstitutionExists):
        enter_institution(**BANK | {"name": "另一个名称"}, actor=city)
    assert Institution.objects.filter(kind=InstitutionKind.BANK).count() == 1


CALLED = {"phone": "0595-12345678", "address": "晋江市某路1号", "office_hours": "工作日 8:00—12:00", "at": AT}


@pytest.mark.clause("FP 1.6.1(1)")
def test_a_county_tells_the_public_how_it_is_reached_and_the_city_how_all_are(city):
    clerk = MemberFactory.serving("county_industry", district="晋江市")
    own, other = clerk.institution, MemberFactory.serving("county_industry", district="石狮市").institution
    tell_contacts(institution_id=own.public_id, actor=clerk, **CALLED)
    tell_contacts(institution_id=own.public_id, actor=clerk, **CALLED)  # nothing new: no second event
    [event] = events_of(own).filter(verb="institution.contacts_told")
    assert (event.before["phone"], event.after["phone"]) == ("", "0595-12345678")
    with pytest.raises(NotOwnHouse):
        tell_contacts(institution_id=other.public_id, actor=clerk, **CALLED)
    tell_contacts(institution_id=other.public_id, actor=city, **CALLED)
    with pytest.raises(RoleMissing):
        tell_contacts(institution_id=own.public_id, actor=MemberFactory.serving("city_treasury"), **CALLED)
    with pytest.raises(InvalidInput):
        tell_contacts(institution_id=own.public_id, actor=clerk, **CALLED | {"phone": "1" * 61})
    with pytest.raises(NotVisible):
        tell_contacts(institution_id=uuid4(), actor=city, **CALLED)
    page = Client().get("/contacts/").content.decode()
    assert page.count("0595-12345678") == 2
    assert "晋江市某路1号" in page


def test_county_bureaus_and_nameless_bodies_are_not_entered(city):
    for wrong in ({"kind": InstitutionKind.COUNTY_INDUSTRY}, {"name": " "}):
        with pytest.raises(InvalidInput):
            enter_institution(**BANK | wrong, actor=city)
    with pytest.raises(RoleMissing):
        enter_institution(**BANK, actor=MemberFactory.serving("city_science"))
    assert not Event.objects.exists()


def admit(bank, actor, from_on=date(2023, 1, 1), until_on=None, mode=Mode.SPECIAL):
    return admit_bank(bank=bank, mode=mode, from_on=from_on, until_on=until_on, document_number="泉工信〔2023〕1号", actor=actor, at=AT)


@pytest.mark.clause("FP 1.3")
def test_a_bank_is_admitted_per_mode_and_not_twice(city):
    bank = InstitutionFactory()
    admit(bank, city, from_on=date(2024, 1, 1))
    admit(bank, system_member(), mode=Mode.TRUST)
    for from_on, until_on in ((date(2025, 1, 1), None), (date(2023, 1, 1), None), (date(2023, 1, 1), date(2024, 1, 2))):
        with pytest.raises(AlreadyParticipating):
            admit(bank, city, from_on=from_on, until_on=until_on)
    admit(bank, city, from_on=date(2023, 1, 1), until_on=date(2024, 1, 1))
    assert BankParticipation.objects.filter(bank=bank).count() == events_of(bank).count() == 3


def test_a_bureau_is_no_bank(city):
    with pytest.raises(NotABank):
        admit(seeded_institution("city_treasury"), city)


@pytest.mark.clause("FP 2.2.1")
def test_a_removed_bank_takes_no_new_business_and_is_removed_once(city):
    bank = InstitutionFactory()
    admit(bank, city)
    end = {"bank": bank, "mode": Mode.SPECIAL, "until_on": date(2025, 1, 1), "document_number": "泉财〔2024〕9号", "at": AT}
    with pytest.raises(RoleMissing):
        end_participation(**end, actor=system_member())
    end_participation(**end, actor=city)
    assert bank in participating_banks(Mode.SPECIAL, on=date(2024, 12, 31))
    assert bank not in participating_banks(Mode.SPECIAL, on=date(2025, 1, 1))
    with pytest.raises(NotParticipating):
        end_participation(**end, actor=city)
    assert [event.verb for event in events_of(bank)] == ["bank.admitted", "bank.participation_ended"]
