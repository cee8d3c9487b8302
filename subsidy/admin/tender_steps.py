"""The steps of tenders: what banks hand in, the opening by two houses, the award, and the rate they decide."""

from typing import Any

from django.utils import timezone

from common.admin.steps import Step, StepContext, allowed_for, states
from common.admin.transition_forms import offered
from common.enums import Category
from parties.admin.second_person import by_another
from parties.enums import InstitutionKind, MemberKind, Role
from parties.models import Member
from subsidy.admin import forms
from subsidy.enums import TenderState
from subsidy.models import SealedBid, Tender
from subsidy.services import openings, paper_bids, sealed_bids, tenders
from subsidy.tender_transitions import PAPER_BID_STEP, SEALED_BID_STEP, TENDER_STEP

K = InstitutionKind
BANKS = allowed_for(K.BANK)
BANK_CHECKERS = allowed_for(K.BANK, roles=[Role.CHECKER])
RATE_KEEPERS = allowed_for(K.CITY_INDUSTRY, K.CITY_TREASURY)
OPENING_CHECKERS = allowed_for(K.CITY_INDUSTRY, K.CITY_TREASURY, roles=[Role.CHECKER])
CITY = allowed_for(K.CITY_INDUSTRY)
CITY_CHECKERS = allowed_for(K.CITY_INDUSTRY, roles=[Role.CHECKER])


def _is_person(member: Member, case: Any) -> bool:
    return member.kind == MemberKind.PERSON


def _takes_bids(tender: Tender) -> bool:
    return tender.takes_bids(timezone.now())


def _can_be_opened(tender: Tender) -> bool:
    """Return whether the closing has come, written down already or not."""
    return tender.state == TenderState.CLOSED or (tender.state == TenderState.OPEN and not _takes_bids(tender))


def _confirms(member: Member, tender: Tender) -> bool:
    """Return whether the member is of the house that did not propose."""
    proposer = tender.opening_proposed_by
    return _is_person(member, tender) and proposer is not None and proposer.institution_id != member.institution_id


def _waits(bid: SealedBid) -> bool:
    return _takes_bids(bid.tender)


def _paper(context: StepContext) -> Any:
    given, file = context.given, context.given["file"]
    names = ("rate", "volume", "received_at", "register_number")
    return paper_bids.enter_paper_bid(
        paper_bids.Paper(**{name: given[name] for name in names}),
        tender_id=str(context.obj.public_id),
        bank=given["bank"],
        filename=file.name,
        content=file,
        confirmed=given["confirmed"],
        actor=context.member,
        at=context.at,
    )


def _decide(context: StepContext) -> Any:
    given = dict(context.given)
    fixed_asset, rd = given.pop("fixed_asset"), given.pop("rd")
    first, second = given.pop("fixed_asset_weight"), given.pop("rd_weight")
    weights = {Category.FIXED_ASSET: first, Category.RD: second} if first and second else None
    return tenders.decide_rate(
        fixed_asset_tender_id=str(fixed_asset.public_id),
        rd_tender_id=str(rd.public_id),
        weights=weights,
        actor=context.member,
        at=context.at,
        **given,
    )


NEW_TENDER = Step(
    name="open",
    label="登记招标",
    who=RATE_KEEPERS,
    form=forms.TenderForm,
    run=lambda context: tenders.open_tender(
        actor=context.member, at=context.at, **(dict(context.given) | {"category": Category(context.given["category"])})
    ),
    clause="FP 1.4.2",
    sentence="登记后各合作银行自行在系统中密封投标；截止前任何单位都看不到有无投标。登记后内容只能由两人更正，截止时间只能推迟，请核对。",
)
TENDER_STEPS_OFFERED = (
    Step(
        name="bid",
        label="提交投标",
        who=BANKS,
        may=_is_person,
        when=_takes_bids,
        form=forms.BidForm,
        run=lambda context: sealed_bids.submit_bid(
            tender_id=str(context.obj.public_id), actor=context.member, at=context.at, **context.given
        ),
        clause="FP 1.4.2",
        sentence="提交后即加密，开标前包括本行在内任何人都不能再查看；须由本行另一名复核人员在截止前复核方为有效。截止前再次提交并复核的，以最后一次为准。",
        done="投标已加密保存，请本行复核人员在截止前复核；未经复核不计为投标。",
        tone="main",
    ),
    Step(
        name="withdraw-bid",
        label="撤回投标",
        who=BANKS,
        may=_is_person,
        when=_takes_bids,
        run=lambda context: sealed_bids.withdraw_bid(tender_id=str(context.obj.public_id), actor=context.member, at=context.at),
        clause="FP 1.4.2",
        sentence="撤回同样须由本行另一名复核人员在截止前复核，复核前原投标仍然有效。",
        done="撤回已登记，请本行复核人员在截止前复核；复核前原投标仍然有效。",
        tone="danger",
    ),
    offered(
        TENDER_STEP["propose_opening"],
        name="propose-opening",
        who=RATE_KEEPERS,
        may=_is_person,
        when=_can_be_opened,
        run=lambda context: openings.propose_opening(tender_id=str(context.obj.public_id), actor=context.member, at=context.at),
        states=states(TenderState.OPEN, TenderState.CLOSED),
    ),
    offered(
        TENDER_STEP["confirm_opening"],
        name="confirm-opening",
        who=OPENING_CHECKERS,
        may=_confirms,
        fits=by_another("opening_proposed_by"),
        run=lambda context: openings.confirm_opening(tender_id=str(context.obj.public_id), actor=context.member, at=context.at),
    ),
    offered(
        TENDER_STEP["decline_opening"],
        name="decline-opening",
        who=RATE_KEEPERS,
        may=_is_person,
        run=lambda context: openings.decline_opening(tender_id=str(context.obj.public_id), actor=context.member, at=context.at),
    ),
    Step(
        name="paper-bid",
        label="录入纸质投标",
        who=CITY,
        states=states(TenderState.OPENED),
        form=forms.PaperBidForm,
        run=_paper,
        clause="FP 1.4.2",
        sentence="仅限截止前收到并登记、开标时当场启封的纸质投标；由另一名复核人员核对扫描件后列入开标记录，并注明为纸质。",
        done="纸质投标已录入，请另一名复核人员核对扫描件后复核。",
    ),
    offered(
        TENDER_STEP["award"],
        name="award",
        who=RATE_KEEPERS,
        form=forms.AwardForm,
        run=lambda context: tenders.award_tender(
            tender_id=str(context.obj.public_id), actor=context.member, at=context.at, **context.given
        ),
    ),
)
SEALED_BID_STEPS_OFFERED = (
    offered(
        SEALED_BID_STEP["check_off"],
        name="check",
        who=BANK_CHECKERS,
        may=_is_person,
        fits=by_another(),
        when=_waits,
        form=forms.CheckBidForm,
        run=lambda context: sealed_bids.check_bid(bid_id=context.obj.pk, actor=context.member, at=context.at, **context.given),
    ),
    offered(
        SEALED_BID_STEP["send_back"],
        name="send-back",
        who=BANK_CHECKERS,
        may=_is_person,
        when=_waits,
        run=lambda context: sealed_bids.send_back_bid(bid_id=context.obj.pk, actor=context.member, at=context.at),
    ),
)
PAPER_BID_STEPS_OFFERED = (
    offered(
        PAPER_BID_STEP["check_off"],
        name="check",
        who=CITY_CHECKERS,
        fits=by_another(),
        run=lambda context: paper_bids.check_paper_bid(bid_id=str(context.obj.public_id), actor=context.member, at=context.at),
    ),
    offered(
        PAPER_BID_STEP["send_back"],
        name="send-back",
        who=CITY_CHECKERS,
        run=lambda context: paper_bids.send_back_paper_bid(
            bid_id=str(context.obj.public_id), reason=context.given["reason"], actor=context.member, at=context.at
        ),
    ),
)
NEW_DECISION = Step(
    name="decide",
    label="核定综合利率",
    who=RATE_KEEPERS,
    form=forms.DecisionForm,
    run=_decide,
    clause="FP 1.4.2",
    sentence="两类贷款的中标利率加权得出统一综合利率，自生效日起作为所有合作银行的回报利率。",
)
