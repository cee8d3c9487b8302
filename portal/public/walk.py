"""
The way through the questions: what is answered, which comes next, and what the calculators say to all of it.

The address carries the answers; nothing is kept. What somebody does not know is asked of the calculators in every way it may be: a
condition that comes out the same either way is known, one that does not is not known yet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError

from calculators.selectors import ask_each
from common import texts
from portal.public.questions import (
    CAPITAL,
    CITY,
    CREDIT,
    EXPENSE,
    HONOUR,
    INDUSTRY,
    INVESTMENT,
    KIND,
    PROJECT,
    PURPOSE,
    REGISTERED,
    UNSURE,
    UPGRADE,
    Question,
    Told,
)

ASKED = "asked"  # in the address: which question was sent off last
MET, FAILED, UNKNOWN = "met", "failed", "unknown"
LABELS = {MET: "符合", FAILED: "不符合", UNKNOWN: "还不知道"}


@dataclass(frozen=True, slots=True)
class Answered:
    """One question with its answer, as the address writes it."""

    question: Question
    written: str

    @property
    def shown(self) -> str:
        """Return the answer in words."""
        return self.question.shown(self.written)

    @property
    def told(self) -> Told:
        """Return what the calculators may be sent."""
        return self.question.unsure if self.written == UNSURE else (self.question.told(self.written),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far somebody came. ``asking`` is the open question with what was typed and what is wrong with it; ``None`` at the end."""

    answered: tuple[Answered, ...]
    asking: Question | None = None
    typed: str = ""
    problem: str = ""

    @property
    def is_project(self) -> bool:
        """Return whether the money is for a project."""
        return any(one.question is PURPOSE and one.written == PROJECT for one in self.answered)

    def written(self, question: Question) -> str:
        """Return the answer to a question, empty if it was not asked."""
        return next((one.written for one in self.answered if one.question is question), "")

    def changes(self) -> list[tuple[Answered, str]]:
        """Return each answer with what an address carries when it is to be given anew; all others stay."""
        return [
            (one, urlencode([(other.question.name, other.written) for other in self.answered if other is not one])) for one in self.answered
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One condition: what the clause asks, what was found, and whether it is met."""

    name: str
    clause: str
    required: str
    found: str
    state: str

    @property
    def label(self) -> str:
        """Return the state in words."""
        return LABELS[self.state]


def walk(sent: Mapping[str, str], *, today: date) -> Walk:
    """Return how far the answers in an address come, up to the first that is missing or cannot be read."""
    answered: list[Answered] = []
    for question in _way(answered, today=today):
        typed = sent.get(question.name, "" if sent.get(ASKED) == question.name else None)  # nothing chosen sends nothing of itself
        if typed is None:  # not asked yet, or taken out to be given anew: what comes after it stays in the address
            return Walk(answered=tuple(answered), asking=question)
        try:
            answered.append(Answered(question, _read(question, typed)))
        except ValidationError as fault:
            return Walk(answered=tuple(answered), asking=question, typed=texts.line(typed), problem=fault.messages[0])
    return Walk(answered=tuple(answered))


def _way(answered: Sequence[Answered], *, today: date) -> Iterator[Question]:
    """Yield the questions in order; ``answered`` grows meanwhile and decides the way."""
    yield PURPOSE
    if answered[0].written == PROJECT:
        yield from (INDUSTRY, CITY, KIND, UPGRADE, INVESTMENT)
        return
    yield from (INDUSTRY, CITY, HONOUR, REGISTERED)
    yield CAPITAL if is_newly_registered(answered, today=today) else EXPENSE
    yield CREDIT


def _read(question: Question, typed: str) -> str:
    """
    Return an answer as the address writes it.

    Raises:
        ValidationError: it cannot stand.
    """
    if typed == UNSURE and question.unsure:
        return UNSURE
    value = question.form_field().clean(typed)
    return f"{value:.2f}" if question.is_money else str(value)


def is_newly_registered(answered: Sequence[Answered], *, today: date) -> bool:
    """Return whether the calculator counts the enterprise as newly registered. Source: FP 1.1.2; D4."""
    [answer] = ask_each("rd-eligibility", [next(_ways("rd-eligibility", answered))], today=today)
    return bool(answer["newly_registered"])


def findings(way: Walk, *, today: date) -> list[Finding]:
    """Return every condition with its state. Source: FP 1.1.1, FP 1.1.2, FP 3.1, FP 3.2, FP 3.4."""
    answers = _asked("project-eligibility" if way.is_project else "rd-eligibility", way.answered, today=today)
    columns = zip(*(answer["checks"] for answer in answers), strict=True)
    unasked = {one.name for one in (EXPENSE, CAPITAL)} - {one.question.name for one in way.answered}
    return [_finding(checks, unasked=unasked) for checks in columns]


def limits(way: Walk, *, today: date) -> dict[str, Any] | None:
    """Return what may be lent, ``None`` while a figure it hangs on is not known. Source: FP 1.2.1, FP 1.2.2."""
    if way.is_project:
        [answer] = ask_each("project-limit", [{"total_investment": way.written(INVESTMENT)}], today=today)
        return answer
    newly = is_newly_registered(way.answered, today=today)
    expense = way.written(EXPENSE)
    if not newly and expense == UNSURE:
        return None
    asked = {"newly_registered": newly} | ({} if newly else {"last_year_rd_expense": expense})
    [answer] = ask_each("rd-limit", [asked], today=today)
    return answer | {"newly_registered": newly}


_NOT_ASKED: Mapping[str, Any] = {"last_year_rd_expense": "0.00", "registered_capital": "0.00", "other_technology_credit": False}


def _asked(name: str, answered: Sequence[Answered], *, today: date) -> list[dict[str, Any]]:
    """Return what a calculator answers to every way the answers may be."""
    return ask_each(name, list(_ways(name, answered)), today=today)


def _ways(name: str, answered: Sequence[Answered]) -> Iterator[dict[str, Any]]:
    """Yield what a calculator is sent, for every way the answers may be."""
    known = {} if name == "project-eligibility" else _NOT_ASKED
    told = [one.told for one in answered if one.question not in (PURPOSE, INVESTMENT)]
    for ways in product(*told):
        yield {key: value for part in (known, *ways) for key, value in part.items()}


# What the calculator says of figures that were not asked, since nothing hangs on them: it is not repeated.
_SAID_OF_UNASKED = {EXPENSE.name: "上年度研发投入0.00元；", CAPITAL.name: "，注册资本0.00元"}


def _finding(checks: Sequence[Mapping[str, Any]], *, unasked: Iterable[str]) -> Finding:
    """Return one condition as it comes out over all the ways."""
    first, outcomes = checks[0], {check["passed"] for check in checks}
    state = UNKNOWN if len(outcomes) > 1 else MET if first["passed"] else FAILED
    found = "取决于您还不知道的那一项" if state == UNKNOWN else first["found"]
    for name in unasked:
        found = found.replace(_SAID_OF_UNASKED[name], "")
    return Finding(name=first["name"], clause=first["clause"], required=first["required"], found=found, state=state)
