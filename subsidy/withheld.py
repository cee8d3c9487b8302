"""Until a tender is opened nobody but the bank reads that it bid: what the audit log keeps back."""

from django.db.models import CharField, Q
from django.db.models.functions import Cast

from audit.services import OPENED
from audit.withholding import withhold
from subsidy.enums import BIDS_READABLE
from subsidy.models import SealedBid, Tender


def before_the_opening() -> Q:
    """Return which events: everything about a sealed bid, and who looked at the tender. Source: FP 1.4.2."""
    tenders = Tender.objects.exclude(state__in=BIDS_READABLE).annotate(key=Cast("public_id", CharField()))
    bids = SealedBid.objects.exclude(tender__state__in=BIDS_READABLE).annotate(key=Cast("pk", CharField()))
    of_bids = Q(object_type=SealedBid._meta.label_lower, object_id__in=bids.values("key"))
    if tenders.exists():  # that a bank took a list of its bids out tells that it has some
        of_bids |= Q(object_type="audit.export", object_id=SealedBid._meta.label_lower)
    return of_bids | Q(object_type=Tender._meta.label_lower, verb=OPENED, object_id__in=tenders.values("key"))


withhold(before_the_opening)
