"""The events a caller may know of, in an order in which none can appear behind a reader's back."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from api.event_types import ADDRESS_OF, NAME_OF, TOLD_BY_ENTRY, TOLD_FIELDS, TOLD_TO_ALL, VERB_OF
from audit.models import Event
from common.enums import Mode
from common.errors import FieldProblem, InvalidInput
from loans.models import Application
from loans.selectors import loans_visible_to
from parties.enums import InstitutionKind
from parties.models import Member
from risk.selectors import visible as risk_visible
from subsidy.models import Settlement
from whitelist.selectors import entries_visible_to

# What fund manager and guarantor are told of besides loans, each as far as it sees it; a bank's events carry the bank.
RISK_ROWS: Mapping[str, Callable[[Member], QuerySet[Any]]] = {
    "risk.classification": risk_visible.classifications_visible_to,
    "risk.classificationsuggestion": risk_visible.suggestions_visible_to,
    "risk.baddebt": risk_visible.bad_debts_visible_to,
    "risk.claim": risk_visible.claims_visible_to,
    "risk.recovery": risk_visible.recoveries_visible_to,
    "risk.return": risk_visible.returns_visible_to,
    "risk.breakerchange": risk_visible.breaker_changes_visible_to,
    "risk.reapplication": risk_visible.reapplications_visible_to,
    "risk.enhancementfee": risk_visible.enhancement_fees_visible_to,
    "risk.guaranteefee": risk_visible.guarantee_fees_visible_to,
}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """
    A place in the log: everything before it has been read.

    The order is that of transactions, then of events. Only transactions below the oldest one still running are read, so whatever may
    still commit comes after every place handed out.
    """

    transaction: int = 0
    event: int = 0

    def as_cursor(self) -> str:
        """Return the place as a text that callers hand back as it is."""
        return urlsafe_b64encode(json.dumps([self.transaction, self.event]).encode()).decode().rstrip("=")

    @classmethod
    def of_cursor(cls, cursor: str) -> "Place":
        """
        Return the place a cursor names; the beginning for none.

        Raises:
            InvalidInput: it is no cursor of ours.
        """
        if not cursor:
            return cls()
        try:
            transaction, event = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        except (ValueError, TypeError):
            transaction, event = None, None
        if not all(isinstance(part, int) and 0 <= part < 2**63 for part in (transaction, event)):
            raise InvalidInput(errors=[FieldProblem("cursor", "invalid", "游标无效，请原样传回上一次答复中的 cursor。")])
        return cls(transaction, event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Some events in order, and the place after them; ``has_more`` says that there are more to be read at once."""

    events: list[Event]
    place: Place
    has_more: bool


def horizon() -> int:
    """Return the number of the oldest transaction still running: everything below it is committed or never will be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def read_events(actor: Member, *, after: Place, limit: int, types: Sequence[str] = ()) -> Reading:
    """
    Return the events after a place that the actor may know of, oldest first, and the place to go on from.

    Two queries. Where all is read, the place is the horizon, so that the next reading does not look at the same events again.

    Source: architecture, twice, half-way, at once.
    """
    until = horizon()
    later = Q(transaction__gte=after.transaction) & (Q(transaction__gt=after.transaction) | Q(id__gt=after.event))
    rows = events_visible_to(actor).filter(later, transaction__lt=until)
    if types:
        rows = rows.filter(verb__in=[VERB_OF[name] for name in types])
    found = list(rows.order_by("transaction", "id")[: limit + 1])
    if len(found) > limit:
        last = found[limit - 1]
        return Reading(events=found[:limit], place=Place(last.transaction, last.pk), has_more=True)
    return Reading(events=found, place=max(after, Place(until, 0)), has_more=False)


def events_visible_to(actor: Member) -> QuerySet[Event]:
    """
    Return the events that a bank, the fund manager or a guarantor is told: of its own cases, of entries it sees, and of the rules.

    Source: architecture, who may.
    """
    own = Q(verb__in=[verb for verb in NAME_OF if verb not in (*TOLD_TO_ALL, *TOLD_BY_ENTRY)]) & _own(actor)
    of_entries = Q(verb__in=TOLD_BY_ENTRY, object_type="whitelist.entry") & Q(_names(entries_visible_to(actor)))
    return Event.objects.filter(own | of_entries | Q(verb__in=TOLD_TO_ALL))


def as_json(event: Event) -> dict[str, Any]:
    """Return an event as it is told: thin, so that nobody decides on a copy that has grown old."""
    return {
        "id": str(event.pk),
        "type": NAME_OF[event.verb],
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "object": _object_of(event),
        "institution": event.party_name,
        "before": _told(event.before),
        "data": _told(event.after),
    }


def _object_of(event: Event) -> dict[str, str | None]:
    """Return what an event is about, and where it is read; rates and rules are read as lists and have no address of their own."""
    kind = event.object_type.partition(".")[2]
    folder = ADDRESS_OF.get(kind)
    return {"type": kind, "id": event.object_id, "href": f"/api/v1/{folder}/{event.object_id}/" if folder else None}


def _told(said: dict[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in TOLD_FIELDS if name in said}


def _own(actor: Member) -> Q:
    institution = actor.institution
    if institution is None:
        return Q(pk__in=[])
    if institution.kind == InstitutionKind.BANK:
        return Q(bank_id=institution.pk)
    told: list[tuple[str, QuerySet[Any]]] = [("loans.loan", loans_visible_to(actor))]
    if institution.kind == InstitutionKind.FUND_MANAGER:
        told.append(("loans.application", Application.objects.filter(mode=Mode.TRUST, submitted_on__isnull=False)))
        told.append(("subsidy.settlement", Settlement.objects.filter(mode=Mode.TRUST)))
    told += [(label, visible_to(actor)) for label, visible_to in RISK_ROWS.items()]
    condition = Q()
    for label, rows in told:
        condition |= Q(_names(rows), object_type=label)
    return condition


def _names(rows: QuerySet[Any]) -> Exists:
    """Return the condition that an event is about one of the rows."""
    return Exists(rows.order_by().annotate(_id=Cast("public_id", CharField())).filter(_id=OuterRef("object_id")))
