"""
Two real connections race every unique insert of the services: who comes second is told in the product's words, or gets the first's row.

That none is forgotten holds ``test_uniquenesses.py``.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from api.services.references import refer
from common.database import nobody_waits
from common.enums import Category, Mode, Security
from common.errors import DomainError
from loans.enums import MovementKind
from loans.models import Loan
from loans.movement_steps import NewMovement
from loans.services.contracts import record_guarantee
from loans.services.movements.record import record_repayments
from loans.services.proposals import propose_movements
from loans.services.quotas import set_bank_quota
from parties.enums import FactSource, InstitutionKind
from parties.models import District, Member
from parties.selectors import system_member
from parties.services.enterprises import NewEnterprise, change_tax_home, register_enterprise
from parties.services.figures import YearFigures, record_year_figures
from parties.services.institutions import enter_institution
from policy.services.rates import enact_return_rate
from risk.classification.services import classify_loan
from risk.exemption.services.cases import record_diligence_rules
from risk.fees.services import record_guarantee_fee, set_enhancement_fee_rate
from subsidy.models import Payment, Settlement
from subsidy.services.payments import record_payment
from subsidy.services.steps import confirm_settlement, file_settlement, review_settlement
from tests.factories import EnterpriseFactory, InstitutionFactory, MemberFactory, credit_code, seeded_district
from tests.loan_factories import ApplicationFactory, EntryFactory, LoanFactory, ProjectFactory, noon
from tests.loans.conftest import make_scene
from tests.project.test_races import PATIENCE_SECONDS, waits_for_us
from tests.risk.scene import make_scene as make_risk
from tests.subsidy.bidding import BID_AT, Bank, Houses
from tests.subsidy.factories import People, make_loan
from tests.subsidy.factories import drafted as settled
from tests.whitelist.cases import Desk, agree, drafted, in_consultation
from whitelist.services.drafting import draft_project_entry, withdraw_entry

AT, JULY = noon(date(2024, 3, 4)), noon(date(2024, 7, 5))
Call = Callable[[], Any]
Race = tuple[Call, Call, str]  # the two calls, and what the second is told: the name of a refusal, or "same"


def enterprise() -> Race:
    new = NewEnterprise(
        credit_code=credit_code(987_654), name="竞速机械", registered_on=date(2015, 3, 1), registered_capital=Decimal("10000000"),
        industry_code="3421", tax_home=seeded_district(),
    )  # fmt: skip
    actor = MemberFactory.serving("city_industry")
    call = lambda: register_enterprise(new, actor=actor, at=AT)  # noqa: E731
    return call, call, "EnterpriseExists"


def year_figures() -> Race:
    rows = [YearFigures(enterprise=EnterpriseFactory(), year=2023, revenue=Decimal("1000.00"))]
    call = lambda: len(record_year_figures(rows, source=FactSource.TAX, reference="汇算", actor=system_member(), at=AT))  # noqa: E731
    return call, call, "Busy"


def tax_home() -> Race:
    one, actor = EnterpriseFactory(), MemberFactory.serving("city_industry")
    given = {"district": District.objects.get(name="石狮市"), "from_on": AT.date(), "reason": "迁址", "actor": actor, "at": AT}
    call = lambda: change_tax_home(enterprise_id=one.public_id, **given)  # noqa: E731
    return call, call, "SameDistrict"


def institution() -> Race:
    given = {"kind": InstitutionKind.BANK, "name": "竞速银行泉州分行", "short_name": "竞速银行", "code": "race", "actor": system_member()}
    call = lambda: enter_institution(**given, at=AT)  # noqa: E731
    return call, call, "InstitutionExists"


def rate() -> Race:
    given = {"rate": Decimal("0.03"), "decided_on": AT.date(), "document_number": "泉工信〔2024〕1号", "weights": {"rd": Decimal(1)}}
    actor = MemberFactory.serving("city_industry", checker=True)
    call = lambda: enact_return_rate(**given, effective_on=AT.date(), actor=actor, at=AT)  # noqa: E731
    return call, call, "same"


def entry_of_project() -> Race:
    case = drafted(at=AT)
    withdraw_entry(entry_id=case.entry.public_id, reason="重来", actor=case.member, at=AT)
    assert case.project is not None
    number = case.project.public_id
    call = lambda: draft_project_entry(project_id=number, actor=case.member, at=AT)  # noqa: E731
    return call, call, "AlreadyOpen"


def opinion() -> Race:
    desk = Desk()
    case = in_consultation(desk, at=AT)
    treasury = desk.treasury
    return (
        lambda: agree([case.entry], treasury, at=AT),
        lambda: agree([case.entry], treasury, at=AT, document_number="泉财函〔2024〕2号"),
        "StepNotOpen",
    )


def contract() -> Race:
    scene = make_scene()
    other = EntryFactory(project=ProjectFactory(enterprise=EnterpriseFactory()))
    given = {"bank": scene.bank, "conditions_met": True}
    one, two = (ApplicationFactory(entry=entry, **given) for entry in (scene.entry, other))
    return lambda: scene.sign(one, contract_number="同号"), lambda: scene.sign(two, contract_number="同号"), "ContractNumberTaken"


def credit_loans(count: int = 2) -> list[Loan]:
    given = {"bank": InstitutionFactory(), "category": Category.RD, "security": Security.CREDIT, "contracted": True}
    made = (ApplicationFactory(entry=EntryFactory(rd=True, enterprise=EnterpriseFactory()), **given) for _ in range(count))
    return [LoanFactory(application=application) for application in made]


def guarantee() -> Race:
    one, two = credit_loans()
    guarantor, actor = InstitutionFactory(guarantor=True), MemberFactory(institution=one.bank)
    given = {"guarantor_id": guarantor.public_id, "number": "保函一号", "fee_rate": Decimal("0.005"), "is_batch_scheme": True}

    def call(loan: Loan) -> Call:
        return lambda: record_guarantee(loan_id=loan.public_id, **given, actor=actor, at=noon(date(2024, 4, 2)))

    return call(one), call(two), "GuaranteeDiffers"


def drawn(count: int = 2) -> tuple[list[Loan], Member, Member]:
    bank = InstitutionFactory()
    made = [ApplicationFactory(contracted=True, entry=EntryFactory(), bank=bank) for _ in range(count)]
    found = [LoanFactory(application=application, drawn_on=date(2024, 4, 10)) for application in made]
    return found, MemberFactory(institution=bank), MemberFactory(institution=bank, checker=True)


def movement() -> Race:
    (one, two), maker, _ = drawn()
    on = date(2024, 5, 10)

    def call(loan: Loan) -> Call:
        item = NewMovement(loan_id=loan.public_id, amount=Decimal("1000.00"), value_on=on, bank_reference="流水同号")
        return lambda: record_repayments([item], actor=maker, at=noon(on))

    return call(one), call(two), "ReferenceReused"


def proposal() -> Race:
    (one,), maker, _ = drawn(1)
    on = date(2024, 5, 10)
    item = NewMovement(loan_id=one.public_id, amount=Decimal("1000.00"), value_on=on, bank_reference="流水同号")

    def call(new: NewMovement) -> Call:
        return lambda: propose_movements([new], kind=MovementKind.REPAYMENT, actor=maker, at=noon(on))

    return call(item), call(replace(item, amount=Decimal("2000.00"))), "ReferenceReused"


def quota() -> Race:
    bank, actor = InstitutionFactory(), MemberFactory.serving("city_industry")
    given = {
        "bank_id": bank.public_id,
        "mode": Mode.SPECIAL,
        "amount": Decimal("5000000"),
        "document_number": "文",
        "actor": actor,
        "at": AT,
    }
    call = lambda: set_bank_quota(**given, from_on=AT.date())  # noqa: E731
    return call, call, "same"


def tender() -> Race:
    houses = Houses()
    return houses.tender, houses.tender, "same"


def sealed_bid() -> Race:
    made, bank = Houses().tender(), Bank()
    return lambda: bank.submits(made, at=BID_AT), lambda: bank.submits(made, "0.04", at=BID_AT), "done"


def paper_bid() -> Race:
    houses, bank = Houses(), InstitutionFactory()
    made = houses.tender()
    Bank().bids(made)
    houses.opens(made)
    call = lambda: houses.enters(made, bank)  # noqa: E731
    return call, call, "BankHasBid"


def fee_rate() -> Race:
    actor = MemberFactory.serving("city_industry")
    given = {"rate": Decimal("0.01"), "from_on": AT.date(), "document_number": "文", "actor": actor, "at": AT}
    call = lambda: set_enhancement_fee_rate(**given)  # noqa: E731
    return call, call, "RateBackDated"


def rules() -> Race:
    actor = MemberFactory(institution=InstitutionFactory())
    given = {"name": "尽职办法", "document_number": "一号", "effective_on": AT.date(), "actor": actor, "at": AT}
    call = lambda: record_diligence_rules(**given)  # noqa: E731
    return call, call, "RulesRecorded"


def fee_voucher() -> Race:
    scene = make_risk()
    one, two = scene.loan("1000000"), scene.loan("1000000")
    on = date(2025, 3, 3)

    def call(loan: Loan) -> Call:
        given = {"amount": Decimal("500.00"), "charged_on": on, "voucher": "凭同号", "actor": scene.guarantor_handler}
        return lambda: record_guarantee_fee(guarantee_id=loan.guarantee.pk, **given, at=noon(on))

    return call(one), call(two), "VoucherUsed"


def classification() -> Race:
    scene = make_risk()
    loan = scene.loan("1000000")

    def call(grade: str) -> Call:
        given = {"on": date(2025, 3, 3), "reason": "停产", "actor": scene.handler, "at": noon(date(2025, 3, 3))}
        return lambda: classify_loan(loan_id=loan.public_id, grade=grade, **given)

    return call("loss"), call("doubtful"), "DomainError"


def reference(same: bool) -> Call:
    def race() -> Race:
        (one, two), maker, _ = drawn()
        rows = Loan.objects.all()

        def call(loan: Loan) -> Call:
            return lambda: refer(rows=rows, object_id=loan.public_id, reference="行内同号", actor=maker)

        return call(one), call(one if same else two), "ReferenceTaken"

    return race


def reviewed() -> tuple[list[Settlement], People]:
    found = []
    for bank in InstitutionFactory.create_batch(2):
        people = People(bank)
        make_loan(bank)
        one = settled(bank, people, year=2024, quarter=1, at=noon(date(2024, 6, 22)))
        found.append(one)
        key = {"settlement_id": str(one.public_id), "at": JULY}
        confirm_settlement(**key, sha256=one.current.sha256 if one.current else "", actor=people.bank_handler)
        review_settlement(**key, actor=people.industry)
    return found, people


def record_number() -> Race:
    (one, two), people = reviewed()

    def call(settlement: Settlement) -> Call:
        return lambda: file_settlement(settlement_id=str(settlement.public_id), record_number="备同号", actor=people.treasury, at=JULY)

    return call(one), call(two), "RecordNumberUsed"


def voucher() -> Race:
    found, people = reviewed()
    for number, one in enumerate(found):
        file_settlement(settlement_id=str(one.public_id), record_number=f"备{number}", actor=people.treasury, at=JULY)
    payer = people.industry.institution
    due = [Payment.objects.get(settlement=one, payer=payer) for one in found]

    def call(payment: Payment) -> Call:
        given = {"paid_on": JULY.date(), "voucher": "凭同号", "actor": people.industry, "at": JULY}
        return lambda: record_payment(payment_id=str(payment.public_id), **given)

    return call(due[0]), call(due[1]), "VoucherUsed"


def first_login() -> Race:
    user = MemberFactory().user
    assert user is not None
    backend = "django.contrib.auth.backends.ModelBackend"
    call = lambda: Client().force_login(user, backend=backend)  # noqa: E731
    return call, call, "same"


RACES: dict[str, Callable[[], Race]] = {
    "parties_enterprise_credit_code": enterprise,
    "enterprise_year_once_per_source": year_figures,
    "tax_home_never_overlaps": tax_home,
    "parties_institution_code": institution,
    "policy_returnrate_effective_on": rate,
    "entry_one_open_per_project": entry_of_project,
    "opinion_once_per_bureau_and_round": opinion,
    "loan_contract_once_per_bank": contract,
    "guarantee_number_once": guarantee,
    "movement_reference_once_per_bank": movement,
    "proposal_waits_once": proposal,
    "bank_quota_special_never_overlaps": quota,
    "tender_once_per_document": tender,
    "sealed_bid_one_waits": sealed_bid,
    "paper_bid_once_per_bank": paper_bid,
    "risk_enhancementfeerate_from_on": fee_rate,
    "diligence_rules_once": rules,
    "guarantee_fee_voucher_once": fee_voucher,
    "classification_once_a_day": classification,
    "settlement_record_number_once": record_number,
    "payment_voucher_once_per_payer": voucher,
    "logins_lastlogin_user_id": first_login,
    "reference_names_one_object": reference(same=False),
    "reference_once_per_object": reference(same=True),
}


def lost_of(first: Call, second: Call) -> tuple[Any, Any]:
    """Return what both calls gave, the second begun on another connection while the first had written and not yet committed."""
    outcome: list[Any] = []

    def other() -> None:
        try:
            with nobody_waits(), transaction.atomic():  # held open until the other waits; asks a scanner within
                outcome.append(second())
        except Exception as problem:
            outcome.append(problem)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    with nobody_waits(), transaction.atomic():
        won = first()
        thread.start()
        while thread.is_alive() and not waits_for_us(0.02):
            pass
        assert thread.is_alive(), f"the other did not wait: {outcome}"
    thread.join(PATIENCE_SECONDS)
    return won, outcome[0]


def verdict(won: Any, lost: Any, told: str) -> Any:
    """Return nothing where the second was told what it should be."""
    if told == "same":
        return None if lost == won else lost
    if told == "done":
        return lost if isinstance(lost, Exception) else None
    names = {kind.__name__ for kind in type(lost).__mro__} if isinstance(lost, DomainError) else set()
    return None if told in names else lost


@pytest.mark.django_db(transaction=True)
def test_who_comes_second_is_told_in_the_products_words(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    wrong = {}
    for name, prepared in RACES.items():
        try:
            first, second, told = prepared()
            problem = verdict(*lost_of(first, second), told)
        except Exception as unraced:  # name them all at once
            problem = unraced
        if problem is not None:
            wrong[name] = repr(problem)
    assert wrong == {}
