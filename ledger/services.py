"""Writing the books: every booking goes through ``post``, one statement for the entries of a call and all their legs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction

from common.errors import DomainError
from ledger.enums import EntryKind, Purpose
from ledger.models import Account, Entry, Leg
from parties.models import Enterprise, Institution

Party = Institution | Enterprise


class EntryDiffers(DomainError):
    """The key is booked already, with other content."""

    code = "entry_differs"
    sentence = "记账键“{key}”已有内容不同的凭证，未作任何记账；更正请先冲正原凭证。"


class EntryUnbalanced(DomainError):
    """The legs of an entry do not sum to zero, or there are fewer than two."""

    code = "entry_unbalanced"
    sentence = "凭证“{key}”的各分录合计为 {total} 元，借贷不平或分录不足两条，请核对。"
    status = 400


class EntryBackDated(DomainError):
    """The day of posting lies before the last day posted, or before the day the money moved."""

    code = "entry_back_dated"
    sentence = "记账日不得早于账簿已记到的日期，也不得早于款项收付的日期；补记的事项请以当日为记账日，以实际收付日为起息日。"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLeg:
    """What an entry shall do to an account: yuan, above zero comes in, below goes out."""

    account_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """A booking to be written. The key names the booked fact; ``posted_on`` is today as the interface knows it."""

    key: str
    kind: EntryKind
    value_on: date
    posted_on: date
    description: str
    clause: str
    object_type: str
    object_id: str
    legs: Sequence[NewLeg]
    reverses: int | None = None


def accounts_of(wanted: Iterable[tuple[Party, Purpose]]) -> dict[tuple[Party, Purpose], Account]:
    """Return the account of each party and purpose, opening those not there yet; two at once open one."""
    codes = {(party, purpose): account_code(party, purpose) for party, purpose in wanted}
    found = {account.code: account for account in Account.objects.filter(code__in=codes.values())}
    missing = [_new_account(*pair, code) for pair, code in codes.items() if code not in found]
    if missing:
        Account.objects.bulk_create(missing, ignore_conflicts=True)
        found = {account.code: account for account in Account.objects.filter(code__in=codes.values())}
    return {pair: found[code] for pair, code in codes.items()}


def account_of(party: Party, purpose: Purpose) -> Account:
    """Return the party's account of that purpose, opening it the first time."""
    return accounts_of([(party, purpose)])[(party, purpose)]


def account_code(party: Party, purpose: Purpose) -> str:
    """Return the code an account of the party has, always the same."""
    return f"{party.code if isinstance(party, Institution) else party.credit_code}:{Purpose(purpose).value}"


def _new_account(party: Party, purpose: Purpose, code: str) -> Account:
    """Return the account, not yet stored."""
    owner = {"institution": party} if isinstance(party, Institution) else {"enterprise": party}
    return Account(code=code, purpose=purpose, **owner)


def post(entries: Sequence[NewEntry]) -> list[Entry]:
    """
    Write the entries with their legs and return them in the order given.

    One statement for all, posted on one day. An entry whose key is booked with the same content is returned as it is, so a call may be
    repeated; the day of posting is then the first one's.

    Raises:
        EntryDiffers: a key is booked, or asked for twice, with other content; nothing of the call is written.
        EntryUnbalanced: legs that do not sum to zero, or fewer than two.
        EntryBackDated: a day of posting before the last posted one, or before the day the money moved.

    Source: FP 1.6.4; D41.
    """
    wanted: dict[str, NewEntry] = {}
    for entry in entries:
        if wanted.setdefault(entry.key, entry) != entry:
            raise EntryDiffers(key=entry.key)
        total = sum((leg.amount for leg in entry.legs), Decimal(0))
        if total or len(entry.legs) < 2:
            raise EntryUnbalanced(key=entry.key, total=total)
    if len(wanted) == 1:  # one statement is atomic by itself
        return _written(wanted) * len(entries)
    with transaction.atomic():
        stored = {entry.key: entry for entry in _written(wanted)}
    return [stored[entry.key] for entry in entries]


def reversal_of(entry: Entry, *, key: str, value_on: date, posted_on: date, description: str) -> NewEntry:
    """Return the entry that takes another back, leg by leg, to be given to ``post``."""
    legs = [NewLeg(account_id=leg.account_id, amount=-leg.amount) for leg in entry.legs.all()]
    return NewEntry(
        key=key,
        kind=EntryKind.REVERSAL,
        value_on=value_on,
        posted_on=posted_on,
        description=description,
        clause=entry.clause,
        object_type=entry.object_type,
        object_id=entry.object_id,
        legs=legs,
        reverses=entry.pk,
    )


_POST = """
WITH given AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::date[], %s::date[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
        WITH ORDINALITY AS g (key, kind, value_on, posted_on, description, clause, object_type, object_id, reverses_id, n)
), written AS (
    INSERT INTO ledger_entry (key, kind, value_on, posted_on, description, clause, object_type, object_id, reverses_id)
    SELECT key, kind, value_on, posted_on, description, clause, object_type, object_id, reverses_id FROM given ORDER BY n
    ON CONFLICT (key) DO NOTHING
    RETURNING id, key, recorded_at
), legs AS (
    INSERT INTO ledger_leg (entry_id, position, account_id, amount)
    SELECT written.id, leg.position, leg.account_id, leg.amount
    FROM unnest(%s::int[], %s::smallint[], %s::bigint[], %s::numeric[]) AS leg (n, position, account_id, amount)
    JOIN given USING (n) JOIN written USING (key)
)
SELECT key, id, recorded_at FROM written
"""
# The plan of this one is kept by the session; for a set it would be the wrong one, since a set may be of any size.
_POST_ONE = """
SELECT %s, entry_id, recorded_at FROM ledger_post_one(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::bigint[], %s::numeric[])
"""
_FIELDS = ("id", "key", "kind", "value_on", "posted_on", "recorded_at", "description", "clause", "object_type", "object_id", "reverses_id")


def _written(wanted: dict[str, NewEntry]) -> list[Entry]:
    """Return the stored entries: those written now and those that were there with the same content."""
    try:
        with connection.cursor() as cursor:
            if len(wanted) == 1:
                cursor.execute(_POST_ONE, _scalars(*wanted.values()))
            else:
                cursor.execute(_POST, _columns(list(wanted.values())))
            written: dict[str, tuple[int, datetime]] = {key: (pk, at) for key, pk, at in cursor.fetchall()}
    except IntegrityError as error:
        if _broken_constraint(error) in ("entry_not_back_dated", "entry_posted_from_value_day_on"):
            raise EntryBackDated from error
        raise
    earlier = _unchanged([entry for entry in wanted.values() if entry.key not in written])
    return [earlier[key] if key in earlier else _stored(entry, *written[key]) for key, entry in wanted.items()]


def _scalars(entry: NewEntry) -> list[Any]:
    """Return the parameters of the statement for one entry."""
    values: list[Any] = [entry.key, entry.key, str(entry.kind), entry.value_on, entry.posted_on, entry.description, entry.clause]
    values += [entry.object_type, entry.object_id, entry.reverses]
    return [*values, _plain(leg.account_id for leg in entry.legs), _plain(leg.amount for leg in entry.legs)]


def _columns(entries: list[NewEntry]) -> list[str]:
    """Return the statement's parameters: one array literal per column."""
    legs = [(n, at, leg) for n, entry in enumerate(entries, 1) for at, leg in enumerate(entry.legs, 1)]
    return [
        _texts(e.key for e in entries),
        _texts(str(e.kind) for e in entries),
        _plain(e.value_on for e in entries),
        _plain(e.posted_on for e in entries),
        _texts(e.description for e in entries),
        _texts(e.clause for e in entries),
        _texts(e.object_type for e in entries),
        _texts(e.object_id for e in entries),
        _plain("NULL" if e.reverses is None else e.reverses for e in entries),
        _plain(n for n, _, _ in legs),
        _plain(at for _, at, _ in legs),
        _plain(leg.account_id for _, _, leg in legs),
        _plain(leg.amount for _, _, leg in legs),
    ]


def _plain(values: Iterable[object]) -> str:
    """Return an array literal of values that need no quoting (numbers, dates)."""
    return "{" + ",".join(map(str, values)) + "}"


def _texts(values: Iterable[str]) -> str:
    """Return an array literal of texts."""
    return "{" + ",".join('"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values) + "}"


def _stored(entry: NewEntry, pk: int, recorded_at: datetime) -> Entry:
    """Return the row just written, without reading it again."""
    values: list[Any] = [pk, entry.key, entry.kind, entry.value_on, entry.posted_on, recorded_at]
    values += [entry.description, entry.clause, entry.object_type, entry.object_id, entry.reverses]
    return Entry.from_db(connection.alias, _FIELDS, values)


def _unchanged(entries: list[NewEntry]) -> dict[str, Entry]:
    """
    Return the entries booked before, by key.

    Raises:
        EntryDiffers: one has other content.
    """
    if not entries:
        return {}
    stored = {row.key: row for row in Entry.objects.filter(key__in=[entry.key for entry in entries])}
    legs: dict[int, list[NewLeg]] = {row.pk: [] for row in stored.values()}
    for leg in Leg.objects.filter(entry__in=legs).order_by("entry_id", "position"):
        legs[leg.entry_id].append(NewLeg(account_id=leg.account_id, amount=leg.amount))
    for entry in entries:
        row = stored[entry.key]
        if replace(entry, legs=list(entry.legs), posted_on=row.posted_on) != _as_given(row, legs[row.pk]):
            raise EntryDiffers(key=entry.key)
    return stored


def _as_given(row: Entry, legs: list[NewLeg]) -> NewEntry:
    """Return the stored entry in the form it was given in."""
    return NewEntry(
        key=row.key,
        kind=EntryKind(row.kind),
        value_on=row.value_on,
        posted_on=row.posted_on,
        description=row.description,
        clause=row.clause,
        object_type=row.object_type,
        object_id=row.object_id,
        legs=legs,
        reverses=row.reverses_id,
    )


def _broken_constraint(error: IntegrityError) -> str | None:
    """Return the name of the constraint the database refused by."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
