"""Forms and buttons of the admin, read off a case's table of steps."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms

from common.admin.forms import CountInput, DayInput, LongText, MoneyInput, PercentInput, StepForm, YesNo
from common.admin.steps import Step, StepContext, StepPermission
from common.transitions import AnswerKind, Question, Transition

TONES = ("main", "plain", "danger")


def _text(question: Question, **options: Any) -> forms.Field:
    return LongText(max_length=question.max_length, **options)


def _line(question: Question, **options: Any) -> forms.Field:
    return forms.CharField(max_length=question.max_length, **options)


def _money(question: Question, **options: Any) -> forms.Field:
    least = {} if question.least is None else {"min_value": question.least}
    return MoneyInput(**least, **options)


def _choice(question: Question, **options: Any) -> forms.Field:
    return forms.ChoiceField(choices=[("", "请选择"), *question.choices], **options)


def _count(question: Question, **options: Any) -> forms.Field:
    return CountInput(min_value=0, **options)


FIELD_OF: dict[AnswerKind, Callable[..., forms.Field]] = {
    AnswerKind.MONEY: _money,
    AnswerKind.RATE: lambda question, **options: PercentInput(**options),
    AnswerKind.DAY: lambda question, **options: DayInput(days=question.days, **options),
    AnswerKind.COUNT: _count,
    AnswerKind.LINE: _line,
    AnswerKind.TEXT: _text,
    AnswerKind.CHOICE: _choice,
    AnswerKind.YES_NO: lambda question, **options: YesNo(**options),
    AnswerKind.DIGEST: lambda question, **options: forms.CharField(widget=forms.HiddenInput, **options),
}


def field_of(question: Question) -> forms.Field:
    """Return the field in which people answer a question."""
    hint = {"help_text": question.hint} if question.hint else {}
    return FIELD_OF[question.kind](question, label=question.label, required=question.required, **hint)


def form_of(row: Transition, base: type[StepForm] = StepForm) -> type[StepForm]:
    """Return the form that asks what the step asks; ``base`` may fill first values that depend on the case."""
    return form_asking(row.asks, name=row.name, base=base)


def form_asking(questions: Iterable[Question], *, name: str, base: type[StepForm] = StepForm) -> type[StepForm]:
    """Return the form that asks these questions in their order."""
    fields = {question.name: field_of(question) for question in questions}
    return type(f"{name.title().replace('_', '')}Form", (base,), fields) if fields else base


def offered(
    row: Transition,
    *,
    run: Callable[[StepContext], Any],
    who: StepPermission,
    may: Callable[[Any, Any], bool] | None = None,
    base: type[StepForm] = StepForm,
    **options: Any,
) -> Step:
    """Return a step of the table as the admin offers it: in its states, to its parties, with its words; ``options`` say otherwise."""
    told: dict[str, Any] = {
        "name": row.name.replace("_", "-"),
        "form": form_of(row, base),
        "clause": row.clause,
        "sentence": row.sentence,
        "done": row.done,
        "tone": row.tone,
        "states": frozenset(str(source) for source in row.sources),
    }
    return Step(
        label=row.label,
        who=who,
        may=may,
        run=run,
        **(told | options),
    )


def by_tone(steps: Iterable[Step]) -> list[Step]:
    """Return the steps with what is usually done next first, and what ends or sends back last; otherwise as they come."""
    return sorted(steps, key=lambda step: TONES.index(step.tone))
