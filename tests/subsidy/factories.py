"""
Loans for settlements, as the loans app leaves them, without the cases that led to them.

Rows are written with triggers and foreign-key checks at rest, so that a test of the sums needs no application, whitelist entry or proposal.
"""

from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models, transaction

from common.enums import Mode
from loans.models import Loan, LoanRate, Movement
from parties.models import District, Institution, Member
from policy.models import PolicyVersion
from subsidy.models import Settlement
from subsidy.services.drafts import draft_settlement
from subsidy.services.payments import check_payment, record_payment
from subsidy.services.steps import confirm_settlement, file_settlement, review_settlement
from tests.factories import EnterpriseFactory, MemberFactory, seeded_district

RATE = Decimal("0.0315")
SHANGHAI = ZoneInfo("Asia/Shanghai")
_numbers = count(1)


def noon(year: int, month: int, day: int) -> datetime:
    """Return noon of the day in Quanzhou."""
    return datetime(year, month, day, 12, tzinfo=SHANGHAI)


@contextmanager
def triggers_at_rest() -> Any:
    """Write rows whose neighbours do not exist."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def make_loan(
    bank: Institution,
    changes: Sequence[tuple[date, str | int | Decimal]] = ((date(2024, 1, 15), "10000000"),),
    *,
    mode: str = Mode.SPECIAL,
    district: str | District = "晋江市",
    rates: Sequence[tuple[date, Decimal]] | None = None,
    earns_until: date | None = None,
    stopped_on: date | None = None,
) -> Loan:
    """Return a loan with its changes of performing principal, the first a drawdown, and its return rates."""
    first_on = min(on for on, _ in changes)
    ends_on = earns_until or date(first_on.year + 5, first_on.month, min(first_on.day, 28))
    number = next(_numbers)
    loan = Loan(
        **_known(
            Loan,
            application_id=10**9 + number,
            contract_number=f"合同{number:06d}",
            bank=bank,
            mode=mode,
            category="rd",
            security="credit",
            enterprise=EnterpriseFactory(district=False),
            policy_version=PolicyVersion.objects.get(number=1),
            contract_amount=Decimal("100000000"),
            enterprise_rate=Decimal("0.02"),
            signed_on=first_on,
            matures_on=max(ends_on, date(2030, 1, 1)),
            available_until=date(2029, 1, 1),
            first_drawdown_on=first_on,
            return_rate_id=10**9,
            district=district if isinstance(district, District) else seeded_district(district),
            earns_until=ends_on,
            subsidy_stopped_on=stopped_on,
        )
    )
    with triggers_at_rest():
        Loan.objects.bulk_create([loan])
        given = [(first_on, RATE)] if rates is None else rates
        LoanRate.objects.bulk_create([LoanRate(loan=loan, from_on=on, rate=rate, return_rate_id=10**9) for on, rate in given])
    move(loan, changes)
    return loan


def move(loan: Loan, changes: Iterable[tuple[date, str | int | Decimal]]) -> list[Movement]:
    """Record changes of the performing principal now, whatever day they are of."""
    rows = []
    for on, amount in changes:
        value = Decimal(amount)
        kind = "drawdown" if value > 0 else "repayment"
        facts: dict[str, Any] = {"kind": kind, "amount": abs(value), "performing": value, "overdue": 0, "drawn": max(value, Decimal(0))}
        facts |= {"value_on": on, "recorded_on": date(2026, 1, 1), "recorded_at": datetime(2026, 1, 1, tzinfo=UTC), "reason": "补记"}
        facts |= {
            "loan": loan,
            "bank": loan.bank,
            "bank_reference": f"流水{next(_numbers)}",
            "made_by_id": 10**9,
            "made_by_kind": "program",
        }
        rows.append(Movement(**_known(Movement, **facts)))
    with triggers_at_rest():
        return Movement.objects.bulk_create(rows)


def set_stop(loan: Loan, on: date | None) -> None:
    """Stop the loan's subsidy from a day, or take the stop back."""
    with triggers_at_rest():
        Loan.objects.filter(pk=loan.pk).update(subsidy_stopped_on=on)


def _known(model: type[models.Model], **facts: Any) -> dict[str, Any]:
    """Return the facts the model has columns for."""
    names = {name for field in model._meta.concrete_fields for name in (field.name, field.attname)}
    return {name: value for name, value in facts.items() if name in names}


class People:
    """Who acts in a settlement of one bank: made once per test."""

    def __init__(self, bank: Institution) -> None:
        self.bank_handler = MemberFactory(institution=bank)
        self.industry = MemberFactory.serving("city_industry")
        self.industry_checker = MemberFactory.serving("city_industry", checker=True)
        self.treasury = MemberFactory.serving("city_treasury")

    def of_payer(self, payer: Institution) -> tuple[Member, Member]:
        """Return a maker and a checker of a payer."""
        return MemberFactory(institution=payer), MemberFactory(institution=payer, checker=True)


def drafted(bank: Institution, people: People, *, year: int, quarter: int, at: datetime, mode: Mode = Mode.SPECIAL) -> Settlement:
    """Return the bank's settlement of the quarter, drafted."""
    return draft_settlement(bank=bank, mode=mode, year=year, quarter=quarter, actor=people.industry, at=at)


def filed(settlement: Settlement, people: People, *, at: datetime, claimant: Member | None = None) -> Settlement:
    """Take a draft through confirmation and review to filing."""
    number = str(settlement.public_id)
    revision = settlement.current
    assert revision is not None
    confirm_settlement(settlement_id=number, sha256=revision.sha256, actor=claimant or people.bank_handler, at=at)
    review_settlement(settlement_id=number, actor=people.industry, at=at)
    return file_settlement(settlement_id=number, record_number=f"泉财备{number[:8]}", actor=people.treasury, at=at)


def paid(settlement: Settlement, people: People, *, at: datetime) -> Settlement:
    """Pay every due payment of a filed settlement."""
    for payment in settlement.payments.filter(state="due").select_related("payer"):
        maker, checker = people.of_payer(payment.payer)
        record_payment(
            payment_id=str(payment.public_id), paid_on=at.astimezone(SHANGHAI).date(), voucher=f"凭{payment.pk}", actor=maker, at=at
        )
        check_payment(payment_id=str(payment.public_id), actor=checker, at=at)
    return Settlement.objects.get(pk=settlement.pk)
