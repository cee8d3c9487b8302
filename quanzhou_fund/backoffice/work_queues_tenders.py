"""What waits in a tender: for a bank its own bids, for the two houses the opening and the award; never whether anybody bid."""

from datetime import date

from common.admin.display_values import list_of
from parties.enums import InstitutionKind, Role
from parties.models import Member
from quanzhou_fund.backoffice.work_queues_risk import WorkQueues
from subsidy.enums import PaperBidState, SealedBidState, TenderState
from subsidy.models import PaperBid, SealedBid, Tender
from subsidy.selectors.tenders import paper_bids_visible_to, sealed_bids_visible_to


def bidders(member: Member, on: date) -> WorkQueues:
    """A bank bids, and checks its own bid, before the closing. Source: FP 1.4.2."""
    own = sealed_bids_visible_to(member).filter(tender__state=TenderState.OPEN)
    counted = own.filter(state=SealedBidState.CHECKED).values("tender")
    waiting = own.filter(state=SealedBidState.MADE).exclude(made_by=member)
    open_tenders = Tender.objects.filter(state=TenderState.OPEN).exclude(pk__in=counted)
    queues: WorkQueues = [(open_tenders, "利率招标可投标（本行尚无有效投标）", list_of(Tender, state__exact=TenderState.OPEN.value), False)]
    checks = (waiting, "本行投标待复核（截止前）", list_of(SealedBid, state__exact=SealedBidState.MADE.value), True)
    return [checks, *queues] if Role.CHECKER in member.roles else queues


def openers(member: Member, on: date) -> WorkQueues:
    """The two houses open after the closing, one proposing, the other confirming; then comes the award. Source: FP 1.4.2."""
    proposed = Tender.objects.filter(state=TenderState.OPENING).exclude(opening_proposed_by__institution=member.institution_id)
    closed, opened = (Tender.objects.filter(state=state) for state in (TenderState.CLOSED, TenderState.OPENED))
    queues: WorkQueues = [
        (closed, "已截止招标待提请开标", list_of(Tender, state__exact=TenderState.CLOSED.value), False),
        (opened, "已开标待定标", list_of(Tender, state__exact=TenderState.OPENED.value), False),
    ]
    if Role.CHECKER in member.roles:
        queues.append((proposed, "开标待本单位确认", list_of(Tender, state__exact=TenderState.OPENING.value), True))
    if member.institution is not None and member.institution.kind == InstitutionKind.CITY_INDUSTRY and Role.CHECKER in member.roles:
        papers = paper_bids_visible_to(member).filter(state=PaperBidState.MADE).exclude(made_by=member)
        queues.append((papers, "纸质投标待复核", list_of(PaperBid, state__exact=PaperBidState.MADE.value), False))
    return queues
