"""Doors beside the pages: what a field offers, mails, the portal, the log's file, and what moves when somebody else acts."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.core import mail
from django.test import Client
from django.urls import reverse

from audit.models import Event
from audit.sealing import as_mappings
from common.enums import Category
from documents.services import attach
from loans.enums import MovementKind
from loans.movement_steps import NewMovement
from loans.services.applications import draft_application
from loans.services.proposals import confirm_proposals, propose_movements
from loans.services.use_of_funds import record_use_check
from notices.models import EmailDelivery, Notice
from notices.services import send_due_emails
from parties.models import Enterprise, Member
from portal.urls import urlpatterns as portal_addresses
from subsidy.models import Line
from subsidy.services.sealed_bids import check_bid, submit_bid
from subsidy.services.tenders import open_tender
from tests.api.caller import Caller
from tests.portal.public_pages import public_pages
from tests.privacy.market import NOW, Market, paper
from tests.privacy.sweep import Said, ask, filled, identifiers_told, interface_addresses, pages, route
from tests.privacy.test_reading import PERSONS, amounts, foreign, leaks, reader_of
from tests.subsidy.bidding import BEGUN, BID_AT, CLOSES
from whitelist.enums import LISTED_STATES
from whitelist.models import Entry

Login = Callable[[Member], Client]


def fields_that_offer() -> Iterator[str]:
    """Yield the address of what Django's admin would offer for each relation of each page."""
    for model in admin.site._registry:
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model is not None:
                names = f"app_label={model._meta.app_label}&model_name={model._meta.model_name}&field_name={field.name}"
                yield f"{reverse('admin:autocomplete')}?{names}&term="


@pytest.mark.parametrize("reader", ["bank", "county", "guarantor", "contributor"])
def test_a_field_offers_nothing_of_a_competitors(reader: str, market: Market, login: Login) -> None:
    browser = login(reader_of(market, reader))
    said = [ask(browser, address) for address in fields_that_offer()]
    assert len(said) > 100
    assert {one.status for one in said} <= {200, 403, 404}
    houses = {"乙正担保", "乙正银行", "甲正担保", "甲正银行"}  # who takes part is public
    assert leaks([one for one in said if one.status == 200], foreign(market, reader) - houses) == {}


def test_a_mail_tells_its_reader_its_own(market: Market) -> None:
    readers = {"bank": market.one.bank, "county": market.one.county[0].institution, "guarantor": market.one.guarantor}
    for reader, house in readers.items():
        own = Notice.objects.filter(institution=house)
        EmailDelivery.objects.exclude(notice__in=own).update(due_at=NOW + timedelta(days=365))
        EmailDelivery.objects.filter(notice__in=own, sent_at=None).update(due_at=NOW - timedelta(days=1))
        mail.outbox.clear()
        assert send_due_emails(at=NOW, limit=1_000) == len(mail.outbox) > 0
        addresses = set(Member.objects.filter(institution=house).values_list("user__email", flat=True))
        assert {address for letter in mail.outbox for address in letter.to} <= addresses
        text = "\n".join(f"{letter.subject}\n{letter.body}\n{letter.message()}" for letter in mail.outbox).replace(",", "")
        assert {value for value in foreign(market, reader) if value in text} == set(), reader


def test_every_page_of_the_portal_is_an_enterprises_own(market: Market, login: Login) -> None:
    """Asked for every loan and line there is; a new address of the portal has to be asked here too."""
    assert {one.name for one in portal_addresses} == {"loans", "login", "logout", "standing", "application", "loan", "subsidy"}
    for side, other, lenders in ((market.one, market.two, ("甲银", "交银", "乙银")), (market.two, market.one, ("乙银",))):
        browser = login(side.person)
        said = [ask(browser, reverse("portal:loans")), ask(browser, reverse("portal:standing")), ask(browser, reverse("account:home"))]
        for loan in [*market.project.values(), *market.rd.values(), market.cross]:
            said.append(ask(browser, reverse("portal:loan", args=[loan.public_id])))
            said.append(ask(browser, reverse("portal:application", args=[loan.application.public_id])))
            said += [ask(browser, reverse("portal:subsidy", args=[loan.public_id, line.pk])) for line in Line.objects.filter(loan=loan)]
        theirs = {f"{other.word}{party}密" for party in "县企担局"} | {f"{other.word}企坊"} | amounts(other.project_amount, other.rd_amount)
        people = {f"{word}{party}密{name}" for word in "甲乙" for party, names in PERSONS.items() for name in names}
        strangers = people - {f"{side.word}企密经办"}
        assert leaks(said, theirs | strangers) == {}
        everything = "\n".join(one.text for one in said)
        assert {f"{lender}密合同" for lender in lenders if lender != "乙银" or side is market.two} <= set(
            re.findall(r"[甲乙交]银密合同", everything)
        )


def test_the_public_reads_what_was_published_alone(market: Market) -> None:
    """Every page without a login, searched for every party's words; a page more is found by itself."""
    browser, words = Client(), ("密", "企坊", "甲", "乙", "正银行", "正担保")
    said = [ask(browser, address) for address in (*public_pages(), "/feed.xml", "/feed.json", "/sitemap.xml")]
    said += [ask(browser, f"{reverse('public:whitelist')}?q={word}") for word in words]
    secret = {f"{word}{party}密" for word in "甲乙" for party in "银县担局"} | {"交银密", "甲正担保", "乙正担保"}
    for side in market.sides:
        secret |= amounts(side.project_amount, side.rd_amount, side.bid_volume, side.quota, side.base_amount, side.rd_expense)
        secret |= {side.bid_rate, str(side.rd_expense)}
    unlisted = set(Entry.objects.exclude(state__in=LISTED_STATES).values_list("enterprise__name", flat=True))
    unlisted -= set(Entry.objects.filter(state__in=LISTED_STATES).values_list("enterprise__name", flat=True))
    codes = set(Enterprise.objects.values_list("credit_code", flat=True))
    searched = [Said(one.address, one.status, one.text.split("</form>")[-1]) for one in said]  # the field repeats what was looked for
    assert leaks(searched, secret | unlisted | codes) == {}
    banks = {"甲正银行", "乙正银行"}  # that they take new business is public; with whom, is not
    assert set(leaks(searched, banks)) == banks
    assert {address for found in leaks(searched, banks).values() for address in found} == {reverse("public:contacts")}
    assert "企坊" in "".join(one.text for one in searched)


def test_the_file_of_the_log_holds_no_bid_under_seal(market: Market) -> None:
    """Auditors take the log away while a tender runs."""
    rate, volume = Decimal("0.037713"), Decimal(5_551_000_077)
    given = {"document_number": "泉工信〔2024〕9号", "opened_on": date(2024, 1, 2), "planned_volume": Decimal("5000000000")}
    last = Event.objects.order_by("-pk")[0].pk
    tender = open_tender(category=Category.RD, name="招标", **given, closes_at=CLOSES, actor=market.industry, at=BEGUN)
    maker, checker = market.one.bankers
    bid = submit_bid(tender_id=tender.public_id, rate=rate, volume=volume, actor=maker, at=BID_AT)
    check_bid(bid_id=bid.pk, rate=rate, volume=volume, actor=checker, at=BID_AT)
    written = json.dumps(list(as_mappings(Event.objects.filter(pk__gt=last))), default=str, ensure_ascii=False)
    assert written.count("sealed_bid") + written.count("sealedbid") > 1
    assert [value for value in ("37713", "3.7713", "5551000077") if value in written] == []


MOVES = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"|"csrfToken": *"[^"]+"')


def told_by_the_interface(caller: Caller, identifiers: dict[str, list[str]]) -> dict[str, Any]:
    """Return all that the interface says, but for cursors: running numbers count the whole fund, which is decided."""

    def still(found: Any) -> Any:
        if isinstance(found, dict):
            return {name: still(value) for name, value in found.items() if name not in ("cursor", "next", "previous")}
        return [still(one) for one in found] if isinstance(found, list) else found

    said = {}
    for path in interface_addresses():
        for address in filled(path, identifiers):
            answer = caller.http.get(f"/api/v1/{address}", headers=caller.headers)
            is_json = answer.get("Content-Type", "").startswith("application/json")
            said[address] = still(answer.json()) if is_json else answer.status_code
    return said


def told_on_pages(browser: Client, member: Member) -> dict[str, str]:
    """Return the text of the lists and of every case's page that the member opens."""
    said = {"home": MOVES.sub("", browser.get(reverse("admin:index")).content.decode())}
    for model, page in pages():
        if model._meta.label_lower in ("audit.event",):
            continue
        addresses = [route(model, "changelist")]
        addresses += [route(model, "change", row.pk) for row in type(page).visible_to(member).order_by("-pk")[:2]]
        for address in addresses:
            said[address] = MOVES.sub("", browser.get(address).content.decode())
    return said


def the_others_act(market: Market) -> None:
    """Let 乙's bank, county and enterprise do what they do every day, on what they share with 甲 too."""
    maker, checker = market.two.bankers
    later = NOW + timedelta(minutes=5)
    for number, loan in enumerate((market.project["乙"], market.cross)):
        item = NewMovement(
            loan_id=loan.public_id, amount=Decimal("1234.00"), value_on=date(2025, 3, 7), bank_reference=f"乙行后来{number}", reason="补记"
        )
        proposal = propose_movements([item], kind=MovementKind.REPAYMENT, actor=maker, at=later)[0]
        confirm_proposals([proposal.public_id], actor=checker, at=later)
        record_use_check(loan_id=loan.public_id, finding="后来检查", is_misuse=False, actor=maker, at=later)
        attach(owner=loan, kind="放款凭证", filename="后来.pdf", content=paper("后来"), actor=maker, at=later)
    entry = market.one.project_entry
    wanted = {"mode": "special", "category": Category.WORKING_CAPITAL, "security": "secured", "amount_requested": Decimal("2345.00")}
    drafted = draft_application(
        entry_id=entry.public_id, actor=maker, at=later, bank_id=market.two.bank.public_id, **wanted,
        term_months=12,
        purpose="后来用途",
    )  # fmt: skip
    assert drafted.pk


@pytest.mark.parametrize("reader", ["bank", "guarantor"])
def test_nothing_a_party_reads_moves_when_a_competitor_acts(reader: str, market: Market, login: Login) -> None:
    """No time, mark of change, number, sum or count, on pages and over the interface."""
    member = reader_of(market, reader)
    caller = Caller.of(member.institution)
    identifiers, browser = identifiers_told([caller]), login(member)
    told_on_pages(browser, member)  # what opening pages itself writes is there before
    before = told_by_the_interface(caller, identifiers), told_on_pages(browser, member)
    assert min(len(said) for said in before) > 30
    the_others_act(market)
    after = told_by_the_interface(caller, identifiers), told_on_pages(browser, member)
    for said, now in zip(before, after, strict=True):
        assert [address for address in said if said[address] != now[address]] == []
