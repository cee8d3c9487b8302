"""Reading the books: statements and balances of accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum, Window

from common.dates import Period
from common.money import ZERO
from ledger.models import Account, Entry, Leg
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
    """Return yuan on each account at the end of a day of posting, or now."""
    known = Q() if on is None else Q(entry__posted_on__lte=on)
    legs = Leg.objects.filter(known, account__in=(wanted := list(account_ids))).values("account").annotate(total=Sum("amount"))
    return dict.fromkeys(wanted, ZERO) | {row["account"]: row["total"] for row in legs.order_by()}


def statement(account: Account, period: Period) -> Statement:
    """
    Return the account's statement for a period by day of posting.

    Posting is never back-dated, so a past period's statement never changes.
    """
    legs = account.legs.filter(entry__posted_on__lt=period.until_on)
    opening = legs.filter(entry__posted_on__lt=period.from_on).aggregate(total=Sum("amount"))["total"] or ZERO
    running = Window(Sum("amount"), order_by=[F("entry_id").asc(), F("position").asc()])
    rows = legs.filter(entry__posted_on__gte=period.from_on).annotate(running=running).select_related("entry")
    lines = tuple(
        StatementLine(entry=leg.entry, amount=leg.amount, balance=opening + leg.running) for leg in rows.order_by("entry_id", "position")
    )
    return Statement(account=account, period=period, opening=opening, lines=lines)


def unbalanced_total() -> Decimal:
    """Return the sum of all legs of the books: zero, or the books are broken."""
    return Leg.objects.aggregate(total=Sum("amount"))["total"] or ZERO
