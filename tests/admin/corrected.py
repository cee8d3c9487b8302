"""A row of every table that can be put right, with who keeps it and what is wrong in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from common.enums import Category
from loans.models import UseOfFundsCheck
from parties.models import Correction, Member, TaxHome
from parties.services.corrections import propose_correction
from policy.models import Confirmation, Decision, PolicyVersion
from risk.models import DiligenceRules, EnhancementFeeRate
from subsidy.models import RateDecision, Tender
from tests.factories import (
    BankParticipationFactory,
    EnterpriseFactory,
    EnterpriseYearFactory,
    InstitutionFactory,
    MemberFactory,
    seeded_district,
    seeded_institution,
)
from tests.loan_factories import BankQuotaFactory, LoanFactory, ProjectFactory, ReturnRateFactory, version_1
from tests.subsidy.bidding import Bank, Houses

TODAY = timezone.localdate()
AT = timezone.now().replace(microsecond=0)
HELD, AHEAD = TODAY - timedelta(days=60), TODAY + timedelta(days=60)


@dataclass(frozen=True)
class Sample:
    """A row of one table, who keeps it, and what is wrong in it."""

    row: Any
    maker: Member
    changes: dict[str, Any]
    part: str = ""

    @property
    def checker(self) -> Member:
        return MemberFactory(institution=self.maker.institution, checker=True)


def city(**given: Any) -> Member:
    return MemberFactory.serving("city_industry", **given)


def version(begin: date) -> PolicyVersion:
    first = version_1()
    if begin <= TODAY:
        return first
    PolicyVersion.objects.filter(pk=first.pk).update(valid_until=begin)
    return PolicyVersion.objects.create(number=9, name="新方案", document_number="泉政〔2027〕1号", valid_from=begin, terms=first.terms)


def tender(begin: date) -> Tender:
    return Tender.objects.create(
        category=Category.RD, name="研发贷款招标", document_number="泉财〔2026〕9号", opened_on=begin, closes_at=AT + timedelta(days=200),
        planned_volume=Decimal("500000000.00"), recorded_by=city(),
    )  # fmt: skip


def home(begin: date) -> TaxHome:
    return TaxHome.objects.create(enterprise=EnterpriseFactory(district=False), district=seeded_district("晋江市"), from_on=begin)


def confirmation() -> Confirmation:
    bureau, decision = seeded_institution("city_treasury"), Decision.objects.order_by("position")[0]
    return Confirmation.objects.create(
        version=version_1(), decision=decision, institution=bureau, confirmed_on=HELD, document_number="泉财〔2026〕1号", recorded_by=city()
    )


def fee_rate(begin: date) -> EnhancementFeeRate:
    return EnhancementFeeRate.objects.create(
        rate=Decimal("0.5"), from_on=begin, document_number="泉技基〔2026〕3号", recorded_by=city(), recorded_at=AT
    )


def rules(begin: date, bank: Any) -> DiligenceRules:
    return DiligenceRules.objects.create(
        institution=bank,
        name="尽职免责办法",
        document_number="〔2026〕7号",
        effective_on=begin,
        recorded_by=MemberFactory(institution=bank),
    )


def county() -> Member:
    return MemberFactory.serving("county_industry", district="晋江市")


def figures() -> Sample:
    known = EnterpriseYearFactory(source="county")
    return Sample(known.enterprise, county(), {"rd_expense": Decimal("3500000.50")}, part="2023 county")


def contract() -> Sample:
    loan = LoanFactory()
    return Sample(loan, MemberFactory(institution=loan.bank), {"matures_on": loan.matures_on - timedelta(days=1)})


def guarantee() -> Sample:
    loan = LoanFactory(rd=True, guaranteed=True)
    return Sample(loan.guarantee, MemberFactory(institution=loan.bank), {"fee_rate": Decimal("0.008000")})


def use_check() -> Sample:
    ReturnRateFactory()
    loan = LoanFactory(drawn_on=date(2024, 4, 10))
    maker = MemberFactory(institution=loan.bank)
    row = UseOfFundsCheck.objects.create(loan=loan, checked_on=HELD, is_misuse=False, finding="资金用途正常", checked_by=maker)
    return Sample(row, maker, {"finding": "资金用途正常，发票齐全"})


def weights(begin: date) -> Sample:
    """Return a rate of 3.5 % out of 3 % and 4 % of equal weights; half a million of one was two."""
    houses, half, tenders = Houses(), Decimal("500000.00"), []
    for kind, result in ((Category.FIXED_ASSET, "0.030000"), (Category.RD, "0.040000")):
        tender = houses.tender(kind, planned_volume=half)
        Bank().bids(tender, Decimal(result))
        houses.opens(tender)
        tenders.append(houses.awards(tender))
    rate = ReturnRateFactory(effective_on=begin, rate=Decimal("0.035000"), weights={"fixed_asset": str(half), "rd": str(half)})
    RateDecision.objects.create(
        fixed_asset=tenders[0], rd=tenders[1], fixed_asset_weight=half, rd_weight=half, weights_given=False, rate=rate.rate,
        return_rate=rate, decided_on=HELD, recorded_at=AT, recorded_by=houses.industry,
    )  # fmt: skip
    return Sample(rate, city(), {"rd_weight": Decimal("2000000.00")})


def sample(name: str, begin: date = HELD) -> Sample:
    """Return a row of the table that begins on a day, where it has a first day."""
    bank = InstitutionFactory()
    makers: dict[str, Callable[[], Sample]] = {
        "enterprise": lambda: Sample(EnterpriseFactory(), city(), {"registered_on": date(2015, 7, 1)}),
        "tax_home": lambda: Sample(home(begin), city(), {"district_id": seeded_district("石狮市").pk}),
        "participation": lambda: Sample(BankParticipationFactory(from_on=begin), city(), {"document_number": "泉工信〔2026〕5号"}),
        "institution": lambda: Sample(bank, city(), {"short_name": "泉州新行"}),
        "year_figures": figures,
        "bank_quota": lambda: Sample(BankQuotaFactory(from_on=begin), city(), {"amount": Decimal("900000000")}),
        "policy_version": lambda: Sample(version(begin), city(), {"document_number": "泉政〔2023〕9号"}),
        "confirmation": lambda: Sample(confirmation(), MemberFactory.serving("city_treasury"), {"confirmed_on": HELD - timedelta(days=1)}),
        "project": lambda: Sample(ProjectFactory(), county(), {"code": "2026-350582-39-03-900001"}),
        "enhancement_fee_rate": lambda: Sample(fee_rate(begin), city(), {"rate": Decimal("0.005")}),
        "diligence_rules": lambda: Sample(rules(begin, bank), MemberFactory(institution=bank), {"name": "尽职免责管理办法"}),
        "return_rate": lambda: Sample(ReturnRateFactory(effective_on=begin), city(), {"effective_on": begin - timedelta(days=3)}),
        "loan_contract": contract,
        "guarantee": guarantee,
        "use_check": use_check,
        "rate_weights": lambda: weights(begin),
        "tender": lambda: Sample(tender(begin), city(), {"closes_at": AT + timedelta(days=250)}),
    }
    return makers[name]()


def proposed(name: str, one: Sample, **more: Any) -> Correction:
    given: dict[str, Any] = {"changes": one.changes, "reason": "录入时看错年份"} | more
    return propose_correction(table=name, row_id=one.row.pk, part=one.part, actor=one.maker, at=AT, **given)
