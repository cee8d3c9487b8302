"""Whether something was recorded since a revision was computed that its sums would show."""

from django.db.models import F, Q

from loans.models import LoanRate, Movement
from subsidy.models import Settlement
from subsidy.selectors.history import last_filed_before


def is_outdated(settlement: Settlement) -> bool:
    """
    Return whether the current revision of a settlement no longer says what a new computation would.

    Looks at movements, rates and stops of the bank's loans in the mode, and at the settlement that was filed last before it.

    Source: D13.
    """
    revision = settlement.current
    if revision is None:
        return True
    follows = last_filed_before(settlement)
    if revision.follows_id != (follows.pk if follows is not None else None):
        return True
    own = Q(loan__bank=settlement.bank_id, loan__mode=settlement.mode)
    if Movement.objects.filter(own, pk__gt=revision.movements_through, value_on__lt=settlement.until_on).exists():
        return True
    if LoanRate.objects.filter(own, pk__gt=revision.rates_through, from_on__lt=settlement.until_on).exists():
        return True
    stops = Q(stopped_on__isnull=True, loan__subsidy_stopped_on__lt=settlement.until_on) | Q(stopped_on__isnull=False)
    return revision.lines.filter(stops).exclude(stopped_on=F("loan__subsidy_stopped_on")).exists()
