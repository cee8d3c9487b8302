"""Named POSTs and their descriptions, read off a case's table of steps."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.serializers import BaseSerializer

from api.enums import Scope
from api.v1.base import BankView, writes
from api.v1.fields import Asked, AskedCount, AskedDay, AskedDigest, AskedFlag, AskedMoney, AskedRate, AskedReference, AskedText
from api.v1.serializers import Nothing
from common.step_services import StepService
from common.transitions import AnswerKind, Question, Table, Transition

Field = serializers.Field[Any, Any, Any, Any]


def _money(question: Question, **options: Any) -> Field:
    least = {} if question.least is None else {"min_value": question.least}
    return AskedMoney(**least, **options)


def _text(question: Question, **options: Any) -> Field:
    return AskedText(max_length=question.max_length, allow_blank=not question.required, **options)


def _line(question: Question, **options: Any) -> Field:
    return AskedReference(max_length=question.max_length, allow_blank=not question.required, **options)


FIELD_OF: dict[AnswerKind, Callable[..., Field]] = {
    AnswerKind.MONEY: _money,
    AnswerKind.RATE: lambda question, **options: AskedRate(**options),
    AnswerKind.DAY: lambda question, **options: AskedDay(days=question.days, **options),
    AnswerKind.COUNT: lambda question, **options: AskedCount(min_value=0, **options),
    AnswerKind.LINE: _line,
    AnswerKind.TEXT: _text,
    AnswerKind.CHOICE: lambda question, **options: serializers.ChoiceField(list(question.choices), **options),
    AnswerKind.YES_NO: lambda question, **options: AskedFlag(**options),
    AnswerKind.DIGEST: lambda question, **options: AskedDigest(**options),
}


def asked_of(row: Transition, *, case: str) -> type[BaseSerializer[Any]]:
    """Return what a step's POST takes, described under the names of case and step; nothing where nothing is asked."""
    if not row.asks:
        return Nothing
    doc = f"What {row.name} asks: {', '.join(one.name for one in row.asks)}."
    return input_asking(row.asks, name=f"{case}{row.name.title().replace('_', '')}Asked", doc=doc)


def input_asking(questions: Iterable[Question], *, name: str, doc: str) -> type[BaseSerializer[Any]]:
    """Return the input that asks these questions in their order, described under a name."""
    fields: dict[str, Any] = {one.name: FIELD_OF[one.kind](one, required=one.required, help_text=one.meaning) for one in questions}
    example = {one.name: one.example for one in questions if one.example}
    return type(name, (Asked,), fields | {"example": example, "__doc__": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How a step is answered: with which shape, under which status."""

    shape: type[BaseSerializer[Any]]
    status: int = 200


def takes_steps(
    table: Table,
    services: Mapping[str, StepService],
    *,
    case: str,
    key: str,
    answers: Answered,
    but: Mapping[str, Answered] = MappingProxyType({}),
) -> Callable[[type[BankView]], type[BankView]]:
    """
    Return a class decorator that gives a view one POST per step with a door.

    ``case`` begins the names of the inputs, ``key`` is the services' keyword of the case's id; ``but`` names steps answered otherwise.
    """

    def give(view: type[BankView]) -> type[BankView]:
        for row in table:
            if row.endpoint is not None:
                setattr(view, row.name, _post(row, services[row.name], case=case, key=key, answered=but.get(row.name, answers)))
        return view

    return give


def _post(row: Transition, service: StepService, *, case: str, key: str, answered: Answered) -> Any:
    assert row.endpoint is not None

    def take(view: BankView, public_id: UUID, **asked: Any) -> Any:
        return service.run(**{key: public_id}, **asked, **view.acting)

    take.__name__, take.__doc__ = row.name, row.label
    described = writes(
        answered.shape,
        scope=Scope(row.endpoint.scope),
        asks=asked_of(row, case=case),
        summary=f"{row.label}{row.endpoint.whose}",
        says=row.endpoint.says,
        clause=row.endpoint.clause or row.clause,
        refuses=service.refuses,
        status=answered.status,
    )
    return described(take)
