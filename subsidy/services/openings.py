"""Opening the bids: after the closing, proposed by a person of one house, confirmed by a person of the other."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.services import record
from common.dates import SHANGHAI
from common.errors import DomainError, NotAllowed
from parties.access import RoleMissing, checker_differs, require
from parties.enums import InstitutionKind, MemberKind, Role
from parties.models import Member
from subsidy.enums import BidSource, SealedBidKind, SealedBidState
from subsidy.models import Bid, SealedBid, Tender
from subsidy.sealing import Offer, statement
from subsidy.selectors.tenders import tender_of
from subsidy.services.sealed_bids import opened
from subsidy.services.tenders import close_if_due

OPENERS = (InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY)


class BiddingNotOver(DomainError):
    """Nobody opens bids before the closing."""

    code = "bidding_not_over"
    sentence = "“{tender}”的投标截止时间为{closes}，截止前任何人不得开标。"
    clause = "FP 1.4.2"


class SameHouse(NotAllowed):
    """Both persons of an opening would be of one house."""

    code = "same_house"
    sentence = "开标由市工信局、市财政局各一人共同办理：一方提请，另一方确认。本次由贵单位提请，请另一方确认。"
    clause = "FP 1.4.2"


@transaction.atomic
def propose_opening(*, tender_id: UUID | str, actor: Member, at: datetime) -> Tender:
    """
    Return the tender with its opening proposed; nothing is unsealed yet.

    Raises:
        NotVisible, NotAllowed, BiddingNotOver.
        TransitionNotAllowed: proposed or opened already.

    Source: FP 1.4.2, FP 1.1.3.
    """
    _require_opener(actor, Role.HANDLER, Role.CHECKER)
    tender = tender_of(tender_id, lock=True)
    if tender.closes_at is not None and at < tender.closes_at:
        raise BiddingNotOver(tender=tender, closes=f"{tender.closes_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
    close_if_due(tender, actor=actor, at=at)
    tender.propose_opening(by=actor, at=at)
    tender.save()
    record(verb="tender.opening_proposed", obj=tender, actor=actor, occurred_at=at)
    return tender


@transaction.atomic
def decline_opening(*, tender_id: UUID | str, actor: Member, at: datetime) -> Tender:
    """
    Return the tender with its bids left sealed: the proposal is taken back, or the other house declines it.

    Raises:
        NotVisible, NotAllowed.
        TransitionNotAllowed: nothing is proposed.

    Source: FP 1.4.2.
    """
    _require_opener(actor, Role.HANDLER, Role.CHECKER)
    tender = tender_of(tender_id, lock=True)
    tender.decline_opening()
    tender.save()
    record(verb="tender.opening_declined", obj=tender, actor=actor, occurred_at=at)
    return tender


@transaction.atomic
def confirm_opening(*, tender_id: UUID | str, actor: Member, at: datetime) -> Tender:
    """
    Open every bid that counts, all or none, and return the tender with its opening record.

    Raises:
        NotVisible, NotAllowed, SamePerson, BidsUnreadable.
        SameHouse: the actor's house proposed it.
        TransitionNotAllowed: nothing is proposed, or opened already.

    Source: FP 1.4.2, FP 1.1.3.
    """
    _require_opener(actor, Role.CHECKER)
    tender = tender_of(tender_id, lock=True)
    proposer = tender.opening_proposed_by
    tender.confirm_opening(by=actor, at=at)
    if proposer is not None:
        checker_differs(maker=proposer, checker=actor, at=at)
        if proposer.institution_id == actor.institution_id:
            raise SameHouse
    tender.save()
    bids = Bid.objects.bulk_create([_line_of(bid) for bid in _counted(tender)])
    after = {"bids": len(bids), "record_sha256": digest_of(bids)}
    record(verb="tender.bids_opened", obj=tender, actor=actor, occurred_at=at, after=after)
    return tender


def digest_of(bids: list[Bid]) -> str:
    """Return the SHA-256 over the statements of an opening, one a line in order of the text. Source: FP 1.4.2."""
    return hashlib.sha256("\n".join(sorted(statement_of(bid) for bid in bids)).encode()).hexdigest()


def statement_of(bid: Bid) -> str:
    """Return the line whose SHA-256 is the bank's receipt. Source: FP 1.4.2."""
    return statement(Offer(rate=bid.rate, volume=bid.volume), tender=str(bid.tender.public_id), bank=bid.bank.code, nonce=bid.nonce)


def _counted(tender: Tender) -> list[SealedBid]:
    """Return the bids that count, with the tender in hand."""
    rows = tender.sealed_bids.filter(state=SealedBidState.CHECKED, kind=SealedBidKind.BID)
    found = list(rows.select_related("bank", "made_by").order_by("bank__code").select_for_update(of=("self",)))
    for row in found:
        row.tender = tender
    return found


def _line_of(bid: SealedBid) -> Bid:
    """Return the line of the opening record that a bid becomes."""
    inside = opened(bid)
    assert bid.checked_at is not None  # a bid that counts is checked
    return Bid(
        tender=bid.tender,
        bank=bid.bank,
        rate=inside.offer.rate,
        volume=inside.offer.volume,
        submitted_on=bid.checked_at.astimezone(SHANGHAI).date(),
        submitted_at=bid.checked_at,
        source=BidSource.SEALED,
        sealed=bid,
        nonce=inside.nonce,
        recorded_by=bid.made_by,
    )


def _require_opener(actor: Member, *roles: Role) -> None:
    """
    Let pass a person of one of the two houses.

    Raises:
        NotAllowed.
    """
    require(actor, *OPENERS, roles=roles)
    if actor.kind != MemberKind.PERSON:
        raise RoleMissing(needed="市工信局、市财政局人员（程序不能开标）")
