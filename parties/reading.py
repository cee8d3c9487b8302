"""Which events of the log a member reads, and what of each, by what the apps declared. See ``parties.disclosure``."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from audit.models import Event
from audit.services import OPENED
from audit.verbs import as_stored, current
from audit.withholding import readable
from parties.access import sees_all
from parties.disclosure import Party, declared
from parties.enums import COUNTY_KINDS
from parties.models import Member

_BY_KIND = {party.value: party for party in Party}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader is told of one event."""

    fields: frozenset[str] | None  # ``None``: every field
    remark: bool
    institution: bool
    is_own: bool  # of the reader's house, or the reader sees all: with persons, address and moment of recording

    def names_of(self, event: Event) -> frozenset[str]:
        """Return the names of the facts of the event that are told, before and after."""
        names = frozenset(event.before) | frozenset(event.after)
        return names if self.fields is None else names & self.fields


def party_of(reader: Member) -> Party | None:
    """Return as what a member reads histories; ``None`` for a house that the plan gives nothing to read, and for administrators."""
    if reader.is_administrator:
        return None
    if reader.enterprise_id is not None:
        return Party.ENTERPRISE
    kind = reader.institution.kind if reader.institution is not None else ""
    return Party.COUNTY if kind in COUNTY_KINDS else _BY_KIND.get(kind)


def told_events(events: QuerySet[Event], reader: Member, *, case: str = "") -> QuerySet[Event]:
    """
    Return those of the events that the reader is told of at all; with ``case`` (``app.model``) only of cases of this kind.

    What concerns another bank, county or enterprise is never told, whatever is declared: several of them may see one case.

    Source: architecture, who may.
    """
    if sees_all(reader):
        return readable(events)
    party = party_of(reader)
    if party is None:
        return events.none()
    always, own_acts = _verbs_told(party, case=case)
    acted = _among(own_acts) & Q(party_id=reader.party_id)
    return events.exclude(verb=OPENED).filter(_among(always) | acted, _concerns(reader, party))


def changes_told(events: QuerySet[Event], reader: Member, *, case: str) -> QuerySet[Event]:
    """Return those of the events of a kind of case that move its mark of change for the reader, whichever house acted."""
    if sees_all(reader):
        return readable(events).exclude(verb=OPENED)
    party = party_of(reader)
    if party is None:
        return events.none()
    verbs = [verb for told in _verbs_told(party, case=case) for names in told.values() for verb in names]
    return events.filter(_concerns(reader, party), verb__in=verbs).exclude(verb=OPENED)


def reading_of(event: Event, reader: Member) -> Reading:
    """Return what the reader is told of an event out of ``told_events``."""
    if sees_all(reader):
        return Reading(None, remark=True, institution=True, is_own=True)
    own, party = event.party_id == reader.party_id, party_of(reader)
    found = [
        told
        for told in declared().get((event.object_type, current(event.verb)), ())
        if party in told.to and (own or not told.own_acts) and event.verb != OPENED
    ]
    fields = frozenset(name for told in found for name in told.fields)
    return Reading(fields, any(t.remark for t in found), own or any(t.institution for t in found), own)


def _verbs_told(party: Party, *, case: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return by kind of case the verbs told to a party whoever acted, and those told only of its own acts."""
    always: dict[str, list[str]] = {}
    own_acts: dict[str, list[str]] = {}
    for (kind, verb), told in declared().items():
        mine = [one for one in told if party in one.to and case in ("", kind)]
        if mine:
            (own_acts if all(one.own_acts for one in mine) else always).setdefault(kind, []).extend(as_stored([verb]))
    return always, own_acts


def _among(verbs: Mapping[str, list[str]]) -> Q:
    """Return the condition that an event is one of these verbs on one of these kinds of case."""
    condition = Q(pk__in=[])
    for kind, names in verbs.items():
        condition |= Q(object_type=kind, verb__in=names)
    return condition


def _concerns(reader: Member, party: Party) -> Q:
    """Return the condition that an event concerns nobody in particular, or the reader."""
    match party:
        case Party.BANK:
            return Q(bank_id=None) | Q(bank_id=reader.institution_id)
        case Party.COUNTY:
            district = reader.institution.district_id if reader.institution is not None else None
            return Q(district_id=None) | Q(district_id=district)
        case Party.ENTERPRISE:
            return Q(enterprise_id=None) | Q(enterprise_id=reader.enterprise_id)
    return Q()
