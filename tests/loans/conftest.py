"""The scene of the tests: one bank with quota and people, one listed project, the fund manager, a rate in force."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from common.enums import Category, Mode, Security
from documents.services import attach
from loans.enums import Paper
from loans.models import Application
from loans.movement_steps import NewMovement
from loans.services.applications import begin_review, draft_application, meet_conditions
from loans.services.approval import approve_application
from loans.services.contracts import sign_contract
from loans.services.movements.record import record_drawdowns, record_repayments
from loans.services.submission import required_papers, submit_application
from parties.models import Enterprise, Institution, Member
from tests.factories import (
    BankParticipationFactory,
    EnterpriseFactory,
    EnterpriseYearFactory,
    InstitutionFactory,
    MemberFactory,
)
from tests.loan_factories import BankQuotaFactory, EntryFactory, ProjectFactory, ReturnRateFactory, noon
from whitelist.models import Entry

PDF = b"%PDF-1.7\n..."


@dataclass
class Scene:
    """People and things; the steps of a case as the people take them."""

    bank: Institution
    enterprise: Enterprise
    entry: Entry
    rd_entry: Entry
    owner: Member
    handler: Member
    checker: Member
    trustee: Member
    trustee_checker: Member
    county: Member
    city: Member
    references: list[str] = field(default_factory=list)

    def draft(self, *, rd: bool = False, **given: Any) -> Application:
        wanted = {
            "entry_id": (self.rd_entry if rd else self.entry).public_id,
            "bank_id": self.bank.public_id,
            "mode": Mode.SPECIAL,
            "category": Category.RD if rd else Category.FIXED_ASSET,
            "security": Security.CREDIT if rd else Security.SECURED,
            "amount_requested": Decimal("10000000.00"),
            "term_months": 60,
            "purpose": "购置设备",
            "actor": self.owner,
            "at": noon(date(2024, 3, 1)),
        }
        return draft_application(**(wanted | given))

    def attach_papers(self, application: Application, *, without: tuple[Paper, ...] = (), behalf: Any = "enterprise") -> None:
        for paper in required_papers(application, behalf, on=date(2024, 3, 1)):
            if paper not in without:
                name = f"{paper.value}.pdf"
                attach(owner=application, kind=paper, filename=name, content=PDF, actor=self.owner, at=noon(date(2024, 3, 1)))

    def submitted(self, **given: Any) -> Application:
        application = self.draft(**given)
        self.attach_papers(application)
        at = given.get("at", noon(date(2024, 3, 1)))
        return submit_application(application_id=application.public_id, actor=self.owner, at=at)

    def under_review(self, **given: Any) -> Application:
        application = self.submitted(**given)
        return begin_review(application_id=application.public_id, actor=self.handler, at=noon(date(2024, 3, 5)))

    def approved(self, **given: Any) -> Application:
        application = self.under_review(**given)
        amount = application.amount_requested
        return approve_application(application_id=application.public_id, amount=amount, actor=self.handler, at=noon(date(2024, 3, 20)))

    def conditions_met(self, **given: Any) -> Application:
        application = self.approved(**given)
        return meet_conditions(application_id=application.public_id, actor=self.handler, at=noon(date(2024, 3, 25)))

    def signed(self, **given: Any) -> Any:
        application = self.conditions_met(**given)
        return self.sign(application)

    def sign(self, application: Application, **given: Any) -> Any:
        wanted = {
            "application_id": application.public_id,
            "contract_number": f"HT-{application.number}",
            "contract_amount": application.amount_approved,
            "matures_on": date(2029, 4, 1),
            "available_until": date(2025, 4, 1),
            "actor": self.trustee if application.mode == Mode.TRUST else self.handler,
            "at": noon(date(2024, 4, 1)),
        }
        return sign_contract(**(wanted | given))

    def item(self, loan: Any, amount: str, on: date, *, reference: str = "", reason: str = "") -> NewMovement:
        self.references.append(reference or f"LS{len(self.references):06d}")
        return NewMovement(loan_id=loan.public_id, amount=Decimal(amount), value_on=on, bank_reference=self.references[-1], reason=reason)

    def draw(self, loan: Any, amount: str, on: date, **given: Any) -> Any:
        actor, checker = (self.trustee, self.trustee_checker) if loan.mode == Mode.TRUST else (self.handler, self.checker)
        return record_drawdowns([self.item(loan, amount, on, **given)], actor=actor, checked_by=checker, at=noon(on))[0]

    def repay(self, loan: Any, amount: str, on: date, *, at: date | None = None, reason: str = "") -> Any:
        return record_repayments([self.item(loan, amount, on, reason=reason)], actor=self.handler, at=noon(at or on))[0]


def make_scene() -> Scene:
    ReturnRateFactory()
    bank = InstitutionFactory()
    for mode in Mode.values:
        BankParticipationFactory(bank=bank, mode=mode)
        BankQuotaFactory(bank=bank, mode=mode)
    enterprise = EnterpriseFactory()
    EnterpriseYearFactory(enterprise=enterprise)
    manager = InstitutionFactory(fund_manager=True)
    return Scene(
        bank=bank,
        enterprise=enterprise,
        entry=EntryFactory(project=ProjectFactory(enterprise=enterprise)),
        rd_entry=EntryFactory(rd=True, enterprise=enterprise),
        owner=MemberFactory.of(enterprise),
        handler=MemberFactory(institution=bank),
        checker=MemberFactory(institution=bank, checker=True),
        trustee=MemberFactory(institution=manager),
        trustee_checker=MemberFactory(institution=manager, checker=True),
        county=MemberFactory.serving("county_industry", district="晋江市"),
        city=MemberFactory.serving("city_industry"),
    )


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()
