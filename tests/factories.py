"""
Parties for tests, with fixed figures and traits.

Institutions and districts of the plan are there by migration: ``seeded_institution("city_industry")``, ``seeded_district("晋江市")``.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from common.enums import Mode
from parties.enums import FactSource, InstitutionKind, MemberKind, Role
from parties.models import BankParticipation, District, Enterprise, EnterpriseYear, Institution, Member, TaxHome, User
from parties.rules import credit_code_check_digit, organisation_check_digit

BEGIN_ON = date(2023, 1, 1)
PASSWORD = "泉州-test-password"


def credit_code(number: int) -> str:
    """Return a valid made-up credit code of the city for a number below 1,000,000."""
    body = f"MA{number:06d}"
    first = f"91350500{body}{organisation_check_digit(body)}"
    return first + credit_code_check_digit(first)


def seeded_institution(kind: str, district: District | None = None) -> Institution:
    """Return the body of the plan of this kind, in the district for county bureaus."""
    return Institution.objects.get(kind=kind, district=district)


def seeded_district(name: str = "晋江市") -> District:
    """Return a district by its name."""
    return District.objects.get(name=name)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    display_name = factory.Sequence(lambda n: f"经办人{n}")
    email = ""
    password = factory.django.Password(PASSWORD)


class InstitutionFactory(DjangoModelFactory):
    """A bank by default; traits for the other bodies that a city enters itself."""

    class Meta:
        model = Institution

    class Params:
        guarantor = factory.Trait(
            kind=InstitutionKind.GUARANTOR,
            name=factory.Sequence(lambda n: f"测试融资担保公司{n}"),
            short_name=factory.Sequence("担保{}".format),
        )
        fund_manager = factory.Trait(
            kind=InstitutionKind.FUND_MANAGER,
            name=factory.Sequence(lambda n: f"测试信托公司{n}"),
            short_name=factory.Sequence("信托{}".format),
        )
        contributor = factory.Trait(
            kind=InstitutionKind.CONTRIBUTOR,
            name=factory.Sequence(lambda n: f"测试政府出资方{n}"),
            short_name=factory.Sequence("出资方{}".format),
        )

    kind = InstitutionKind.BANK
    name = factory.Sequence(lambda n: f"测试银行{n}泉州分行")
    short_name = factory.Sequence(lambda n: f"测试银行{n}")
    code = factory.Sequence(lambda n: f"test-{n}")


class BankParticipationFactory(DjangoModelFactory):
    class Meta:
        model = BankParticipation

    bank = factory.SubFactory(InstitutionFactory)
    mode = Mode.SPECIAL
    from_on = BEGIN_ON
    until_on = None
    document_number = "泉工信〔2023〕1号"


class EnterpriseFactory(DjangoModelFactory):
    """An industrial enterprise of Jinjiang with a tax home since 2023 and, by trait, figures of 2023."""

    class Meta:
        model = Enterprise
        skip_postgeneration_save = True

    class Params:
        little_giant = factory.Trait(is_little_giant=True)
        not_industrial = factory.Trait(industry_code="F5110")

    credit_code = factory.Sequence(credit_code)
    name = factory.Sequence(lambda n: f"泉州测试机械{n}有限公司")
    industry_code = "C3429"
    registered_on = date(2015, 6, 1)
    registered_capital = Decimal("50000000.00")

    @factory.post_generation
    def district(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """``district="石狮市"`` or a District; Jinjiang when not given, none for ``district=False``."""
        if create and extracted is not False:
            where = extracted if isinstance(extracted, District) else seeded_district(extracted or "晋江市")
            TaxHome.objects.create(enterprise=self, district=where, from_on=BEGIN_ON)


class EnterpriseYearFactory(DjangoModelFactory):
    """Figures of 2023 by the tax bureau: medium size, R&D of 10 million."""

    class Meta:
        model = EnterpriseYear

    enterprise = factory.SubFactory(EnterpriseFactory)
    year = 2023
    rd_expense = Decimal("10000000.00")
    revenue = Decimal("200000000.00")
    employees = 350
    source = FactSource.TAX
    source_reference = "税务2023年度清单"


class MemberFactory(DjangoModelFactory):
    """
    A handler of a bank, with a login.

    Traits: ``checker``, ``viewer``, ``admin``, ``program``. Other parties:
    ``MemberFactory.serving(kind)``, ``MemberFactory.of(enterprise)``.
    """

    class Meta:
        model = Member

    class Params:
        checker = factory.Trait(roles=[Role.CHECKER])
        viewer = factory.Trait(roles=[Role.VIEWER])
        admin = factory.Trait(roles=[Role.ADMIN])
        program = factory.Trait(kind=MemberKind.PROGRAM)

    kind = MemberKind.PERSON
    user = factory.SubFactory(UserFactory)
    institution = factory.SubFactory(InstitutionFactory)
    enterprise = None
    name = factory.LazyAttribute(lambda member: member.user.get_full_name() if member.user else "接口程序")
    roles = factory.LazyFunction(lambda: [Role.HANDLER])
    from_on = BEGIN_ON

    @classmethod
    def serving(cls, kind: str, *, district: str | None = None, **kwargs: Any) -> Member:
        """Return a member of a seeded body: ``MemberFactory.serving("county_industry", district="晋江市", checker=True)``."""
        where = seeded_district(district) if district else None
        return cls(institution=seeded_institution(kind, where), **kwargs)

    @classmethod
    def of(cls, enterprise: Enterprise, **kwargs: Any) -> Member:
        """Return a handler of the enterprise."""
        return cls(institution=None, enterprise=enterprise, **kwargs)
