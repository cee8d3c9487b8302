"""The events a caller may know of, in an order in which none can appear behind a reader's back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from api.event_types import ADDRESS_OF, NAME_OF, TOLD_BY_ENTRY, TOLD_FIELDS, TOLD_TO_ALL, VERB_OF
from api.feed_positions import FeedPosition, Horizon, in_current_epoch, later_than, read_horizon
from audit.models import Event
from audit.verbs import as_stored, current
from common.enums import Mode
from loans.models import Application
from loans.selectors.visible import loans_visible_to
from parties.enums import InstitutionKind
from parties.models import Member
from parties.reading import reading_of, told_events
from risk import visibility as risk_visible
from subsidy.models import Settlement
from whitelist.selectors.entries import entries_visible_to

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Some events in order, and the place after them; ``has_more`` says that there are more to be read at once."""

    events: list[Event]
    position: FeedPosition
    has_more: bool
    namespace: UUID  # of the events' identifiers


def read_events(actor: Member, *, after: FeedPosition | None, limit: int, types: Sequence[str] = ()) -> Reading:
    """
    Return the events after a place that the actor may know of, oldest first, and the place to go on from; from the beginning for none.

    Two queries. Where all is read, the place is the horizon, so that the next reading does not look at the same events again.

    Raises:
        Ahead: a restore took away what lay before the place.
        FeedRestoring: a restore is under way.

    Source: architecture, twice, half-way, at once.
    """
    horizon = read_horizon()
    position = in_current_epoch(after, horizon)
    rows = events_visible_to(actor)
    if types:
        rows = rows.filter(verb__in=as_stored(VERB_OF[name] for name in types))
    found = _after(rows, position, horizon, limit=limit + 1)
    if len(found) > limit:
        return Reading(events=found[:limit], position=_position_of(found[limit - 1], horizon), has_more=True, namespace=horizon.namespace)
    read_to = max(position, FeedPosition(horizon.until, 0, horizon.epoch))
    return Reading(events=found, position=read_to, has_more=False, namespace=horizon.namespace)


def _after(rows: QuerySet[Event], position: FeedPosition, horizon: Horizon, *, limit: int) -> list[Event]:
    """Return the first events after a place: of earlier epochs by number, then of this one by transaction."""
    is_in_earlier = horizon.first_event > 0 and position.transaction == 0
    earlier = [] if not is_in_earlier else list(rows.filter(id__lt=horizon.first_event, id__gt=position.event).order_by("id")[:limit])
    if len(earlier) == limit:
        return earlier
    later = rows.filter(later_than(position, horizon)).order_by("transaction", "id")
    return earlier + list(later[: limit - len(earlier)])


def _position_of(event: Event, horizon: Horizon) -> FeedPosition:
    """Return the place after an event."""
    return FeedPosition(event.transaction if event.pk >= horizon.first_event else 0, event.pk, horizon.epoch)


def events_visible_to(actor: Member) -> QuerySet[Event]:
    """
    Return the events that a bank, the fund manager or a guarantor is told: of its own cases, of entries it sees, and of the rules.

    Of these, as everywhere, those that the case's declaration tells it.

    Source: architecture, who may.
    """
    own = Q(verb__in=as_stored(verb for verb in NAME_OF if verb not in (*TOLD_TO_ALL, *TOLD_BY_ENTRY))) & _own(actor)
    of_entries = Q(verb__in=as_stored(TOLD_BY_ENTRY), object_type="whitelist.entry") & Q(_names(entries_visible_to(actor)))
    return told_events(Event.objects.filter(own | of_entries | Q(verb__in=as_stored(TOLD_TO_ALL))), actor)


def id_of(number: int, *, namespace: UUID) -> UUID:
    """Return the identifier of an event, the same for ever and in feed and message; it does not tell how many events there are."""
    return uuid5(namespace, str(number))


def as_json(event: Event, *, reader: Member, namespace: UUID) -> dict[str, Any]:
    """Return an event as this reader is told it: thin, so that nobody decides on a copy that has grown old."""
    reading = reading_of(event, reader)
    told = [name for name in TOLD_FIELDS if name in reading.names_of(event)]
    return {
        "id": str(id_of(event.pk, namespace=namespace)),
        "type": NAME_OF[current(event.verb)],
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "object": _object_of(event),
        "institution": event.party_name if reading.institution else "",
        "before": {name: event.before[name] for name in told if name in event.before},
        "data": {name: event.after[name] for name in told if name in event.after},
    }


def _object_of(event: Event) -> dict[str, str | None]:
    """Return what an event is about, and where it is read; rates and rules are read as lists and have no address of their own."""
    kind = event.object_type.partition(".")[2]
    folder = ADDRESS_OF.get(kind)
    return {"type": kind, "id": event.object_id, "href": f"/api/v1/{folder}/{event.object_id}/" if folder else None}


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
