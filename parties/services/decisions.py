"""Writing down that people decided a fact of an enterprise, so that no list undoes it."""

from collections.abc import Iterable
from datetime import date, datetime

from parties.models import DecidedFact, Enterprise, FactDecision, Member


def decide_facts(enterprise: Enterprise, names: Iterable[str], *, on: date, actor: Member | None, at: datetime, remark: str = "") -> None:
    """
    Write down who decided these facts, in the caller's transaction; a later decision takes the place of the one before.

    Facts that no list brings are passed over. ``actor`` is nobody where two persons decided: the correction names them.
    """
    rows = [
        FactDecision(enterprise=enterprise, fact=name, decided_on=on, decided_by=actor, remark=remark.strip()[:200], recorded_at=at)
        for name in names
        if name in DecidedFact.values
    ]
    FactDecision.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["enterprise", "fact"],
        update_fields=["decided_on", "decided_by", "remark", "recorded_at"],
    )
