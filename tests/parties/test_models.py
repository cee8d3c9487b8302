from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from common.enums import Mode
from parties.models import BankParticipation, Enterprise, EnterpriseYear, Member, TaxHome
from tests.factories import (
    BankParticipationFactory,
    EnterpriseFactory,
    EnterpriseYearFactory,
    InstitutionFactory,
    MemberFactory,
    UserFactory,
    seeded_district,
)

pytestmark = pytest.mark.django_db


def refused(name):
    return pytest.raises(IntegrityError, match=name)


PERIODS = [
    pytest.param(date(2023, 6, 1), date(2023, 9, 1), True, id="inside"),
    pytest.param(date(2023, 12, 31), None, True, id="begins on the last day"),
    pytest.param(date(2022, 1, 1), date(2023, 1, 2), True, id="ends after the first day"),
    pytest.param(date(2024, 1, 1), None, False, id="begins the day the other ends"),
    pytest.param(date(2022, 1, 1), date(2023, 1, 1), False, id="ends the day the other begins"),
]
YEAR = {"from_on": date(2023, 1, 1), "until_on": date(2024, 1, 1)}


@pytest.mark.parametrize(("from_on", "until_on", "overlaps"), PERIODS)
def test_a_person_serves_one_party_at_a_time(from_on, until_on, overlaps):
    user = UserFactory()
    MemberFactory(user=user, **YEAR)
    if overlaps:
        with refused("member_serves_one_party_at_a_time"), transaction.atomic():
            MemberFactory(user=user, from_on=from_on, until_on=until_on)
    else:
        MemberFactory(user=user, from_on=from_on, until_on=until_on)
        assert Member.objects.filter(user=user).count() == 2


def test_two_persons_and_two_programs_without_login_overlap_freely():
    for _ in range(2):
        MemberFactory()
        MemberFactory(program=True, user=None)
    assert Member.objects.filter(kind="program").count() == 2


@pytest.mark.clause("FP 1.4.1")
@pytest.mark.parametrize(("from_on", "until_on", "overlaps"), PERIODS)
def test_an_enterprise_has_one_tax_home_at_a_time(from_on, until_on, overlaps):
    enterprise = EnterpriseFactory(district=False)
    homes = {"enterprise": enterprise, "district": seeded_district()}
    TaxHome.objects.create(**homes, **YEAR)
    if overlaps:
        with refused("tax_home_never_overlaps"), transaction.atomic():
            TaxHome.objects.create(**homes, from_on=from_on, until_on=until_on)
    else:
        TaxHome.objects.create(**homes, from_on=from_on, until_on=until_on)


@pytest.mark.clause("FP 1.3")
@pytest.mark.parametrize("mode", Mode.values)
@pytest.mark.parametrize(("from_on", "until_on", "overlaps"), PERIODS)
def test_a_bank_takes_part_once_at_a_time_per_mode(mode, from_on, until_on, overlaps):
    bank = InstitutionFactory()
    for each in Mode.values:
        BankParticipationFactory(bank=bank, mode=each, **YEAR)
    if overlaps:
        with refused(f"bank_participation_{mode}_never_overlaps"), transaction.atomic():
            BankParticipationFactory(bank=bank, mode=mode, from_on=from_on, until_on=until_on)
    else:
        BankParticipationFactory(bank=bank, mode=mode, from_on=from_on, until_on=until_on)


BACKWARDS = {"from_on": date(2024, 1, 2), "until_on": date(2024, 1, 1)}
CASES = [
    pytest.param("member_begins_before_it_ends", lambda: MemberFactory(**BACKWARDS), id="membership backwards"),
    pytest.param("bank_participation_begins_before_it_ends", lambda: BankParticipationFactory(**BACKWARDS), id="participation backwards"),
    pytest.param("member_serves_one_party", lambda: MemberFactory(institution=None), id="a member of nobody"),
    pytest.param("member_serves_one_party", lambda: MemberFactory(enterprise=EnterpriseFactory()), id="a member of two parties"),
    pytest.param("member_person_has_login", lambda: MemberFactory(user=None, name="无账号"), id="a person without login"),
    pytest.param("member_known_kind", lambda: MemberFactory(kind="ghost"), id="a kind nobody knows"),
    pytest.param("bank_participation_known_mode", lambda: BankParticipationFactory(mode="gift"), id="a mode nobody knows"),
    pytest.param("enterprise_year_known_source", lambda: EnterpriseYearFactory(source="rumour"), id="a source nobody knows"),
    pytest.param("member_has_known_roles", lambda: MemberFactory(roles=[]), id="no role"),
    pytest.param("member_has_known_roles", lambda: MemberFactory(roles=["king"]), id="a role nobody knows"),
    pytest.param("enterprise_credit_code_form", lambda: EnterpriseFactory(credit_code="91350500MA000000I1"), id="a code with I"),
    pytest.param("enterprise_credit_code_form", lambda: EnterpriseFactory(credit_code="91350500MA"), id="a short code"),
    pytest.param("enterprise_industry_code_form", lambda: EnterpriseFactory(industry_code="3429"), id="industry without its letter"),
    pytest.param("enterprise_capital_not_negative", lambda: EnterpriseFactory(registered_capital=Decimal("-0.01")), id="negative capital"),
    pytest.param("enterprise_year_not_negative", lambda: EnterpriseYearFactory(rd_expense=Decimal("-0.01")), id="negative R&D"),
    pytest.param(
        "institution_county_has_district", lambda: InstitutionFactory(kind="county_industry"), id="a county bureau without district"
    ),
    pytest.param("institution_county_has_district", lambda: InstitutionFactory(district=seeded_district()), id="a bank with district"),
    pytest.param(
        "institution_one_per_county_kind",
        lambda: InstitutionFactory(kind="county_industry", district=seeded_district()),
        id="a second bureau of the county",
    ),
]


@pytest.mark.parametrize(("constraint", "make"), CASES)
def test_the_database_refuses(constraint, make):
    with refused(constraint), transaction.atomic():
        make()


def test_a_tax_home_does_not_end_before_it_begins():
    enterprise = EnterpriseFactory(district=False)
    with refused("tax_home_begins_before_it_ends"), transaction.atomic():
        TaxHome.objects.create(enterprise=enterprise, district=seeded_district(), **BACKWARDS)


def test_one_figure_per_year_and_source():
    year = EnterpriseYearFactory()
    with refused("enterprise_year_once_per_source"), transaction.atomic():
        EnterpriseYearFactory(enterprise=year.enterprise)
    EnterpriseYearFactory(enterprise=year.enterprise, source="enterprise")
    assert EnterpriseYear.objects.filter(enterprise=year.enterprise).count() == 2


def test_a_form_says_the_overlap_in_a_sentence():
    period = BankParticipationFactory()
    again = BankParticipation(bank=period.bank, mode=period.mode, from_on=period.from_on)
    with pytest.raises(ValidationError, match="已有重叠的参与期间"):
        again.full_clean()


def test_a_credit_code_names_one_enterprise():
    enterprise = EnterpriseFactory()
    with refused("credit_code"), transaction.atomic():
        EnterpriseFactory(credit_code=enterprise.credit_code)
    assert Enterprise.objects.count() == 1
