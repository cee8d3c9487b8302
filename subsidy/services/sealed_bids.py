"""A bank's own bid: put down by one person, checked by another before the closing, replaced or taken back until then."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from audit.services import Scope, record
from common.dates import SHANGHAI
from common.errors import DomainError, NotAllowed, NotVisible
from parties.access import WORKING_ROLES, RoleMissing, checker_differs, require
from parties.enums import InstitutionKind, MemberKind, Role
from parties.models import Institution, Member
from subsidy.enums import SealedBidKind, SealedBidState
from subsidy.models import SealedBid, Tender
from subsidy.sealing import CannotUnseal, Envelope, Offer, Opened, seal, unseal
from subsidy.selectors.tenders import sealed_bids_visible_to, tender_of
from subsidy.services.bid_rates import check_offer


class BiddingOver(DomainError):
    """The closing has come; whatever arrives now is late."""

    code = "bidding_over"
    sentence = "“{tender}”已于{closed}截止投标，迟到的投标、更改和撤回一律不予受理。"
    clause = "FP 1.4.2"


class EntriesDiffer(DomainError):
    """The checker's entry is not the maker's; which number differs is not told, or checking would be copying."""

    code = "entries_differ"
    sentence = "复核录入的利率、规模与经办录入的不一致，未予通过。请按本行批准文件核对后重新录入；经办录入有误的，请退回经办重新提交。"
    clause = "FP 1.4.2"


class NothingToWithdraw(DomainError):
    """The bank has no bid that counts."""

    code = "nothing_to_withdraw"
    sentence = "本行在“{tender}”中没有经复核的有效投标，无需撤回。"
    clause = "FP 1.4.2"


class BidsUnreadable(DomainError):
    """A bid does not open: its key is missing, or somebody altered it."""

    code = "bids_unreadable"
    sentence = (
        "有投标无法解密，未作任何更改。请系统管理员核对投标密钥（BID_KEYS）是否齐全；密钥无误的，说明密文已被改动，请保留现场并查明。"
    )
    clause = "FP 1.4.2"


@transaction.atomic
def submit_bid(*, tender_id: UUID | str, rate: Decimal, volume: Decimal, actor: Member, at: datetime, confirmed: bool = False) -> SealedBid:
    """
    Return the bank's bid, sealed, waiting for its checker; an earlier one that waited is marked as replaced.

    ``rate`` is the annual return rate asked, a fraction; ``volume`` yuan. Neither is stored, logged or told in clear.

    Raises:
        NotVisible, NotAllowed, BiddingOver, InvalidRate, InvalidVolume.
        ImplausibleRate: an unusual rate that is not ``confirmed``.

    Source: FP 1.4.2; D14.
    """
    bank = _bank_of(actor)
    tender = _tender_taking_bids(tender_id, at=at)
    check_offer(rate=rate, volume=volume, on=at.astimezone(SHANGHAI).date(), confirmed=confirmed)
    row = uuid4()
    envelope = seal(Offer(rate=rate, volume=volume), row=str(row), keys=settings.BID_KEYS, **_names(tender, bank))
    bid = SealedBid(id=row, tender=tender, bank=bank, kind=SealedBidKind.BID, envelope=envelope.text, receipt=envelope.receipt)
    return _put_down(bid, verb="bid.submitted", actor=actor, at=at)


@transaction.atomic
def withdraw_bid(*, tender_id: UUID | str, actor: Member, at: datetime) -> SealedBid:
    """
    Return the bank's wish to take its bid back, waiting for its checker; until then the bid counts.

    Raises:
        NotVisible, NotAllowed, BiddingOver, NothingToWithdraw.

    Source: FP 1.4.2.
    """
    bank = _bank_of(actor)
    tender = _tender_taking_bids(tender_id, at=at)
    if not SealedBid.objects.filter(tender=tender, bank=bank, state=SealedBidState.CHECKED, kind=SealedBidKind.BID).exists():
        raise NothingToWithdraw(tender=tender)
    row = SealedBid(tender=tender, bank=bank, kind=SealedBidKind.WITHDRAWAL)
    return _put_down(row, verb="bid.withdrawal_submitted", actor=actor, at=at)


@transaction.atomic
def check_bid(*, bid_id: UUID | str, actor: Member, at: datetime, rate: Decimal | None = None, volume: Decimal | None = None) -> SealedBid:
    """
    Let a bid, or a withdrawal, count; what counted before is marked as replaced.

    Of a bid the checker enters rate and volume again, from the bank's own paper: they are compared, never shown.

    Raises:
        NotVisible, NotAllowed, SamePerson, BiddingOver, BidsUnreadable.
        EntriesDiffer: rate or volume is not the maker's.
        TransitionNotAllowed: it does not wait any more.

    Source: FP 1.4.2.
    """
    bid = _waiting(bid_id, actor=actor, at=at)
    checker_differs(maker=bid.made_by, checker=actor, at=at)
    counted = SealedBid.objects.filter(tender=bid.tender, bank=bid.bank, state=SealedBidState.CHECKED).first()
    bid.check_off(by=actor, at=at)
    if bid.kind == SealedBidKind.BID and opened(bid).offer != Offer(rate=rate or Decimal(0), volume=volume or Decimal(0)):
        raise EntriesDiffer
    _supersede([counted] if counted else [], at=at)
    bid.save()
    return _recorded(bid, verb="bid.checked", actor=actor, at=at)


@transaction.atomic
def send_back_bid(*, bid_id: UUID | str, actor: Member, at: datetime) -> SealedBid:
    """
    Give a waiting bid back to its maker. No reason is asked for: it would hold in clear what is sealed.

    Raises:
        NotVisible, NotAllowed, BiddingOver.
        TransitionNotAllowed: it does not wait any more.

    Source: FP 1.4.2.
    """
    bid = _waiting(bid_id, actor=actor, at=at)
    bid.send_back(at=at)
    bid.save()
    return _recorded(bid, verb="bid.sent_back", actor=actor, at=at)


def opened(bid: SealedBid) -> Opened:
    """
    Return what lies in an envelope. For the check by the bank itself and for the opening; nothing else calls it.

    Raises:
        BidsUnreadable.
    """
    try:
        envelope = Envelope(text=bid.envelope, receipt=bid.receipt)
        return unseal(envelope, row=str(bid.pk), keys=settings.BID_KEYS, **_names(bid.tender, bid.bank))
    except CannotUnseal:
        raise BidsUnreadable from None


def _names(tender: Tender, bank: Institution) -> dict[str, str]:
    """Return the words for tender and bank in receipts: as the opening record prints them."""
    return {"tender": str(tender.public_id), "bank": bank.code}


def _bank_of(actor: Member, *, roles: Iterable[Role] = WORKING_ROLES) -> Institution:
    """
    Return the bank a person bids for.

    Raises:
        NotAllowed: no bank's person, or without the role.
    """
    require(actor, InstitutionKind.BANK, roles=roles)
    if actor.kind != MemberKind.PERSON or actor.institution is None:
        raise RoleMissing(needed="银行人员（接口程序不能投标）")
    if not actor.institution.is_active:
        raise NotAllowed
    return actor.institution


def _tender_taking_bids(tender_id: UUID | str, *, at: datetime) -> Tender:
    """
    Return the tender, locked, while it takes bids. Every service locks the tender first, then bids, so closing and checking take turns.

    Raises:
        NotVisible, BiddingOver.
    """
    tender = tender_of(tender_id, lock=True)
    if not tender.takes_bids(at):
        closed = "" if tender.closes_at is None else f"{tender.closes_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        raise BiddingOver(tender=tender, closed=closed)
    return tender


def _waiting(bid_id: UUID | str, *, actor: Member, at: datetime) -> SealedBid:
    """
    Return the bank's row, locked after its tender, for a checker of the bank.

    Raises:
        NotVisible, NotAllowed, BiddingOver.
    """
    _bank_of(actor, roles=(Role.CHECKER,))
    seen = sealed_bids_visible_to(actor).filter(pk=bid_id).first()
    if seen is None:
        raise NotVisible
    tender = _tender_taking_bids(seen.tender.public_id, at=at)
    bid = SealedBid.objects.select_for_update(of=("self",)).select_related("bank", "made_by").get(pk=seen.pk)
    bid.tender = tender
    return bid


def _put_down(row: SealedBid, *, verb: str, actor: Member, at: datetime) -> SealedBid:
    """Add a row that waits, in the place of one that waited."""
    row.made_by, row.made_at = actor, at
    _supersede(SealedBid.objects.filter(tender=row.tender, bank=row.bank, state=SealedBidState.MADE), at=at)
    row.save(force_insert=True)
    return _recorded(row, verb=verb, actor=actor, at=at)


def _supersede(rows: Iterable[SealedBid], *, at: datetime) -> None:
    for row in rows:
        row.supersede(at=at)
        row.save()


def _recorded(bid: SealedBid, *, verb: str, actor: Member, at: datetime) -> SealedBid:
    """Write the event; until the opening it is withheld from everybody but the bank (``subsidy.withheld``)."""
    after = {"state": bid.state, "receipt": bid.receipt}
    record(verb=verb, obj=bid, actor=actor, occurred_at=at, after=after, scope=Scope(bank_id=bid.bank_id))
    return bid
