"""Reading the log of one object."""

from django.db.models import Model, QuerySet

from audit.models import Event
from audit.services import OPENED, object_id_of


def events_of(obj: Model) -> QuerySet[Event]:
    """Return everything that happened to the object, oldest first, openings included."""
    return Event.objects.filter(object_type=obj._meta.label_lower, object_id=object_id_of(obj)).order_by("id")


def history_of(obj: Model) -> QuerySet[Event]:
    """Return the object's changes of state, oldest first, without the openings."""
    return events_of(obj).exclude(verb=OPENED)
