"""
The steps of tenders and bids: from where, where to, whose, by which clause. See ``common.transitions``.

Source: FP 1.4.2, FP 1.1.3.
"""

from django.db import models

from common.transitions import Signer, Transition, by_name
from subsidy.enums import PaperBidState, SealedBidState, TenderState
from subsidy.transitions import REASON


class TenderParty(models.TextChoices):
    """A party to a tender."""

    BANK = "bank", "本行"
    KEEPERS = "keepers", "市工信局、市财政局"
    OTHER_HOUSE = "other_house", "提请方以外的另一单位"
    CITY_INDUSTRY = "city_industry", "市工信局"
    SYSTEM = "system", "系统"


BANK, KEEPERS, OTHER_HOUSE, CITY_INDUSTRY, SYSTEM = (party.value for party in TenderParty)

TENDER_STEPS = (
    Transition(
        name="close",
        label="投标截止",
        sources=(TenderState.OPEN,),
        target=TenderState.CLOSED,
        who=(SYSTEM,),
        clause="FP 1.4.2",
        verb="tender.bidding_closed",
        signer=Signer.NOBODY,
    ),
    Transition(
        name="propose_opening",
        label="提请开标",
        sources=(TenderState.CLOSED,),
        target=TenderState.OPENING,
        who=(KEEPERS,),
        clause="FP 1.4.2",
        verb="tender.opening_proposed",
        sentence="开标由市工信局、市财政局各一人共同办理：本单位提请后，由另一单位的复核人员确认；确认前投标保持密封。",
        tone="main",
    ),
    Transition(
        name="confirm_opening",
        label="确认开标",
        sources=(TenderState.OPENING,),
        target=TenderState.OPENED,
        who=(OTHER_HOUSE,),
        clause="FP 1.4.2, FP 1.1.3",
        verb="tender.bids_opened",
        signer=Signer.SECOND,
        sentence="确认后全部有效投标一次开启，形成开标记录，不能撤销。",
        done="已开标，开标记录如下。",
        tone="main",
    ),
    Transition(
        name="decline_opening",
        label="退回开标提请",
        sources=(TenderState.OPENING,),
        target=TenderState.CLOSED,
        who=(KEEPERS,),
        clause="FP 1.4.2",
        verb="tender.opening_declined",
        sentence="退回后投标保持密封，须重新提请。",
        tone="danger",
    ),
    Transition(
        name="award",
        label="定标",
        sources=(TenderState.OPENED,),
        target=TenderState.AWARDED,
        who=(KEEPERS,),
        clause="FP 1.4.2",
        verb="tender.awarded",
        tone="main",
    ),
)
TENDER_STEP = by_name(TENDER_STEPS)

SEALED_BID_STEPS = (
    Transition(
        name="check_off",
        label="复核投标",
        sources=(SealedBidState.MADE,),
        target=SealedBidState.CHECKED,
        who=(BANK,),
        clause="FP 1.4.2",
        verb="bid.checked",
        signer=Signer.SECOND,
        sentence="经办和复核不得为同一人。投标的复核须按本行批准文件另行录入，系统比对一致后生效；系统不显示经办所填内容。",
        done="已复核生效。请留存投标回执，开标后可据以核对。",
        tone="main",
    ),
    Transition(
        name="send_back",
        label="退回投标经办",
        sources=(SealedBidState.MADE,),
        target=SealedBidState.SENT_BACK,
        who=(BANK,),
        clause="FP 1.4.2",
        verb="bid.sent_back",
        signer=Signer.CHECKER,
        sentence="退回后不再有效，由经办重新提交；退回原因请在行内沟通，不在系统中填写，以免泄露密封内容。",
        tone="danger",
    ),
    Transition(
        name="supersede",
        label="由后一份取代",
        sources=(
            SealedBidState.MADE,
            SealedBidState.CHECKED,
        ),
        target=SealedBidState.SUPERSEDED,
        who=(SYSTEM,),
        clause="FP 1.4.2",
        verb="bid.superseded",
        signer=Signer.NOBODY,
    ),
)
SEALED_BID_STEP = by_name(SEALED_BID_STEPS)

PAPER_BID_STEPS = (
    Transition(
        name="check_off",
        label="复核纸质投标",
        sources=(PaperBidState.MADE,),
        target=PaperBidState.CHECKED,
        who=(CITY_INDUSTRY,),
        clause="FP 1.4.2",
        verb="paper_bid.checked",
        signer=Signer.SECOND,
        sentence="请对照扫描件逐项核对利率、规模、收件时间和登记号。复核后列入开标记录，不能撤销。",
        tone="main",
    ),
    Transition(
        name="send_back",
        label="退回纸质投标经办",
        sources=(PaperBidState.MADE,),
        target=PaperBidState.SENT_BACK,
        who=(CITY_INDUSTRY,),
        clause="FP 1.4.2",
        verb="paper_bid.sent_back",
        signer=Signer.CHECKER,
        asks=(REASON,),
        tone="danger",
    ),
)
PAPER_BID_STEP = by_name(PAPER_BID_STEPS)
