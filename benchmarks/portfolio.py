"""
A fund of many loans, loaded set-based: one case is made by the test factories, then multiplied row by row inside the database.

Every loan has its enterprise (ten loans share one), tax home, whitelist entry, application, deadline, rate and movements, as the product
would leave them; only the way they get there is shorter. All rows of one loan carry the same key ``n``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Model

from benchmarks.database import settle, triggers_at_rest
from benchmarks.measure import say
from loans.models import Loan, LoanRate, Movement
from parties.models import District, Institution, Member, TaxHome
from tests.factories import EnterpriseFactory, InstitutionFactory, MemberFactory
from tests.loan_factories import ApplicationFactory, EntryFactory, LoanFactory, ReturnRateFactory

LOANS_PER_ENTERPRISE = 10
CHUNK = 100_000
FIRST_KEY = 1_000_000  # above whatever the migrations and the factories wrote
CONTRACT_AMOUNT = Decimal("10000000.00")
# Days after the first drawdown, and yuan: drawn in two parts, repaid in two.
FOUR_MOVEMENTS = ((0, 6_000_000), (70, 4_000_000), (100, -1_000_000), (130, -500_000))


@dataclass(frozen=True, slots=True)
class World:
    """Who lends, with whose hand, and the case that all others are copies of."""

    bank: Institution
    program: Member
    loan: Loan
    first_movement: Movement


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What the loans of one load have in common: when drawn, how often moved, for how many days lent."""

    drawn_on: date
    drawn_within_days: int = 1
    movements: tuple[tuple[int, int], ...] = FOUR_MOVEMENTS
    term_days: int = 1826


def world() -> World:
    """Return a bank with its program and one R&D loan of it, as the product leaves it after the first drawdown."""
    bank = InstitutionFactory()
    program = MemberFactory(institution=bank, program=True, user=None)
    ReturnRateFactory()
    entry = EntryFactory(rd=True, enterprise=EnterpriseFactory())
    application = ApplicationFactory(contracted=True, rd=True, security="secured", entry=entry, bank=bank, amount_requested=CONTRACT_AMOUNT)
    loan = LoanFactory(application=application, drawn_on=date(2024, 4, 1))
    return World(bank, program, loan, Movement.objects.get(loan=loan))


def add_loans(here: World, count: int, kind: Kind) -> range:
    """Add so many loans of a kind and return their keys."""
    newest = Loan.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    first = max(FIRST_KEY, newest + LOANS_PER_ENTERPRISE - newest % LOANS_PER_ENTERPRISE)
    with triggers_at_rest():
        for begin in range(first, first + count, CHUNK):
            keys = range(begin, min(begin + CHUNK, first + count))
            _add_cases(here, keys)
            _add_loans(here, keys, kind)
            say(f"loaded {keys.stop - first:,} of {count:,} loans")
    settle()
    return range(first, first + count)


def add_applications(here: World, count: int) -> range:
    """Add so many applications with what comes before them, and no loan, and return their keys; the caller spreads them."""
    with triggers_at_rest():
        for begin in range(FIRST_KEY, FIRST_KEY + count, CHUNK):
            _add_cases(here, range(begin, min(begin + CHUNK, FIRST_KEY + count)))
    return range(FIRST_KEY, FIRST_KEY + count)


def _add_cases(here: World, keys: range) -> None:
    """Add what comes before the loans: enterprises at home all over the city, entries, applications with their deadlines."""
    application = here.loan.application
    districts = list(District.objects.filter(is_live=True).order_by("pk").values_list("pk", flat=True))
    enterprises = f"generate_series({keys.start}, {keys.stop - 1}, {LOANS_PER_ENTERPRISE})"
    home = {"enterprise_id": "n", "district_id": f"(ARRAY{districts})[1 + n / {LOANS_PER_ENTERPRISE} % {len(districts)}]"}
    _copy(here.loan.enterprise, {"credit_code": "'9135050' || lpad(n::text, 11, '0')", "name": "'测试企业' || n"}, enterprises)
    _copy(TaxHome.objects.get(enterprise=here.loan.enterprise), home, enterprises)
    _copy(application.entry, home, enterprises)
    loans = _series(keys)
    _copy(application.deadline, {}, loans)
    _copy(application, {"number": "'RZ' || n", "entry_id": _OWNER, "enterprise_id": _OWNER, "deadline_id": "n"}, loans)


def _add_loans(here: World, keys: range, kind: Kind) -> None:
    """Add the loans with rates and movements, and the sums over the movements that the loan's own trigger would keep."""
    amounts = [amount for _, amount in kind.movements]
    ends_on = f"{_drawn_on(kind)} + {kind.term_days}"
    told = {
        "application_id": "n",
        "contract_number": "'HT' || n",
        "enterprise_id": _OWNER,
        "district_id": f"(SELECT district_id FROM parties_taxhome WHERE id = {_OWNER})",
        "performing": str(sum(amounts)),
        "drawn": str(sum(amount for amount in amounts if amount > 0)),
        "signed_on": _drawn_on(kind),
        "first_drawdown_on": _drawn_on(kind),
        "available_until": f"{_drawn_on(kind)} + 300",
        "matures_on": ends_on,
        "earns_until": ends_on,
    }
    _copy(here.loan, told, _series(keys))
    _copy(LoanRate.objects.get(loan=here.loan), {"loan_id": "n", "from_on": _drawn_on(kind)}, _series(keys))
    for position, (days, amount) in enumerate(kind.movements):
        _add_movements(here, keys, kind, position, days, amount)


def _add_movements(here: World, keys: range, kind: Kind, position: int, days: int, amount: int) -> None:
    """Add one movement to each loan."""
    value_on = f"({_drawn_on(kind)} + {days})"
    told = {
        "id": f"n * {len(kind.movements)} + {position}",
        "loan_id": "n",
        "kind": "'drawdown'" if amount > 0 else "'repayment'",
        "amount": str(abs(amount)),
        "performing": str(amount),
        "drawn": str(max(amount, 0)),
        "value_on": value_on,
        "recorded_on": value_on,
        "recorded_at": f"{value_on}::timestamptz",
        "bank_reference": f"'LS' || n || '-{position}'",
    }
    _copy(here.first_movement, told, _series(keys))


_OWNER = f"(n - n % {LOANS_PER_ENTERPRISE})"


def _drawn_on(kind: Kind) -> str:
    """Return the expression of a loan's first day."""
    return f"(date '{kind.drawn_on}' + (n % {kind.drawn_within_days})::int)"


def _series(keys: range) -> str:
    return f"generate_series({keys.start}, {keys.stop - 1})"


def _copy(row: Model, told: Mapping[str, str], series: str) -> None:
    """Insert copies of a stored row, one per ``n`` of the series; ``told`` are the columns that differ, as expressions of ``n``."""
    columns = [field.column for field in row._meta.concrete_fields if not field.generated]
    fresh = {"id": "n"} | ({"public_id": "gen_random_uuid()"} if "public_id" in columns else {})
    table, values = row._meta.db_table, fresh | told
    selected = ", ".join(values.get(column, f"copied.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({", ".join(columns)})'
            f' SELECT {selected} FROM {series} AS n, (SELECT * FROM "{table}" WHERE id = {row.pk}) AS copied'
        )
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))")
