"""Writing the log: one event, many events in one statement, the opening of a case."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Model

from audit.context import source_address
from audit.models import Event

OPENED = "opened"
EXPORTED = "exported"

_AT_ONCE = 5000
_TYPES = {
    "verb": "text",
    "object_type": "text",
    "object_id": "text",
    "object_label": "text",
    "actor_id": "bigint",
    "actor_name": "text",
    "actor_kind": "text",
    "party_id": "text",
    "party_name": "text",
    "bank_id": "bigint",
    "district_id": "bigint",
    "enterprise_id": "bigint",
    "before": "jsonb",
    "after": "jsonb",
    "remark": "text",
    "source_address": "inet",
    "occurred_at": "timestamptz",
}
_COLUMNS = ", ".join(_TYPES)
_ARRAYS = ", ".join(f"%s::{kind}[]" for kind in _TYPES.values())
# Arrays are a fifth of the time of as many rows of VALUES. The order of the rows is the order of their numbers.
_INSERT = (
    f"INSERT INTO {Event._meta.db_table} ({_COLUMNS})"
    f" SELECT {_COLUMNS} FROM unnest({_ARRAYS}) WITH ORDINALITY AS new({_COLUMNS}, place) ORDER BY place"
)


class Actor(Protocol):
    """What the log needs to know of whoever acts; ``parties.models.Member`` is one."""

    @property
    def pk(self) -> Any: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def party_id(self) -> str: ...
    @property
    def party_name(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheServer:
    """Who runs a command on the server, by the operating system's name; acts for no party."""

    name: str
    pk: int = 0
    kind: str = "server"
    party_id: str = ""
    party_name: str = "服务器命令"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whom an event concerns; it decides which bank, county or enterprise may read it."""

    bank_id: int | None = None
    district_id: int | None = None
    enterprise_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """One event to be written; ``before`` and ``after`` hold what changed, as plain values (dates and decimals included)."""

    verb: str
    obj: Model
    actor: Actor
    occurred_at: datetime
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""
    scope: Scope = Scope()
    address: str | None = None  # where it came from, if not from the request under way


def snapshot(obj: Model, fields: Iterable[str]) -> dict[str, Any]:
    """Return the named columns as they stand in memory, for ``before`` and ``after``; a foreign key is named as ``x_id``."""
    return {name: getattr(obj, name) for name in fields}


def object_id_of(obj: Model) -> str:
    """Return the identifier by which the log names an object: its public one if it has one, else its key."""
    return str(getattr(obj, "public_id", None) or obj.pk)


def record(
    *,
    verb: str,
    obj: Model,
    actor: Actor,
    occurred_at: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    remark: str = "",
    scope: Scope = Scope(),
) -> Event:
    """Write one event in the caller's transaction and return it; the source address is that of the request under way."""
    new = NewEvent(
        verb=verb, obj=obj, actor=actor, occurred_at=occurred_at, before=before or {}, after=after or {}, remark=remark, scope=scope
    )
    event = _row(new)
    event.save(force_insert=True)
    return event


def record_many(events: Sequence[NewEvent]) -> None:
    """Write the events, in the order given, in one statement per five thousand; the database fills in number and moment."""
    if len(events) <= _AT_ONCE:
        _insert(events)
        return
    with transaction.atomic(savepoint=False):
        for start in range(0, len(events), _AT_ONCE):
            _insert(events[start : start + _AT_ONCE])


def record_opening(*, obj: Model, actor: Actor, at: datetime, scope: Scope = Scope()) -> None:
    """Write that the actor opened the case; every opening counts, also the second of the same minute. Source: issue, audit."""
    record_many([NewEvent(verb=OPENED, obj=obj, actor=actor, occurred_at=at, scope=scope)])


def record_export(*, what: type[Model], title: str, actor: Actor, at: datetime, rows: int, asked: str = "", form: str = "xlsx") -> None:
    """Write that the actor took rows out of the system: of what, by which filter, how many, in which form."""
    Event.objects.create(
        verb=EXPORTED,
        object_type="audit.export",
        object_id=what._meta.label_lower,
        object_label=title[:200],
        **_said_of(actor),
        after={"rows": rows, "filter": asked[:500], "form": form},
        source_address=source_address.get(),
        occurred_at=at,
    )


def _insert(events: Sequence[NewEvent]) -> None:
    """Write the events in one statement."""
    rows = [_row(new) for new in events]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [[_stored(getattr(row, name)) for row in rows] for name in _TYPES])


def _row(new: NewEvent) -> Event:
    return Event(
        verb=new.verb,
        object_type=new.obj._meta.label_lower,
        object_id=object_id_of(new.obj),
        object_label=str(new.obj)[:200],
        **_said_of(new.actor),
        bank_id=new.scope.bank_id,
        district_id=new.scope.district_id,
        enterprise_id=new.scope.enterprise_id,
        before=dict(new.before),
        after=dict(new.after),
        remark=new.remark,
        source_address=new.address or source_address.get(),
        occurred_at=new.occurred_at,
    )


def _said_of(actor: Actor) -> dict[str, Any]:
    """Return the columns that say who acted."""
    return {
        "actor_id": actor.pk,
        "actor_name": actor.name,
        "actor_kind": actor.kind,
        "party_id": actor.party_id,
        "party_name": actor.party_name,
    }


def _stored(value: object) -> object:
    """Return the value as an element of an array of its column's type."""
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False) if isinstance(value, dict) else value
