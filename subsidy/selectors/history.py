"""What was settled before: the bank's other settlements of a mode."""

from django.db.models import QuerySet

from subsidy.enums import SETTLEMENT_FINAL, SETTLEMENT_OPEN
from subsidy.models import Settlement


def earlier_than(settlement: Settlement) -> QuerySet[Settlement]:
    """Return the bank's settlements of the mode for earlier quarters."""
    return Settlement.objects.filter(bank_id=settlement.bank_id, mode=settlement.mode, from_on__lt=settlement.from_on)


def last_filed_before(settlement: Settlement) -> Settlement | None:
    """Return the bank's last filed settlement of the mode before this one. Source: D12, D13."""
    return earlier_than(settlement).filter(state__in=SETTLEMENT_FINAL).select_related("current").order_by("-from_on").first()


def first_open_before(settlement: Settlement) -> Settlement | None:
    """Return the bank's first settlement of the mode before this one that is not filed yet. Source: D13."""
    return earlier_than(settlement).filter(state__in=SETTLEMENT_OPEN).order_by("from_on").first()
