"""
Reads whose SQL is put together, and planned by the database, once per process and connection.

For the reads that programs ask for all day: building a query of ten tables and planning it takes several times as long as running it.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

from parties.models import Institution, Member

Row = TypeVar("Row", bound=Model)
# What stands in the SQL for what differs from call to call; no stored value is any of these.
BANK, DISTRICT = 7_368_417_220_114_385_011, 7_368_417_220_114_385_013
IDENTIFIER = UUID("5f1c0d0e-7e7b-4c55-9d1e-6f0b8a5d3c21")
DAY, MOMENT, TEXT = date(1901, 7, 23), datetime(1901, 7, 23, 5, 17, 3, 419, tzinfo=UTC), "kept-read-5f1c0d0e7e7b"
NEVER_MISSING = frozenset({IDENTIFIER, MOMENT, TEXT})  # who sees everything is asked for no bank
_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class MarkLost(Exception):
    """What a call gives does not stand in the SQL as it was given, so that no other could be put in its place."""


class KeptRead(Generic[Row]):
    """
    A read of rows: ``build`` returns the queryset with marks in the places of what differs from call to call.

    Whatever else decides which rows and columns are read has to be in ``kind``, by which the SQL is kept.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]]) -> None:
        self.build = build
        self.kept: dict[str, _Sql] = {}

    def rows(self, values: Mapping[Any, Any], *, kind: str = "", **given: Any) -> list[Row]:
        """
        Return the rows; ``values`` says what each mark stands for now, ``given`` is what ``build`` is called with the first time.

        Raises:
            MarkLost: a mark is not in the SQL.
        """
        if kind not in self.kept:
            self.kept[kind] = _Sql(self.build(**given), set(values))
        found: list[Row] = self.kept[kind].rows(values)
        return found


class ActorsRead(Generic[Row]):
    """A read of one of the rows an institution's program sees, by identifier, on a day."""

    def __init__(self, build: Callable[[Member, date], QuerySet[Row]]) -> None:
        """Take what returns the rows a member sees on a day; which ones depends on its institution's kind, key and county alone."""
        self.read: KeptRead[Row] = KeptRead(lambda actor: build(actor, DAY).filter(public_id=IDENTIFIER))

    def first(self, public_id: UUID, *, actor: Member, on: date) -> Row | None:
        """Return the row, ``None`` where the actor sees none such; one query."""
        institution = actor.institution
        assert institution is not None
        values = {BANK: institution.pk, DISTRICT: institution.district_id, DAY: on, IDENTIFIER: public_id}
        marked = Member(kind=actor.kind, institution=Institution(pk=BANK, kind=institution.kind, district_id=DISTRICT))
        found = self.read.rows(values, kind=institution.kind, actor=marked)
        return found[0] if found else None


class _Sql:
    """One query: its text with numbered places, what stands in each, and how its rows become objects."""

    def __init__(self, rows: QuerySet[Any], marks: set[Any]) -> None:
        self.queryset = rows if rows.query.is_sliced else rows.order_by()
        self.compiler = self.queryset.query.get_compiler(using=connection.alias)
        text, params = self.compiler.as_sql()
        self.places = [value for value in params if _is_mark(value, marks)]
        if not NEVER_MISSING.intersection(marks) <= set(self.places):
            raise MarkLost(text)
        with connection.cursor() as cursor:
            numbers = iter(range(1, len(self.places) + 1))
            shown = [f"${next(numbers)}" if _is_mark(one, marks) else cursor.mogrify("%s", [one]).decode() for one in params]
        self.text = text % tuple(shown)
        self.name = "kept_" + hashlib.sha256(self.text.encode()).hexdigest()[:16]
        self.execute = f"EXECUTE {self.name} ({', '.join(['%s'] * len(self.places))})" if self.places else f"EXECUTE {self.name}"

    def rows(self, values: Mapping[Any, Any]) -> list[Any]:
        """Return the objects."""
        with connection.cursor() as cursor:
            known = _prepared.setdefault(connection.connection, set())
            if self.name not in known:
                cursor.cursor.execute(f"PREPARE {self.name} AS {self.text}")
                known.add(self.name)
            cursor.execute(self.execute, [values[mark] for mark in self.places])
            return list(self._objects(cursor.fetchall()))

    def _objects(self, answered: list[Any]) -> Iterable[Any]:
        """Return the rows as Django makes objects of them."""
        queryset, compiler = copy(self.queryset), copy(self.compiler)
        compiler.connection = connection
        compiler.execute_sql = lambda *args, **kwargs: [answered]
        queryset.query = copy(self.queryset.query)
        queryset.query.get_compiler = lambda *args, **kwargs: compiler  # type: ignore[method-assign]
        return ModelIterable(queryset)


def _is_mark(value: Any, marks: set[Any]) -> bool:
    return type(value) in (int, UUID, date, datetime, str) and value in marks
