from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from audit.models import Event
from audit.selectors import events_of
from common.errors import InvalidInput, NotVisible
from parties.access import RoleMissing
from parties.models import Enterprise, TaxHome
from parties.selectors import district_of, system_member
from parties.services.enterprises import (
    DistrictClosed,
    EnterpriseExists,
    NewEnterprise,
    NotOwnDistrict,
    OverrideWithoutReason,
    SameDistrict,
    TaxHomeNotLater,
    change_enterprise,
    change_tax_home,
    lift_industry_override,
    override_industry,
    register_enterprise,
    register_enterprises,
)
from tests.factories import EnterpriseFactory, MemberFactory, credit_code, seeded_district

pytestmark = pytest.mark.django_db

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def city():
    return MemberFactory.serving("city_industry")


@pytest.fixture
def county():
    return MemberFactory.serving("county_industry", district="晋江市")


def new(number=900001, **kwargs):
    return NewEnterprise(
        credit_code=credit_code(number),
        name=f"泉州新企业{number}有限公司",
        industry_code="3429",
        registered_on=date(2016, 5, 4),
        registered_capital=Decimal("30000000.00"),
        tax_home=seeded_district(),
        **kwargs,
    )


def test_an_enterprise_is_entered_in_its_normal_form_with_a_tax_home(county):
    row = replace(new(), credit_code=f" {credit_code(900001).lower()} ")
    enterprise = register_enterprise(row, actor=county, at=AT)

    assert (enterprise.credit_code, enterprise.industry_code) == (credit_code(900001), "C3429")
    assert district_of(enterprise, on=date(2016, 5, 4)).name == "晋江市"
    event = events_of(enterprise).get()
    assert (event.verb, event.actor_id, event.enterprise_id) == ("enterprise.registered", county.pk, enterprise.pk)
    assert event.after["tax_home"] == "晋江市"


def test_entered_twice_is_refused_and_leaves_no_trace(city):
    register_enterprise(new(), actor=city, at=AT)
    with pytest.raises(EnterpriseExists, match=credit_code(900001)):
        register_enterprises([new(900002), new(900001)], actor=city, at=AT)
    with pytest.raises(EnterpriseExists):
        register_enterprises([new(900003), new(900003)], actor=city, at=AT)
    assert Enterprise.objects.count() == TaxHome.objects.count() == Event.objects.count() == 1


WRONG = [
    pytest.param({"credit_code": "91350500MA"}, "0.credit_code", "length", id="a short code"),
    pytest.param({"credit_code": credit_code(1)[:17] + "I"}, "0.credit_code", "alphabet", id="a code with I"),
    pytest.param({"credit_code": "91350500MA00000000"}, "0.credit_code", "check_digit", id="a wrong check digit"),
    pytest.param({"name": " "}, "0.name", "required", id="no name"),
    pytest.param({"industry_code": "C99"}, "0.industry_code", "unknown_industry_code", id="an industry that is none"),
    pytest.param({"registered_on": date(2024, 3, 2)}, "0.registered_on", "future", id="founded tomorrow"),
    pytest.param({"registered_capital": Decimal("-1")}, "0.registered_capital", "amount", id="negative capital"),
    pytest.param({"registered_capital": Decimal("1.001")}, "0.registered_capital", "amount", id="a tenth of a cent"),
]


@pytest.mark.parametrize(("fields", "field", "code"), WRONG)
def test_what_cannot_be_is_said_field_by_field(city, fields, field, code):
    with pytest.raises(InvalidInput) as refusal:
        register_enterprise(replace(new(), **fields), actor=city, at=AT)
    assert [(problem.field, problem.code) for problem in refusal.value.errors] == [(field, code)]
    assert not Enterprise.objects.exists()


def test_who_registers_whom(county):
    register_enterprise(new(900001), actor=system_member(), at=AT)
    with pytest.raises(NotOwnDistrict, match="石狮市"):
        register_enterprise(replace(new(900002), tax_home=seeded_district("石狮市")), actor=county, at=AT)
    with pytest.raises(RoleMissing):
        register_enterprise(new(900003), actor=MemberFactory(), at=AT)
    assert Enterprise.objects.count() == 1


@pytest.mark.clause("D31")
def test_nobody_pays_taxes_in_a_closed_district(city):
    with pytest.raises(DistrictClosed, match="金门县"):
        register_enterprise(replace(new(), tax_home=seeded_district("金门县")), actor=city, at=AT)


def test_a_hundred_enterprises_cost_a_handful_of_statements(city, django_assert_max_num_queries):
    rows = [new(900100 + number) for number in range(100)]
    with django_assert_max_num_queries(8):
        register_enterprises(rows, actor=city, at=AT)
    assert Event.objects.count() == 100


def test_a_change_is_recorded_with_before_and_after_and_once(city):
    enterprise = EnterpriseFactory(name="旧名有限公司")
    for _ in range(2):
        change_enterprise(
            enterprise_id=enterprise.public_id,
            changes={"name": "新名有限公司", "industry_code": "3429", "is_little_giant": True},
            actor=city,
            at=AT,
        )
    event = events_of(enterprise).get()
    assert event.before == {"name": "旧名有限公司", "is_little_giant": False}
    assert event.after == {"name": "新名有限公司", "is_little_giant": True}


def test_an_enterprise_changes_its_contacts_and_nothing_else():
    enterprise = EnterpriseFactory()
    own = MemberFactory.of(enterprise)
    change_enterprise(enterprise_id=enterprise.public_id, changes={"contact_name": "李四"}, actor=own, at=AT)
    with pytest.raises(RoleMissing):
        change_enterprise(enterprise_id=enterprise.public_id, changes={"is_little_giant": True}, actor=own, at=AT)
    with pytest.raises(NotVisible):
        change_enterprise(enterprise_id=EnterpriseFactory().public_id, changes={"contact_name": "李四"}, actor=own, at=AT)
    enterprise.refresh_from_db()
    assert (enterprise.contact_name, enterprise.is_little_giant) == ("李四", False)


def test_code_and_founding_day_are_not_changed(city):
    with pytest.raises(InvalidInput) as refusal:
        change_enterprise(enterprise_id=EnterpriseFactory().public_id, changes={"credit_code": "x", "name": ""}, actor=city, at=AT)
    assert [problem.code for problem in refusal.value.errors] == ["unknown_field", "required"]


@pytest.mark.clause("D30")
def test_the_county_holds_an_enterprise_to_be_industrial_with_a_reason(county):
    enterprise = EnterpriseFactory(not_industrial=True)
    for _ in range(2):
        override_industry(enterprise_id=enterprise.public_id, reason="主营业务为装备制造", actor=county, at=AT)
    lift_industry_override(enterprise_id=enterprise.public_id, actor=county, at=AT)

    enterprise.refresh_from_db()
    assert enterprise.industry_override_reason == ""
    assert [event.verb for event in events_of(enterprise)] == ["enterprise.industry_overridden", "enterprise.industry_override_lifted"]


@pytest.mark.clause("D30")
def test_no_override_without_reason_nor_by_another_county_nor_by_the_city(county, city):
    enterprise = EnterpriseFactory(not_industrial=True, district="石狮市")
    with pytest.raises(OverrideWithoutReason):
        override_industry(enterprise_id=enterprise.public_id, reason=" ", actor=county, at=AT)
    with pytest.raises(NotVisible):
        override_industry(enterprise_id=enterprise.public_id, reason="理由", actor=county, at=AT)
    with pytest.raises(RoleMissing):
        override_industry(enterprise_id=enterprise.public_id, reason="理由", actor=city, at=AT)


def test_a_county_does_not_judge_an_enterprise_that_moved_away(county, city):
    enterprise = EnterpriseFactory(not_industrial=True)
    move(enterprise, "石狮市", date(2024, 2, 1), city)
    with pytest.raises(NotOwnDistrict):
        override_industry(enterprise_id=enterprise.public_id, reason="理由", actor=county, at=AT)
    with pytest.raises(NotOwnDistrict):
        change_enterprise(enterprise_id=enterprise.public_id, changes={"name": "新名"}, actor=county, at=AT)


def move(enterprise, district, from_on, actor):
    return change_tax_home(
        enterprise_id=enterprise.public_id, district=seeded_district(district), from_on=from_on, reason="迁址", actor=actor, at=AT
    )


@pytest.mark.clause("FP 1.4.1")
def test_a_move_ends_one_tax_home_and_begins_the_other_the_same_day(city):
    enterprise = EnterpriseFactory()
    move(enterprise, "石狮市", date(2024, 2, 1), city)
    assert district_of(enterprise, on=date(2024, 1, 31)).name == "晋江市"
    assert district_of(enterprise, on=date(2024, 2, 1)).name == "石狮市"
    event = events_of(enterprise).get()
    assert (event.before, event.after) == ({"district": "晋江市"}, {"district": "石狮市", "from_on": "2024-02-01"})


def test_a_move_twice_or_backwards_or_by_a_county_changes_nothing(city, county):
    enterprise = EnterpriseFactory()
    with pytest.raises(SameDistrict):
        move(enterprise, "晋江市", date(2024, 2, 1), city)
    with pytest.raises(TaxHomeNotLater):
        move(enterprise, "石狮市", date(2023, 1, 1), city)
    with pytest.raises(DistrictClosed):
        move(enterprise, "金门县", date(2024, 2, 1), city)
    with pytest.raises(RoleMissing):
        move(enterprise, "石狮市", date(2024, 2, 1), county)
    assert enterprise.tax_homes.count() == 1
    assert not events_of(enterprise).exists()
