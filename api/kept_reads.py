"""
Reads whose SQL is put together, and planned by the database, once per process and connection.

For the reads that programs ask for all day: building a query of ten tables and planning it takes several times as long as running it.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState

from parties.models import Institution, Member

Row = TypeVar("Row", bound=Model)
# What stands in the SQL for what differs from call to call; no stored value is any of these.
BANK, DISTRICT, KEY = 7_368_417_220_114_385_011, 7_368_417_220_114_385_013, 7_368_417_220_114_385_017
IDENTIFIER = UUID("5f1c0d0e-7e7b-4c55-9d1e-6f0b8a5d3c21")
DAY, MOMENT, TEXT = date(1901, 7, 23), datetime(1901, 7, 23, 5, 17, 3, 419, tzinfo=UTC), "kept-read-5f1c0d0e7e7b"
NEVER_MISSING = frozenset({IDENTIFIER, KEY, MOMENT, TEXT})  # who sees everything is asked for no bank
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
        values = _of(actor.institution) | {DAY: on, IDENTIFIER: public_id}
        found = self.read.rows(values, kind=actor.institution.kind, actor=_marked(actor))  # type: ignore[union-attr]
        return found[0] if found else None


class ActorsPages(Generic[Row]):
    """A read of the newest rows an institution's program sees."""

    def __init__(self, build: Callable[[Member], QuerySet[Row]]) -> None:
        """Take what returns the rows a member sees; which ones depends on its institution's kind, key and county alone."""
        self.read: KeptRead[Row] = KeptRead(lambda actor, count, older: _newest(build(actor), count, older=older))

    def newest(self, count: int, *, actor: Member, before: int | None) -> list[Row]:
        """Return so many rows, newest first, those before a key if one is given; one query. The SQL is kept by count, so pass few."""
        institution, older = actor.institution, before is not None
        values = _of(institution) | ({KEY: before} if older else {})
        return self.read.rows(values, kind=f"{institution.kind} {count} {older}", actor=_marked(actor), count=count, older=older)  # type: ignore[union-attr]


def _newest(rows: QuerySet[Row], count: int, *, older: bool) -> QuerySet[Row]:
    return (rows.filter(pk__lt=KEY) if older else rows).order_by("-pk")[:count]


def _of(institution: Institution | None) -> dict[Any, Any]:
    """Return what the marks of an actor stand for."""
    assert institution is not None
    return {BANK: institution.pk, DISTRICT: institution.district_id}


def _marked(actor: Member) -> Member:
    """Return a member of the same kind of institution whose keys are marks."""
    assert actor.institution is not None
    return Member(kind=actor.kind, institution=Institution(pk=BANK, kind=actor.institution.kind, district_id=DISTRICT))


class _Sql:
    """One query: its text with numbered places, what stands in each, and how its rows become objects."""

    def __init__(self, rows: QuerySet[Any], marks: set[Any]) -> None:
        plain = rows if rows.query.is_sliced else rows.order_by()
        self.compiler = plain.query.get_compiler(using=connection.alias)
        text, params = self.compiler.as_sql()
        self.make = _maker(self.compiler.klass_info or {}, self.compiler.select or ())
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
            return self._objects(cursor.fetchall())

    def _objects(self, answered: Iterable[Sequence[Any]]) -> list[Any]:
        """Return the rows as objects with their related ones and annotations, as Django would make them."""
        converters = self.compiler.get_converters([column for column, _, _ in self.compiler.select or ()])
        rows = self.compiler.apply_converters(answered, converters) if converters else answered
        annotations = (self.compiler.annotation_col_map or {}).items()
        found = []
        for row in rows:
            made = self.make(row)
            made.__dict__.update({name: row[place] for name, place in annotations})
            found.append(made)
        return found


def _maker(info: Mapping[str, Any], select: Sequence[Any]) -> Callable[[Sequence[Any]], Any]:
    """
    Return what makes an object of a row, ``None`` where the outer join found none.

    ``Model.from_db`` looks at every column of the model for every row; here the columns that are read are known beforehand.
    """
    model, places = info["model"], info["select_fields"]
    start, end = places[0], places[-1] + 1
    names = [select[place][0].target.attname for place in places]
    key = start + names.index(model._meta.pk.attname)
    related = [(_maker(other, select), other["local_setter"], other["remote_setter"]) for other in info.get("related_klass_infos", ())]

    def make(row: Sequence[Any]) -> Any:
        if row[key] is None:
            return None
        made = model.__new__(model)
        state = made._state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        made.__dict__.update(zip(names, row[start:end], strict=True))
        for make_other, keep, keep_back in related:
            other = make_other(row)
            keep(made, other)
            if other is not None:
                keep_back(other, made)
        return made

    return make


def _is_mark(value: Any, marks: set[Any]) -> bool:
    return type(value) in (int, UUID, date, datetime, str) and value in marks
