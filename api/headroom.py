"""What the calling bank could still lend on an entry, before there is any application."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from common.enums import Category
from loans.models import Application
from loans.rules.caps import Cap, Headroom
from loans.selectors.caps import CapCase, CommitmentSnapshot
from parties.enums import InstitutionKind
from parties.models import Member
from parties.selectors import in_force_on
from policy.selectors.versions import version_for, version_row_on
from whitelist.enums import EntryKind
from whitelist.limits import RdExpenseMissing
from whitelist.models import Entry
from whitelist.selectors.entries import is_open_for_application

CATEGORIES = {EntryKind.PROJECT: (Category.FIXED_ASSET, Category.WORKING_CAPITAL), EntryKind.RD: (Category.RD,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCaps:
    """The caps of one mode and category, in yuan."""

    mode: str
    category: str
    left: Decimal
    caps: tuple[Cap, ...]


def caps_of_entry(entry: Entry, *, actor: Member, on: date) -> list[CaseCaps]:
    """
    Return the caps by mode in which the actor's bank takes part and category the entry opens; none for an actor that is no bank.

    By the version that a new application of the day would have. An R&D entry still without its tax figure has none yet; one that takes
    no applications any more tells only banks with a case of their own on it.

    Source: FP 1.2.1, FP 1.2.2, FP 1.3; D2, D3, D38, D39, D40.
    """
    bank = actor.institution
    if bank is None or bank.kind != InstitutionKind.BANK:
        return []
    if not is_open_for_application(entry, on=on) and not Application.objects.filter(entry=entry, bank=bank).exists():
        return []
    modes = list(bank.participations.filter(in_force_on(on)).order_by("mode").values_list("mode", flat=True))
    terms = version_for(version_row_on(on)).terms
    cases = [
        CapCase(
            category=category,
            enterprise_id=entry.enterprise_id,
            project_id=entry.project_id,
            bank_id=bank.pk,
            bank_name=bank.name,
            mode=mode,
            terms=terms,
            entry=entry,
        )
        for mode in modes
        for category in CATEGORIES[EntryKind(entry.kind)]
    ]
    snapshot = CommitmentSnapshot.read(cases, on=on)
    try:
        found = [(case, snapshot.headroom(case)) for case in cases]
    except RdExpenseMissing:
        return []
    return [_told(case, room) for case, room in found]


def _told(case: CapCase, room: Headroom) -> CaseCaps:
    """Return the caps with what the bank is told is left."""
    caps = tuple(replace(cap, headroom=cap.told) for cap in room.caps)
    return CaseCaps(mode=case.mode, category=case.category, left=Headroom(caps=caps).left, caps=caps)
