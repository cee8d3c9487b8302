"""Bids on paper: entered by two persons of 市工信局, with the scan, only after the bids under seal are open."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from audit.services import record
from common.dates import SHANGHAI
from common.errors import DomainError
from documents.selectors import require_papers
from documents.services import AcceptedFile, accept, lay
from parties.access import checker_differs, require
from parties.enums import InstitutionKind, Role
from parties.models import Institution, Member
from subsidy.enums import BidSource, PaperBidState, TenderState
from subsidy.models import Bid, PaperBid, Tender
from subsidy.selectors.tenders import paper_bids_visible_to, tender_of
from subsidy.selectors.visibility import visible_or_404
from subsidy.services.bid_rates import check_offer

SCAN = "纸质投标书扫描件"


class BidsStillSealed(DomainError):
    """A bid on paper is entered only once the others are open, so that nobody writes it after them or before."""

    code = "bids_still_sealed"
    sentence = "纸质投标在开标后才能录入：“{tender}”现为{state}。开标前请原封保管。"
    clause = "FP 1.4.2"


class PaperBidLate(DomainError):
    """The paper came after the closing."""

    code = "paper_bid_late"
    sentence = "收件时间不早于投标截止时间（{closes}），迟到的纸质投标不予受理。"
    clause = "FP 1.4.2"


class BankHasBid(DomainError):
    """The bank stands in the opening record already, or its paper was entered."""

    code = "bank_has_bid"
    sentence = "{bank}在“{tender}”中已有投标，一家银行一次招标只计一份投标。"
    clause = "FP 1.4.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What stands on the paper and on its envelope: rate as an annual fraction, volume in yuan, moment and number of the mail register."""

    rate: Decimal
    volume: Decimal
    received_at: datetime
    register_number: str


def enter_paper_bid(
    paper: Paper,
    *,
    tender_id: UUID | str,
    bank: Institution,
    filename: str,
    content: Any,
    actor: Member,
    at: datetime,
    confirmed: bool = False,
) -> PaperBid:
    """
    Return a bank's bid on paper with its scan, waiting for another person's check.

    Raises:
        NotVisible, NotAllowed, BidsStillSealed, PaperBidLate, BankHasBid, InvalidRate, InvalidVolume.
        ImplausibleRate: an unusual rate that is not ``confirmed``.
        and what ``documents.accept`` raises of the scan.

    Source: FP 1.4.2.
    """
    require(actor, InstitutionKind.CITY_INDUSTRY)
    scan = accept(filename=filename, content=content)
    return _entered(paper, tender_id=tender_id, bank=bank, scan=scan, actor=actor, at=at, confirmed=confirmed)


@transaction.atomic
def _entered(
    paper: Paper, *, tender_id: UUID | str, bank: Institution, scan: AcceptedFile, actor: Member, at: datetime, confirmed: bool
) -> PaperBid:
    tender = _opened_tender(tender_id)
    if tender.closes_at is not None and paper.received_at >= tender.closes_at:
        raise PaperBidLate(field="received_at", closes=f"{tender.closes_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
    standing = tender.paper_bids.filter(bank=bank).exclude(state=PaperBidState.SENT_BACK)
    if tender.bids.filter(bank=bank).exists() or standing.exists():
        raise BankHasBid(bank=bank, tender=tender)
    check_offer(rate=paper.rate, volume=paper.volume, on=paper.received_at.astimezone(SHANGHAI).date(), confirmed=confirmed)
    facts = {"rate": paper.rate, "volume": paper.volume, "received_at": paper.received_at, "register_number": paper.register_number}
    row = PaperBid.objects.create(tender=tender, bank=bank, made_by=actor, made_at=at, **facts)
    lay(owner=row, kind=SCAN, file=scan, actor=actor, at=at)
    record(verb="paper_bid.entered", obj=row, actor=actor, occurred_at=at, after=facts)
    return row


@transaction.atomic
def check_paper_bid(*, bid_id: UUID | str, actor: Member, at: datetime) -> PaperBid:
    """
    Put a bid on paper into the opening record, marked as paper.

    Raises:
        NotVisible, NotAllowed, SamePerson, BidsStillSealed, BankHasBid.
        PaperMissing: its scan was withdrawn.
        TransitionNotAllowed: it does not wait any more.

    Source: FP 1.4.2.
    """
    row = _waiting(bid_id, actor=actor)
    checker_differs(maker=row.made_by, checker=actor, at=at)
    row.check_off(by=actor, at=at)
    require_papers(row, [SCAN])
    if row.tender.bids.filter(bank=row.bank).exists():
        raise BankHasBid(bank=row.bank, tender=row.tender)
    row.save()
    Bid.objects.create(
        tender=row.tender,
        bank=row.bank,
        rate=row.rate,
        volume=row.volume,
        submitted_on=row.received_at.astimezone(SHANGHAI).date(),
        submitted_at=row.received_at,
        source=BidSource.PAPER,
        paper=row,
        recorded_by=row.made_by,
    )
    record(verb="paper_bid.checked", obj=row, actor=actor, occurred_at=at, after={"state": row.state})
    return row


@transaction.atomic
def send_back_paper_bid(*, bid_id: UUID | str, reason: str, actor: Member, at: datetime) -> PaperBid:
    """
    Give an entered paper back to its maker, who enters it anew.

    Raises:
        NotVisible, NotAllowed, BidsStillSealed.
        TransitionNotAllowed: it does not wait any more.

    Source: FP 1.4.2.
    """
    row = _waiting(bid_id, actor=actor)
    row.send_back()
    row.save()
    record(verb="paper_bid.sent_back", obj=row, actor=actor, occurred_at=at, after={"state": row.state}, remark=reason)
    return row


def _opened_tender(tender_id: UUID | str) -> Tender:
    """
    Return the tender, locked, while its bids are open and not yet awarded.

    Raises:
        NotVisible, BidsStillSealed.
    """
    tender = tender_of(tender_id, lock=True)
    if tender.state != TenderState.OPENED:
        raise BidsStillSealed(tender=tender, state=tender.get_state_display())
    return tender


def _waiting(bid_id: UUID | str, *, actor: Member) -> PaperBid:
    """
    Return the row, locked after its tender, for a checker of 市工信局.

    Raises:
        NotVisible, NotAllowed, BidsStillSealed.
    """
    require(actor, InstitutionKind.CITY_INDUSTRY, roles=(Role.CHECKER,))
    seen = visible_or_404(paper_bids_visible_to(actor), bid_id)
    tender = _opened_tender(seen.tender.public_id)
    row = PaperBid.objects.select_for_update(of=("self",)).select_related("bank", "made_by").get(pk=seen.pk)
    row.tender = tender
    return row
