"""The scene of the tests of risk: banks with loans that went bad, and the people who deal with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from common.enums import Category, Mode, Security
from documents.services import attach
from ledger.enums import EntryKind, Purpose
from ledger.selectors import balance_of
from ledger.services import NewEntry, NewLeg, account_of, post
from loans.enums import MovementKind
from loans.models import Guarantee, Loan
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from parties.selectors import institution_of_kind
from risk.claims.services.certifying import certify_loss, propose_loss
from risk.claims.services.examining import accept_claim, begin_review
from risk.claims.services.opening import file_claim, open_pursuit
from risk.claims.services.payments import propose_payment, release_payment
from risk.classification.services import classify_loan, recognise_bad_debt
from risk.fees.pool import fee_pool_account
from risk.models import BadDebt, Claim
from risk.recoveries.services.records import check_recovery, record_recovery
from risk.recoveries.services.returns import check_return, record_return
from tests.factories import EnterpriseFactory, InstitutionFactory, MemberFactory
from tests.loan_factories import ApplicationFactory, EntryFactory, LoanFactory, move, noon
from tests.risk.papers import PROJECT_PAPERS, RD_PAPERS
from whitelist.models import Entry

PDF = b"%PDF-1.7\n..."
DRAWN_ON = date(2024, 4, 10)
BAD_ON = date(2025, 3, 3)
TODAY = date(2025, 3, 10)
NOW = noon(TODAY)


def yuan(text: str | int | Decimal) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"))


@dataclass
class Scene:
    """One bank, one guarantor, one fund manager, and their people."""

    bank: Institution
    guarantor: Institution
    handler: Member
    checker: Member
    guarantor_handler: Member
    guarantor_checker: Member
    city_handler: Member
    treasury_handler: Member
    treasury_checker: Member
    trustee: Member
    trustee_checker: Member
    references: list[str] = field(default_factory=list)

    def loan(
        self,
        amount: str | int,
        *,
        mode: Mode = Mode.SPECIAL,
        category: Category = Category.RD,
        security: Security = Security.CREDIT,
        bank: Institution | None = None,
        enterprise: Any = None,
        drawn_on: date | None = DRAWN_ON,
        guarantee: Mapping[str, Any] | None = None,
    ) -> Loan:
        """Return a drawn loan with the guarantee it needs; ``guarantee`` says what is special about that."""
        if category == Category.RD:
            owner = enterprise or EnterpriseFactory()
            entry = Entry.objects.filter(enterprise=owner).first() or EntryFactory(rd=True, enterprise=owner)
        else:
            entry = EntryFactory()
        application = ApplicationFactory(
            contracted=True,
            entry=entry,
            bank=bank or self.bank,
            mode=mode,
            category=category,
            security=security,
            amount_requested=yuan(amount),
        )
        loan: Loan = LoanFactory(application=application, drawn_on=drawn_on)
        if loan.needs_guarantee:
            given = {"fee_rate": Decimal("0.005"), "is_batch_scheme": True, "recorded_on": loan.signed_on, "recorded_by": self.handler}
            Guarantee.objects.create(loan=loan, guarantor=self.guarantor, number=f"DB{loan.pk}", **given | dict(guarantee or {}))
        return loan

    def disburse(self, amount: str | int, *, bank: Institution | None = None) -> Loan:
        """Give the bank cumulative disbursement that never goes bad."""
        return self.loan(amount, category=Category.FIXED_ASSET, security=Security.SECURED, bank=bank)

    def people_of(self, loan: Loan) -> tuple[Member, Member]:
        if loan.bank_id == self.bank.pk:
            return self.handler, self.checker
        members = list(Member.objects.filter(institution=loan.bank, kind="person").order_by("pk"))
        return members[0], members[1]

    def bad(self, loan: Loan, *, on: date = BAD_ON, at: datetime = NOW) -> BadDebt:
        """Let a loan go overdue, be classed as a loss and be recognised as bad."""
        handler, _ = self.people_of(loan)
        move(loan, MovementKind.OVERDUE, loan.balance.performing, on - timedelta(days=100))
        classify_loan(loan_id=loan.public_id, grade="loss", on=on, reason="借款人停产", actor=handler, at=at)
        return recognise_bad_debt(loan_id=loan.public_id, reason="借款人停产", actor=handler, at=at, on=on)

    def papers(self, bad_debt: BadDebt) -> None:
        for kind in {*RD_PAPERS, *PROJECT_PAPERS}:
            attach(owner=bad_debt, kind=kind, filename=f"{kind}.pdf", content=PDF, actor=self.handler, at=NOW)

    def filed(self, bad_debt: BadDebt, amount: Decimal | None = None, *, at: datetime = NOW) -> Claim:
        self.papers(bad_debt)
        handler, _ = self.people_of(bad_debt.loan)
        wanted = bad_debt.principal if amount is None else amount
        return file_claim(bad_debt_id=bad_debt.public_id, amount=wanted, actor=handler, at=at)

    def accepted(self, bad_debt: BadDebt, *, at: datetime = NOW) -> Claim:
        claim = self.filed(bad_debt, at=at)
        reviewer = self.guarantor_handler if bad_debt.loan.mode == Mode.SPECIAL else self.city_handler
        begin_review(claim_id=claim.public_id, actor=reviewer, at=at)
        return accept_claim(claim_id=claim.public_id, actor=reviewer, at=at)

    def certified(self, bad_debt: BadDebt, amount: Decimal | None = None, *, at: datetime = NOW) -> Claim:
        self.papers(bad_debt)
        handler, checker = self.people_of(bad_debt.loan)
        claim = open_pursuit(bad_debt_id=bad_debt.public_id, actor=handler, at=at)
        propose_loss(
            claim_id=claim.public_id,
            amount=bad_debt.principal if amount is None else amount,
            evidence_kind="court",
            evidence_number="(2025)闽05执恢1号",
            actor=handler,
            at=at,
        )
        return certify_loss(claim_id=claim.public_id, actor=checker, at=at)

    def payers_of(self, claim: Claim) -> tuple[Member, Member]:
        if claim.loan.mode == Mode.SPECIAL:
            return self.guarantor_handler, self.guarantor_checker
        return self.treasury_handler, self.treasury_checker

    def proposed(self, claim: Claim, *, at: datetime = NOW) -> Claim:
        return propose_payment(claim_id=claim.public_id, actor=self.payers_of(claim)[0], at=at)

    def paid(self, claim: Claim, *, at: datetime = NOW) -> Claim:
        self.proposed(claim, at=at)
        return release_payment(claim_id=claim.public_id, actor=self.payers_of(claim)[1], at=at)

    def recovered(
        self, bad_debt: BadDebt, amount: str | int | Decimal, costs: str | int = 0, *, on: date = TODAY, at: datetime | None = None
    ) -> Any:
        self.references.append(f"ZC{len(self.references):05d}")
        handler, checker = self.people_of(bad_debt.loan)
        when = at or noon(on)
        recovery = record_recovery(
            bad_debt_id=bad_debt.public_id,
            amount=yuan(amount),
            costs=yuan(costs),
            received_on=on,
            bank_reference=self.references[-1],
            remark="评估费、拍卖费",
            actor=handler,
            at=when,
        )
        return check_recovery(recovery_id=recovery.public_id, actor=checker, at=when)

    def returned(self, recovery: Any, *, on: date = TODAY) -> None:
        handler, checker = self.people_of(recovery.bad_debt.loan)
        for row in recovery.returns.all():
            record_return(return_id=row.public_id, returned_on=on, voucher=f"TH{row.pk}", actor=handler, at=noon(on))
            check_return(return_id=row.public_id, actor=checker, at=noon(on))

    def fill_pool(self, amount: str | int) -> None:
        enterprise = EnterpriseFactory()
        source = account_of(enterprise, Purpose.CURRENT)
        legs = [NewLeg(account_id=source.pk, amount=-yuan(amount)), NewLeg(account_id=fee_pool_account().pk, amount=yuan(amount))]
        post(
            [
                NewEntry(
                    key=f"test:pool:{enterprise.pk}",
                    kind=EntryKind.ENHANCEMENT_FEE,
                    value_on=DRAWN_ON,
                    posted_on=DRAWN_ON,
                    description="增信服务费",
                    clause="FP 1.5.2(2)",
                    object_type="parties.enterprise",
                    object_id=str(enterprise.public_id),
                    legs=legs,
                )
            ]
        )

    def other_bank(self) -> Institution:
        bank = InstitutionFactory()
        MemberFactory(institution=bank)
        MemberFactory(institution=bank, checker=True)
        return bank

    def balances(self) -> dict[str, Decimal]:
        """Return what stands on each party's account of compensation."""
        city, pool = institution_of_kind(InstitutionKind.CITY_TREASURY), institution_of_kind(InstitutionKind.FUND_OFFICE)
        county = Institution.objects.get(kind=InstitutionKind.COUNTY_TREASURY, district__name="晋江市")
        accounts = {
            "bank": (self.bank, Purpose.CURRENT),
            "guarantor": (self.guarantor, Purpose.GUARANTEE),
            "fee_pool": (pool, Purpose.FEE_POOL),
            "city": (city, Purpose.COMPENSATION_BUDGET),
            "county": (county, Purpose.COMPENSATION_BUDGET),
        }
        return {name: balance_of(account_of(*key)) for name, key in accounts.items()}


def make_scene() -> Scene:
    bank, guarantor, manager = InstitutionFactory(), InstitutionFactory(guarantor=True), InstitutionFactory(fund_manager=True)
    return Scene(
        bank=bank,
        guarantor=guarantor,
        handler=MemberFactory(institution=bank),
        checker=MemberFactory(institution=bank, checker=True),
        guarantor_handler=MemberFactory(institution=guarantor),
        guarantor_checker=MemberFactory(institution=guarantor, checker=True),
        city_handler=MemberFactory.serving("city_industry"),
        treasury_handler=MemberFactory.serving("city_treasury"),
        treasury_checker=MemberFactory.serving("city_treasury", checker=True),
        trustee=MemberFactory(institution=manager),
        trustee_checker=MemberFactory(institution=manager, checker=True),
    )
