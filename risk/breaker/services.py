"""Looking at a bank's breaker: every change of state is recorded with the figures it rests on, and told."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import Scope, record
from notices.services import notify
from parties.access import require
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from risk.breaker.rules import BankFigures, Headroom
from risk.breaker.selectors import BankStanding, standing_of_bank, standings
from risk.enums import BreakerCause, BreakerState
from risk.locks import lock_bank
from risk.models import BankRisk, BreakerChange

TOLD = (InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY, InstitutionKind.CITY_FINANCE_OFFICE, InstitutionKind.REGULATOR)


def figures_of(figures: BankFigures, headroom: Headroom) -> dict[str, object]:
    """Return the evidence columns of a bank's figures at this moment. Source: FP 1.5.3; D19, D20."""
    return {
        "disbursed": figures.disbursed,
        "bad_debt": figures.bad_debt,
        "recovered": figures.recovered,
        "compensated": figures.compensated,
        "rate": headroom.rate,
    }


def evaluate(risk: BankRisk, *, cause: BreakerCause, actor: Member, at: datetime) -> BankStanding:
    """
    Return where the bank stands now; a change of state is written with its figures and told. The caller holds the bank's row.

    Source: FP 1.5.3; D19, D34, D38.
    """
    today = localdate(at)
    standing = standing_of_bank(risk.bank, on=today)
    state = standing.headroom.state
    if state == risk.state:
        return standing
    change = BreakerChange.objects.create(
        bank=risk.bank,
        before=risk.state,
        after=state,
        cause=cause,
        changed_on=today,
        changed_at=at,
        **figures_of(standing.figures, standing.headroom),
    )
    before, risk.state, risk.since_on = risk.state, state, today
    risk.save(update_fields=["state", "since_on"])
    after = {"state": state.value, "cause": cause.value, **figures_of(standing.figures, standing.headroom)}
    record(
        verb="breaker.changed",
        obj=change,
        actor=actor,
        occurred_at=at,
        before={"state": before},
        after=after,
        scope=Scope(bank_id=risk.bank_id),
    )
    _tell(change, at=at)
    return standing


@transaction.atomic
def evaluate_bank(bank: Institution, *, actor: Member, at: datetime, cause: BreakerCause = BreakerCause.DAILY) -> BankStanding:
    """Look at one bank's breaker now. Source: FP 1.5.3; D19."""
    require(actor, InstitutionKind.FUND_OFFICE, InstitutionKind.CITY_INDUSTRY, allow_job=True)
    return evaluate(lock_bank(bank), cause=cause, actor=actor, at=at)


def evaluate_banks(*, actor: Member, at: datetime) -> int:
    """
    Look at every bank's breaker, one transaction each, and return how many changed: drawdowns move the rate without anybody asking.

    Source: FP 1.5.3; D19, D34.
    """
    require(actor, InstitutionKind.FUND_OFFICE, allow_job=True)
    known = dict(BankRisk.objects.values_list("bank", "state"))
    banks = Institution.objects.filter(kind=InstitutionKind.BANK).order_by("pk")
    moved = [one.bank for one in standings(banks, on=localdate(at)) if one.headroom.state != known.get(one.bank.pk, BreakerState.NO_DATA)]
    for bank in moved:
        evaluate_bank(bank, actor=actor, at=at)
    return len(moved)


def _tell(change: BreakerChange, *, at: datetime) -> None:
    """Tell the bank, and where it is warned or suspended or back the city and the regulator. Source: FP 1.5.3."""
    quiet = {BreakerState.NO_DATA, BreakerState.NORMAL}
    if change.before in quiet and change.after in quiet:
        return
    rate = "不适用" if change.rate is None else f"{change.rate * 100:.2f}%"
    bodies = Institution.objects.filter(kind__in=TOLD, is_active=True)
    for institution in [change.bank, *bodies]:
        notify(
            key=f"breaker:{change.public_id}:{institution.pk}",
            kind="breaker",
            title=f"{change.bank.short_name}风险状态变为{BreakerState(change.after).label}",
            body=(
                f"{change.bank.name}坏账率 {rate}，风险状态由“{change.get_before_display()}”变为“{change.get_after_display()}”。"
                "熔断期间可继续受理新项目，暂停补偿；放款增加或款项追回后可重新申请补偿。"
            ),
            at=at,
            institution=institution,
            obj=change,
            urgent=change.after == BreakerState.SUSPENDED,
        )
