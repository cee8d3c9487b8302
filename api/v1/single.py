"""Reading one row by its id, alike for every resource."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.services.openings import open_row
from api.v1.base import BankView, reads
from api.v1.fields import Shown


def shows_one(shape: type[Shown], *, summary: str, clause: str = "") -> Any:
    """Return the GET of one row the caller sees; that it was looked at is written down."""

    @reads(shape, summary=summary, says="每次查看都记入审计日志。", clause=clause)
    def retrieve(view: BankView, request: Request, public_id: UUID) -> Response:
        """Return one row."""
        return Response(view.shown(shape, open_row(view.rows(), object_id=public_id, **view.acting)))

    return retrieve
