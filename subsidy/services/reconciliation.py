"""Taking in the bank's own figures of a settlement: the file is checked first, then taken over."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import cast

from django.db import transaction

from audit.services import Scope, record
from common.database import require_no_transaction
from common.errors import DomainError
from common.texts import alike
from loans.models import Loan
from parties.access import require_institution
from parties.models import Member
from subsidy.access import claimant
from subsidy.enums import ReconciliationState
from subsidy.models import BankFigure, Reconciliation, Settlement
from subsidy.selectors.visibility import reconciliations_visible_to, settlements_visible_to, visible_or_404
from tables.columns import Column, Listed, ParsedRow, Problem
from tables.errors import TooManyRows
from tables.heads import SEARCHED_ROWS
from tables.lenient import with_plain_hyphens
from tables.table import read_table
from whitelist.intake.cells import identifier, signed_money


class EmptyFile(DomainError):
    """A file without a row of figures."""

    code = "empty_file"
    sentence = "文件“{filename}”没有数据行，请核对后重新上传。"
    status = 400


class NoRowAccepted(DomainError):
    """Every row of the file is faulty."""

    code = "no_row_accepted"
    sentence = "文件“{filename}”没有可入库的数据行，请按错误清单改正后重新上传。"


class NothingComputed(DomainError):
    """The settlement has no figures of ours yet."""

    code = "nothing_computed"
    sentence = "该结算尚未计算，暂不能对账。"


CONTRACT = "合同编号"
MOST_ROWS = 10_000  # more than any bank has loans; read while its sender waits
COLUMNS = (
    Column(field="contract_number", headings=(CONTRACT, "合同号"), read=identifier(longest=64)),
    Column(field="subsidy", headings=("贴息金额", "贴息"), read=signed_money, is_amount=True),
    Column(field="bank_interest", headings=("按回报利率计息", "银行利息", "应收利息"), read=signed_money, required=False, is_amount=True),
)


@dataclass(frozen=True, slots=True)
class BankFile:
    """A bank's figures as they were read; only ``read_bank_figures`` makes one."""

    filename: str
    sha256: str
    rows: Sequence[ParsedRow]


def check_bank_figures(*, settlement_id: str, filename: str, content: bytes, actor: Member, at: datetime) -> Reconciliation:
    """
    Read the bank's figures and hold them against the current revision; see ``read_bank_figures`` and ``keep_bank_figures``.

    Raises:
        what those raise.

    Source: FP 1.6.4.
    """
    file = read_bank_figures(settlement_id=settlement_id, filename=filename, content=content, actor=actor)
    return keep_bank_figures(settlement_id=settlement_id, file=file, actor=actor, at=at)


def read_bank_figures(*, settlement_id: str, filename: str, content: bytes, actor: Member) -> BankFile:
    """
    Return the bank's figures in a file (xlsx, or csv in UTF-8 or GBK), which is read before any transaction.

    Columns 合同编号 and 贴息金额, in yuan; 按回报利率计息 where the bank gives it.

    Raises:
        NotVisible, NotAllowed, NothingComputed: nothing is read for who may not, or too early.
        EmptyFile, TooManyRows, and what ``read_table`` raises: the file as a whole.
        WaitsInTransaction.

    Source: FP 1.6.4.
    """
    settlement = visible_or_404(settlements_visible_to(actor), settlement_id)
    _require_side(actor, settlement)
    if settlement.current is None:
        raise NothingComputed
    require_no_transaction("reader of a bank's figures")
    rows = list(read_table(filename=filename, content=content, columns=COLUMNS, most_rows=SEARCHED_ROWS + MOST_ROWS + 1))
    if not rows:
        raise EmptyFile(filename=filename)
    if len(rows) > MOST_ROWS:
        raise TooManyRows(sheet=filename, most=MOST_ROWS)
    return BankFile(filename, hashlib.sha256(content).hexdigest(), rows)


@transaction.atomic
def keep_bank_figures(*, settlement_id: str, file: BankFile, actor: Member, at: datetime) -> Reconciliation:
    """
    Store the good rows of a file that was read, beside its faults. The same file for the same revision is returned as it stands.

    Raises:
        NotVisible, NotAllowed, NothingComputed.

    Source: FP 1.6.4.
    """
    settlement = visible_or_404(settlements_visible_to(actor), settlement_id, lock=True)
    _require_side(actor, settlement)
    if settlement.current is None:
        raise NothingComputed
    known = Reconciliation.objects.filter(revision=settlement.current, sha256=file.sha256).first()
    if known is not None:
        return known
    figures, problems = _matched(file.rows, settlement)
    kept = Reconciliation.objects.create(
        settlement=settlement,
        revision=settlement.current,
        filename=file.filename[:200],
        sha256=file.sha256,
        row_count=len(file.rows),
        errors=[_as_json(problem) for problem in problems],
        checked_by=actor,
        checked_at=at,
    )
    for figure in figures:
        figure.reconciliation = kept
    BankFigure.objects.bulk_create(figures, batch_size=5000)
    _log("reconciliation.checked", kept, actor=actor, at=at)
    return kept


@transaction.atomic
def commit_bank_figures(*, reconciliation_id: str, actor: Member, at: datetime) -> Reconciliation:
    """
    Take a checked file over as the bank's word; a second time changes nothing.

    Raises:
        NotVisible, NotAllowed.
        NoRowAccepted: the file has no good row.

    Source: FP 1.6.4.
    """
    file = visible_or_404(reconciliations_visible_to(actor), reconciliation_id, lock=True)
    _require_side(actor, file.settlement)
    if file.state == ReconciliationState.COMMITTED:
        return file
    if not file.figures.exists():
        raise NoRowAccepted(filename=file.filename)
    file.commit(by=actor, at=at)
    file.save()
    _log("reconciliation.committed", file, actor=actor, at=at)
    return file


def _require_side(actor: Member, settlement: Settlement) -> None:
    """Let pass the people of the bank itself and of whoever settles for it."""
    own = actor.institution_id == settlement.bank_id
    require_institution(actor, settlement.bank if own else claimant(settlement))


def _matched(rows: Sequence[ParsedRow], settlement: Settlement) -> tuple[list[BankFigure], list[Problem]]:
    """Return a figure for each good row, and the faults of the others as far as they are listed."""
    loans = dict(Loan.objects.filter(bank=settlement.bank_id, mode=settlement.mode).values_list("contract_number", "pk"))
    figures: dict[int, BankFigure] = {}
    problems = Listed()
    plain = _by_plain_number(loans)
    for row in rows:
        number = str(row.values["contract_number"])
        loan = loans.get(number) or plain.get(_plain(number))
        problems.add(row.problems)
        if row.is_refused:
            continue
        if loan is None:
            problems.add([Problem(row.row, CONTRACT, "unknown_contract", f"本行此模式没有合同编号为“{number}”的贷款。")])
        elif loan in figures:
            problems.add([Problem(row.row, CONTRACT, "contract_twice", f"合同编号“{number}”与第{figures[loan].row}行重复。")])
        else:
            subsidy, interest = cast(Decimal, row.values["subsidy"]), cast(Decimal | None, row.values["bank_interest"])
            figures[loan] = BankFigure(loan_id=loan, row=row.row, subsidy=subsidy, bank_interest=interest)
    return list(figures.values()), problems.with_rest()


def _by_plain_number(loans: Mapping[str, int]) -> dict[str, int | None]:
    """Return the loans by their contract number as it is compared; ``None`` where several would have one number."""
    found: dict[str, int | None] = {}
    for number, loan in loans.items():
        plain = _plain(number)
        found[plain] = loan if plain not in found else None
    return found


def _plain(number: str) -> str:
    """Return a contract number in half width and small letters, with one kind of hyphen."""
    return alike(with_plain_hyphens(number))


def _as_json(problem: Problem) -> dict[str, int | str]:
    return {"row": problem.row, "column": problem.column, "code": problem.code, "detail": problem.detail}


def _log(verb: str, file: Reconciliation, *, actor: Member, at: datetime) -> None:
    after = {"filename": file.filename, "sha256": file.sha256, "rows": file.row_count, "faults": len(file.errors)}
    record(verb=verb, obj=file, actor=actor, occurred_at=at, after=after, scope=Scope(bank_id=file.settlement.bank_id))
