"""Every step of every page with something it can be taken on, found by walking the admin."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.contrib import admin
from django.http import HttpRequest
from django.test import RequestFactory

from common.admin.forms import StepForm
from common.admin.steps import Step
from common.admin.visible import VisibleAdmin
from parties.models import Member

TODAY = date(2024, 8, 1)


class Met(NamedTuple):
    """One step with a case of a fund at work; ``obj`` is ``None`` for something new."""

    page: VisibleAdmin
    step: Step
    obj: Any

    def __str__(self) -> str:
        return f"{self.page.model._meta.label_lower}:{self.step.name}"

    def form(self, member: Member, *given: Any) -> StepForm:
        """Return the step's form on this case."""
        return self.step.form(*given, obj=self.obj, member=member, on=TODAY)


def steps_met() -> Iterator[Met]:
    """Yield every step there is; one on a case that this fund does not have comes with ``...``."""
    for page in admin.site._registry.values():
        if isinstance(page, VisibleAdmin):
            case = page.model._base_manager.order_by("pk").first()
            yield from (Met(page, step, None) for step in page.new_steps)
            yield from (Met(page, step, case or ...) for step in page.all_steps)
            yield from (Met(page, step, [case] if case else ...) for step in page.bulk_steps)


def sent_by(member: Member, **given: Any) -> HttpRequest:
    """Return a form as a person sends it."""
    request = RequestFactory().post("/", given)
    request.user = member.user
    return request
