"""The steps of tenders: what banks hand in, the opening by two houses, the award, and the rate they decide."""

from typing import Any

from django.utils import timezone

from common.admin import Do, ReasonForm, Step, by, states
from common.enums import Category
from parties.enums import InstitutionKind, MemberKind, Role
from parties.models import Member
from subsidy.admin import forms
from subsidy.enums import PaperBidState, SealedBidState, TenderState
from subsidy.models import SealedBid, Tender
from subsidy.services import openings, paper_bids, sealed_bids, tenders

K = InstitutionKind
BANKS = by(K.BANK)
BANK_CHECKERS = by(K.BANK, roles=[Role.CHECKER])
RATE_KEEPERS = by(K.CITY_INDUSTRY, K.CITY_TREASURY)
OPENING_CHECKERS = by(K.CITY_INDUSTRY, K.CITY_TREASURY, roles=[Role.CHECKER])
CITY = by(K.CITY_INDUSTRY)
CITY_CHECKERS = by(K.CITY_INDUSTRY, roles=[Role.CHECKER])


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


def _paper(do: Do) -> Any:
    given, file = do.given, do.given["file"]
    names = ("rate", "volume", "received_at", "register_number")
    return paper_bids.enter_paper_bid(
        paper_bids.Paper(**{name: given[name] for name in names}),
        tender_id=str(do.obj.public_id),
        bank=given["bank"],
        filename=file.name,
        content=file,
        confirmed=given["confirmed"],
        actor=do.member,
        at=do.at,
    )


def _decide(do: Do) -> Any:
    given = dict(do.given)
    fixed_asset, rd = given.pop("fixed_asset"), given.pop("rd")
    first, second = given.pop("fixed_asset_weight"), given.pop("rd_weight")
    weights = {Category.FIXED_ASSET: first, Category.RD: second} if first and second else None
    return tenders.decide_rate(
        fixed_asset_tender_id=str(fixed_asset.public_id),
        rd_tender_id=str(rd.public_id),
        weights=weights,
        actor=do.member,
        at=do.at,
        **given,
    )


NEW_TENDER = Step(
    name="open",
    label="登记招标",
    who=RATE_KEEPERS,
    form=forms.TenderForm,
    run=lambda do: tenders.open_tender(actor=do.member, at=do.at, **(dict(do.given) | {"category": Category(do.given["category"])})),
    clause="FP 1.4.2",
    sentence="登记后各合作银行自行在系统中密封投标；截止前任何单位都看不到有无投标。登记后文号、截止时间和计划规模不能更改，请核对。",
)
TENDER_STEPS = (
    Step(
        name="bid",
        label="提交投标",
        who=BANKS,
        may=_is_person,
        when=_takes_bids,
        form=forms.BidForm,
        run=lambda do: sealed_bids.submit_bid(tender_id=str(do.obj.public_id), actor=do.member, at=do.at, **do.given),
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
        run=lambda do: sealed_bids.withdraw_bid(tender_id=str(do.obj.public_id), actor=do.member, at=do.at),
        clause="FP 1.4.2",
        sentence="撤回同样须由本行另一名复核人员在截止前复核，复核前原投标仍然有效。",
        done="撤回已登记，请本行复核人员在截止前复核；复核前原投标仍然有效。",
        tone="danger",
    ),
    Step(
        name="propose-opening",
        label="提请开标",
        who=RATE_KEEPERS,
        may=_is_person,
        when=_can_be_opened,
        run=lambda do: openings.propose_opening(tender_id=str(do.obj.public_id), actor=do.member, at=do.at),
        clause="FP 1.4.2",
        sentence="开标由市工信局、市财政局各一人共同办理：本单位提请后，由另一单位的复核人员确认；确认前投标保持密封。",
        tone="main",
    ),
    Step(
        name="confirm-opening",
        label="确认开标",
        who=OPENING_CHECKERS,
        may=_confirms,
        states=states(TenderState.OPENING),
        run=lambda do: openings.confirm_opening(tender_id=str(do.obj.public_id), actor=do.member, at=do.at),
        clause="FP 1.4.2",
        sentence="确认后全部有效投标一次开启，形成开标记录，不能撤销。",
        done="已开标，开标记录如下。",
        tone="main",
    ),
    Step(
        name="decline-opening",
        label="退回开标提请",
        who=RATE_KEEPERS,
        may=_is_person,
        states=states(TenderState.OPENING),
        run=lambda do: openings.decline_opening(tender_id=str(do.obj.public_id), actor=do.member, at=do.at),
        clause="FP 1.4.2",
        sentence="退回后投标保持密封，须重新提请。",
        tone="danger",
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
    Step(
        name="award",
        label="定标",
        who=RATE_KEEPERS,
        states=states(TenderState.OPENED),
        form=forms.AwardForm,
        run=lambda do: tenders.award_tender(tender_id=str(do.obj.public_id), actor=do.member, at=do.at, **do.given),
        clause="FP 1.4.2",
        tone="main",
    ),
)
SEALED_BID_STEPS = (
    Step(
        name="check",
        label="复核",
        who=BANK_CHECKERS,
        may=_is_person,
        states=states(SealedBidState.MADE),
        when=_waits,
        form=forms.CheckBidForm,
        run=lambda do: sealed_bids.check_bid(bid_id=do.obj.pk, actor=do.member, at=do.at, **do.given),
        clause="FP 1.4.2",
        sentence="经办和复核不得为同一人。投标的复核须按本行批准文件另行录入，系统比对一致后生效；系统不显示经办所填内容。",
        done="已复核生效。请留存投标回执，开标后可据以核对。",
        tone="main",
    ),
    Step(
        name="send-back",
        label="退回经办",
        who=BANK_CHECKERS,
        may=_is_person,
        states=states(SealedBidState.MADE),
        when=_waits,
        run=lambda do: sealed_bids.send_back_bid(bid_id=do.obj.pk, actor=do.member, at=do.at),
        clause="FP 1.4.2",
        sentence="退回后不再有效，由经办重新提交；退回原因请在行内沟通，不在系统中填写，以免泄露密封内容。",
        tone="danger",
    ),
)
PAPER_BID_STEPS = (
    Step(
        name="check",
        label="复核",
        who=CITY_CHECKERS,
        states=states(PaperBidState.MADE),
        run=lambda do: paper_bids.check_paper_bid(bid_id=str(do.obj.public_id), actor=do.member, at=do.at),
        clause="FP 1.4.2",
        sentence="请对照扫描件逐项核对利率、规模、收件时间和登记号。复核后列入开标记录，不能撤销。",
        tone="main",
    ),
    Step(
        name="send-back",
        label="退回经办",
        who=CITY_CHECKERS,
        states=states(PaperBidState.MADE),
        form=ReasonForm,
        run=lambda do: paper_bids.send_back_paper_bid(bid_id=str(do.obj.public_id), reason=do.given["reason"], actor=do.member, at=do.at),
        clause="FP 1.4.2",
        tone="danger",
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
