"""What a step of an application leaves behind, and a step taken by name."""

from audit.models import Event
from loans.models import Application
from loans.services.step_services import APPLICATION_SERVICES
from notices.models import Notice

SERVICES = {one.run.__name__: one.run for one in APPLICATION_SERVICES.values()}


def events() -> list[str]:
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


def untouched(application):
    """Return what a refused step must leave as it is."""
    row = Application.objects.filter(pk=application.pk).values().get()
    return row, Event.objects.count(), Notice.objects.count()


def take(step, application, actor, at, **given):
    return SERVICES[step](application_id=application.public_id, actor=actor, at=at, **given)
