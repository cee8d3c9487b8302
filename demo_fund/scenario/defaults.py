"""How the demo's losses are dealt with: recognised, claimed, examined, paid under breaker and cap, recovered and shared back."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from common.enums import Mode
from demo_fund.cast import appoint
from demo_fund.defaults import LoanDefault, Recovered
from demo_fund.papers import attach_paper
from demo_fund.places import BANKS
from demo_fund.player import Step
from demo_fund.stage import Stage
from loans.models import Application, Loan
from parties.enums import Role
from parties.models import Institution, Member
from risk.claims.selectors.papers import required_papers
from risk.claims.services.certifying import certify_loss, propose_loss
from risk.claims.services.examining import accept_claim, begin_review
from risk.claims.services.opening import file_claim, open_pursuit
from risk.claims.services.payments import NoRoomYet, NothingQueued, propose_payment, reapply_for_compensation, release_payment
from risk.claims.transitions import WAITING_FOR_MONEY
from risk.classification.services import classify_loan, recognise_bad_debt
from risk.enums import ReturnState
from risk.exemption.rules import checklist
from risk.exemption.services.cases import answer_item, conclude_exemption, open_exemption, record_diligence_rules, record_finding
from risk.exemption.services.packs import build_evidence_pack
from risk.fees.services import (
    check_enhancement_fee,
    check_guarantee_fee,
    record_enhancement_fee,
    record_guarantee_fee,
    set_enhancement_fee_rate,
)
from risk.models import BadDebt, Claim, Exemption, Return
from risk.recoveries.services.records import check_recovery, record_recovery
from risk.recoveries.services.returns import check_return, record_return

COLLECTING = 120  # fees: nothing is caught there
REAPPLIED_EVERY = timedelta(days=45)
FIRST_FEES = 356  # days from the fund's first
FEE_TABLE = ((57, Decimal("0.005")), (730, Decimal("0.004")))
RULES_ON = 150
CENT = Decimal("0.01")
# Days after the default.
NOTICED, RECOGNISED, FILED, TAKEN_UP, ACCEPTED, PROPOSED, RELEASED = 35, 96, 110, 113, 118, 125, 128
PURSUED, CERTIFIED, CHECKED = 115, 300, 304
EXEMPTION = 150


def default_steps(stage: Stage, defaults: Sequence[LoanDefault]) -> Iterator[Step]:
    """Yield what banks, guarantor, city and regulator do about bad loans, up to the demo's last day."""
    actions = [*_opening(stage), *(action for default in defaults for action in _life(stage, default))]
    actions += [*_fee_days(stage), *_renewed_applications(stage, defaults)]
    for wished, order, action in actions:
        on = stage.working_day(wished)
        if on <= stage.until:
            lane = action.args[1] if order == COLLECTING else ""
            yield Step(on, order, action, is_plain=order == COLLECTING, lane=lane)


ScheduledAction = tuple[date, int, partial[None]]


def _opening(stage: Stage) -> Iterator[ScheduledAction]:
    """Yield the fee table and the banks' own exemption rules."""
    for days, rate in FEE_TABLE:
        from_on = stage.window.after(days)
        yield from_on + timedelta(days=5), 8, partial(_set_fee, stage, from_on, rate)
    yield stage.window.after(RULES_ON), 9, partial(_record_rules, stage)


def _life(stage: Stage, default: LoanDefault) -> Iterator[ScheduledAction]:
    """Yield what becomes of one bad loan."""
    wish = default.wish

    def after(days: int) -> date:
        return wish.default_on + timedelta(days=days)

    yield after(NOTICED), 100, partial(_classify, stage, default, "special_mention")
    yield after(RECOGNISED), 101, partial(_recognise, stage, default)
    yield from ((after(back.days), 110, partial(_recover, stage, default, n, back)) for n, back in enumerate(wish.recovered))
    yield from ((after(back.days + 6), 112, partial(_return, stage, default)) for back in wish.recovered if back.is_returned)
    if wish.goes in ("claimed", "paid"):
        yield after(FILED), 102, partial(_file, stage, default)
    if wish.goes == "paid":
        yield after(TAKEN_UP), 103, partial(_examine, stage, default)
        yield after(ACCEPTED), 104, partial(_accept, stage, default)
    if wish.goes in ("pursued", "certified"):
        yield after(PURSUED), 105, partial(_pursue, stage, default)
    if wish.goes == "certified":
        yield after(CERTIFIED), 106, partial(_propose_loss, stage, default)
        yield after(CHECKED), 107, partial(_certify, stage, default)
    if wish.goes in ("paid", "certified"):
        begin = 0 if wish.goes == "paid" else CHECKED - ACCEPTED
        yield after(begin + PROPOSED), 108, partial(_propose_payment, stage, default)
        yield after(begin + RELEASED), 109, partial(_release, stage, default)
    if wish.is_exempt:
        yield after(EXEMPTION), 114, partial(_open_exemption, stage, default)
        yield after(EXEMPTION + 20), 115, partial(_conclude, stage, default)
        yield after(EXEMPTION + 60), 116, partial(_find, stage, default)


def _fee_days(stage: Stage) -> Iterator[ScheduledAction]:
    day = stage.window.after(FIRST_FEES)
    while day <= stage.until:
        for code, *_ in BANKS:
            yield day, COLLECTING, partial(_collect_fees, stage, code)
        day += timedelta(days=91)


def _renewed_applications(stage: Stage, defaults: Sequence[LoanDefault]) -> Iterator[ScheduledAction]:
    """Yield the days on which banks look whether there is room again for what was held back."""
    for code in sorted({default.wish.bank for default in defaults}):
        day = min(default.wish.default_on for default in defaults if default.wish.bank == code) + timedelta(days=RELEASED)
        while (day := day + REAPPLIED_EVERY) <= stage.until:
            yield day, 118, partial(_apply_anew, stage, code)


def _loan(default: LoanDefault) -> Loan:
    return Application.objects.get(bank_reference=default.financing.key).loan


def _bad_debt(default: LoanDefault) -> BadDebt:
    return BadDebt.objects.select_related("loan", "bank").get(loan=_loan(default))


def _claim(default: LoanDefault) -> Claim:
    return Claim.objects.get(loan=_loan(default))


def _bank(stage: Stage, default: LoanDefault) -> Institution:
    return stage.cast.institutions[default.wish.bank]


def _payers(stage: Stage, default: LoanDefault) -> Institution:
    return stage.cast.of_kind("guarantor" if default.wish.mode == "special" else "city_treasury")


def _set_fee(stage: Stage, from_on: date, rate: Decimal, at: datetime) -> None:
    actor = stage.bureau_handler("city_industry")
    set_enhancement_fee_rate(rate=rate, from_on=from_on, document_number=f"泉工信〔{from_on.year}〕18号", actor=actor, at=at)


def _record_rules(stage: Stage, at: datetime) -> None:
    for bank in (i for i in stage.cast.institutions.values() if i.kind == "bank"):
        record_diligence_rules(
            name="技术创新基金业务尽职免责管理办法",
            document_number=f"{bank.short_name}〔{at.year}〕21号",
            effective_on=stage.window.after(RULES_ON),
            actor=stage.cast.checker(bank),
            at=at,
        )


def _classify(stage: Stage, default: LoanDefault, grade: str, at: datetime) -> None:
    classify_loan(
        loan_id=_loan(default).public_id,
        grade=grade,
        on=at.date(),
        reason="企业订单大幅下降，经营现金流不足以还本。",
        actor=stage.cast.handler(_bank(stage, default)),
        at=at,
    )


def _recognise(stage: Stage, default: LoanDefault, at: datetime) -> None:
    _classify(stage, default, "doubtful", at)
    recognise_bad_debt(
        loan_id=_loan(default).public_id,
        reason="企业已停产，主要资产被多家法院查封，认定为坏账。",
        actor=stage.cast.checker(_bank(stage, default)),
        at=at,
    )


def _file(stage: Stage, default: LoanDefault, at: datetime) -> None:
    bad_debt, actor = _bad_debt(default), stage.cast.handler(_bank(stage, default))
    for paper in required_papers(bad_debt, on=at.date()):
        attach_paper(bad_debt, paper.value, label=paper.label, actor=actor, at=at)
    file_claim(bad_debt_id=bad_debt.public_id, amount=bad_debt.principal, actor=actor, at=at)


def _examine(stage: Stage, default: LoanDefault, at: datetime) -> None:
    claim = _claim(default)
    begin_review(claim_id=claim.public_id, actor=_reviewer(stage, claim), at=at)


def _accept(stage: Stage, default: LoanDefault, at: datetime) -> None:
    claim = _claim(default)
    accept_claim(claim_id=claim.public_id, actor=_reviewer(stage, claim), at=at)


def _reviewer(stage: Stage, claim: Claim) -> Member:
    return stage.cast.handler(stage.cast.of_kind("guarantor" if claim.loan.mode == Mode.SPECIAL else "city_industry"))


def _pursue(stage: Stage, default: LoanDefault, at: datetime) -> None:
    open_pursuit(bad_debt_id=_bad_debt(default).public_id, actor=stage.cast.handler(_bank(stage, default)), at=at)


def _propose_loss(stage: Stage, default: LoanDefault, at: datetime) -> None:
    bad_debt, actor = _bad_debt(default), stage.cast.handler(_bank(stage, default))
    for paper in required_papers(bad_debt, on=at.date()):
        attach_paper(bad_debt, paper.value, label=paper.label, actor=actor, at=at)
    recovered = sum((row.net for row in bad_debt.recoveries.all()), Decimal(0))
    propose_loss(
        claim_id=_claim(default).public_id,
        amount=bad_debt.principal - recovered,
        evidence_kind="court",
        evidence_number=f"({at.year})闽05执{default.financing.number}号",
        actor=actor,
        at=at,
    )


def _certify(stage: Stage, default: LoanDefault, at: datetime) -> None:
    certify_loss(claim_id=_claim(default).public_id, actor=stage.cast.checker(_bank(stage, default)), at=at)


def _propose_payment(stage: Stage, default: LoanDefault, at: datetime) -> None:
    claim = _claim(default)
    if claim.state == "payable":  # a loss that the bank bears alone is never paid
        propose_payment(claim_id=claim.public_id, actor=stage.cast.handler(_payers(stage, default)), at=at)


def _release(stage: Stage, default: LoanDefault, at: datetime) -> None:
    claim = _claim(default)
    if claim.state == "releasing":
        release_payment(claim_id=claim.public_id, actor=stage.cast.checker(_payers(stage, default)), at=at)


def _recover(stage: Stage, default: LoanDefault, number: int, back: Recovered, at: datetime) -> None:
    bad_debt, bank = _bad_debt(default), _bank(stage, default)
    recovery = record_recovery(
        bad_debt_id=bad_debt.public_id,
        amount=(bad_debt.principal * back.part).quantize(CENT),
        costs=back.costs.quantize(CENT),
        received_on=at.date(),
        bank_reference=f"{default.financing.key}-ZC{number}",
        remark="司法拍卖款",
        actor=stage.cast.handler(bank),
        at=at,
    )
    check_recovery(recovery_id=recovery.public_id, actor=stage.cast.checker(bank), at=at)


def _return(stage: Stage, default: LoanDefault, at: datetime) -> None:
    bank = _bank(stage, default)
    for row in Return.objects.filter(recovery__bad_debt=_bad_debt(default), state=ReturnState.DUE):
        voucher = f"{default.financing.key}-TH{row.pk}"
        record_return(return_id=row.public_id, returned_on=at.date(), voucher=voucher, actor=stage.cast.handler(bank), at=at)
        check_return(return_id=row.public_id, actor=stage.cast.checker(bank), at=at)


def _apply_anew(stage: Stage, code: str, at: datetime) -> None:
    """Apply anew where something was held back and there is room; a bank that sees none on its radar waits."""
    bank = stage.cast.institutions[code]
    if not Claim.objects.filter(bank=bank, state__in=WAITING_FOR_MONEY, needs_reapplication=True).exists():
        return
    try:
        reason = "坏账率已回落，申请恢复补偿。"
        reapply_for_compensation(bank_id=bank.public_id, reason=reason, actor=stage.cast.handler(bank), at=at)
    except (NoRoomYet, NothingQueued):
        return


def _collect_fees(stage: Stage, bank: str, at: datetime) -> None:
    """Collect the fee of a bank's every covered trust loan since it was last collected, and the guarantee fees not yet charged."""
    manager = stage.cast.of_kind("fund_manager")
    loans = Loan.objects.filter(
        bank__code=bank, mode="trust", category="rd", security="credit", first_drawdown_on__isnull=False, overdue=0, performing__gt=0
    )
    for loan in loans.order_by("pk"):
        last = loan.enhancement_fees.order_by("-until_on").first()
        from_on = last.until_on if last is not None else loan.first_drawdown_on
        if from_on is None or from_on >= at.date():
            continue
        fee = record_enhancement_fee(
            loan_id=loan.public_id,
            from_on=from_on,
            until_on=at.date(),
            collected_on=at.date(),
            voucher=f"ZX{at:%Y%m%d}-{loan.pk}",
            actor=stage.cast.handler(manager),
            at=at,
        )
        check_enhancement_fee(fee_id=fee.public_id, actor=stage.cast.checker(manager), at=at)
    _charge_guarantee_fees(stage, bank, at)


def _charge_guarantee_fees(stage: Stage, bank: str, at: datetime) -> None:
    guarantor = stage.cast.of_kind("guarantor")
    drawn = Loan.objects.filter(bank__code=bank, guarantee__fees__isnull=True, guarantee__isnull=False, first_drawdown_on__isnull=False)
    for loan in drawn.select_related("guarantee").order_by("pk"):
        fee = record_guarantee_fee(
            guarantee_id=loan.guarantee.pk,
            amount=(loan.contract_amount * loan.guarantee.fee_rate).quantize(CENT),
            charged_on=at.date(),
            voucher=f"DB{at:%Y%m%d}-{loan.pk}",
            actor=stage.cast.handler(guarantor),
            at=at,
        )
        check_guarantee_fee(fee_id=fee.public_id, actor=stage.cast.checker(guarantor), at=at)


def _open_exemption(stage: Stage, default: LoanDefault, at: datetime) -> None:
    handler = stage.cast.handler(_bank(stage, default))
    exemption = open_exemption(bad_debt_id=_bad_debt(default).public_id, actor=handler, at=at)
    for line in checklist():
        answer_item(exemption_id=exemption.public_id, code=line.code, is_fulfilled=True, remark="已调阅档案核实。", actor=handler, at=at)


def _conclude(stage: Stage, default: LoanDefault, at: datetime) -> None:
    conclude_exemption(
        exemption_id=_exemption(default).public_id,
        is_diligent=True,
        is_gross_negligence=False,
        is_intent=False,
        opinion="经办人员按制度履行贷前调查、审查审批和贷后管理职责，风险因行业下行产生，认定已勤勉尽职。",
        actor=_committee_member(stage, _bank(stage, default), at=at),
        at=at,
    )


def _find(stage: Stage, default: LoanDefault, at: datetime) -> None:
    exemption = _exemption(default)
    record_finding(
        exemption_id=exemption.public_id,
        is_evidence_sufficient=True,
        finding="经核查证据充分，予以免责，不纳入监管考核。",
        document_number=f"泉金监〔{at.year}〕37号",
        actor=stage.bureau_handler("regulator"),
        at=at,
    )
    build_evidence_pack(exemption_id=exemption.public_id, actor=stage.cast.handler(_bank(stage, default)), at=at)


def _exemption(default: LoanDefault) -> Exemption:
    return Exemption.objects.get(bad_debt=_bad_debt(default))


def _committee_member(stage: Stage, bank: Institution, *, at: datetime) -> Member:
    """Return the bank's committee member, who never deals with loans; appointed when first needed."""
    username = f"{bank.code}-committee"
    known = Member.objects.select_related("institution", "user").filter(institution=bank, user__username=username).first()
    if known is not None:
        return known
    return appoint(
        bank, username=username, name="尽职免责委员会委员", phone=f"197{bank.pk:08d}", roles=(Role.CHECKER,), from_on=at.date(), at=at
    )
