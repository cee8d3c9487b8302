"""Lists from outside: checked first, committed after, each as a whole."""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import localdate

from audit.services import record
from common.database import allow_long_work
from common.dates import HAPPENED, require_day
from common.errors import DomainError, NotVisible
from documents.services import AcceptedFile, accept, lay
from parties.access import require
from parties.enums import InstitutionKind
from parties.models import District, Member
from tables.columns import Listed, ParsedRow, Problem
from tables.table import Reading, Table, open_table
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
from whitelist.selectors.imports import imports_visible_to, with_notes_counted
from whitelist.services.stacking_list import take_over_stacking_rows
from whitelist.services.tax_list import take_over_tax_rows

IMPORTERS = {
    ImportKind.TAX_LIST: (InstitutionKind.CITY_SCIENCE,),
    ImportKind.STACKING: (InstitutionKind.CITY_SCIENCE, InstitutionKind.CITY_INDUSTRY),
}
LONGEST_SHEET = 100  # characters, as the reader of workbooks cuts them
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


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list as it was read: the rows to keep, the problems as far as they are listed, how many rows there were, and how it was read."""

    good: Sequence[ParsedRow]
    problems: Sequence[Problem]
    rows: int
    reading: dict[str, Any] | None  # what a person has to confirm; nothing where there is but one way to read it


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


class NotesNotChecked(DomainError):
    """Credit codes were noted, and nobody has said that he compared them."""

    code = "notes_not_checked"
    sentence = "有{count}个统一社会信用代码的第17位与主体标识码不符，请与营业执照核对后，在“已核对”处选择“是”再入库。"
    status = 400


def check_list(*, kind: str, filename: str, content: bytes, actor: Member, at: datetime, as_of: date | None = None) -> ImportFile:
    """
    Read a list (xlsx, or csv in UTF-8 or GBK), store its good rows and its faults, and change nothing else.

    Of one with several sheets or in another unit than yuan no row is stored: it waits for a person to confirm how it is read. ``as_of`` is
    the day on which its names and tax homes held; the day of the import if nobody knows it.

    A file that was checked or committed before, known by its bytes, is returned as it stands. The original is kept with the record. It is
    read, and shown to the virus scanner, before the transaction.

    Raises:
        RoleMissing: not the bureau that takes in this list.
        InvalidInput: the day is out of bounds.
        EmptyList, and what ``open_table`` and ``documents.accept`` raise: the file as a whole.

    Source: FP 1.6.1(2), 3.1, 3.2; D24.
    """
    chosen = ImportKind(kind)
    require(actor, *IMPORTERS[chosen])
    require_day(as_of, HAPPENED, field="as_of", today=localdate(at))
    sha256 = hashlib.sha256(content).hexdigest()
    known = known_list(chosen, sha256)
    if known is not None:
        return known
    read = read_list(chosen, filename=filename, content=content, at=at)
    original = accept(filename=filename, content=content)
    return _checked(chosen, read, original, filename=filename, sha256=sha256, actor=actor, at=at, as_of=as_of)


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
    chosen: ImportKind,
    read: ReadList,
    original: AcceptedFile,
    *,
    filename: str,
    sha256: str,
    actor: Member,
    at: datetime,
    as_of: date | None,
) -> ImportFile:
    """Store what was read, or ask how it is to be read, unless the same file, sent twice at once, was stored meanwhile."""
    allow_long_work("check_list")
    known = hold_list(chosen, sha256)
    if known is not None:
        return known
    state, kept = (ImportState.CHECKED, len(read.good)) if read.reading is None else (ImportState.ASKED, 0)
    rows = read.rows if read.reading is None else 0
    file = ImportFile(
        kind=chosen,
        filename=filename[:200],
        sha256=sha256,
        state=state,
        rows=rows,
        accepted=kept,
        refused=rows - kept,
        reading=read.reading,
        as_of=as_of,
        checked_by=actor,
        checked_at=at,
    )
    file.save(force_insert=True)
    lay(owner=file, kind=IMPORTED_LIST, file=original, actor=actor, at=at)
    if read.reading is not None:
        tell_reading(file, at=at)
    else:
        keep_rows(file, read, at=at)
    return file


def tell_reading(file: ImportFile, *, at: datetime) -> None:
    """Write down that a list waits for a person to confirm how it is read."""
    after = {"kind": file.kind, "sha256": file.sha256, "reading": file.reading}
    record(verb="import.reading_asked", obj=file, actor=file.checked_by, occurred_at=at, after=after)


def keep_rows(file: ImportFile, read: ReadList, *, at: datetime) -> None:
    """Store the good rows and the faults beside a checked file, and say so in the name of who brought it."""
    _store_rows(file, read.good)
    ImportProblem.objects.bulk_create(
        [
            ImportProblem(file=file, sheet=p.sheet, row=p.row, column=p.column, code=p.code, detail=p.detail, is_warning=p.is_warning)
            for p in read.problems
        ],
        batch_size=2000,
    )
    after = {"kind": file.kind, "sha256": file.sha256, "rows": file.rows, "accepted": file.accepted, "refused": file.refused}
    record(verb="import.checked", obj=file, actor=file.checked_by, occurred_at=at, after=after)


@transaction.atomic
def commit_list(*, import_id: UUID, actor: Member, at: datetime, notes_checked: bool = False) -> ImportFile:
    """
    Take over the good rows of a checked file, all of them or none; killed half-way, the next call starts and ends the same.

    A file already committed is returned as it stands. Figures that differ from those an entry was listed on are marked on their row and
    never change the entry. Credit codes whose 17th digit does not fit are taken over once somebody has said that he looked.

    Raises:
        NotVisible, RoleMissing, ImportDiscarded, NotCheckedYet, NothingAccepted, NotesNotChecked.

    Source: FP 1.6.1(2), 3.1, 3.2; D24.
    """
    file = locked_list(import_id, actor=actor)
    allow_long_work("commit_list")
    if file.state == ImportState.COMMITTED:
        return file
    if file.state == ImportState.DISCARDED:
        raise ImportDiscarded(filename=file.filename)
    if file.state != ImportState.CHECKED:
        raise NotCheckedYet(filename=file.filename)
    if not file.accepted:
        raise NothingAccepted(filename=file.filename)
    if file.noted and not notes_checked:
        raise NotesNotChecked(field="notes_checked", count=file.noted)
    is_tax_list = file.kind == ImportKind.TAX_LIST
    file.outcomes = take_over_tax_rows(file, actor=actor, at=at) if is_tax_list else take_over_stacking_rows(file)
    file.commit(by=actor, at=at)
    file.save()
    record(
        verb="import.committed",
        obj=file,
        actor=actor,
        occurred_at=at,
        after={"state": file.state, "outcomes": file.outcomes, "noted": file.noted},
    )
    return file


@transaction.atomic
def discard_list(*, import_id: UUID, actor: Member, at: datetime) -> ImportFile:
    """
    Drop a checked file, so that the same file may be checked anew; discarded twice changes nothing.

    Raises:
        NotVisible, RoleMissing, ImportCommitted, NotCheckedYet.
    """
    file = locked_list(import_id, actor=actor)
    if file.state == ImportState.COMMITTED:
        raise ImportCommitted(filename=file.filename)
    if file.state == ImportState.RECEIVED:
        raise NotCheckedYet(filename=file.filename)
    if file.state != ImportState.DISCARDED:
        file.discard()
        file.save(update_fields=["state"])
        record(verb="import.discarded", obj=file, actor=actor, occurred_at=at, after={"state": file.state})
    return file


def locked_list(import_id: UUID, *, actor: Member) -> Any:
    """
    Return a list of one's own bureau, held until the transaction ends; ``noted`` counts what somebody has to compare.

    Raises:
        NotVisible, RoleMissing.
    """
    file = with_notes_counted(imports_visible_to(actor)).select_for_update(of=("self",)).filter(public_id=import_id).first()
    if file is None:
        raise NotVisible
    require(actor, *IMPORTERS[ImportKind(file.kind)])
    return file


def open_list(kind: ImportKind, *, filename: str, content: bytes, at: datetime) -> Table:
    """
    Return the table in a list of this kind.

    Raises:
        what ``open_table`` raises.
    """
    on = localdate(at)
    if kind == ImportKind.STACKING:
        return open_table(filename=filename, content=content, columns=stacking_columns(on=on))
    words = district_words(District.objects.filter(is_live=True).values_list("pk", "code", "name"))
    return open_table(filename=filename, content=content, columns=tax_columns(districts=words, on=on))


def read_list(
    kind: ImportKind,
    *,
    filename: str,
    content: bytes,
    at: datetime,
    told: Callable[[Iterator[ParsedRow]], Iterator[ParsedRow]] = iter,
) -> ReadList:
    """
    Return a list as its kind reads it; every row goes through ``told``.

    Raises:
        EmptyList, and what ``open_table`` raises.
    """
    table = open_list(kind, filename=filename, content=content, at=at)
    check = checked_stacking_rows if kind == ImportKind.STACKING else checked_tax_rows
    reading = Reading(table)
    good, problems, rows = _sorted_out(told(reading.watch(check(table))))
    if not rows:
        raise EmptyList(filename=filename)
    return ReadList(good, problems, rows, None if table.is_plain else reading.as_json())


def _sorted_out(parsed: Iterable[ParsedRow]) -> tuple[list[ParsedRow], list[Problem], int]:
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
    columns = ["file_id", "sheet", "row", *constants, *fields]
    fixed = [str(file.pk)]
    stream = io.StringIO()
    for parsed in rows:
        values = (*fixed, parsed.sheet[:LONGEST_SHEET], parsed.row, *constants.values(), *(parsed.values[name] for name in fields))
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
