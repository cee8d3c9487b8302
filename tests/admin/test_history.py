"""The panel 办理记录: nothing of an event reaches a party that the case's declaration does not open to it."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import Client

from api.event_types import EVENT_TYPES
from audit.models import Event
from audit.services import Scope, record
from common.admin.display_values import page_of
from common.admin.extension_points import EXTENSION_POINTS
from common.admin.visible import VisibleAdmin
from loans.enums import MovementKind
from parties.disclosure import Party, declared
from parties.models import Member
from parties.reading import reading_of, told_events
from subsidy.models import Tender
from tests.admin.world import World
from tests.factories import InstitutionFactory, MemberFactory
from tests.loan_factories import noon
from tests.subsidy.bidding import Bank, Houses

Login = Callable[[Member], Client]
AT = noon(date(2024, 1, 10))


def history(browser: Client, case: models.Model) -> str:
    """Return the text of the panel."""
    page = browser.get(page_of(case)).content.decode()
    assert "办理记录" in page
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.rindex("办理记录") :]).split())


@pytest.fixture
def tender(db: None) -> Tender:
    """A tender that takes bids."""
    return Houses().tender()


class TestTenders:
    def test_a_bank_reads_of_its_own_bid_and_of_no_other(self, tender: Tender, world: World, login: Login) -> None:
        bank, rival = Bank(world.bank), Bank(world.other_bank)
        own, other = bank.bids(tender, "0.0311", "123450000"), rival.bids(tender, "0.0322", "678900000")
        assert "复核投标" in history(login(bank.maker), own)
        Houses().opens(tender)
        page = login(bank.maker).get(page_of(tender)).content.decode()
        assert {"3.11%", "123,450,000.00"} <= set(re.findall(r"3\.\d\d%|[\d,]+\.00", page))
        for trace in ("3.22", "678,900,000", "兴业银行", str(other.pk), other.receipt):
            assert trace not in page
        for trace in ("3.11", "123,450,000", "泉州银行", own.receipt):
            assert trace not in login(rival.maker).get(page_of(tender)).content.decode()

    def test_no_history_tells_how_many_bids_there_were_but_to_who_sees_every_case(self, tender: Tender, world: World, login: Login) -> None:
        Bank(world.bank).bids(tender)
        houses = Houses()
        houses.opens(tender)
        for party in (world.bank, world.other_bank, InstitutionFactory(), InstitutionFactory(fund_manager=True)):
            panel = history(login(MemberFactory(institution=party)), tender)
            assert "确认开标" in panel
            assert "record_sha256" not in panel
            assert "bids" not in panel
        told = history(login(houses.treasury_checker), tender)
        assert "开标记录摘要" in told
        assert "投标截止时间：2024-01-08 12:00:00" in told


class TestDeniedByDefault:
    @pytest.mark.parametrize("kind", ["bank", "county_industry", "guarantor", "fund_manager"])
    def test_a_verb_nobody_declared_is_told_to_no_party(self, kind: str, world: World, login: Login) -> None:
        loan = world.drawn
        reader = {
            "bank": world.handler,
            "county_industry": world.desk.county,
            "guarantor": MemberFactory(institution=InstitutionFactory(guarantor=True)),
            "fund_manager": MemberFactory(institution=InstitutionFactory(fund_manager=True)),
        }[kind]
        said = {"verb": "loan.sold_on", "obj": loan, "occurred_at": AT, "remark": "不应出现", "after": {"amount": "98765.43"}}
        event = record(**said, actor=reader, scope=Scope(bank_id=loan.bank_id, district_id=loan.district_id))
        assert event not in told_events(Event.objects.all(), reader)
        assert reading_of(event, reader).names_of(event) == frozenset()
        assert not reading_of(event, reader).remark
        if kind in ("bank", "county_industry"):
            panel = history(login(reader), loan)
            assert "98,765.43" not in panel
            assert "不应出现" not in panel
        assert "不应出现" in history(login(world.desk.industry), loan)

    def test_a_field_nobody_declared_is_not_told_with_the_event(self, world: World, login: Login) -> None:
        loan = world.drawn
        record(verb="loan.cure", obj=loan, actor=world.handler, occurred_at=AT, after={"amount": "77777.77", "principal": "88888.88"})
        panel = history(login(world.handler), loan)
        assert "77,777.77" in panel
        assert "88,888.88" not in panel

    def test_what_concerns_another_is_not_told_whatever_is_declared(self, world: World, login: Login) -> None:
        entry, said = world.listed.entry, {"verb": "entry.expired", "occurred_at": AT}
        record(**said, obj=entry, actor=world.desk.industry, remark="另一家银行的", scope=Scope(bank_id=world.other_bank.pk))
        record(
            **said,
            obj=entry,
            actor=world.desk.industry,
            remark="另一个县的",
            scope=Scope(district_id=world.desk.other_county.institution.district_id),
        )
        record(**said, obj=entry, actor=world.desk.industry, remark="不涉及他人")
        panel = history(login(world.handler), entry)
        assert ("另一家银行的" in panel, "不涉及他人" in panel) == (False, True)
        panel = history(login(world.desk.county), entry)
        assert ("另一个县的" in panel, "不涉及他人" in panel) == (False, True)

    def test_openings_are_told_to_no_party(self, world: World, login: Login) -> None:
        loan = world.drawn
        login(world.desk.treasury).get(page_of(loan), REMOTE_ADDR="10.9.8.7")
        panel = history(login(world.handler), loan)
        assert "查阅" not in panel
        assert "10.9.8.7" not in panel
        assert "10.9.8.7" in history(login(world.desk.industry), loan)

    def test_persons_addresses_and_moments_of_recording_stay_in_the_house(self, world: World, login: Login) -> None:
        world.move(world.loan(), MovementKind.DRAWDOWN, "1000000.00", date(2024, 4, 10))
        loan = world.listed.entry.applications.get().loan
        assert "补记于" in history(login(world.handler), loan)  # the clock of the test is years later
        for trace in ("林经办", "陈复核", "补记于", "系统内部"):
            assert trace not in history(login(world.desk.county), loan)


class TestDeclarations:
    def test_every_case_declared_is_a_model_and_every_verb_has_a_word(self) -> None:
        assert {case for case, _ in declared() if apps.get_model(case) is None} == set()
        assert {verb for _, verb in declared() if verb not in EXTENSION_POINTS.verbs} == set()

    def test_every_page_of_a_case_is_declared_or_known_to_be_told_to_nobody(self) -> None:
        """A new kind of case, or a new verb, is told to nobody until somebody decides; these are the ones of today."""
        cases = {
            model._meta.label_lower
            for model, page in admin.site._registry.items()
            if isinstance(page, VisibleAdmin) and hasattr(model, "public_id")
        }
        silent = cases - {case for case, _ in declared()}
        assert silent == SILENT
        assert EXTENSION_POINTS.verbs.keys() - {verb for _, verb in declared()} == OFFICES_ALONE

    def test_a_named_field_or_remark_is_never_told_to_somebody_unnamed(self) -> None:
        for told in declared().values():
            assert all(one.to and one.to <= frozenset(Party) for one in told)

    def test_every_type_of_event_that_programs_subscribe_to_is_told_to_some_party(self) -> None:
        told = {verb for _, verb in declared()}
        assert {one.name for one in EVENT_TYPES if one.verb not in told} == set()


# Their changes are events of the loan or claim they belong to, or they are the offices' alone.
SILENT = {"loans.movement", "loans.proposal", "risk.payment", "subsidy.paperbid", "whitelist.importfile", "whitelist.screening"}
OFFICES_ALONE = {
    "bid.superseded", "rate_objection.answer_proposed", "rate_objection.sent_back",
    "participation_decision.proposed", "participation_decision.sent_back",
    "announcement.made", "deadline.moved", "document.opened", "fact.removed", "feed.restarted", "import.checked", "import.committed",
    "import.differences_settled", "import.discarded",
    "import.reading_asked", "import.reading_confirmed", "import.received", "import.unreadable",
    "institution.entered", "interpretation.confirmed", "list.screened", "login.opened", "opened",
    "paper_bid.checked", "paper_bid.entered", "paper_bid.sent_back",
    "return_rate.reached_running_loans", "upload.taken",
    # Of logins and exports: the person's own house and the operator read them in the log.
    "access.forbidden", "access.not_found", "exported", "login.began", "login.expired", "login.failed", "login.left", "login.locked",
    "login.others_ended", "login.password_changed", "login.unlocked", "second_factor.codes_renewed", "second_factor.enrolled",
    "second_factor.exemption_changed", "second_factor.removed", "second_factor.reset", "token.refused",
    "login.password_set", "login.password_reset",
    # Of the operator's administrators, made on the server: their own house reads them in the log.
    "administrator.appointed_first", "administrator.appointed_in_emergency", "institution.named_operator",
}  # fmt: skip
