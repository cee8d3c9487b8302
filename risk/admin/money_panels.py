"""What was paid of a claim, what is held back and by which limit, what came back and how it is shared."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from common.admin.display_values import Badge, Cited, Hash, Lines, Money, Small, joined, link_to, percent
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, Facts, Row, table
from common.errors import DomainError
from common.money import ZERO, display
from ledger.models import Entry
from policy.selectors.versions import version_for, version_on
from risk.admin.gauges import state_badge
from risk.admin.recoveries import RETURN_HEADS, return_rows, returns_listed
from risk.admin.shared import entry_links, reads_bank
from risk.breaker.selectors import BankStanding, standing_of_bank
from risk.claims.rules.shares import Shares
from risk.claims.selectors.queue import hold_reason_of
from risk.claims.selectors.splits import expected_split
from risk.claims.selectors.standings import ClaimStanding, standing_of_claim
from risk.claims.transitions import TO_BE_PAID, WAITING_FOR_MONEY
from risk.enums import HoldReason, Payer, ReturnState
from risk.models import Claim, Payment
from risk.recoveries.rules import share_recovery
from risk.visibility import compensations_visible_to, recoveries_visible_to

HOLD_TONES = {HoldReason.RUNS: "good", HoldReason.SUSPENDED: "bad", HoldReason.CAP: "bad"}
PART_HEADS = ("支付方", "机构", "金额", "依据", "记账凭证")


def standing_shown(claim: Claim) -> ClaimStanding | None:
    """Return what a claim's payers bear, paid and owe, the split being as fixed or as expected; ``None`` before a loss is named."""
    if not claim.amount:
        return None
    try:
        return standing_of_claim(claim, expected_split(claim))
    except DomainError:
        return None


def payments_of(claim: Claim, request: HttpRequest) -> QuerySet[Payment]:
    """Return the payments of a claim with all that is shown of them."""
    related = ("made_by__institution", "checked_by__institution", "policy_version", "claim__bank")
    parts = "parts__institution", "parts__entry"
    return compensations_visible_to(acting_member(request)).filter(claim=claim).select_related(*related).prefetch_related(*parts)


def limits(request: HttpRequest, claim: Claim, standing: ClaimStanding | None) -> Facts | None:
    """Return what is still payable and which limit holds it back, the sum written out; the bank's totals for those who read them."""
    if claim.state not in TO_BE_PAID or standing is None:
        return None
    bank = standing_of_bank(claim.bank, on=timezone.localdate())
    payable = standing.payable.compensation
    rows = [
        Fact("本笔尚应支付", Money(payable)),
        Fact("支付情况", _hold(claim, bank)),
        Fact("银行风险状态", state_badge(bank.headroom.state)),
    ]
    if reads_bank(request, claim.bank):
        rows += _bank_sums(bank, payable)
    note = "熔断和补偿上限在支付时按当日数据重新核对；未付部分排队，有余额后由银行重新申请。"
    return Facts(title="支付限制（今日）", facts=rows, clause="FP 1.5.3, D20", note=note)


def hold_badge(hold: HoldReason) -> Badge:
    """Return what keeps a claim in the queue."""
    return Badge(hold.label, HOLD_TONES.get(hold, "warn"))


def _hold(claim: Claim, bank: BankStanding) -> Badge:
    if claim.state not in WAITING_FOR_MONEY:
        return Badge(claim.get_state_display(), "busy")
    return hold_badge(hold_reason_of(claim, bank))


def _bank_sums(bank: BankStanding, payable: Any) -> list[Fact]:
    """Return rate, cap and room of a bank as sums done with a pencil."""
    terms, figures, room = version_on(timezone.localdate()).terms.risk, bank.figures, bank.headroom
    rate = "尚无放款" if room.rate is None else percent(room.rate)
    bad = f"（坏账 {display(figures.bad_debt)} − 追回 {display(figures.recovered)}）÷ 累计放款 {display(figures.disbursed)}"
    cap = f"累计放款 {display(figures.disbursed)} × {percent(terms.compensation_cap_rate)}"
    least = "熔断期间为零" if room.cap_left == ZERO and room.cap > figures.compensated else f"上限 − 已补偿 {display(figures.compensated)}"
    return [
        Fact("坏账率", rate, f"{bad}；达到 {percent(terms.warning_rate)} 警示，超过 {percent(terms.breaker_rate)} 熔断"),
        Fact("补偿上限", Money(room.cap), cap),
        Fact("剩余可补偿", Money(room.cap_left), least),
        Fact("今日最多可付", Money(min(payable, room.cap_left)), "本笔尚应支付与剩余可补偿两者较小的"),
    ]


def paid(request: HttpRequest, claim: Claim) -> Any:
    """Return the payments one by one, each opened to its payers, its ledger entries and the cap at that moment."""
    found = list(payments_of(claim, request))
    with_bank = reads_bank(request, claim.bank) if found else False
    links = entry_links(request, (part.entry_id for one in found for part in one.parts.all()))
    rows = [_payment(request, one, links, with_bank=with_bank) for one in found]
    heads = ("次序", "支付日期", "支付金额", "当时的上限核对", "经办/复核")
    foot = Row(cells=("合计", "", Money(sum((one.amount for one in found), ZERO)), "", "")) if len(found) > 1 else None
    return table("补偿支付", heads, rows, foot=foot, clause="FP 1.5.3", empty="尚未支付。")


def _payment(request: HttpRequest, payment: Payment, links: dict[int | None, Any], *, with_bank: bool) -> Row:
    signed = joined(link_to(request, who, who.name) for who in (payment.made_by, payment.checked_by))
    cells = (
        link_to(request, payment, f"第{payment.number}次"), payment.paid_on, Money(payment.amount),
        cap_at_payment(payment) if with_bank else Badge("未超过上限", "good"), signed,
    )  # fmt: skip
    return Row(cells=cells, detail=parts_of(payment, links))


def cap_at_payment(payment: Payment) -> Lines:
    """Return the cap's sum as it stood just before a payment."""
    rate = version_for(payment.policy_version).terms.risk.compensation_cap_rate
    cap = f"{display(payment.disbursed)} × {percent(rate)} − 已补偿 {display(payment.compensated)}"
    return joined((Small(cap), Small(f"= 剩余 {display(payment.cap_left)}，本次支付 {display(payment.amount)}")))


def parts_of(payment: Payment, links: dict[int | None, Any]) -> Any:
    """Return what each payer gave of a payment with its ledger entry."""
    rows = [
        (one.get_payer_display(), one.institution.name, Money(one.amount), Cited(one.clause), links.get(one.entry_id, "已记账"))
        for one in payment.parts.all()
    ]
    return table("各支付方及凭证", PART_HEADS, rows)


def shared_back(claim: Claim, standing: ClaimStanding | None) -> Any:
    """Return how the cumulative net recovery is shared, what each bears in the end, has paid, got back and still owes."""
    if standing is None or not (standing.paid or standing.recovered or claim.split_on):
        return None
    back = share_recovery(standing.recovered, standing.full)
    due, owed = standing.due, standing.payable
    given, returned = _gross(claim)
    payers = [payer for payer in Payer if standing.full.of(payer)]
    rows = [
        (
            payer.label, Money(standing.full.of(payer)), Money(back.of(payer)), Money(due.of(payer)),
            *(Money(figures.of(payer)) for figures in (given, returned, owed)),
        )
        for payer in payers
    ]  # fmt: skip
    sums = (standing.full, back, due, given, returned, owed)
    foot = Row(cells=("合计", *(Money(sum((one.of(payer) for payer in payers), ZERO)) for one in sums)))
    heads = ("承担方", "分担金额", "累计追回分得", "最终承担", "累计支付", "应退回（含已退）", "尚应支付")
    note = (
        f"累计追回净额 {display(standing.recovered)} 元，先由最后一层承担方按承担比例分得，增信服务费最后回补；按累计数计算，"
        "多次追回与一次追回结果相同。最终承担 = 分担金额 − 累计追回分得；累计支付超过最终承担的部分应退回。"
    )
    return table("各方承担与追偿分配", heads, rows, foot=foot, note=note, clause="FP 1.5.2(2), D21")


def _gross(claim: Claim) -> tuple[Shares, Shares]:
    """Return what each payer has paid in all, and what was or is to be returned to it."""
    given, back = dict.fromkeys(Payer, ZERO), dict.fromkeys(Payer, ZERO)
    for payment in claim.payments.prefetch_related("parts__returns"):
        for part in payment.parts.all():
            given[Payer(part.payer)] += part.amount
            back[Payer(part.payer)] += sum((row.amount for row in part.returns.all()), ZERO)
    return Shares.from_parts(given), Shares.from_parts(back)


def counted_recoveries(request: HttpRequest, claim: Claim) -> Any:
    """Return what came back after the claim, with the running sum of what counts."""
    found = recoveries_visible_to(acting_member(request)).filter(bad_debt=claim.bad_debt_id).order_by("received_on", "id")
    total, rows = ZERO, []
    for one in found:
        counts = one.is_checked and one.claim_id == claim.pk
        total += one.net if counts else ZERO
        use = "计入本笔" if counts else "已减少可申请金额" if one.is_checked else one.get_step_display()
        rows.append(
            (
                link_to(request, one, one.bank_reference),
                one.received_on,
                Money(one.amount),
                Money(one.costs),
                Money(one.net),
                use,
                Money(total) if counts else None,
                one.remark,
            )
        )
    heads = ("银行流水号", "到账日期", "追回金额", "追偿费用", "追回净额", "计入情况", "累计净额", "说明")
    return table(
        "追偿收回",
        heads,
        rows,
        clause="FP 1.5.2(2), D21",
        empty="尚无追偿收回。",
        note="净额在复核时确定，扣除本次费用和以前未抵足的费用。" if rows else "",
    )


def returns(request: HttpRequest, claim: Claim) -> Any:
    """Return what is due back to whom, each with its term; ``None`` where nothing came back."""
    found = list(returns_listed(acting_member(request)).filter(answers__payment__claim=claim).order_by("id"))
    waiting = sum((one.amount for one in found if one.state != ReturnState.PAID), ZERO)
    note = f"尚有 {display(waiting)} 元待退回。" if waiting else ""
    return table("追偿款退回", RETURN_HEADS, return_rows(request, found), note=note, clause="FP 1.5.2(2), D37") if found else None


def entries(request: HttpRequest, claim: Claim) -> Any:
    """Return the ledger entries about the claim, in order."""
    about = Entry.objects.filter(object_type=claim._meta.label_lower, object_id=str(claim.public_id)).order_by("id")
    links = entry_links(request, about.values_list("pk", flat=True))
    rows = [
        (
            one.posted_on, one.value_on, one.get_kind_display(), one.description, Cited(one.clause), Hash(one.key),
            links.get(one.pk),
        )
        for one in about
    ]  # fmt: skip
    return table("记账凭证", ("记账日", "起息日", "类别", "摘要", "依据", "凭证键", "凭证"), rows, folded=True) if rows else None
