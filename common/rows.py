"""Reading one row of a query."""

from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def one_or_none(rows: QuerySet[Row]) -> Row | None:
    """
    Return the row of a query that finds at most one, ``None`` where there is none.

    Without an order, unlike ``first()``: ordering what needs none costs as much as all the rest of building a statement of wide joins.
    """
    return next(iter(rows.order_by()[:1]), None)
