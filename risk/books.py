"""What the cases of risk ought to have booked, and whether their own arithmetic holds; computed from the cases alone."""

from collections.abc import Iterator

from common.money import ZERO, round_down
from ledger.enums import EntryKind, Purpose
from ledger.services import account_code
from ledger.verification import Books, ExpectedEntry, register_books
from policy.selectors.versions import version_for
from risk.claims.rules.compensation import finally_borne, piece_of, still_returnable
from risk.claims.rules.shares import Shares
from risk.claims.selectors.splits import computed_split, uses_fee_pool
from risk.claims.services.payments import PURPOSES
from risk.enums import MoneyStep, Payer, ReturnState
from risk.fees.pool import fee_pool_account
from risk.models import Claim, EnhancementFee, GuaranteeFee, Payment, PaymentPart, Recovery, Return
from risk.recounts import recounted


def expected_entries() -> Iterator[ExpectedEntry]:
    """Yield what payments, returns and fees ought to have booked. Source: FP 1.5.2(1), FP 1.5.2(2), FP 1.5.3; D20, D21, D23."""
    yield from _of_payments()
    yield from _of_returns()
    yield from _of_fees()


def _of_payments() -> Iterator[ExpectedEntry]:
    related = ("payment__claim__bank", "institution")
    for part in PaymentPart.objects.select_related(*related).order_by("id").iterator():
        claim, payer = part.payment.claim, Payer(part.payer)
        source, target = account_code(part.institution, PURPOSES[payer]), account_code(claim.bank, Purpose.CURRENT)
        yield ExpectedEntry(
            key=f"risk:payment:{claim.public_id}:{part.payment.number}:{payer.value}",
            kind=EntryKind.COMPENSATION,
            value_on=part.payment.paid_on,
            clause=part.clause,
            object_type="risk.claim",
            object_id=str(claim.public_id),
            legs=((source, -part.amount), (target, part.amount)),
        )


def _of_returns() -> Iterator[ExpectedEntry]:
    related = ("recovery", "answers__payment__claim__bank", "answers__institution")
    for row in Return.objects.filter(state=ReturnState.PAID, returned_on__isnull=False).select_related(*related).order_by("id"):
        part, claim = row.answers, row.answers.payment.claim
        source, target = account_code(claim.bank, Purpose.CURRENT), account_code(part.institution, PURPOSES[Payer(part.payer)])
        if row.returned_on is not None:
            yield ExpectedEntry(
                key=f"risk:return:{row.recovery.public_id}:{part.pk}",
                kind=EntryKind.RECOVERY_RETURN,
                value_on=row.returned_on,
                clause="FP 1.5.2(2)" if part.payer == Payer.FEE_POOL else part.clause,
                object_type="risk.claim",
                object_id=str(claim.public_id),
                legs=((source, -row.amount), (target, row.amount)),
            )


def _of_fees() -> Iterator[ExpectedEntry]:
    for fee in EnhancementFee.objects.filter(step=MoneyStep.CHECKED).select_related("loan__enterprise").order_by("id"):
        yield ExpectedEntry(
            key=f"risk:enhancement_fee:{fee.public_id}",
            kind=EntryKind.ENHANCEMENT_FEE,
            value_on=fee.collected_on,
            clause="FP 1.5.2(2)",
            object_type="risk.enhancementfee",
            object_id=str(fee.public_id),
            legs=((account_code(fee.loan.enterprise, Purpose.CURRENT), -fee.amount), (fee_pool_account().code, fee.amount)),
        )
    for charged in GuaranteeFee.objects.filter(step=MoneyStep.CHECKED).select_related("guarantor", "guarantee__loan__enterprise"):
        payer = charged.guarantee.loan.enterprise
        yield ExpectedEntry(
            key=f"risk:guarantee_fee:{charged.public_id}",
            kind=EntryKind.GUARANTEE_FEE,
            value_on=charged.charged_on,
            clause="FP 1.5.2(1)",
            object_type="risk.guaranteefee",
            object_id=str(charged.public_id),
            legs=(
                (account_code(payer, Purpose.CURRENT), -charged.amount),
                (account_code(charged.guarantor, Purpose.GUARANTEE), charged.amount),
            ),
        )


def problems() -> Iterator[str]:
    """
    Yield what is wrong in the cases' own arithmetic: shares, pieces, returns, caps and all they rest on, recomputed by the rules.

    Source: FP 1.5.1-1.5.3; D15-D23.
    """
    yield from recounted()
    related = ("loan__policy_version", "bad_debt")
    for claim in Claim.objects.filter(split_on__isnull=False).select_related(*related).order_by("id"):
        stored = claim.shares
        if stored is None or stored != _recomputed(claim, stored):
            yield f"补偿{claim.number}的损失分担与规则重算不符。"
        elif not _replays(claim, stored):
            yield f"补偿{claim.number}的支付和退回与规则重算不符。"
    for payment in Payment.objects.select_related("claim", "policy_version").order_by("id"):
        cap = round_down(payment.disbursed * version_for(payment.policy_version).terms.risk.compensation_cap_rate)
        if payment.compensated + payment.amount > cap:
            yield f"补偿{payment.claim.number}第{payment.number}次支付超过当时的补偿上限{cap}元。"


def _recomputed(claim: Claim, stored: Shares) -> Shares:
    """Return the split by the rule, with what the pool then gave."""
    return computed_split(claim, fee_pool=stored.fee_pool if uses_fee_pool(claim) else None)


def _replays(claim: Claim, full: Shares) -> bool:
    """Return whether payments and returns come out the same when every piece and recovery is computed again in order."""
    events: list[Payment | Recovery] = [*claim.payments.prefetch_related("parts")]
    events += claim.recoveries.filter(step=MoneyStep.CHECKED).prefetch_related("returns__answers")
    paid, recovered = Shares(), ZERO
    for event in sorted(events, key=lambda one: one.position or 0):
        if isinstance(event, Payment):
            piece = piece_of(finally_borne(full, recovered=recovered), paid=paid, amount=event.amount)
            if {part.payer: part.amount for part in event.parts.all()} != {payer.value: part for payer, part in piece.items() if part}:
                return False
            paid += piece
        else:
            recovered = min(recovered + event.net, claim.amount or ZERO)
            back = still_returnable(full, recovered=recovered, paid=paid)
            if _returned(event) != back:
                return False
            paid -= back
    return True


def _returned(recovery: Recovery) -> Shares:
    sums = dict.fromkeys(Payer, ZERO)
    for row in recovery.returns.all():
        sums[Payer(row.answers.payer)] += row.amount
    return Shares.from_parts(sums)


register_books(Books("risk:", expected_entries, problems))
