"""Which entries and projects a member sees, and what an entry is open for."""

from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from parties.access import sees_all
from parties.enums import COUNTY_KINDS, InstitutionKind
from parties.models import BankParticipation, Enterprise, Institution, Member
from parties.selectors import institution_of_kind
from whitelist.enums import LISTED_STATES, EntryKind, EntryState, Verdict
from whitelist.models import Batch, Entry, Opinion, Project
from whitelist.published import reads_published_only
from whitelist.transitions import CONSULTED

_RELATED = ("enterprise", "project", "district", "batch", "policy_version")


def entries_visible_to(actor: Member) -> QuerySet[Entry]:
    """
    Return the entries the actor may open.

    City bureaus, regulators and the fund office: all. A county: those of its district. An enterprise: its own. A bank: what was
    published before its participation ended, in any mode. A fund manager: what was published. Others: none.

    Source: FP 1.6.1, 1.6.2.
    """
    entries = Entry.objects.select_related(*_RELATED)
    if sees_all(actor):
        return entries
    if actor.enterprise_id is not None:
        return entries.filter(enterprise=actor.enterprise_id)
    institution = actor.institution
    if institution is None:
        return entries.none()
    if institution.kind in COUNTY_KINDS:
        return entries.filter(district=institution.district_id)
    if institution.kind == InstitutionKind.BANK:
        return entries.filter(_delivered_to(institution), state__in=LISTED_STATES)
    if institution.kind == InstitutionKind.FUND_MANAGER:
        return entries.filter(state__in=LISTED_STATES)
    return entries.none()


def entries_told_whole(actor: Member) -> QuerySet[Entry]:
    """Return the entries whose way to the list the actor reads, papers included: whoever lends reads none. Source: FP 1.6.2."""
    return Entry.objects.none() if reads_published_only(actor) else entries_visible_to(actor)


def projects_visible_to(actor: Member) -> QuerySet[Project]:
    """Return the projects the actor may open: those of its visible entries, and to enterprise and county also those not yet applied for."""
    projects = Project.objects.select_related("enterprise", "district")
    if sees_all(actor):
        return projects
    if actor.enterprise_id is not None:
        return projects.filter(enterprise=actor.enterprise_id)
    if actor.institution is not None and actor.institution.kind in COUNTY_KINDS:
        return projects.filter(district=actor.institution.district_id)
    return projects.filter(pk__in=entries_visible_to(actor).order_by().values("project"))


def batches_visible_to(actor: Member) -> QuerySet[Batch]:
    """Return the publications: public to every member. Source: FP 1.6.1(3)."""
    return Batch.objects.select_related("published_by")


def open_for_application(on: date) -> Q:
    """Return the condition that an entry takes new applications on a day. Source: FP 1.6.1(3); D27."""
    return Q(state=EntryState.PUBLISHED, published_on__lte=on) & (Q(expires_on__isnull=True) | Q(expires_on__gt=on))


def is_open_for_application(entry: Entry, *, on: date) -> bool:
    """
    Return whether the entry takes new applications on a day.

    The end counts from its day on, also before the job has written the expiry down.

    Source: FP 1.6.1(3); D27.
    """
    if entry.state != EntryState.PUBLISHED or entry.published_on is None or entry.published_on > on:
        return False
    return entry.expires_on is None or on < entry.expires_on


def is_open_for_drawdown(entry: Entry) -> bool:
    """Return whether loans of the entry may still be drawn: listed and not removed; expiry stops applications only. Source: D27."""
    return entry.state in (EntryState.PUBLISHED, EntryState.EXPIRED)


def consulted_institutions(kind: str) -> list[Institution]:
    """Return the bureaus whose opinion publication of this list needs. Source: FP 1.1.3, 1.6.1; D26."""
    return [institution_of_kind(bureau) for bureau in CONSULTED[EntryKind(kind)]]


def opinions_of_round(entry: Entry) -> QuerySet[Opinion]:
    """Return what the bureaus said in the entry's current round of consultation. Source: D26."""
    return entry.opinions.filter(round=entry.consultation_round).select_related("institution")


def awaiting_opinion_of(institution: Institution) -> QuerySet[Entry]:
    """Return the entries in consultation on which this bureau has not spoken in the current round. Source: D26."""
    kinds = [kind for kind, bureaus in CONSULTED.items() if institution.kind in bureaus]
    given = Opinion.objects.filter(entry=OuterRef("pk"), round=OuterRef("consultation_round"), institution=institution)
    waiting = Entry.objects.select_related(*_RELATED).filter(state=EntryState.CONSULTATION, kind__in=kinds)
    return waiting.filter(~Exists(given)).order_by("pk")


def objected(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Return those in consultation on which a bureau objected in the current round. Source: D26."""
    objection = Opinion.objects.filter(entry=OuterRef("pk"), round=OuterRef("consultation_round"), verdict=Verdict.OBJECT)
    return entries.filter(Exists(objection), state=EntryState.CONSULTATION)


def current_rd_entry(enterprise: Enterprise) -> Entry | None:
    """Return the enterprise's newest listed R&D entry that was not removed, ``None`` if there is none. Source: D3."""
    listed = Entry.objects.filter(enterprise=enterprise, kind=EntryKind.RD, state__in=(EntryState.PUBLISHED, EntryState.EXPIRED))
    return listed.order_by("-list_year", "-published_on", "-pk").first()


def _delivered_to(bank: Institution) -> Exists:
    """Return the condition that the bank took part, or had not stopped, when the entry was published."""
    not_over = Q(until_on__isnull=True) | Q(until_on__gt=OuterRef("published_on"))
    return Exists(BankParticipation.objects.filter(not_over, bank=bank))


def superseded_by(entries: list[Entry]) -> QuerySet[Entry]:
    """Return the R&D entries still published of the enterprises that these entries list again. Source: D27."""
    enterprises = [entry.enterprise_id for entry in entries if entry.kind == EntryKind.RD]
    older = Entry.objects.filter(kind=EntryKind.RD, state=EntryState.PUBLISHED, enterprise__in=enterprises)
    return older.select_related(*_RELATED).order_by("pk")


def due_to_expire(on: date) -> QuerySet[Entry]:
    """Return the published entries whose last day has passed. Source: D27."""
    return Entry.objects.filter(state=EntryState.PUBLISHED, expires_on__lte=on).order_by("pk")


def published_through(kind: str, *, list_year: int) -> QuerySet[Entry]:
    """Return the entries of a list and year that were published, whatever became of them since."""
    return Entry.objects.filter(kind=kind, list_year=list_year, state__in=LISTED_STATES).order_by("batch__number", F("pk"))
