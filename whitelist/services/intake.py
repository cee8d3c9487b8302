"""Lists from outside: checked first, committed after, each as a whole."""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import localdate

from audit.services import record
from common.database import allow_long_work
from common.errors import DomainError, NotVisible
from documents.services import AcceptedFile, accept, lay
from parties.access import require
from parties.enums import InstitutionKind
from parties.models import District, Member
from tables.columns import Listed, ParsedRow, Problem
from tables.table import read_table
from whitelist.enums import ImportKind, ImportState
from whitelist.intake.lists import (
    checked_stacking_rows,
    checked_tax_rows,
    district_words,
    stacking_columns,
    tax_columns,
)
from whitelist.models import ImportFile, ImportProblem
from whitelist.papers import IMPORTED_LIST
from whitelist.selectors.imports import imports_visible_to
from whitelist.services.stacking_list import take_over_stacking_rows
from whitelist.services.tax_list import take_over_tax_rows

IMPORTERS = {
    ImportKind.TAX_LIST: (InstitutionKind.CITY_SCIENCE,),
    ImportKind.STACKING: (InstitutionKind.CITY_SCIENCE, InstitutionKind.CITY_INDUSTRY),
}
_TABLES = {
    ImportKind.TAX_LIST: (
        "whitelist_taxrow",
        (
            "credit_code",
            "name",
            "industry_code",
            "district_id",
            "registered_on",
            "registered_capital",
            "year",
            "rd_expense",
            "revenue",
            "employees",
            "is_little_giant",
            "is_municipal_key",
        ),
        {"outcome": ""},
    ),
    ImportKind.STACKING: ("whitelist_stackingrow", ("programme", "year", "credit_code", "project_code", "contract_number"), {}),
}

SortedOut = tuple[list[ParsedRow], list[Problem], int]  # the rows to keep, the problems, how many rows there were


class EmptyList(DomainError):
    """A list without a single row of data."""

    code = "empty_list"
    sentence = "文件“{filename}”没有数据行，请核对后重新上传。"
    status = 400


class ImportDiscarded(DomainError):
    """The file was discarded after it was checked."""

    code = "import_discarded"
    sentence = "文件“{filename}”已作废，不能入库；如需导入请重新上传。"


class ImportCommitted(DomainError):
    """What is committed stays; corrections come as a new file."""

    code = "import_committed"
    sentence = "文件“{filename}”已入库，不能作废；如数据有误，请导入更正后的文件。"


class NotCheckedYet(DomainError):
    """A job still reads the file, or could not."""

    code = "import_not_checked"
    sentence = "文件“{filename}”正在核对或无法读取，请查看该文件页面的最新状态。"


class NothingAccepted(DomainError):
    """Every row of the file is faulty."""

    code = "nothing_accepted"
    sentence = "文件“{filename}”没有可入库的数据行，请按错误清单改正后重新上传。"


def check_list(*, kind: str, filename: str, content: bytes, actor: Member, at: datetime) -> ImportFile:
    """
    Read a list (xlsx, or csv in UTF-8 or GBK), store its good rows and its faults, and change nothing else.

    A file that was checked or committed before, known by its bytes, is returned as it stands. The original is kept with the record. It is
    read, and shown to the virus scanner, before the transaction.

    Raises:
        RoleMissing: not the bureau that takes in this list.
        EmptyList, and what ``read_table`` and ``documents.accept`` raise: the file as a whole.

    Source: FP 1.6.1(2), 3.1, 3.2; D24.
    """
    chosen = ImportKind(kind)
    require(actor, *IMPORTERS[chosen])
    sha256 = hashlib.sha256(content).hexdigest()
    known = known_list(chosen, sha256)
    if known is not None:
        return known
    sorted_out = sort_out(parsed_rows(chosen, filename=filename, content=content, at=at))
    if not sorted_out[2]:
        raise EmptyList(filename=filename)
    original = accept(filename=filename, content=content)
    return _checked(chosen, sorted_out, original, filename=filename, sha256=sha256, actor=actor, at=at)


def hold_list(kind: ImportKind, sha256: str) -> ImportFile | None:
    """Let nobody else take in the same file until the transaction ends, and return the one that stands already."""
    with connection.cursor() as cursor:  # the same file sent twice at once waits here
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{kind}:{sha256}"])
    return known_list(kind, sha256)


def known_list(kind: ImportKind, sha256: str) -> ImportFile | None:
    """Return the file of this kind with these bytes, unless it was discarded."""
    return ImportFile.objects.filter(kind=kind, sha256=sha256).exclude(state=ImportState.DISCARDED).first()


@transaction.atomic
def _checked(
    chosen: ImportKind, sorted_out: SortedOut, original: AcceptedFile, *, filename: str, sha256: str, actor: Member, at: datetime
) -> ImportFile:
    """Store what was read, unless the same file, sent twice at once, was stored meanwhile."""
    allow_long_work("check_list")
    known = hold_list(chosen, sha256)
    if known is not None:
        return known
    good, _, rows = sorted_out
    file = ImportFile.objects.create(
        kind=chosen,
        filename=filename[:200],
        sha256=sha256,
        rows=rows,
        accepted=len(good),
        refused=rows - len(good),
        checked_by=actor,
        checked_at=at,
    )
    lay(owner=file, kind=IMPORTED_LIST, file=original, actor=actor, at=at)
    keep_rows(file, sorted_out, at=at)
    return file


def keep_rows(file: ImportFile, sorted_out: SortedOut, *, at: datetime) -> None:
    """Store the good rows and the faults beside a checked file, and say so in the name of who brought it."""
    good, problems, _ = sorted_out
    _store_rows(file, good)
    ImportProblem.objects.bulk_create(
        [ImportProblem(file=file, row=p.row, column=p.column, code=p.code, detail=p.detail, is_warning=p.is_warning) for p in problems],
        batch_size=2000,
    )
    after = {"kind": file.kind, "sha256": file.sha256, "rows": file.rows, "accepted": file.accepted, "refused": file.refused}
    record(verb="import.checked", obj=file, actor=file.checked_by, occurred_at=at, after=after)


@transaction.atomic
def commit_list(*, import_id: UUID, actor: Member, at: datetime) -> ImportFile:
    """
    Take over the good rows of a checked file, all of them or none; killed half-way, the next call starts and ends the same.

    A file already committed is returned as it stands. Figures that differ from those an entry was listed on are marked on their row and
    never change the entry.

    Raises:
        NotVisible, RoleMissing, ImportDiscarded, NotCheckedYet, NothingAccepted.

    Source: FP 1.6.1(2), 3.1, 3.2; D24.
    """
    file = _locked(import_id, actor=actor)
    allow_long_work("commit_list")
    if file.state == ImportState.COMMITTED:
        return file
    if file.state == ImportState.DISCARDED:
        raise ImportDiscarded(filename=file.filename)
    if file.state != ImportState.CHECKED:
        raise NotCheckedYet(filename=file.filename)
    if not file.accepted:
        raise NothingAccepted(filename=file.filename)
    is_tax_list = file.kind == ImportKind.TAX_LIST
    file.outcomes = take_over_tax_rows(file, actor=actor, at=at) if is_tax_list else take_over_stacking_rows(file)
    file.commit(by=actor, at=at)
    file.save()
    record(verb="import.committed", obj=file, actor=actor, occurred_at=at, after={"state": file.state, "outcomes": file.outcomes})
    return file


@transaction.atomic
def discard_list(*, import_id: UUID, actor: Member, at: datetime) -> ImportFile:
    """
    Drop a checked file, so that the same file may be checked anew; discarded twice changes nothing.

    Raises:
        NotVisible, RoleMissing, ImportCommitted, NotCheckedYet.
    """
    file = _locked(import_id, actor=actor)
    if file.state == ImportState.COMMITTED:
        raise ImportCommitted(filename=file.filename)
    if file.state == ImportState.RECEIVED:
        raise NotCheckedYet(filename=file.filename)
    if file.state != ImportState.DISCARDED:
        file.discard()
        file.save(update_fields=["state"])
        record(verb="import.discarded", obj=file, actor=actor, occurred_at=at, after={"state": file.state})
    return file


def _locked(import_id: UUID, *, actor: Member) -> ImportFile:
    file = imports_visible_to(actor).select_for_update(of=("self",)).filter(public_id=import_id).first()
    if file is None:
        raise NotVisible
    require(actor, *IMPORTERS[ImportKind(file.kind)])
    return file


def parsed_rows(kind: ImportKind, *, filename: str, content: bytes, at: datetime) -> Iterator[ParsedRow]:
    """
    Yield the rows of a list as its kind reads them.

    Raises:
        what ``read_table`` raises.
    """
    on = localdate(at)
    if kind == ImportKind.STACKING:
        return checked_stacking_rows(read_table(filename=filename, content=content, columns=stacking_columns(on=on)))
    words = district_words(District.objects.filter(is_live=True).values_list("pk", "code", "name"))
    return checked_tax_rows(read_table(filename=filename, content=content, columns=tax_columns(districts=words, on=on)))


def sort_out(parsed: Iterable[ParsedRow]) -> SortedOut:
    """Return the rows to keep, the problems as far as they are listed, and how many rows there were."""
    good: list[ParsedRow] = []
    problems, rows = Listed(), 0
    for row in parsed:
        rows += 1
        problems.add(row.problems)
        if not row.is_refused:
            good.append(row)
    return good, problems.with_rest(), rows


def _store_rows(file: ImportFile, rows: Sequence[ParsedRow]) -> None:
    """Copy the rows into their staging table in one stream."""
    table, fields, constants = _TABLES[ImportKind(file.kind)]
    columns = ["file_id", "row", *constants, *fields]
    fixed = [str(file.pk)]
    stream = io.StringIO()
    for parsed in rows:
        values = (*fixed, parsed.row, *constants.values(), *(parsed.values[name] for name in fields))
        stream.write("\t".join(_copied(value) for value in values) + "\n")
    stream.seek(0)
    quoted = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({quoted}) FROM STDIN', stream)


def _copied(value: object) -> str:
    """Return a value as the text format of COPY writes it."""
    if value is None:
        return r"\N"
    return str(value).replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
