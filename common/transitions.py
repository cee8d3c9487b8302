"""
The steps of a case as plain data: one table per case, in the app that owns it.

A row says what a step is called, from where it leads where, whose it is, by which clause, what the log and programs call it, and what it
asks for. It calls nothing. The state machine (``common.fsm``), the graph held by the database, buttons and forms, addresses and shapes of
the interface, work lists, diagrams and guides read it; the services that take the steps are written by hand, one per step.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from common.dates import HAPPENED, Days


class AnswerKind(StrEnum):
    """What kind of answer a question takes."""

    MONEY = "money"  # yuan, 2 places, more than nothing unless ``least`` says otherwise
    RATE = "rate"  # an annual fraction; people type and read per cent
    DAY = "day"  # a business date
    COUNT = "count"  # a whole number, not negative
    LINE = "line"  # one line of text: names, document and voucher numbers
    TEXT = "text"  # several lines of text
    CHOICE = "choice"  # one of ``choices``
    YES_NO = "yes_no"
    DIGEST = "digest"  # a SHA-256 that names what is confirmed; people confirm what the page shows


class Signer(StrEnum):
    """In which role a person takes a step. The values are those of ``parties.enums.Role``; a second person must not be the first one."""

    WORKER = "worker"  # handler or checker
    CHECKER = "checker"  # a checker
    SECOND = "second"  # a checker, and another person than the one who made what is checked
    NOBODY = "nobody"  # a consequence of another step or of a job; no person takes it by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing a step asks for; ``name`` is the keyword of the service, the field of the form and of the interface."""

    name: str
    label: str
    kind: AnswerKind = AnswerKind.LINE
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    max_length: int = 64
    least: Decimal | None = None
    days: Days = HAPPENED  # which days a date may be
    hint: str = ""  # what people read under the field
    says: str = ""  # what programs read of it; the hint, or else the label
    example: str = ""

    @property
    def meaning(self) -> str:
        """Return what the interface says of the field."""
        return self.says or self.hint or self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiEndpoint:
    """The step's POST in the programs' interface: which scope it needs, whose it is said to be, what else is said of it."""

    scope: str
    whose: str = ""
    says: str = ""
    clause: str = ""  # the step's own when empty


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a state of a case means beside its name: for whoever counts cases by how far they are, for badges and for work lists."""

    phase: str  # how far the case is, by a name of its app's; services, constraints, recounts and statements ask for phases
    is_ended: bool = False
    tone: str = "busy"  # of the badge: busy, warn, good, bad, plain
    waits_for: str = ""  # the party whose turn it is; empty where it is nobody's
    to_do: str = ""  # what stands in that party's work list
    maker: str = ""  # where a second person's turn it is, the field that names the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step of a case."""

    name: str  # of the transition on the model; with hyphens, of the button's and the interface's address
    label: str  # the one Chinese name
    sources: tuple[str, ...]
    target: str
    who: tuple[str, ...]  # parties to the case, as its app names them
    clause: str
    verb: str = ""  # what the log calls it: ``case.done``; empty where what comes of it is logged instead
    event: str = ""  # what programs are told, by a name that never changes; the verb when empty
    signer: Signer = Signer.WORKER
    asks: tuple[Question, ...] = ()
    outcome_of: str = ""  # the step a person takes, where this one is another end of it
    sentence: str = ""  # what happens when the person confirms
    done: str = ""  # what is said afterwards
    tone: str = "plain"  # plain, main, danger
    endpoint: ApiEndpoint | None = None
    disclosure: str = ""  # to whom the history tells it, by a name of the app's ``history.py``; to the offices alone when empty

    @property
    def told_as(self) -> str:
        """Return the type of the event as programs know it."""
        return self.event or self.verb

    @property
    def is_taken(self) -> bool:
        """Return whether a person or program takes the step; others follow from one or from a job."""
        return self.signer is not Signer.NOBODY and not self.outcome_of

    @property
    def needs_checker(self) -> bool:
        """Return whether only a checker takes the step."""
        return self.signer in (Signer.CHECKER, Signer.SECOND)


Table = tuple[Transition, ...]


def by_name(table: Table) -> Mapping[str, Transition]:
    """
    Return the rows by name.

    Raises:
        ValueError: a name stands twice, or an outcome belongs to no step.
    """
    found = {row.name: row for row in table}
    if len(found) != len(table):
        raise ValueError("a step stands twice in the table")
    strangers = [row.name for row in table if row.outcome_of and row.outcome_of not in found]
    if strangers:
        raise ValueError(f"outcomes of no step: {', '.join(strangers)}")
    return found


def edges(table: Iterable[Transition]) -> list[tuple[str, str]]:
    """Return every legal change of state once, as the database holds them; staying is no change."""
    return sorted({(str(source), str(row.target)) for row in table for source in row.sources if str(source) != str(row.target)})


def transitions_from(table: Iterable[Transition], state: str) -> list[Transition]:
    """Return the rows that lead on from a state, in the order of the table."""
    return [row for row in table if state in row.sources]


def verbs_disclosed(table: Iterable[Transition], disclosure: str) -> tuple[str, ...]:
    """Return the verbs of the steps that the history tells in one way, each once."""
    return tuple(dict.fromkeys(row.verb for row in table if row.verb and row.disclosure == disclosure))


def verb_labels(table: Iterable[Transition]) -> dict[str, str]:
    """Return the words of the log: each verb with its step's Chinese name; of two outcomes of one step, the step's."""
    rows = list(table)
    words = {row.verb: row.label for row in rows if row.verb}
    return words | {row.verb: row.label for row in rows if row.verb and not row.outcome_of}
