"""Reading the books: statements and balances of accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, QuerySet, Sum, Window

from common.dates import Period
from common.money import ZERO
from ledger.models import Account, ClosedBalance, Closing, Entry, Leg
from parties.access import sees_all
from parties.models import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One entry on an account: yuan, above zero came in; and the balance after it."""

    entry: Entry
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An account's period by day of posting: what stood there before, each entry, what stands there after. Yuan."""

    account: Account
    period: Period
    opening: Decimal
    lines: tuple[StatementLine, ...]

    @property
    def closing(self) -> Decimal:
        """Return the balance at the end of the period's last day."""
        return self.lines[-1].balance if self.lines else self.opening


def accounts_visible_to(actor: Member) -> QuerySet[Account]:
    """Return the accounts of the actor's own party; all for those who see the whole fund."""
    accounts = Account.objects.select_related("institution", "enterprise")
    if sees_all(actor):
        return accounts
    if actor.institution is None:
        return accounts.filter(enterprise=actor.enterprise)
    return accounts.filter(institution=actor.institution)


def entries_visible_to(actor: Member) -> QuerySet[Entry]:
    """Return the entries that touch an account the actor sees."""
    if sees_all(actor):
        return Entry.objects.all()
    return Entry.objects.filter(legs__account__in=accounts_visible_to(actor)).distinct()


def entries_of(object_type: str, object_id: str) -> QuerySet[Entry]:
    """Return the entries that book something about one object, with their legs and accounts."""
    return Entry.objects.filter(object_type=object_type, object_id=object_id).prefetch_related("legs__account__institution").order_by("id")


def balance_of(account: Account, *, on: date | None = None) -> Decimal:
    """Return yuan on the account at the end of a day of posting, or now."""
    return balances_of([account.pk], on=on)[account.pk]


def balances_of(account_ids: Iterable[int], *, on: date | None = None) -> dict[int, Decimal]:
    """
    Return yuan on each account at the end of a day of posting, or now.

    The balance of the last closed day plus what was posted since: the legs of closed days are never added up again.
    """
    wanted = list(account_ids)
    balances = dict.fromkeys(wanted, ZERO)
    closed = ClosedBalance.objects.filter(account__in=wanted, **({} if on is None else {"through__lte": on}))
    for account, balance in closed.order_by("account_id", "-through").distinct("account_id").values_list("account_id", "balance"):
        balances[account] = balance
    last = Closing.objects.order_by("-through").first()
    if last is None or on is None or on > last.through:
        legs = _legs_of_days(wanted, after=last, until=on)
        for row in legs.order_by().values("account").annotate(total=Sum("amount")):
            balances[row["account"]] += row["total"]
    return balances


def _legs_of_days(accounts: list[int], *, after: Closing | None, until: date | None) -> QuerySet[Leg]:
    """Return the legs posted after a closing up to a day, found by the range of their entries' numbers."""
    legs = Leg.objects.filter(account__in=accounts)
    if after is not None:
        legs = legs.filter(entry__gte=after.first_open_entry, entry__posted_on__gt=after.through)
    return legs if until is None else legs.filter(entry__posted_on__lte=until)


def statement(account: Account, period: Period) -> Statement:
    """
    Return the account's statement for a period by day of posting: opening balance, every entry with its case and clause, closing balance.

    Posting is never back-dated, so a past period's statement never changes.
    """
    opening = balance_of(account, on=period.from_on - timedelta(days=1))
    before = Closing.objects.filter(through__lt=period.from_on).order_by("-through").first()
    legs = _legs_of_days([account.pk], after=before, until=period.last_on)
    beyond = Closing.objects.filter(through__gte=period.last_on).order_by("through").first()
    if beyond is not None:
        legs = legs.filter(entry__lte=beyond.last_closed_entry)
    running = Window(Sum("amount"), order_by=[F("entry_id").asc(), F("position").asc()])
    rows = legs.filter(entry__posted_on__gte=period.from_on).annotate(running=running).select_related("entry")
    lines = tuple(
        StatementLine(entry=leg.entry, amount=leg.amount, balance=opening + leg.running) for leg in rows.order_by("entry_id", "position")
    )
    return Statement(account=account, period=period, opening=opening, lines=lines)


def unbalanced_total() -> Decimal:
    """Return the sum of all legs of the books: zero, or the books are broken."""
    return Leg.objects.aggregate(total=Sum("amount"))["total"] or ZERO
