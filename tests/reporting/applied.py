"""Applications with the dates that decide how they count."""

from datetime import date
from typing import Any

from common.dates import add_months
from common.enums import Mode, Size
from loans.enums import ApplicationState, RefusalReason
from loans.models import Application, Intent
from parties.models import Enterprise, Institution
from tests.factories import EnterpriseFactory, MemberFactory
from tests.loan_factories import ApplicationFactory, EntryFactory
from whitelist.models import Entry

State = ApplicationState
# 2024-03-01 is a Friday; its 30th working day is 2024-04-15 (Qingming on 4-4 and 4-5, 4-7 worked).
SUBMITTED = date(2024, 3, 1)
DUE = date(2024, 4, 15)
AFTER = date(2024, 4, 16)


def applied(
    bank: Institution,
    *,
    on: date = SUBMITTED,
    enterprise: Enterprise | None = None,
    met: date | None = None,
    refused: date | None = None,
    withdrawn: date | None = None,
    decided: date | None = None,
    intent: bool = True,
    size: Size = Size.MEDIUM,
    mode: Mode = Mode.SPECIAL,
    **given: Any,
) -> Application:
    """Return an application submitted on a day, and what became of it: conditions met, refused or withdrawn on a day, decided before."""
    enterprise = enterprise or EnterpriseFactory()
    entry = Entry.objects.filter(enterprise=enterprise).first() or EntryFactory(rd=True, enterprise=enterprise)
    facts: dict[str, Any] = {"submitted_on": on, "enterprise_size": size, "mode": mode, "bank": bank, "entry": entry, "drafted_on": on}
    facts |= {"accepted_on": on, "review_began_on": on}
    if met or decided:
        day = decided or met or on
        facts |= {"decided_on": day, "lapses_on": add_months(day, 6), "approved": True}
    if met:
        facts |= {"conditions_met": True, "conditions_met_on": met}
    if refused:
        facts |= {"state": State.REFUSED, "decided_on": refused, "decision_recorded_on": refused, "refusal_reason": RefusalReason.SECURITY}
    if withdrawn:
        facts |= {"state": State.WITHDRAWN, "withdrawn_on": withdrawn}
    if intent:
        recorded = {"recorded_on": on, "recorded_by": MemberFactory(institution=bank)}
        facts["intent"] = Intent.objects.get_or_create(bank=bank, entry=entry, defaults=recorded)[0]
    return ApplicationFactory(**{"rd": True, "under_review": True} | facts | given)
