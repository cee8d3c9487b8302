"""
One fund in which two banks, counties, enterprises and guarantors compete, every value of theirs recognisable.

Texts of a party carry its mark (``甲银密``, ``乙县密``), amounts are unlike any other. ``甲`` and ``乙`` share
nothing but the list; the third loan is the hard one: 甲's enterprise, in 甲's county, borrows at 乙's bank.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from common.enums import Category, Mode, Security
from documents.services import attach
from loans.enums import MovementKind
from loans.models import Guarantee, Loan
from loans.movement_steps import NewMovement
from loans.services import applications
from loans.services.applications import answer_supplement, draft_application, meet_conditions, record_intent
from loans.services.approval import approve_application
from loans.services.contracts import sign_contract
from loans.services.proposals import confirm_proposals, propose_movements
from loans.services.submission import required_papers, submit_application
from loans.services.use_of_funds import record_use_check
from parties.enums import Role
from parties.models import Enterprise, Institution, Member
from parties.selectors import institution_of_kind
from reporting.assessment.services import propose_reinstatement
from reporting.enums import Ruling
from reporting.enums import Verdict as RateVerdict
from reporting.models import ResponseYear
from reporting.response_rates.services.jobs import keep_response_years
from reporting.response_rates.services.objections import file_objection, propose_answer
from reporting.response_rates.services.years import publish_year
from risk.claims.services.examining import accept_claim, ask_supplement, begin_review, supply
from risk.claims.services.opening import file_claim
from risk.claims.services.payments import propose_payment, release_payment, return_payment
from risk.classification.services import classify_loan, recognise_bad_debt
from risk.exemption.services.cases import open_exemption, record_diligence_rules
from risk.exemption.services.packs import build_evidence_pack
from risk.fees.services import record_guarantee_fee
from risk.models import Claim
from risk.recoveries.services.records import check_recovery, record_recovery
from subsidy.models import Settlement, Tender
from subsidy.services.drafts import draft_settlement
from subsidy.services.objections import raise_objection, withdraw_objection
from subsidy.services.openings import confirm_opening, propose_opening
from subsidy.services.payments import check_payment, record_payment
from subsidy.services.reconciliation import check_bank_figures
from subsidy.services.sealed_bids import check_bid, submit_bid
from subsidy.services.steps import confirm_settlement, file_settlement, review_settlement
from subsidy.services.tenders import open_tender
from tests.api.caller import Caller
from tests.factories import BankParticipationFactory, EnterpriseFactory, EnterpriseYearFactory, InstitutionFactory, MemberFactory
from tests.loan_factories import (
    ApplicationFactory,
    BankQuotaFactory,
    EntryFactory,
    LoanFactory,
    ProjectFactory,
    ReturnRateFactory,
    move,
    noon,
)
from tests.risk.papers import RD_PAPERS
from tests.subsidy.bidding import BEGUN, BID_AT, CLOSES, OPENED
from whitelist.enums import AnnouncementKind, ChannelKind, Transport, Verdict
from whitelist.models import Channel, Entry, Opinion
from whitelist.services.announcing import announce

EVERY_ROLE = [Role.VIEWER, Role.HANDLER, Role.CHECKER]
DRAWN = date(2024, 4, 10)
BAD = date(2025, 3, 3)
TODAY = date(2025, 3, 10)
NOW = noon(TODAY)


def paper(mark: str) -> bytes:
    """Return a PDF that says whose it is."""
    return f"%PDF-1.7\n{mark}密文\n".encode()


@dataclass
class Side:
    """One county with its enterprise, bank and guarantor, and the people of each; ``word`` marks what is theirs."""

    word: str
    county_name: str
    project_amount: int
    rd_amount: int
    bid_rate: str
    bid_volume: int
    quota: int
    base_amount: int
    rd_expense: int

    def mark(self, party: str) -> str:
        """Return the mark of one of the side's parties: 银, 县, 企, 担."""
        return f"{self.word}{party}密"

    @cached_property
    def bank(self) -> Institution:
        """The bank, in both modes."""
        bank = InstitutionFactory(name=f"{self.word}正银行泉州分行", short_name=f"{self.word}正银行", code=f"bank-{self.bid_volume}")
        for mode in Mode.values:
            BankParticipationFactory(bank=bank, mode=mode)
        BankQuotaFactory(bank=bank, mode=Mode.SPECIAL, amount=self.quota, document_number=f"{self.mark('银')}额度文")
        return bank

    @cached_property
    def guarantor(self) -> Institution:
        """The guarantee company."""
        return InstitutionFactory(guarantor=True, name=f"{self.word}正担保公司", short_name=f"{self.word}正担保")

    def _pair(self, institution: Institution, mark: str) -> tuple[Member, Member]:
        every = {"institution": institution, "roles": EVERY_ROLE}
        one, two = (MemberFactory(**every, name=f"{mark}{n}号员", user__email=f"{institution.pk}@example.cn") for n in "一二")
        return one, two

    @cached_property
    def bankers(self) -> tuple[Member, Member]:
        """The bank's maker and checker."""
        return self._pair(self.bank, self.mark("银"))

    @cached_property
    def guarantors(self) -> tuple[Member, Member]:
        """The guarantor's maker and checker."""
        return self._pair(self.guarantor, self.mark("担"))

    @cached_property
    def county(self) -> tuple[Member, Member]:
        """The county industry bureau's maker and checker."""
        given = {"district": self.county_name, "roles": EVERY_ROLE}
        names = (f"{self.mark('县')}{n}号员" for n in "一二")
        one, two = (MemberFactory.serving("county_industry", name=name, user__email=f"{self.quota}@example.cn", **given) for name in names)
        return one, two

    @cached_property
    def county_treasury(self) -> Member:
        """Somebody of the county's treasury."""
        return MemberFactory.serving("county_treasury", district=self.county_name, name=f"{self.mark('县')}财政员", roles=EVERY_ROLE)

    @cached_property
    def enterprise(self) -> Enterprise:
        """The enterprise with its figures."""
        contact = f"{self.mark('企')}联系人"
        made = EnterpriseFactory(name=f"{self.word}企坊机械", district=self.county_name, contact_name=contact)
        EnterpriseYearFactory(enterprise=made, source_reference=f"{self.mark('企')}年报")
        return made

    @cached_property
    def person(self) -> Member:
        """The enterprise's person."""
        return MemberFactory.of(self.enterprise, name=f"{self.mark('企')}经办", roles=EVERY_ROLE)

    @cached_property
    def project_entry(self) -> Entry:
        """The listed project."""
        project = ProjectFactory(enterprise=self.enterprise, name=f"{self.word}企坊项目")
        return self.on_its_way(EntryFactory(project=project, **self.found))

    @cached_property
    def rd_entry(self) -> Entry:
        """The enterprise on the R&D list."""
        entry = EntryFactory(rd=True, enterprise=self.enterprise, last_year_rd_expense=Decimal(self.rd_expense), **self.found)
        return self.on_its_way(entry)

    @property
    def found(self) -> dict[str, Any]:
        """What the bureaus found of an entry before it was published."""
        found = f"{self.mark('局')}认定理由，研发费用{self.rd_expense}"
        check = {"name": "industrial", "clause": "FP 1.1.1", "required": "工业企业", "found": found, "passed": True}
        return {"checks": [check], "return_reason": f"{self.mark('局')}退回理由"}

    def on_its_way(self, entry: Entry) -> Entry:
        """Leave with an entry what bureaus and county leave on the way to the list: an opinion, papers."""
        bureau, clerk = institution_of_kind("city_treasury"), self.county[0]
        Opinion.objects.create(
            entry=entry, round=1, institution=bureau, verdict=Verdict.AGREE, document_number=f"{self.mark('局')}函",
            remark=f"{self.mark('局')}意见说明", given_on=DRAWN, recorded_by=clerk, recorded_at=NOW,
        )  # fmt: skip
        name = f"{self.word}局密{entry.kind}.pdf"
        attach(owner=entry, kind="营业执照", filename=name, content=paper(self.mark("局")), actor=clerk, at=NOW)
        return entry


class Market:
    """Everybody, and what they have with each other."""

    def __init__(self) -> None:
        ReturnRateFactory()
        self.one = Side("甲", "晋江市", 11_170_031, 7_130_057, "0.031117", 3_117_000_019, 911_000_017, 605_000_041, 61_000_091)
        self.two = Side("乙", "石狮市", 12_290_083, 8_210_097, "0.032229", 4_229_000_023, 822_000_029, 706_000_043, 62_000_093)
        self.industry = MemberFactory.serving("city_industry", roles=EVERY_ROLE)
        self.industry_checker = MemberFactory.serving("city_industry", roles=EVERY_ROLE)
        self.treasury = MemberFactory.serving("city_treasury", roles=EVERY_ROLE)
        self.trustee = MemberFactory(institution=InstitutionFactory(fund_manager=True), roles=EVERY_ROLE)
        self.contributor = MemberFactory(institution=InstitutionFactory(contributor=True), roles=EVERY_ROLE)

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides."""
        return self.one, self.two

    def play(self) -> None:
        """Let everything happen, by the services, so that every event, notice and mark is there."""
        self.tender()
        for side in self.sides:
            assert side.county_treasury  # who is here belongs to the file, not to a test
            self.intents(side)
            self.programs(side)
        project = {side.word: self.lent(side, side.project_entry, side.project_amount) for side in self.sides}
        self.cross = self.lent(self.one, self.one.project_entry, 9_370_119, lender=self.two, word="交")
        self.rd = {side.word: self.rd_loan(side) for side in self.sides}
        self.project = project
        announce(AnnouncementKind.SNAPSHOT, entries=[side.project_entry for side in self.sides], at=NOW)
        for side in self.sides:
            self.settled(side)
        for side in self.sides:
            self.gone_bad(side)
        self.rated()

    def rated(self) -> None:
        """The year's response rates are sent to the banks; both object, and the answer to 甲's is drafted and not yet confirmed."""
        keep_response_years(at=NOW)
        year = publish_year(year_id=ResponseYear.objects.get(year=2024).public_id, actor=self.industry, at=NOW)
        about = {"document_number": "乙银密决定文", "reason": "乙银密决定理由", "effective_on": TODAY + timedelta(days=30)}
        propose_reinstatement(bank_id=self.two.bank.public_id, **about, actor=self.industry, at=NOW)
        for side, loan in ((self.one, self.rd["甲"]), (self.two, self.cross)):
            given = {"asked": Ruling.EXCLUDED, "reason": f"{side.mark('银')}率异议", "actor": side.bankers[0], "at": NOW}
            objection = file_objection(application_id=loan.application.public_id, year_id=year.public_id, **given)
            if side is self.one:
                answer = {"verdict": RateVerdict.UPHELD, "answer": "甲局密拟答", "actor": self.industry, "at": NOW}
                propose_answer(objection_id=objection.public_id, **answer)

    def tender(self) -> None:
        """One tender whose bids are opened and one whose bids are sealed, with both banks' bids in each."""
        given = {"document_number": "泉工信〔2024〕1号", "opened_on": date(2024, 1, 2), "planned_volume": Decimal("5000000000")}
        for category in (Category.RD, Category.FIXED_ASSET):
            tender: Tender = open_tender(
                category=category, name=f"{category.label}招标", **given, closes_at=CLOSES, actor=self.industry, at=BEGUN
            )
            for side in self.sides:
                bid = {"rate": Decimal(side.bid_rate), "volume": Decimal(side.bid_volume), "at": BID_AT}
                maker, checker = side.bankers
                sealed = submit_bid(tender_id=tender.public_id, **bid, actor=maker)
                check_bid(bid_id=sealed.pk, **bid, actor=checker)
            if category == Category.RD:
                propose_opening(tender_id=tender.public_id, actor=self.industry, at=OPENED)
                confirm_opening(tender_id=tender.public_id, actor=self.treasury, at=OPENED)

    def intents(self, side: Side) -> None:
        """Each bank means to lend on both projects."""
        for entry in (self.one.project_entry, self.two.project_entry):
            record_intent(entry_id=entry.public_id, actor=side.bankers[0], at=NOW)

    def programs(self, side: Side) -> None:
        """The side's programs, with a subscription and a file of the bank's."""
        side.caller = Caller.of(side.bank, name=f"{side.mark('银')}程序")  # type: ignore[attr-defined]
        side.guarantor_caller = Caller.of(side.guarantor, name=f"{side.mark('担')}程序")  # type: ignore[attr-defined]
        Channel.objects.create(
            code=f"c{side.bid_volume}",
            name=f"{side.mark('银')}渠道",
            kind=ChannelKind.BANK,
            institution=side.bank,
            transport=Transport.PULL,
        )

    def lent(self, side: Side, entry: Entry, amount: int, *, lender: Side | None = None, word: str = "") -> Loan:
        """Take a project loan from the application to a first repayment, with the remarks people leave on the way."""
        bank = lender or side
        own = f"{word}银密" if word else bank.mark("银")
        wanted = {
            "bank_id": bank.bank.public_id, "mode": Mode.SPECIAL, "category": Category.FIXED_ASSET, "security": Security.SECURED,
            "amount_requested": Decimal(amount), "term_months": 60, "purpose": f"{own}用途",
        }  # fmt: skip
        at, key = noon(date(2024, 3, 1)), {}
        drafted = draft_application(entry_id=entry.public_id, actor=side.person, at=at, **wanted)
        for kind in required_papers(drafted, "enterprise", on=at.date()):
            attach(owner=drafted, kind=kind, filename=f"{own}{kind.value}.pdf", content=paper(own), actor=side.person, at=at)
        key = {"application_id": drafted.public_id}
        submit_application(**key, actor=side.person, at=at)
        maker, checker = bank.bankers
        applications.ask_supplement(**key, what=f"{own}补充要求", actor=maker, at=noon(date(2024, 3, 4)))
        answer_supplement(**key, answer=f"{own}补充答复", actor=maker, at=noon(date(2024, 3, 5)))
        applications.begin_review(**key, actor=maker, at=noon(date(2024, 3, 6)))
        approve_application(**key, amount=Decimal(amount), actor=maker, at=noon(date(2024, 3, 20)))
        meet_conditions(**key, actor=maker, at=noon(date(2024, 3, 25)))
        loan = sign_contract(
            **key, contract_number=f"{own}合同", contract_amount=Decimal(amount), matures_on=date(2029, 4, 1),
            available_until=date(2026, 4, 1), actor=maker, at=noon(date(2024, 4, 1)),
        )  # fmt: skip
        for kind, part, on in ((MovementKind.DRAWDOWN, amount, DRAWN), (MovementKind.REPAYMENT, 1_000_000, date(2024, 5, 10))):
            item = NewMovement(loan_id=loan.public_id, amount=Decimal(part), value_on=on, bank_reference=f"{own}流水{kind.value}")
            proposal = propose_movements([item], kind=kind, actor=maker, at=noon(on))[0]
            confirm_proposals([proposal.public_id], actor=checker, at=noon(on))
        record_use_check(loan_id=loan.public_id, finding=f"{own}检查情况", is_misuse=False, actor=maker, at=noon(date(2024, 6, 3)))
        attach(owner=loan, kind="贷款合同", filename=f"{own}合同.pdf", content=paper(own), actor=maker, at=NOW)
        return loan

    def rd_loan(self, side: Side) -> Loan:
        """Return the side's guaranteed R&D loan, drawn."""
        application = ApplicationFactory(
            contracted=True, entry=side.rd_entry, bank=side.bank, category=Category.RD, security=Security.CREDIT,
            amount_requested=Decimal(side.rd_amount), purpose=f"{side.mark('银')}研发用途",
        )  # fmt: skip
        self.base(side)
        loan: Loan = LoanFactory(application=application, contract_number=f"{side.mark('银')}研发合同", drawn_on=DRAWN)
        Guarantee.objects.create(
            loan=loan, guarantor=side.guarantor, number=f"{side.mark('担')}保函", fee_rate=Decimal("0.005"), is_batch_scheme=True,
            recorded_on=loan.signed_on, recorded_by=side.bankers[0],
        )  # fmt: skip
        return loan

    def base(self, side: Side) -> None:
        """Give the bank so much lent that one bad debt suspends nothing."""
        entry = EntryFactory(project=ProjectFactory(enterprise=side.enterprise, name=f"{side.word}企坊二期项目"))
        application = ApplicationFactory(contracted=True, entry=entry, bank=side.bank, amount_requested=Decimal(side.base_amount))
        LoanFactory(application=application, contract_number=f"{side.mark('银')}二期合同", drawn_on=DRAWN)

    def settled(self, side: Side) -> None:
        """Settle the bank's second quarter of 2024: an objection, a record, payments, figures of the bank."""
        maker, _ = side.bankers
        settlement: Settlement = draft_settlement(
            bank=side.bank, mode=Mode.SPECIAL, year=2024, quarter=2, actor=self.industry, at=noon(date(2024, 6, 22))
        )
        at, key = noon(date(2024, 7, 1)), {"settlement_id": str(settlement.public_id)}
        rows = f"合同编号,贴息金额\n{side.mark('银')}合同,1.00\n".encode()
        check_bank_figures(**key, filename=f"{side.mark('银')}对账.csv", content=rows, actor=maker, at=at)
        county = side.county[0]
        objection = raise_objection(**key, reason=f"{side.mark('县')}异议理由", actor=county, at=at)
        withdraw_objection(objection_id=str(objection.public_id), remark=f"{side.mark('县')}撤回说明", actor=county, at=at)
        settlement.refresh_from_db()
        confirm_settlement(**key, sha256=settlement.current.sha256, actor=maker, at=at)  # type: ignore[union-attr]
        review_settlement(**key, actor=self.industry, at=at)
        file_settlement(**key, record_number=f"{side.word}行备案号", actor=self.treasury, at=at)
        counties = {one.county[0].institution_id: one for one in self.sides}
        for payment in Settlement.objects.get(pk=settlement.pk).payments.order_by("pk"):
            payer = counties.get(payment.payer_id)
            mark = payer.mark("县") if payer else f"{side.word}市"
            people = payer.county if payer else (self.industry, self.industry_checker)
            one = {"payment_id": str(payment.public_id)}
            record_payment(**one, paid_on=date(2024, 7, 18), voucher=f"{mark}凭证{payment.pk}", actor=people[0], at=noon(date(2024, 7, 20)))
            check_payment(**one, actor=people[1], at=noon(date(2024, 7, 20)))
        self.settlements = {**getattr(self, "settlements", {}), side.word: settlement}

    def gone_bad(self, side: Side) -> None:
        """Let the R&D loan go bad, be claimed, paid, partly recovered, and looked at for exemption."""
        loan, (maker, checker), own = self.rd[side.word], side.bankers, side.mark("银")
        move(loan, MovementKind.OVERDUE, loan.balance.performing, BAD - timedelta(days=100))
        classify_loan(loan_id=loan.public_id, grade="loss", on=BAD, reason=f"{own}分类理由", actor=maker, at=NOW)
        debt = recognise_bad_debt(loan_id=loan.public_id, reason=f"{own}坏账理由", actor=maker, at=NOW, on=BAD)
        for kind in RD_PAPERS:
            attach(owner=debt, kind=kind, filename=f"{own}{kind}.pdf", content=paper(own), actor=maker, at=NOW)
        claim: Claim = file_claim(bad_debt_id=debt.public_id, amount=debt.principal, actor=maker, at=NOW)
        judge, payer = side.guarantors
        begin_review(claim_id=claim.public_id, actor=judge, at=NOW)
        ask_supplement(claim_id=claim.public_id, what=f"{side.mark('担')}补正要求", actor=judge, at=NOW)
        letter = {"filename": f"{side.mark('担')}补正函.pdf", "content": paper(side.mark("担"))}
        attach(owner=claim, kind="supplement", **letter, actor=judge, at=NOW)
        supply(claim_id=claim.public_id, actor=maker, at=NOW)
        begin_review(claim_id=claim.public_id, actor=judge, at=NOW)
        accept_claim(claim_id=claim.public_id, actor=judge, at=NOW)
        propose_payment(claim_id=claim.public_id, actor=judge, at=NOW)
        return_payment(claim_id=claim.public_id, reason=f"{side.mark('担')}退回理由", actor=payer, at=NOW)
        propose_payment(claim_id=claim.public_id, actor=judge, at=NOW)
        release_payment(claim_id=claim.public_id, actor=payer, at=NOW)
        recovery = record_recovery(
            bad_debt_id=debt.public_id, amount=Decimal("100000.00"), costs=Decimal(0), received_on=TODAY, bank_reference=f"{own}追偿流水",
            remark=f"{own}追偿说明", actor=maker, at=NOW,
        )  # fmt: skip
        check_recovery(recovery_id=recovery.public_id, actor=checker, at=NOW)
        fee = {"amount": Decimal("517.00"), "charged_on": TODAY, "voucher": f"{side.mark('担')}收费凭证"}
        record_guarantee_fee(guarantee_id=loan.guarantee.pk, **fee, actor=judge, at=NOW)
        record_diligence_rules(name=f"{own}尽责办法", document_number=f"{own}文", effective_on=TODAY, actor=maker, at=NOW)
        exemption = open_exemption(bad_debt_id=debt.public_id, actor=maker, at=NOW)
        build_evidence_pack(exemption_id=exemption.public_id, actor=maker, at=NOW)
