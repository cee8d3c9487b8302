"""Calculators of risk: who bears a loss, what may still be compensated, who gets back what came back."""

from dataclasses import dataclass
from decimal import Decimal

from calculators.calculator import Answer, AnswerKind, Asked, Basis, Calculator, Output, money, rate
from calculators.fields import Kind, asked, blamed_on, refused
from common.enums import Category, Mode
from common.money import MAX_AMOUNT
from risk.breaker.rules import BankFigures, headroom
from risk.claims.rules.shares import Shares
from risk.claims.rules.sharing import Loss, clause_of, decisions_of, split_loss
from risk.enums import Payer
from risk.recoveries.rules import net_recovery, share_recovery

SHARES = tuple(Output(name=payer.value, label=f"{payer.label}承担", kind=AnswerKind.MONEY) for payer in Payer)
RETURNS = tuple(Output(name=payer.value, label=f"{payer.label}收回", kind=AnswerKind.MONEY) for payer in Payer)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossSharingAsked(Asked):
    """A loss of principal on a project loan or an R&D credit loan."""

    mode: str = asked("运作模式", Kind.CHOICE, choices=tuple((m.value, str(m.label)) for m in Mode))
    category: str = asked(
        "贷款类别",
        Kind.CHOICE,
        choices=tuple((c.value, str(c.label)) for c in Category),
        hint="研发贷款指信用贷款；抵质押研发贷款由银行承担",
    )
    net_loss: Decimal = asked("坏账损失", Kind.MONEY, hint="本金，元")
    enterprise_rd_total: Decimal | None = asked(
        "单户企业研发贷款金额", Kind.MONEY, default=None, hint="专项贷款模式下各银行合计的最高余额，元；专项研发贷款必填"
    )
    fee_pool: Decimal | None = asked("增信服务费余额", Kind.MONEY, default=None, hint="元；信托研发贷款必填")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationHeadroomAsked(Asked):
    """One bank's cumulative figures in the fund."""

    disbursed: Decimal = asked("累计放款", Kind.MONEY, hint="两种模式合计，元")
    bad_debt: Decimal = asked("认定坏账本金", Kind.MONEY, hint="元")
    recovered: Decimal = asked("追偿收回", Kind.MONEY, hint="元")
    compensated: Decimal = asked("已补偿金额", Kind.MONEY, hint="扣除已退回金额，元")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidAsked:
    """What each paid of one loss."""

    bank: Decimal = asked("合作银行", Kind.MONEY, hint="自行承担，元")
    guarantor: Decimal = asked("政府性融资担保公司", Kind.MONEY, hint="元")
    fee_pool: Decimal = asked("增信服务费", Kind.MONEY, hint="元")
    city: Decimal = asked("市级财政", Kind.MONEY, hint="元")
    county: Decimal = asked("县级财政", Kind.MONEY, hint="元")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverySharingAsked(Asked):
    """All that was recovered of one loss so far, its costs, and what each paid."""

    recovered: Decimal = asked("累计追回金额", Kind.MONEY, hint="元")
    costs: Decimal = asked("追偿费用", Kind.MONEY, hint="元")
    paid: PaidAsked = asked("各方实际承担", Kind.GROUP, of=PaidAsked)


def answer_loss_sharing(given: LossSharingAsked, basis: Basis) -> Answer:
    """
    Return what each payer bears of the loss.

    Raises:
        EnterpriseTotalMissing, FeePoolMissing: what decides the share is not given.
        OverEnterpriseCap: above the last tier.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D1, D15-D18, D22, D36.
    """
    loss = Loss(
        mode=given.mode,
        category=given.category,
        amount=given.net_loss,
        enterprise_rd_total=given.enterprise_rd_total,
        fee_pool=given.fee_pool,
    )
    shares = split_loss(basis.terms, loss)
    return Answer(
        values=_parts(shares),
        clauses=(clause_of(mode=given.mode, category=given.category),),
        interpretations=decisions_of(mode=given.mode, category=given.category),
    )


def answer_compensation_headroom(given: CompensationHeadroomAsked, basis: Basis) -> Answer:
    """Return bad-debt rate, state, cap and what is left of it. Source: FP 1.5.3; D19, D20, D33, D34."""
    figures = BankFigures(disbursed=given.disbursed, bad_debt=given.bad_debt, recovered=given.recovered, compensated=given.compensated)
    found = headroom(basis.terms, figures)
    values = {
        "net_bad_debt": money(found.net_bad_debt),
        "bad_debt_rate": rate(found.rate),
        "state": found.state.value,
        "cap": money(found.cap),
        "cap_left": money(found.cap_left),
    }
    return Answer(values=values, clauses=("FP 1.5.3",), interpretations=("D19", "D20", "D33", "D34"))


def answer_recovery_sharing(given: RecoverySharingAsked, basis: Basis) -> Answer:
    """
    Return what each payer gets back.

    Raises:
        InvalidInput: the payments are more than money columns hold.
        RecoveryExceedsPaid: more came back than was paid.

    Source: FP 1.5.2(2), FP 1.5.3; D21.
    """
    paid = Shares.from_parts({payer: getattr(given.paid, payer.value) for payer in Payer})
    if paid.total > MAX_AMOUNT:
        raise refused("paid", "too_large", "各方承担金额合计超出系统可记录的范围。")
    net = net_recovery(given.recovered, given.costs)
    with blamed_on("recovered"):
        back = share_recovery(net, paid)
    return Answer(values={"net": money(net)} | _parts(back), clauses=("FP 1.5.2(2)", "FP 1.5.3"), interpretations=("D21",))


def _parts(shares: Shares) -> dict[str, str]:
    return {payer.value: money(part) for payer, part in shares.items()}


LOSS_SHARING = Calculator(
    name="loss-sharing",
    label="损失分担测算",
    summary="按运作模式、贷款类别和分担档次测算坏账损失由各方承担的金额。",
    asks=LossSharingAsked,
    answer=answer_loss_sharing,
    outputs=SHARES,
)
COMPENSATION_HEADROOM = Calculator(
    name="compensation-headroom",
    label="坏账率与补偿上限测算",
    summary="测算一家银行的坏账率、警示或熔断状态、补偿上限和剩余可补偿金额。",
    asks=CompensationHeadroomAsked,
    answer=answer_compensation_headroom,
    outputs=(
        Output(name="net_bad_debt", label="坏账净额", kind=AnswerKind.MONEY),
        Output(name="bad_debt_rate", label="坏账率", kind=AnswerKind.RATE, nullable=True),
        Output(name="state", label="状态", kind=AnswerKind.TEXT),
        Output(name="cap", label="补偿上限", kind=AnswerKind.MONEY),
        Output(name="cap_left", label="剩余可补偿金额", kind=AnswerKind.MONEY),
    ),
)
RECOVERY_SHARING = Calculator(
    name="recovery-sharing",
    label="追偿收回分配测算",
    summary="把累计追回净额按损失承担的相反顺序分配给各方，增信服务费最后补足。",
    asks=RecoverySharingAsked,
    answer=answer_recovery_sharing,
    outputs=(Output(name="net", label="追回净额", kind=AnswerKind.MONEY), *RETURNS),
)
