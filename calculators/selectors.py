"""Asking a calculator: the one call of API, portal and admin."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from calculators.calculator import Asked, Basis, Calculator
from calculators.fields import blamed_on
from calculators.registry import CALCULATORS
from common.errors import NotVisible
from policy.selectors.calendar import working_calendar
from policy.selectors.versions import version_on
from policy.terms.version import VersionInForce


class UnknownCalculator(NotVisible):
    """There is no calculator of that name."""

    code = "unknown_calculator"
    sentence = "没有名为“{name}”的测算，请从 /api/v1/calculators/ 的列表中选择。"


def ask(name: str, sent: object, *, today: date) -> dict[str, Any]:
    """
    Return a calculator's answer in JSON, with the policy version, clauses and decisions it rests on.

    ``sent`` is the JSON input; ``as_of`` in it picks the version, ``today`` does without.

    Raises:
        UnknownCalculator: no such name.
        InvalidInput: with every field that cannot stand.
        NoPolicyVersion: no version had begun on the day.
        DomainError: what the rule itself refuses.

    Source: FP 3.4; D38.
    """
    return ask_each(name, [sent], today=today)[0]


def ask_each(name: str, inputs: Sequence[object], *, today: date) -> list[dict[str, Any]]:
    """
    Return the answers to several inputs that ask about one day; the version is read once.

    Raises:
        As ``ask``.

    Source: FP 3.4; D38.
    """
    calculator = CALCULATORS.get(name)
    if calculator is None:
        raise UnknownCalculator(name=name)
    return [_answered(calculator, given, version) for given, version in _with_versions(calculator, inputs, today=today)]


def _with_versions(calculator: Calculator, inputs: Sequence[object], *, today: date) -> Iterator[tuple[Asked, tuple[date, VersionInForce]]]:
    """Yield each input as read, with the day it asks about and the version that answers for it."""
    known: dict[date, VersionInForce] = {}
    for sent in inputs:
        given: Asked = calculator.parse(sent)
        as_of = given.as_of if calculator.uses_policy and given.as_of is not None else today
        with blamed_on("as_of"):
            if as_of not in known:
                known[as_of] = version_on(as_of)
        yield given, (as_of, known[as_of])


def _answered(calculator: Calculator, given: Asked, asked_about: tuple[date, VersionInForce]) -> dict[str, Any]:
    as_of, version = asked_about
    answer = calculator.answer(given, Basis(version=version, as_of=as_of, calendar=working_calendar))
    return {
        **answer.values,
        "policy_version": version.version,
        "in_force": version.in_force,
        "clauses": list(answer.clauses),
        "interpretations": list(answer.interpretations),
    }
