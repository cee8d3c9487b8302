"""Tenders for tests: two banks with their people, the two houses, and every step of a sealed tender."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from common.enums import Category
from parties.models import Institution, Member
from subsidy.models import PaperBid, SealedBid, Tender
from subsidy.services.openings import confirm_opening, propose_opening
from subsidy.services.paper_bids import Paper, check_paper_bid, enter_paper_bid
from subsidy.services.sealed_bids import check_bid, submit_bid
from subsidy.services.tenders import award_tender, open_tender
from tests.factories import InstitutionFactory, MemberFactory
from tests.subsidy.factories import noon
from tests.whitelist.cases import PDF

BEGUN = noon(2024, 1, 2)
BID_AT = noon(2024, 1, 5)
CLOSES = noon(2024, 1, 8)
OPENED = noon(2024, 1, 9)
RATE, VOLUME = Decimal("0.0305"), Decimal("300000000.00")


@dataclass
class Bank:
    """A bank with a maker and a checker."""

    institution: Institution = field(default_factory=InstitutionFactory)

    def __post_init__(self) -> None:
        self.maker: Member = MemberFactory(institution=self.institution)
        self.checker: Member = MemberFactory(institution=self.institution, checker=True)

    def submits(
        self, tender: Tender, rate: Decimal | str = RATE, volume: Decimal | str = VOLUME, at: datetime = BID_AT, **more: Any
    ) -> SealedBid:
        """Put a bid down, unchecked."""
        return submit_bid(tender_id=tender.public_id, rate=Decimal(rate), volume=Decimal(volume), actor=self.maker, at=at, **more)

    def checks(self, bid: SealedBid, rate: Decimal | str = RATE, volume: Decimal | str = VOLUME, at: datetime = BID_AT) -> SealedBid:
        """Check it by entering it again."""
        return check_bid(bid_id=bid.pk, rate=Decimal(rate), volume=Decimal(volume), actor=self.checker, at=at)

    def bids(self, tender: Tender, rate: Decimal | str = RATE, volume: Decimal | str = VOLUME, at: datetime = BID_AT) -> SealedBid:
        """Put a bid down and check it."""
        return self.checks(self.submits(tender, rate, volume, at, confirmed=True), rate, volume, at)


class Houses:
    """市工信局 and 市财政局, who open bids together."""

    def __init__(self) -> None:
        self.industry: Member = MemberFactory.serving("city_industry")
        self.industry_checker: Member = MemberFactory.serving("city_industry", checker=True)
        self.treasury_checker: Member = MemberFactory.serving("city_treasury", checker=True)

    def tender(self, category: Category = Category.RD, **given: Any) -> Tender:
        """Open a tender that takes bids until noon of 8 January 2024."""
        facts = {
            "name": f"{category.label}招标",
            "document_number": "泉工信〔2024〕1号",
            "opened_on": date(2024, 1, 2),
            "closes_at": CLOSES,
            "planned_volume": Decimal("2000000000"),
            "actor": self.industry,
            "at": BEGUN,
        }
        return open_tender(category=category, **facts | given)

    def opens(self, tender: Tender, at: datetime = OPENED) -> Tender:
        """Open the bids: one house proposes, the other confirms."""
        propose_opening(tender_id=tender.public_id, actor=self.industry, at=at)
        return confirm_opening(tender_id=tender.public_id, actor=self.treasury_checker, at=at)

    def awards(self, tender: Tender, result: Decimal | None = None, **more: Any) -> Tender:
        """Award the tender on the day of the opening."""
        on, at = OPENED.date(), OPENED
        return award_tender(tender_id=str(tender.public_id), on=on, result=result, actor=self.industry, at=at, **more)

    def enters(self, tender: Tender, bank: Institution, at: datetime = OPENED, **given: Any) -> PaperBid:
        """Enter a bid on paper that came an hour before the closing."""
        facts = {"rate": RATE, "volume": VOLUME, "received_at": CLOSES - timedelta(hours=1), "register_number": "收2024-017"}
        paper = Paper(**facts | given)
        files = {"filename": "投标书.pdf", "content": PDF}
        return enter_paper_bid(paper, tender_id=tender.public_id, bank=bank, actor=self.industry, at=at, **files)

    def checks(self, row: PaperBid, at: datetime = OPENED) -> PaperBid:
        """Check it by another person."""
        return check_paper_bid(bid_id=str(row.public_id), actor=self.industry_checker, at=at)
