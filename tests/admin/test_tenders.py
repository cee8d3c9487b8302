"""Sealed bids on screen: banks hand in, two houses open, and no page tells anybody of a bid before."""

import re
from collections.abc import Callable

import pytest
import time_machine
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from audit.models import Event
from common.admin.display_values import page_of
from common.admin.visible import VisibleAdmin
from parties.models import Member
from subsidy.models import Bid, PaperBid, SealedBid, Tender
from tests.admin.test_steps import do_url, offered
from tests.factories import MemberFactory
from tests.subsidy.bidding import BID_AT, CLOSES, OPENED, Bank, Houses
from tests.whitelist.cases import PDF

Login = Callable[[Member], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("FP 1.4.2")]
OFFER = {"rate": "3.05", "volume": "345,678,901.00"}
TRACES = ("3.05", "345,678,901", "345678901")


@pytest.fixture
def houses(db: None) -> Houses:
    return Houses()


@pytest.fixture
def tender(houses: Houses) -> Tender:
    return houses.tender()


@pytest.fixture
def bank(db: None) -> Bank:
    return Bank()


@pytest.fixture
def rival(db: None) -> Bank:
    return Bank()


def text(answer: HttpResponse) -> str:
    """Return what an answer shows, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def hand_in(login: Login, bank: Bank, tender: Tender, **offer: str) -> SealedBid:
    """Let the bank's two persons bid on screen."""
    with time_machine.travel(BID_AT, tick=False):
        assert login(bank.maker).post(do_url(tender, "bid"), OFFER | offer).status_code == 302
        bid = SealedBid.objects.get(bank=bank.institution, state="made")
        assert login(bank.checker).post(do_url(bid, "check"), OFFER | offer).status_code == 302
    return bid


def open_bids(login: Login, houses: Houses, tender: Tender) -> None:
    """Let the two houses open the tender on screen."""
    with time_machine.travel(OPENED, tick=False):
        assert login(houses.industry).post(do_url(tender, "propose-opening")).status_code == 302
        assert login(houses.treasury_checker).post(do_url(tender, "confirm-opening")).status_code == 302


class TestABankBids:
    def test_two_persons_hand_it_in_and_no_page_shows_it_again(self, login: Login, tender: Tender, bank: Bank) -> None:
        bid = hand_in(login, bank, tender)
        with time_machine.travel(BID_AT, tick=False):
            browser = login(bank.checker)
            for page in (page_of(tender), page_of(bid), reverse("admin:subsidy_sealedbid_changelist")):
                shown = browser.get(page).content.decode()
                assert not [trace for trace in TRACES if trace in shown], page
            assert bid.receipt in browser.get(page_of(bid)).content.decode()
            assert "有效" in text(browser.get(page_of(tender)))

    def test_steps_are_offered_to_whose_turn_it_is(self, login: Login, houses: Houses, tender: Tender, bank: Bank) -> None:
        with time_machine.travel(BID_AT, tick=False):
            assert offered(login(bank.maker), tender) == {"bid", "withdraw-bid"}
            assert offered(login(houses.industry), tender) == {"put-right"}
            bid = bank.submits(tender)
            assert offered(login(bank.maker), bid) == set()
            assert offered(login(bank.checker), bid) == {"check", "send-back"}
        with time_machine.travel(CLOSES, tick=False):
            assert offered(login(bank.maker), tender) == set()
            assert offered(login(bank.checker), bid) == set()
            assert offered(login(houses.industry), tender) == {"propose-opening", "put-right"}
            login(houses.industry).post(do_url(tender, "propose-opening"))
            assert offered(login(houses.industry_checker), tender) == {"decline-opening", "put-right"}
            assert offered(login(houses.treasury_checker), tender) == {"decline-opening", "confirm-opening", "put-right"}

    def test_a_late_bid_is_told_so(self, login: Login, tender: Tender, bank: Bank) -> None:
        with time_machine.travel(CLOSES, tick=False):
            answer = login(bank.maker).post(do_url(tender, "bid"), OFFER, follow=True)
        assert "当前状态不能办理“提交投标”" in text(answer)
        assert "已截止待开标" in text(answer)
        assert not SealedBid.objects.exists()

    def test_an_unusual_rate_is_asked_about_with_a_box(self, login: Login, tender: Tender, bank: Bank) -> None:
        with time_machine.travel(BID_AT, tick=False):
            browser, unusual = login(bank.maker), OFFER | {"rate": "30.5"}
            first = browser.get(do_url(tender, "bid")).content.decode()
            assert '<input type="hidden" name="confirmed"' in first
            asked = browser.post(do_url(tender, "bid"), unusual)
            assert asked.status_code == 409
            assert "所填利率为 30.50%，不在常见的 0.50% 至 15.00% 之间" in text(asked)
            assert 'type="checkbox" name="confirmed"' in asked.content.decode()
            assert not SealedBid.objects.exists()
            assert browser.post(do_url(tender, "bid"), unusual | {"confirmed": "on"}).status_code == 302
        assert SealedBid.objects.count() == 1

    def test_the_checker_is_told_that_the_entries_differ_not_how(self, login: Login, tender: Tender, bank: Bank) -> None:
        bid = bank.submits(tender, "0.0311", "300000000")
        with time_machine.travel(BID_AT, tick=False):
            answer = login(bank.checker).post(do_url(bid, "check"), {"rate": "3.12", "volume": "300000000"})
        assert (answer.status_code, "与经办录入的不一致" in text(answer), "3.11" in text(answer)) == (409, True, False)

    def test_a_withdrawal_asks_for_nothing(self, login: Login, tender: Tender, bank: Bank) -> None:
        hand_in(login, bank, tender)
        with time_machine.travel(BID_AT, tick=False):
            login(bank.maker).post(do_url(tender, "withdraw-bid"))
            waiting = SealedBid.objects.get(state="made")
            assert login(bank.checker).post(do_url(waiting, "check")).status_code == 302
        assert list(SealedBid.objects.filter(state="checked").values_list("kind", flat=True)) == ["withdrawal"]


class TestNobodyKnows:
    def test_every_page_before_the_opening_is_the_same_with_and_without_bids(
        self, login: Login, houses: Houses, tender: Tender, bank: Bank, rival: Bank
    ) -> None:
        """Hold every list, page, export, first page and log beside what it was before anybody bid."""
        readers = [houses.industry, houses.treasury_checker, rival.checker, MemberFactory.serving("regulator")]
        readers.append(MemberFactory.serving("county_industry", district="晋江市"))
        before = [self.seen_by(login(one), tender) for one in readers]
        hand_in(login, bank, tender)
        with time_machine.travel(BID_AT, tick=False):
            login(bank.checker).get(page_of(tender))
            login(bank.checker).get(f"{reverse('admin:subsidy_sealedbid_changelist')}export/")
        for reader, pages in zip(readers, before, strict=True):
            assert self.seen_by(login(reader), tender) == pages, reader

    def seen_by(self, browser: Client, tender: Tender) -> dict[str, str]:
        """Return what each page about the matter shows; what the reading itself leaves in the log is taken back."""
        labels = ("subsidy.tender", "subsidy.sealedbid", "subsidy.paperbid", "subsidy.ratedecision", "notices.notice", "documents.document")
        pages = [reverse(f"admin:{label.replace('.', '_')}_changelist") for label in labels]
        pages += [f"{page}export/" for page in pages[:3]]
        pages += [reverse("admin:index"), page_of(tender), f"{reverse('admin:audit_event_changelist')}?q=投标"]
        pages += [f"{reverse('admin:audit_event_changelist')}?object_type=subsidy.{name}" for name in ("sealedbid", "tender")]
        with time_machine.travel(BID_AT, tick=False), transaction.atomic():
            found = {page: browser.get(page) for page in pages}
            transaction.set_rollback(True)
        return {page: self.compared(answer) for page, answer in found.items()}

    def compared(self, answer: HttpResponse) -> str:
        if answer["Content-Type"].startswith("application/"):
            return str(answer.status_code)
        return re.sub(r"csrfmiddlewaretoken\S*|value=\"\w{64}\"", "", text(answer))

    def test_a_bid_has_no_address_for_others(self, login: Login, houses: Houses, tender: Tender, bank: Bank, rival: Bank) -> None:
        bid = hand_in(login, bank, tender)
        assert login(rival.checker).get(page_of(bid)).status_code == 404
        assert login(rival.checker).post(do_url(bid, "check"), OFFER).status_code == 404
        for one in (houses.industry, houses.treasury_checker):
            assert login(one).get(page_of(bid)).status_code == 403
        for event in Event.objects.filter(object_type="subsidy.sealedbid"):
            assert login(houses.industry).get(page_of(event)).status_code == 404

    def test_no_page_of_the_admin_shows_an_envelope(self) -> None:
        """Rate and volume have no column on a page that is there before the opening, and envelopes none anywhere."""
        page = admin.site._registry[SealedBid]
        assert isinstance(page, VisibleAdmin)
        shown = {*page.shows, *(column.admin_order_field for column in page.shown_columns)}
        assert not {"envelope", "rate", "volume"} & shown
        assert Bid not in admin.site._registry


class TestTheOpening:
    def test_the_record_shows_all_bids_to_the_houses_and_to_a_bank_its_own(
        self, login: Login, houses: Houses, tender: Tender, bank: Bank, rival: Bank
    ) -> None:
        own, other = hand_in(login, bank, tender), hand_in(login, rival, tender, rate="2.97", volume="456,789,012.00")
        open_bids(login, houses, tender)
        assert Bid.objects.count() == 2
        record = text(login(houses.industry).get(page_of(tender)))
        for trace in (
            "3.05%",
            "345,678,901.00",
            "2.97%",
            "456,789,012.00",
            own.receipt,
            other.receipt,
            "|3.0500|345678901.00|",
            "开标办理",
        ):
            assert trace in record
        line = text(login(bank.maker).get(page_of(tender)))
        assert "3.05%" in line
        for trace in ("2.97", "456,789,012", rival.institution.name, other.receipt, "开标办理"):
            assert trace not in line

    def test_paper_is_entered_checked_and_marked(self, login: Login, houses: Houses, tender: Tender, bank: Bank, rival: Bank) -> None:
        hand_in(login, bank, tender)
        open_bids(login, houses, tender)
        with time_machine.travel(OPENED, tick=False):
            given = {"bank": rival.institution.pk, "rate": "2.97", "volume": "100000000", "received_at": "2024-01-08T11:59"}
            given |= {"register_number": "收2024-017", "file": SimpleUploadedFile("投标书.pdf", PDF)}
            assert login(houses.industry).post(do_url(tender, "paper-bid"), given).status_code == 302
            row = PaperBid.objects.get()
            assert offered(login(houses.treasury_checker), row) == set()
            page = text(login(houses.industry_checker).get(page_of(row)))
            assert ("投标书.pdf" in page, "2024-01-08 11:59:00" in page) == (True, True)
            assert login(houses.industry_checker).post(do_url(row, "check")).status_code == 302
        record = text(login(houses.industry).get(page_of(tender)))
        assert ("纸质" in record, "收件登记号 收2024-017" in record) == (True, True)

    def test_a_tender_is_announced_with_its_closing(self, login: Login, houses: Houses) -> None:
        given = {"category": "rd", "name": "研发", "document_number": "9号", "opened_on": "2024-01-05", "planned_volume": "2000000000"}
        with time_machine.travel(BID_AT, tick=False):
            login(houses.industry).post("/admin/subsidy/tender/new/open/", given | {"closes_at": "2024-02-01T17:00"})
        tender = Tender.objects.get(document_number="9号")
        assert "2024-02-01 17:00:00" in text(login(houses.industry).get(page_of(tender)))

    def test_what_waits_is_on_the_first_page(self, login: Login, houses: Houses, tender: Tender, bank: Bank) -> None:
        bank.submits(tender)
        assert "本行投标待复核" in text(login(bank.checker).get("/admin/"))
        assert "利率招标可投标" in text(login(bank.maker).get("/admin/"))
        with time_machine.travel(CLOSES, tick=False):
            login(houses.industry).post(do_url(tender, "propose-opening"))
        assert "开标待本单位确认" in text(login(houses.treasury_checker).get("/admin/"))
        assert "开标待本单位确认" not in text(login(houses.industry_checker).get("/admin/"))
