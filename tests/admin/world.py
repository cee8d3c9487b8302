"""A small fund at work: every stage present, brought there through the services. For the pages of the back office."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import Any

from common.enums import Category, Mode, Security
from documents.services import attach
from loans.enums import MovementKind
from loans.models import Application, Loan
from loans.movement_steps import NewMovement
from loans.services.applications import begin_review, draft_application, meet_conditions
from loans.services.approval import approve_application
from loans.services.contracts import sign_contract
from loans.services.proposals import confirm_proposals, propose_movements
from loans.services.submission import required_papers, submit_application
from parties.enums import Role
from parties.models import Institution, Member
from policy.models import ReturnRate
from subsidy.models import Settlement
from subsidy.services.drafts import draft_settlement
from subsidy.services.payments import check_payment, record_payment
from subsidy.services.steps import confirm_settlement, file_settlement, review_settlement
from tests.factories import BankParticipationFactory, EnterpriseYearFactory, InstitutionFactory, MemberFactory
from tests.loan_factories import BankQuotaFactory, ReturnRateFactory, noon
from tests.whitelist.cases import PDF, Case, Desk, cleared, drafted, in_city_review, in_consultation, published, submitted

LISTED = noon(date(2024, 1, 10))
BOTH = [Role.HANDLER, Role.CHECKER]
_references = count(1)


@dataclass
class World:
    """People, banks, and cases at every stage."""

    desk: Desk = field(default_factory=Desk)

    @cached_property
    def bank(self) -> Institution:
        """A bank with quota in both modes and a rate in force."""
        bank = InstitutionFactory(name="泉州银行股份有限公司", short_name="泉州银行", code="qzb")
        self.open(bank)
        return bank

    @cached_property
    def other_bank(self) -> Institution:
        """Another bank."""
        bank = InstitutionFactory(name="兴业银行泉州分行", short_name="兴业银行", code="cib")
        self.open(bank)
        return bank

    def open(self, bank: Institution) -> None:
        """Let a bank take business."""
        ReturnRateFactory()
        for mode in Mode.values:
            BankParticipationFactory(bank=bank, mode=mode)
            BankQuotaFactory(bank=bank, mode=mode)

    @cached_property
    def handler(self) -> Member:
        """The bank's maker."""
        return MemberFactory(institution=self.bank, name="林经办")

    @cached_property
    def checker(self) -> Member:
        """The bank's checker."""
        return MemberFactory(institution=self.bank, checker=True, name="陈复核")

    @cached_property
    def industry_checker(self) -> Member:
        """市工信局's checker."""
        return MemberFactory.serving("city_industry", checker=True)

    @cached_property
    def county_checker(self) -> Member:
        """Jinjiang's checker."""
        return MemberFactory.serving("county_industry", district="晋江市", checker=True)

    @cached_property
    def listed(self) -> Case:
        """A published project."""
        case = published(self.desk, at=LISTED)
        EnterpriseYearFactory(enterprise=case.enterprise)
        return case

    def application(self, **given: Any) -> Application:
        """Return a submitted application of the published project."""
        case, at = self.listed, given.pop("at", noon(date(2024, 3, 1)))
        wanted = {
            "bank_id": self.bank.public_id,
            "mode": Mode.SPECIAL,
            "category": Category.FIXED_ASSET,
            "security": Security.SECURED,
            "amount_requested": Decimal("10000000.00"),
            "term_months": 60,
            "purpose": "购置设备",
        }
        drafted = draft_application(entry_id=case.entry.public_id, actor=case.member, at=at, **(wanted | given))
        for paper in required_papers(drafted, "enterprise", on=at.date()):
            attach(owner=drafted, kind=paper, filename=f"{paper.value}.pdf", content=PDF, actor=case.member, at=at)
        return submit_application(application_id=drafted.public_id, actor=case.member, at=at)

    def loan(self, **given: Any) -> Loan:
        """Return a contract of the published project."""
        application = self.application(**given)
        key, bank = {"application_id": application.public_id}, self.handler
        begin_review(**key, actor=bank, at=noon(date(2024, 3, 5)))
        approve_application(**key, amount=application.amount_requested, actor=bank, at=noon(date(2024, 3, 20)))
        meet_conditions(**key, actor=bank, at=noon(date(2024, 3, 25)))
        return sign_contract(
            **key,
            contract_number=f"HT-{application.number}",
            contract_amount=application.amount_requested,
            matures_on=date(2029, 4, 1),
            available_until=date(2025, 4, 1),
            actor=bank,
            at=noon(date(2024, 4, 1)),
        )

    def move(self, loan: Loan, kind: MovementKind, amount: str, on: date) -> None:
        """Let the maker propose a movement and the checker confirm it."""
        item = NewMovement(loan_id=loan.public_id, amount=Decimal(amount), value_on=on, bank_reference=f"LS{next(_references):06d}")
        proposal = propose_movements([item], kind=kind, actor=self.handler, at=noon(on))[0]
        confirm_proposals([proposal.public_id], actor=self.checker, at=noon(on))

    @cached_property
    def drawn(self) -> Loan:
        """A loan drawn in April and partly repaid in May 2024."""
        loan = self.loan()
        self.move(loan, MovementKind.DRAWDOWN, "10000000.00", date(2024, 4, 10))
        self.move(loan, MovementKind.REPAYMENT, "2000000.00", date(2024, 5, 10))
        return loan

    @cached_property
    def settlement(self) -> Settlement:
        """The draft of the second quarter of 2024 with that loan."""
        self.drawn.refresh_from_db()
        return self.draft(2024, 2, noon(date(2024, 6, 22)))

    def draft(self, year: int, quarter: int, at: Any) -> Settlement:
        """Return the bank's draft of a quarter."""
        return draft_settlement(bank=self.bank, mode=Mode.SPECIAL, year=year, quarter=quarter, actor=self.desk.industry, at=at)

    def filed(self) -> Settlement:
        """Return the settlement confirmed, reviewed and filed."""
        settlement, at = self.settlement, noon(date(2024, 7, 1))
        assert settlement.current is not None
        key = {"settlement_id": str(settlement.public_id)}
        confirm_settlement(**key, sha256=settlement.current.sha256, actor=self.handler, at=at)
        review_settlement(**key, actor=self.desk.industry, at=at)
        return file_settlement(**key, record_number="泉财备〔2024〕1号", actor=self.desk.treasury, at=at)

    def paid(self) -> Settlement:
        """Return the settlement paid by city and county."""
        settlement, at = self.filed(), noon(date(2024, 7, 20))
        people = {"city_industry": (self.desk.industry, self.industry_checker), "county_industry": (self.desk.county, self.county_checker)}
        for payment in settlement.payments.select_related("payer").order_by("pk"):
            maker, checker = people[payment.payer.kind]
            key = {"payment_id": str(payment.public_id)}
            record_payment(**key, paid_on=date(2024, 7, 18), voucher=f"PZ{payment.pk:04d}", actor=maker, at=at)
            check_payment(**key, actor=checker, at=at)
        return Settlement.objects.get(pk=settlement.pk)

    def rate(self) -> ReturnRate:
        """Return the rate in force."""
        return ReturnRate.objects.get()

    def queue(self) -> dict[str, Case]:
        """Return one entry at each stage of the project route."""
        desk = self.desk
        return {
            "draft": drafted(at=LISTED),
            "county_review": submitted(at=LISTED),
            "city_review": in_city_review(desk, at=LISTED),
            "consultation": in_consultation(desk, at=LISTED),
            "cleared": cleared(desk, at=LISTED),
        }
