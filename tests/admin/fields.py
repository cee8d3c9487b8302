"""Every form in which people of the back office type, found by walking: the steps of every page, and every ``StepForm`` there is."""

from collections.abc import Iterator
from typing import NamedTuple

from django import forms
from django.contrib import admin

from calculators.registry import CALCULATORS
from common.admin.forms import StepForm
from common.admin.transition_forms import field_of
from common.admin.visible import VisibleAdmin
from common.transitions import AnswerKind, Question
from quanzhou_fund.backoffice.calculator_form import CalculatorForm


class Place(NamedTuple):
    """One field of one form."""

    form: str
    name: str
    field: forms.Field

    def __str__(self) -> str:
        return f"{self.form}.{self.name}"


def places() -> list[Place]:
    """Return every field of every form, once."""
    found = {str(place): place for place in (*_of_steps(), *_of_forms(StepForm), *_of_calculators(), *_of_kinds())}
    return list(found.values())


def step_forms() -> dict[str, type[StepForm]]:
    """Return the form of every step of every page, by page and step."""
    found: dict[str, type[StepForm]] = {}
    for model, page in admin.site._registry.items():
        if isinstance(page, VisibleAdmin):
            for step in (*page.all_steps, *page.new_steps, *page.bulk_steps):
                found[f"{model._meta.label_lower}:{step.name}"] = step.form
    return found


def _of_steps() -> Iterator[Place]:
    for name, form in step_forms().items():
        yield from (Place(name, field, found) for field, found in form.base_fields.items())


def _of_forms(form: type[StepForm]) -> Iterator[Place]:
    for one in form.__subclasses__():
        yield from (Place(f"{one.__module__}.{one.__qualname__}", name, field) for name, field in one.base_fields.items())
        yield from _of_forms(one)


def _of_calculators() -> Iterator[Place]:
    for one in CALCULATORS.values():
        yield from (Place(f"calculators:{one.name}", name, field) for name, field in CalculatorForm(question=one.asks).fields.items())


def _of_kinds() -> Iterator[Place]:
    for kind in AnswerKind:
        yield Place("kinds", kind.value, field_of(Question(name=kind.value, label="问题", kind=kind, choices=(("a", "甲"),))))
