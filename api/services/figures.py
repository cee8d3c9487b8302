"""A bank's own figures of a settlement over HTTP: the same as the file, checked and taken over in one call."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any
from uuid import UUID

from django.db import transaction

from common.errors import FieldProblem
from parties.models import Member
from subsidy.models import Reconciliation, Revision
from subsidy.services.reconciliation import BankFile, NoRowAccepted, commit_bank_figures, keep_bank_figures, read_bank_figures

HEADINGS = {"contract_number": "合同编号", "subsidy": "贴息金额", "bank_interest": "按回报利率计息"}
FIELDS = {heading: field for field, heading in HEADINGS.items()}
FILENAME = "接口提交.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A figure that could not be taken over; ``row`` counts from 1, ``column`` is the field."""

    row: int
    column: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFigures:
    """What became of the figures."""

    public_id: UUID
    state: str
    revision: Revision
    row_count: int
    faults: tuple[Fault, ...]


def read_figures(*, settlement_id: UUID, figures: Sequence[Mapping[str, Any]], actor: Member) -> BankFile:
    """
    Return the figures as the file the bank could have sent, read before any transaction.

    Raises:
        NotVisible, NotAllowed, NothingComputed, WaitsInTransaction.
    """
    return read_bank_figures(settlement_id=str(settlement_id), filename=FILENAME, content=_as_csv(figures), actor=actor)


@transaction.atomic
def take_figures(*, settlement_id: UUID, file: BankFile, actor: Member, at: datetime) -> TakenFigures:
    """
    Take over the bank's figures against the current revision; the same figures again change nothing. Good ones are taken, faults named.

    Raises:
        NotVisible, NotAllowed, NothingComputed.
        NoRowAccepted: every figure is faulty.

    Source: FP 1.6.4.
    """
    checked = keep_bank_figures(settlement_id=str(settlement_id), file=file, actor=actor, at=at)
    faults = tuple(
        Fault(row=fault["row"] - 1, column=FIELDS.get(fault["column"], fault["column"]), code=fault["code"], detail=fault["detail"])
        for fault in checked.errors
    )
    try:
        taken: Reconciliation = commit_bank_figures(reconciliation_id=str(checked.public_id), actor=actor, at=at)
    except NoRowAccepted:
        problems = [FieldProblem(f"figures.{fault.row - 1}.{fault.column}", fault.code, fault.detail) for fault in faults]
        raise NoRowAccepted(filename=FILENAME, errors=problems) from None
    return TakenFigures(public_id=taken.public_id, state=taken.state, revision=taken.revision, row_count=taken.row_count, faults=faults)


def _as_csv(figures: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the figures as the file the bank could have sent."""
    written = StringIO()
    rows = csv.writer(written)
    rows.writerow(HEADINGS.values())
    rows.writerows([[figure.get(field, "") for field in HEADINGS] for figure in figures])
    return written.getvalue().encode()
