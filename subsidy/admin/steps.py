"""The steps of settlements, payments, objections and tenders."""

from typing import Any

from common.admin.forms import ReasonForm, StepForm
from common.admin.steps import Step, StepContext, StepPermission, allowed_for, states
from common.admin.transition_forms import by_tone, offered
from common.enums import Mode
from common.transitions import Transition, verb_labels
from parties.enums import InstitutionKind
from parties.models import Member
from subsidy.admin import forms
from subsidy.enums import SettlementState
from subsidy.models import Settlement
from subsidy.services import drafts, objections, reconciliation
from subsidy.services.step_services import OBJECTION_SERVICES, SETTLEMENT_SERVICES
from subsidy.tender_transitions import PAPER_BID_STEPS, SEALED_BID_STEPS, TENDER_STEPS
from subsidy.transitions import (
    OBJECTION_STEP,
    OBJECTION_STEPS,
    PAYMENT_STEPS,
    RECONCILIATION_STEP,
    RECONCILIATION_STEPS,
    SETTLEMENT_STEPS,
)

K, State = InstitutionKind, SettlementState
COUNTIES = allowed_for(K.COUNTY_INDUSTRY, K.COUNTY_TREASURY)
CITY = allowed_for(K.CITY_INDUSTRY)
CLAIMANTS = allowed_for(K.BANK, K.FUND_MANAGER)
DRAFTERS = allowed_for(K.CITY_INDUSTRY, K.FUND_OFFICE)


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


def _draft(context: StepContext) -> Any:
    given = dict(context.given)
    return drafts.draft_settlement(
        bank=given["bank"], mode=Mode(given["mode"]), year=given["year"], quarter=int(given["quarter"]), actor=context.member, at=context.at
    )


class NamesRevision(StepForm):
    """A confirmation names the revision that is shown."""

    def prepare(self) -> None:
        """Name it."""
        self.first(sha256=self.obj.current.sha256 if self.obj.current else "")


TAKERS = {
    "confirm": (CLAIMANTS, _claims),
    "review": (CITY, None),
    "send_back": (allowed_for(K.CITY_INDUSTRY, K.CITY_TREASURY, K.BANK, K.FUND_MANAGER), _sends_back),
    "file": (allowed_for(K.BANK, K.FUND_MANAGER, K.CITY_TREASURY), _files),
}


def _on_settlement(row: Transition) -> Step:
    who, may = TAKERS[row.name]
    service = SETTLEMENT_SERVICES[row.name].run
    base = NamesRevision if row.name == "confirm" else StepForm
    return offered(row, who=who, may=may, run=lambda context: service(settlement_id=context.obj.public_id, **context.answers), base=base)


OBJECT = Step(
    name="object",
    label="提出异议",
    who=COUNTIES,
    states=states(State.DRAFT, State.CONFIRMED, State.REVIEWED),
    form=ReasonForm,
    run=lambda context: objections.raise_objection(
        settlement_id=str(context.obj.public_id), reason=context.given["reason"], actor=context.member, at=context.at
    ),
    clause="FP 1.6.4",
    sentence="对本县(市、区)承担金额的异议须在备案前提出；异议处理前不得备案。",
)
REFRESH = Step(
    name="refresh",
    label="重新计算",
    who=DRAFTERS,
    states=states(State.DRAFT),
    run=lambda context: drafts.refresh_settlement(settlement_id=str(context.obj.public_id), actor=context.member, at=context.at),
    sentence="按最新登记的变动重新计算；金额有变化时生成新版次，原版次保留。",
)
SETTLEMENT_STEPS_OFFERED = by_tone([*(_on_settlement(row) for row in SETTLEMENT_STEPS if row.is_taken), OBJECT, REFRESH])


def _sides(member: Member, settlement: Settlement) -> bool:
    """Return whether the member serves the bank itself or who settles for it."""
    return member.institution_id == settlement.bank_id or _claims(member, settlement)


def _reconcile(context: StepContext) -> Any:
    file = context.given["file"]
    return reconciliation.check_bank_figures(
        settlement_id=str(context.obj.public_id), filename=file.name, content=file.read(), actor=context.member, at=context.at
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
COMMIT = offered(
    RECONCILIATION_STEP["commit"],
    who=CLAIMANTS,
    may=lambda member, file: _sides(member, file.settlement),
    run=lambda context: reconciliation.commit_bank_figures(reconciliation_id=str(context.obj.public_id), **context.answers),
)
NEW_SETTLEMENT = Step(name="draft", label="生成结算", who=DRAFTERS, form=forms.DraftForm, run=_draft, clause="FP 1.6.4")


def _on_objection(row: Transition, who: StepPermission, name: str) -> Step:
    service = OBJECTION_SERVICES[row.name].run
    return offered(row, who=who, name=name, run=lambda context: service(objection_id=context.obj.public_id, **context.answers))


OBJECTION_STEPS_OFFERED = (
    _on_objection(OBJECTION_STEP["reply"], CITY, "answer"),
    _on_objection(OBJECTION_STEP["withdraw"], COUNTIES, "withdraw"),
)
VERBS = {
    **verb_labels((*SETTLEMENT_STEPS, *PAYMENT_STEPS, *OBJECTION_STEPS, *RECONCILIATION_STEPS)),
    **verb_labels((*TENDER_STEPS, *SEALED_BID_STEPS, *PAPER_BID_STEPS)),
    "settlement.drafted": "生成结算",
    "settlement.recomputed": "重新计算",
    "objection.raised": "提出异议",
    "tender.opened": "登记招标",
    "bid.recorded": "登记投标",
    "bid.submitted": "提交投标",
    "bid.withdrawal_submitted": "撤回投标",
    "paper_bid.entered": "录入纸质投标",
    "rate.decided": "核定综合利率",
    "reconciliation.checked": "核对对账数据",
}
