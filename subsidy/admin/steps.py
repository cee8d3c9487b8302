"""The steps of settlements, payments, objections and tenders."""

from typing import Any

from common.admin import Do, ReasonForm, RemarkForm, Step, by, states
from common.enums import Mode
from parties.enums import InstitutionKind
from parties.models import Member
from subsidy.admin import forms
from subsidy.enums import ObjectionState, ReconciliationState, SettlementState
from subsidy.models import Settlement
from subsidy.services import drafts, objections, reconciliation, steps

K, State = InstitutionKind, SettlementState
COUNTIES = by(K.COUNTY_INDUSTRY, K.COUNTY_TREASURY)
CITY = by(K.CITY_INDUSTRY)
CLAIMANTS = by(K.BANK, K.FUND_MANAGER)
DRAFTERS = by(K.CITY_INDUSTRY, K.FUND_OFFICE)


def _claims(member: Member, settlement: Settlement) -> bool:
    """Return whether the member serves who settles: the bank or, in trust mode, the fund manager."""
    if settlement.mode == Mode.TRUST:
        return member.institution is not None and member.institution.kind == K.FUND_MANAGER
    return member.institution_id == settlement.bank_id


def _files(member: Member, settlement: Settlement) -> bool:
    return member.institution is not None and (member.institution.kind == K.CITY_TREASURY or _claims(member, settlement))


def _sends_back(member: Member, settlement: Settlement) -> bool:
    """Return whether the member may take the settlement back: the city and, until the review, who confirmed."""
    city = member.institution is not None and member.institution.kind in (K.CITY_INDUSTRY, K.CITY_TREASURY)
    return city or (settlement.state == State.CONFIRMED and _claims(member, settlement))


def _file(do: Do) -> Any:
    day = {"on": do.given["on"]} if do.given["on"] else {}
    return steps.file_settlement(
        settlement_id=str(do.obj.public_id), record_number=do.given["record_number"], actor=do.member, at=do.at, **day
    )


def _draft(do: Do) -> Any:
    given = dict(do.given)
    return drafts.draft_settlement(
        bank=given["bank"], mode=Mode(given["mode"]), year=given["year"], quarter=int(given["quarter"]), actor=do.member, at=do.at
    )


SETTLEMENT_STEPS = (
    Step(
        name="confirm",
        label="确认结算",
        who=CLAIMANTS,
        may=_claims,
        states=states(State.DRAFT),
        form=forms.ConfirmForm,
        run=lambda do: steps.confirm_settlement(settlement_id=str(do.obj.public_id), actor=do.member, at=do.at, **do.given),
        clause="FP 1.6.4",
        sentence="确认针对页面所示版次的摘要；确认前如已重新计算，须重新查看后确认。",
        tone="main",
    ),
    Step(
        name="review",
        label="审核通过",
        who=CITY,
        states=states(State.CONFIRMED),
        form=RemarkForm,
        run=lambda do: steps.review_settlement(settlement_id=str(do.obj.public_id), remark=do.given["remark"], actor=do.member, at=do.at),
        clause="FP 1.6.4",
        tone="main",
    ),
    Step(
        name="file",
        label="登记备案",
        who=by(K.BANK, K.FUND_MANAGER, K.CITY_TREASURY),
        may=_files,
        states=states(State.REVIEWED),
        form=forms.FileForm,
        run=_file,
        clause="FP 1.6.4",
        sentence="备案后明细和金额不再变动，此后的补记在下一次结算中调整；各付款方的应付金额随之生成。",
        tone="main",
    ),
    Step(
        name="object",
        label="提出异议",
        who=COUNTIES,
        states=states(State.DRAFT, State.CONFIRMED, State.REVIEWED),
        form=ReasonForm,
        run=lambda do: objections.raise_objection(
            settlement_id=str(do.obj.public_id), reason=do.given["reason"], actor=do.member, at=do.at
        ),
        clause="FP 1.6.4",
        sentence="对本县(市、区)承担金额的异议须在备案前提出；异议处理前不得备案。",
    ),
    Step(
        name="refresh",
        label="重新计算",
        who=DRAFTERS,
        states=states(State.DRAFT),
        run=lambda do: drafts.refresh_settlement(settlement_id=str(do.obj.public_id), actor=do.member, at=do.at),
        sentence="按最新登记的变动重新计算；金额有变化时生成新版次，原版次保留。",
    ),
    Step(
        name="send-back",
        label="退回",
        who=by(K.CITY_INDUSTRY, K.CITY_TREASURY, K.BANK, K.FUND_MANAGER),
        may=_sends_back,
        states=states(State.CONFIRMED, State.REVIEWED),
        form=ReasonForm,
        run=lambda do: steps.send_back_settlement(
            settlement_id=str(do.obj.public_id), reason=do.given["reason"], actor=do.member, at=do.at
        ),
        clause="FP 1.6.4",
        sentence="退回后重新计算为新版次，原版次保留。",
        tone="danger",
    ),
)


def _sides(member: Member, settlement: Settlement) -> bool:
    """Return whether the member serves the bank itself or who settles for it."""
    return member.institution_id == settlement.bank_id or _claims(member, settlement)


def _reconcile(do: Do) -> Any:
    file = do.given["file"]
    return reconciliation.check_bank_figures(
        settlement_id=str(do.obj.public_id), filename=file.name, content=file.read(), actor=do.member, at=do.at
    )


RECONCILE = Step(
    name="reconcile",
    label="提交对账数据",
    who=CLAIMANTS,
    may=_sides,
    when=lambda settlement: settlement.current_id is not None,
    form=forms.FiguresForm,
    run=_reconcile,
    clause="FP 1.6.4",
    sentence="先逐行核对，列出有误的行和双方不一致的贷款；确认后作为本行数据入库。",
    done="对账数据已核对，请查看差异后确认。",
)
COMMIT = Step(
    name="commit",
    label="确认入库",
    who=CLAIMANTS,
    may=lambda member, file: _sides(member, file.settlement),
    states=states(ReconciliationState.CHECKED),
    run=lambda do: reconciliation.commit_bank_figures(reconciliation_id=str(do.obj.public_id), actor=do.member, at=do.at),
    clause="FP 1.6.4",
    tone="main",
)
NEW_SETTLEMENT = Step(name="draft", label="生成结算", who=DRAFTERS, form=forms.DraftForm, run=_draft, clause="FP 1.6.4")


OBJECTION_STEPS = (
    Step(
        name="answer",
        label="答复异议",
        who=CITY,
        states=states(ObjectionState.OPEN),
        form=forms.AnswerForm,
        run=lambda do: objections.answer_objection(
            objection_id=str(do.obj.public_id), answer=do.given["answer"], actor=do.member, at=do.at
        ),
        tone="main",
    ),
    Step(
        name="withdraw",
        label="撤回异议",
        who=COUNTIES,
        states=states(ObjectionState.OPEN),
        form=RemarkForm,
        run=lambda do: objections.withdraw_objection(
            objection_id=str(do.obj.public_id), remark=do.given["remark"], actor=do.member, at=do.at
        ),
    ),
)
VERBS = {
    "settlement_drafted": "生成结算",
    "settlement_recomputed": "重新计算",
    "settlement_confirmed": "确认结算",
    "settlement_reviewed": "审核通过",
    "settlement_sent_back": "退回",
    "settlement_filed": "登记备案",
    "settlement_paid": "拨付完成",
    "payment_recorded": "登记付款",
    "payment_checked": "复核付款",
    "payment_returned": "退回经办",
    "objection_raised": "提出异议",
    "objection_withdrawn": "撤回异议",
    "objection_answered": "答复异议",
    "tender_opened": "登记招标",
    "bid_recorded": "登记投标",
    "tender_closed": "定标",
    "bid_submitted": "提交投标",
    "bid_withdrawal_submitted": "撤回投标",
    "bid_checked": "复核投标",
    "bid_sent_back": "退回经办",
    "bidding_closed": "投标截止",
    "opening_proposed": "提请开标",
    "opening_declined": "退回开标提请",
    "bids_opened": "确认开标",
    "paper_bid_entered": "录入纸质投标",
    "paper_bid_checked": "复核纸质投标",
    "paper_bid_sent_back": "退回经办",
    "tender_awarded": "定标",
    "rate_decided": "核定综合利率",
    "bank_figures_checked": "核对对账数据",
    "bank_figures_committed": "对账数据入库",
}
