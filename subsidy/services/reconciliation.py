"""Taking in the bank's own figures of a settlement: the file is checked first, then taken over."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import cast

from django.db import transaction

from audit.services import Scope, record
from common.errors import DomainError
from loans.models import Loan
from parties.access import require_institution
from parties.models import Member
from subsidy.access import claimant
from subsidy.enums import ReconciliationState
from subsidy.models import BankFigure, Reconciliation, Settlement
from subsidy.selectors.visibility import reconciliations_visible_to, settlements_visible_to, visible_or_404
from tables.columns import Column, ParsedRow, Problem, read_table
from tables.lenient import with_plain_hyphens
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
COLUMNS = (
    Column(field="contract_number", headings=(CONTRACT, "合同号"), read=identifier(longest=64)),
    Column(field="subsidy", headings=("贴息金额", "贴息"), read=signed_money, is_amount=True),
    Column(field="bank_interest", headings=("按回报利率计息", "银行利息", "应收利息"), read=signed_money, required=False, is_amount=True),
)


def check_bank_figures(*, settlement_id: str, filename: str, content: bytes, actor: Member, at: datetime) -> Reconciliation:
    """
    Read the bank's figures (xlsx, or csv in UTF-8 or GBK) against the current revision and store the good rows beside every fault.

    Columns 合同编号 and 贴息金额, in yuan; 按回报利率计息 where the bank gives it. The same file for the same revision is returned as it
    stands. The file is read before the transaction.

    Raises:
        NotVisible, NotAllowed, NothingComputed.
        EmptyFile, and what ``read_table`` raises: the file as a whole.

    Source: FP 1.6.4.
    """
    settlement = visible_or_404(settlements_visible_to(actor), settlement_id)
    _require_side(actor, settlement)
    if settlement.current is None:
        raise NothingComputed
    rows = list(read_table(filename=filename, content=content, columns=COLUMNS))
    if not rows:
        raise EmptyFile(filename=filename)
    sha256 = hashlib.sha256(content).hexdigest()
    return _checked(settlement_id, rows, filename=filename, sha256=sha256, actor=actor, at=at)


@transaction.atomic
def _checked(settlement_id: str, rows: Sequence[ParsedRow], *, filename: str, sha256: str, actor: Member, at: datetime) -> Reconciliation:
    settlement = visible_or_404(settlements_visible_to(actor), settlement_id, lock=True)
    _require_side(actor, settlement)
    if settlement.current is None:
        raise NothingComputed
    known = Reconciliation.objects.filter(revision=settlement.current, sha256=sha256).first()
    if known is not None:
        return known
    figures, problems = _matched(rows, settlement)
    file = Reconciliation.objects.create(
        settlement=settlement,
        revision=settlement.current,
        filename=filename[:200],
        sha256=sha256,
        row_count=len(rows),
        errors=[_as_json(problem) for problem in problems],
        checked_by=actor,
        checked_at=at,
    )
    for figure in figures:
        figure.reconciliation = file
    BankFigure.objects.bulk_create(figures, batch_size=5000)
    _log("reconciliation.checked", file, actor=actor, at=at)
    return file


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
    """Return a figure for each good row, and every fault of the others."""
    loans = dict(Loan.objects.filter(bank=settlement.bank_id, mode=settlement.mode).values_list("contract_number", "pk"))
    figures: dict[int, BankFigure] = {}
    problems: list[Problem] = []
    plain = _by_plain_number(loans)
    for row in rows:
        number = str(row.values["contract_number"])
        loan = loans.get(number) or plain.get(with_plain_hyphens(number))
        problems += row.problems
        if row.is_refused:
            continue
        if loan is None:
            problems.append(Problem(row.row, CONTRACT, "unknown_contract", f"本行此模式没有合同编号为“{number}”的贷款。"))
        elif loan in figures:
            problems.append(Problem(row.row, CONTRACT, "contract_twice", f"合同编号“{number}”与第{figures[loan].row}行重复。"))
        else:
            subsidy, interest = cast(Decimal, row.values["subsidy"]), cast(Decimal | None, row.values["bank_interest"])
            figures[loan] = BankFigure(loan_id=loan, row=row.row, subsidy=subsidy, bank_interest=interest)
    return list(figures.values()), problems


def _by_plain_number(loans: Mapping[str, int]) -> dict[str, int | None]:
    """Return the loans by their contract number with plain hyphens and letters; ``None`` where several would have one number."""
    found: dict[str, int | None] = {}
    for number, loan in loans.items():
        plain = with_plain_hyphens(number)
        found[plain] = loan if plain not in found else None
    return found


def _as_json(problem: Problem) -> dict[str, int | str]:
    return {"row": problem.row, "column": problem.column, "code": problem.code, "detail": problem.detail}


def _log(verb: str, file: Reconciliation, *, actor: Member, at: datetime) -> None:
    after = {"filename": file.filename, "sha256": file.sha256, "rows": file.row_count, "faults": len(file.errors)}
    record(verb=verb, obj=file, actor=actor, occurred_at=at, after=after, scope=Scope(bank_id=file.settlement.bank_id))
