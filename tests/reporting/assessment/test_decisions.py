"""A bank loses its part by a decision of two persons, in every door; what was submitted before goes on; and it comes back by a decision."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client

from common.admin.display_values import page_of
from common.enums import Category, Mode, Security
from loans.models import Application, BankQuota, Intent
from loans.selectors.caps import NoQuota
from loans.services.applications import TakesNoBusiness, draft_application, meet_conditions, record_intent
from loans.services.approval import approve_application
from loans.services.contracts import sign_contract
from loans.services.quotas import set_bank_quota
from notices.models import Notice
from parties.access import RoleMissing, SamePerson
from parties.models import BankExclusion, BankParticipation, Institution, Member
from parties.services.exclusions import ExcludedAlready
from parties.services.institutions import BankExcluded, admit_bank
from reporting.assessment.selectors import proposals_of
from reporting.assessment.services import (
    DecisionWaits,
    EffectTooEarly,
    NothingToDecide,
    YearNotLocked,
    confirm_decision,
    propose_reinstatement,
    propose_removal,
    send_back_decision,
)
from reporting.enums import DecisionState
from reporting.models import ParticipationDecision, ResponseYear
from reporting.response_rates.services.jobs import keep_response_years
from reporting.response_rates.services.years import lock_year, publish_year
from tests.api.caller import Caller
from tests.factories import BankParticipationFactory, EnterpriseFactory, InstitutionFactory, MemberFactory
from tests.loan_factories import BankQuotaFactory, EntryFactory, LoanFactory, noon
from tests.reporting.applied import AFTER, DUE, applied
from tests.reporting.years import BOTH, LOCKABLE, OVER, PUBLISHED
from whitelist.models import Entry

Login = Callable[[Member], Client]
DECIDED, EFFECTIVE, LATER = date(2025, 4, 10), date(2025, 5, 6), date(2025, 5, 12)
DOCUMENT = {"document_number": "泉工信〔2025〕9号", "reason": "年度响应率最低"}


@dataclass
class Assessed:
    """2024 with 3 of 7 in time: 1 of 4 at the bank that is to leave, 2 of 3 at the other; both take part in both modes."""

    @cached_property
    def bank(self) -> Institution:
        """The bank that is to leave."""
        return self._bank()

    @cached_property
    def other(self) -> Institution:
        """The bank that stays."""
        return self._bank()

    def _bank(self) -> Institution:
        bank = InstitutionFactory()
        for mode in Mode:
            BankParticipationFactory(bank=bank, mode=mode)
            BankQuotaFactory(bank=bank, mode=mode)
        return bank

    @cached_property
    def banker(self) -> Member:
        """Somebody of the bank."""
        return MemberFactory(institution=self.bank, roles=BOTH)

    @cached_property
    def maker(self) -> Member:
        """Who proposes at 市工信局."""
        return MemberFactory.serving("city_industry", roles=BOTH)

    @cached_property
    def checker(self) -> Member:
        """The other one there."""
        return MemberFactory.serving("city_industry", roles=BOTH)

    @cached_property
    def year(self) -> ResponseYear:
        """The year, published."""
        for bank, met in ((self.bank, DUE), *[(self.bank, AFTER)] * 3, (self.other, DUE), (self.other, DUE), (self.other, AFTER)):
            applied(bank, met=met)
        keep_response_years(at=noon(OVER))
        year = ResponseYear.objects.get(year=2024)
        return publish_year(year_id=year.public_id, actor=self.maker, at=noon(PUBLISHED))

    def locked(self) -> ResponseYear:
        """Return the year locked."""
        return lock_year(year_id=self.year.public_id, actor=self.checker, at=noon(LOCKABLE))

    def proposed(self, *, on: date = EFFECTIVE, at: datetime | None = None, bank: Institution | None = None) -> ParticipationDecision:
        """Return the decision put down."""
        who = (bank or self.bank).public_id
        return propose_removal(
            year_id=self.year.public_id, bank_id=who, effective_on=on, actor=self.maker, at=at or noon(DECIDED), **DOCUMENT
        )

    def removed(self) -> ParticipationDecision:
        """Return the decision confirmed."""
        self.locked()
        return confirm_decision(decision_id=self.proposed().public_id, actor=self.checker, at=noon(DECIDED))


@pytest.fixture
def fund(db: None) -> Assessed:
    return Assessed()


def entry() -> Entry:
    return EntryFactory(rd=True, enterprise=EnterpriseFactory())


def drafted(fund: Assessed, on: date, bank: Institution | None = None) -> Application:
    listed = entry()
    return draft_application(
        entry_id=listed.public_id, bank_id=(bank or fund.bank).public_id, mode=Mode.SPECIAL, category=Category.RD,
        security=Security.SECURED, amount_requested=Decimal(1_000_000), term_months=12, actor=MemberFactory.of(listed.enterprise),
        at=noon(on),
    )  # fmt: skip


@pytest.mark.clause("FP 2.2.1")
@pytest.mark.clause("FP 2.2.2")
class TestTheDecision:
    def test_the_proposal_is_of_the_locked_year(self, fund: Assessed) -> None:
        assert proposals_of(fund.year) == []
        with pytest.raises(YearNotLocked):
            fund.proposed()
        every, sme = proposals_of(fund.locked())
        assert (every.in_time, every.matured, every.passes, every.named) == (3, 7, False, (fund.bank.pk,))
        assert (sme.passes, sme.named) == (False, (fund.bank.pk,))

    def test_two_persons_decide_with_a_document_from_a_day_of_the_second_year(self, fund: Assessed) -> None:
        fund.locked()
        for early in (date(2024, 12, 31), DECIDED):
            with pytest.raises(EffectTooEarly):
                fund.proposed(on=early)
        decision = fund.proposed()
        assert decision.is_as_proposed is True
        with pytest.raises(DecisionWaits):
            fund.proposed()
        with pytest.raises(SamePerson):
            confirm_decision(decision_id=decision.public_id, actor=fund.maker, at=noon(DECIDED))
        with pytest.raises(EffectTooEarly):
            confirm_decision(decision_id=decision.public_id, actor=fund.checker, at=noon(EFFECTIVE))  # its day has come meanwhile
        assert not BankExclusion.objects.exists()
        confirm_decision(decision_id=decision.public_id, actor=fund.checker, at=noon(DECIDED))
        assert BankExclusion.objects.get().from_on == EFFECTIVE

    def test_it_is_市工信局s_own(self, fund: Assessed) -> None:
        fund.locked()
        asked = {"year_id": fund.year.public_id, "bank_id": fund.bank.public_id, "effective_on": EFFECTIVE, **DOCUMENT}
        for actor in (fund.banker, MemberFactory.serving("city_treasury", roles=BOTH)):
            with pytest.raises(RoleMissing):
                propose_removal(**asked, actor=actor, at=noon(DECIDED))

    def test_it_may_differ_from_the_proposal_and_says_so(self, fund: Assessed) -> None:
        fund.locked()
        assert fund.proposed(bank=fund.other).is_as_proposed is False

    def test_nothing_is_decided_where_the_fund_keeps_the_threshold(self, fund: Assessed) -> None:
        for _ in range(9):
            applied(fund.other, met=DUE)
        fund.locked()
        with pytest.raises(NothingToDecide):
            fund.proposed()

    def test_sent_back_it_may_be_put_down_anew(self, fund: Assessed) -> None:
        fund.locked()
        one = send_back_decision(decision_id=fund.proposed().public_id, reason="文号有误", actor=fund.checker, at=noon(DECIDED))
        assert one.state == DecisionState.SENT_BACK
        assert fund.proposed().state == DecisionState.PROPOSED

    def test_the_database_keeps_the_first_day(self, fund: Assessed) -> None:
        fund.locked()
        decision = fund.proposed()
        with pytest.raises(DatabaseError), transaction.atomic():
            ParticipationDecision.objects.filter(pk=decision.pk).update(effective_on=date(2024, 12, 31))


@pytest.mark.clause("FP 2.2.1")
@pytest.mark.clause("D9")
@pytest.mark.clause("D45")
class TestTheBankLoses:
    def test_intents_applications_participation_and_quota_in_both_modes(self, fund: Assessed) -> None:
        fund.removed()
        day = noon(EFFECTIVE)
        with pytest.raises(TakesNoBusiness):
            record_intent(entry_id=entry().public_id, actor=fund.banker, at=day)
        with pytest.raises(BankExcluded):
            drafted(fund, EFFECTIVE)
        for mode in Mode:
            with pytest.raises(BankExcluded):
                admit_bank(bank=fund.bank, mode=mode, from_on=EFFECTIVE, document_number="文", actor=fund.maker, at=day)
            given: dict[str, Any] = {"bank_id": fund.bank.public_id, "mode": mode, "amount": Decimal(1), "document_number": "文"}
            with pytest.raises(BankExcluded):
                set_bank_quota(**given, from_on=LATER, actor=fund.maker, at=day)
        assert set(BankParticipation.objects.filter(bank=fund.bank).values_list("until_on", flat=True)) == {EFFECTIVE}
        assert set(BankQuota.objects.filter(bank=fund.bank).values_list("until_on", flat=True)) == {EFFECTIVE}
        record_intent(entry_id=entry().public_id, actor=MemberFactory(institution=fund.other), at=day)  # the other bank goes on

    def test_until_the_day_it_goes_on(self, fund: Assessed) -> None:
        fund.removed()
        record_intent(entry_id=entry().public_id, actor=fund.banker, at=noon(date(2025, 5, 5)))
        assert drafted(fund, date(2025, 5, 5)).bank == fund.bank

    def test_the_database_refuses_too(self, fund: Assessed) -> None:
        fund.removed()
        rows: list[Callable[[], Any]] = [
            lambda: Intent.objects.create(bank=fund.bank, entry=entry(), recorded_on=EFFECTIVE, recorded_by=fund.banker),
            lambda: applied(fund.bank, on=EFFECTIVE, intent=False),
            lambda: BankQuotaFactory(bank=fund.bank, from_on=EFFECTIVE),
            lambda: BankParticipationFactory(bank=fund.bank, mode=Mode.TRUST, from_on=EFFECTIVE),
            lambda: BankParticipation.objects.filter(bank=fund.bank).update(until_on=None),
            lambda: BankQuota.objects.filter(bank=fund.bank).update(until_on=None),
            lambda: BankExclusion.objects.update(from_on=LATER),
            lambda: BankExclusion.objects.get().delete(),
        ]
        for write in rows:
            with pytest.raises(DatabaseError), transaction.atomic():
                write()

    def test_over_the_interface(self, fund: Assessed) -> None:
        fund.removed()
        with time_machine.travel(noon(EFFECTIVE), tick=False):
            refused = Caller.of(fund.bank).post("intents/", {"entry_id": str(entry().public_id)}, status=409)
        assert refused["code"] == "bank_takes_no_business"

    def test_a_bank_without_a_period_records_no_intent_either(self, fund: Assessed) -> None:
        with pytest.raises(TakesNoBusiness):
            record_intent(entry_id=entry().public_id, actor=MemberFactory(), at=noon(date(2024, 3, 1)))

    def test_it_is_excluded_once(self, fund: Assessed) -> None:
        fund.removed()
        again = fund.proposed(on=LATER)
        with pytest.raises(ExcludedAlready):
            confirm_decision(decision_id=again.public_id, actor=fund.checker, at=noon(DECIDED))


@pytest.mark.clause("D25")
@pytest.mark.clause("D45")
class TestWhatGoesOn:
    def test_what_was_submitted_before_is_decided_and_contracted(self, fund: Assessed) -> None:
        before = applied(fund.bank, on=date(2025, 4, 28))
        fund.removed()
        key: dict[str, Any] = {"application_id": before.public_id, "actor": fund.banker, "at": noon(LATER)}
        assert approve_application(**key, amount=Decimal(1_000_000)).amount_approved == Decimal(1_000_000)
        meet_conditions(**key)
        loan = sign_contract(
            **key, contract_number="HT-1", contract_amount=Decimal(1_000_000), matures_on=date(2028, 5, 1), available_until=date(2026, 5, 1)
        )
        assert loan.bank == fund.bank

    def test_a_quota_that_ended_before_lets_nothing_through(self, fund: Assessed) -> None:
        before = applied(fund.bank, on=date(2025, 4, 28))
        BankQuota.objects.filter(bank=fund.bank).update(until_on=date(2025, 4, 29))
        fund.removed()
        with pytest.raises(NoQuota):
            approve_application(application_id=before.public_id, amount=Decimal(1), actor=fund.banker, at=noon(LATER))

    def test_each_enterprise_concerned_is_told_what_it_can_do(self, fund: Assessed) -> None:
        record_intent(entry_id=(intended := entry()).public_id, actor=fund.banker, at=noon(date(2025, 4, 1)))
        draft, waiting = drafted(fund, date(2025, 4, 1)), applied(fund.bank, on=date(2025, 4, 1))
        loan = LoanFactory(application__bank=fund.bank, drawn_on=date(2024, 4, 10))
        stranger = applied(fund.other, on=date(2025, 4, 1))
        fund.removed()
        told = {one.enterprise_id: one.body for one in Notice.objects.filter(title__contains="不再受理", enterprise__isnull=False)}
        assert f"可选择的合作银行：{fund.other.name}" in told[intended.enterprise_id]
        assert "此后请改向其他合作银行申请" in told[draft.enterprise_id]
        assert "继续按原实施方案批复、签约和放款" in told[waiting.enterprise_id]
        assert "存续贷款不受影响" in told[loan.enterprise_id]
        assert stranger.enterprise_id not in told
        assert fund.bank.name not in told[intended.enterprise_id].split("可选择的合作银行")[1]

    def test_where_no_plan_is_in_force_the_successor_is_meant(self, fund: Assessed) -> None:
        fund.locked()
        decision = fund.proposed(on=date(2026, 3, 1))
        confirm_decision(decision_id=decision.public_id, actor=fund.checker, at=noon(DECIDED))
        assert "对后续实施方案适用" in Notice.objects.get(institution=fund.bank, kind="participation").body

    def test_it_comes_back_by_a_decision(self, fund: Assessed) -> None:
        fund.removed()
        back, at = date(2025, 11, 3), noon(date(2025, 10, 20))
        decision = propose_reinstatement(bank_id=fund.bank.public_id, effective_on=back, actor=fund.maker, at=at, **DOCUMENT)
        confirm_decision(decision_id=decision.public_id, actor=fund.checker, at=at)
        admit_bank(bank=fund.bank, mode=Mode.SPECIAL, from_on=back, document_number="文", actor=fund.maker, at=at)
        record_intent(entry_id=entry().public_id, actor=fund.banker, at=noon(back))
        with pytest.raises(TakesNoBusiness):
            record_intent(entry_id=entry().public_id, actor=fund.banker, at=noon(back), on=date(2025, 11, 2))


@pytest.mark.clause("FP 2.2.1")
class TestOnScreen:
    def test_the_whole_way_by_buttons_and_a_bank_reads_its_own_decision_alone(self, fund: Assessed, login: Login) -> None:
        year = fund.locked()
        with time_machine.travel(noon(DECIDED), tick=False):
            page = login(fund.maker).get(page_of(year)).content.decode()
            assert "3×5 = 15 &lt; 7×3 = 21" in page
            assert "建议取消" in page
            asked = {"bank": fund.bank.pk, "effective_on": "2025-05-06", **DOCUMENT}
            answer = login(fund.maker).post(page_of(year).replace("change/", "do/remove-bank/"), asked)
            assert answer.status_code == 302, answer.content.decode()[-2000:]
            decision = ParticipationDecision.objects.get()
            banker, rival = login(fund.banker), login(MemberFactory(institution=fund.other))
            assert banker.get(page_of(decision)).status_code == 404  # proposed is not decided
            assert "建议取消" not in banker.get(page_of(year)).content.decode()
            answer = login(fund.checker).post(page_of(decision).replace("change/", "do/confirm/"))
            assert answer.status_code == 302
            own = banker.get(page_of(decision)).content.decode()
            assert "年度响应率最低" in own
            assert fund.other.short_name not in own
            assert rival.get(page_of(decision)).status_code == 404
