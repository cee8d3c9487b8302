"""
Which typed facts can be put right, table by table: one declaration each, read by one service and one screen.

An app declares its tables beside its services; whoever builds on a row of a lower app says so with ``register_rest``. A row that is not
yet in force is removed by one person; one in force, or a fact without a first day, is corrected by two.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Field, Model, QuerySet

from audit.services import Scope
from common.dates import Days
from parties.enums import InstitutionKind
from parties.models import Member

Facts = Mapping[str, Any]  # by column
Rest = Callable[[Any, Facts, Facts | None], Iterable[str]]


def everybody(member: Member, row: Any) -> bool:
    """Let every member of the keepers put the row right."""
    return True


def nobody(row: Any) -> Scope:
    """Return that the row concerns nobody in particular."""
    return Scope()


def nothing(*asked: Any, **more: Any) -> None:
    """Ask for nothing more, and do nothing more."""


def unchanged(row: Any, facts: Facts) -> Facts:
    """Return the facts as they are."""
    return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Correctable:
    """
    One table whose rows, typed by people, can be put right.

    ``begins`` is the field of the first day in force, empty for facts that hold at once. ``owner`` names the fields of whoever has one
    row at a time where a new row cuts the one before short: the cut moves and goes with it. ``find`` and ``put`` stand where the facts are
    not columns of the row itself.
    """

    name: str
    label: str
    model: type[Model]
    facts: tuple[str, ...]
    keepers: tuple[InstitutionKind, ...]
    clause: str = ""
    begins: str = ""
    days: Mapping[str, Days] = field(default_factory=dict)
    codes: Mapping[str, Callable[[str], str]] = field(default_factory=dict)  # facts that are codes, each with what makes its letters alike
    owner: tuple[str, ...] = ()
    asks_earlier_end: bool = False  # whether the removal asks until when the row before holds; otherwise it has no end again
    offered: bool = True  # whether the page of the row offers the form; other tables have a form of their own
    removable: bool = True
    facts_model: type[Model] | None = None
    may: Callable[[Member, Any], bool] = everybody
    scope: Callable[[Any], Scope] = nobody
    step: str = "put-right"  # the step's name on the page, another for a second table of one page
    choices: Mapping[str, Callable[[], QuerySet[Any]]] = field(default_factory=dict)  # of facts that name another row: which there may be
    complete: Callable[[Any, Facts], Facts] = unchanged  # (row, facts) -> the facts with those that follow from them
    check: Callable[[Any, Facts], None] = nothing  # (row as it is, facts as they shall be): refuses what cannot be
    clear: Callable[[Any], None] = nothing  # takes away what belongs to a row that is removed
    settle: Callable[..., None] = nothing  # (row, before, after, at=): what follows, once the row is put right or gone
    find: Callable[[Any, str], Facts] | None = None
    put: Callable[..., None] | None = None  # (row, part, facts, actor=, at=)

    def column(self, name: str) -> "Field[Any, Any]":
        """Return a fact's column, by its name or its attribute; what follows from facts of another model may stand in the row itself."""
        model = self.facts_model or self.model
        known = {at for one in model._meta.concrete_fields for at in (one.name, one.attname)}
        found: Field[Any, Any] = (model if name in known else self.model)._meta.get_field(name)  # type: ignore[assignment]
        return found

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the facts as attributes of a row."""
        return tuple(self.column(name).attname for name in self.facts)

    def is_in_force(self, row: Any, *, on: date) -> bool:
        """Return whether the row holds on a day; what has no first day always does."""
        return not self.begins or getattr(row, self.begins) <= on

    def found(self, row: Any, part: str = "") -> Facts:
        """Return the facts as they stand."""
        return self.find(row, part) if self.find is not None else {name: getattr(row, name) for name in self.columns}

    def typed(self, name: str, value: Any) -> Any:
        """Return a new fact as its column would give it back."""
        column = self.column(name)
        if isinstance(column, DecimalField) and value is not None:
            return round(Decimal(value), column.decimal_places)
        return value.strip() if isinstance(value, str) else value

    def read(self, stored: Facts) -> dict[str, Any]:
        """Return facts that were stored as JSON with their types."""
        return {name: self.column(name).to_python(value) for name, value in stored.items()}


TABLES: dict[str, Correctable] = {}
_RESTS: dict[str, list[Rest]] = {}
_WATCHERS: list[Callable[[Correctable], None]] = []


def register_table(*tables: Correctable) -> None:
    """Let the rows of these tables be put right."""
    for table in tables:
        TABLES[table.name] = table
        for watch in _WATCHERS:
            watch(table)


def for_every_table(watch: Callable[[Correctable], None]) -> None:
    """Do something with every table, those of apps that declare theirs later included."""
    for table in TABLES.values():
        watch(table)
    _WATCHERS.append(watch)


def register_rest(name: str, rest: Rest) -> None:
    """Say what rests on a row of a table: (row, facts before, facts after or ``None`` when it goes) -> what has to be dealt with first."""
    _RESTS.setdefault(name, []).append(rest)


def rests_on(table: Correctable, row: Any, before: Facts, after: Facts | None) -> list[str]:
    """Return, in sentences, what has to be dealt with before the row may change so."""
    return [line for rest in _RESTS.get(table.name, []) for line in rest(row, before, after)]


def tables_of(model: type[Model]) -> list[Correctable]:
    """Return the tables that are put right on a model's page."""
    return [table for table in TABLES.values() if table.model is model]


def label_of(name: str) -> str:
    """Return a table's Chinese name; of one that is no longer declared, its name."""
    return TABLES[name].label if name in TABLES else name
