"""The faults of a checked list handed back as a file: written by a job once the list is checked, kept beside the original."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from documents.models import Document
from documents.services import AcceptedFile, accept, documents_of, lay, stored_content
from tables.columns import Problem
from tables.fault_file import fault_file, fault_file_name
from tables.patience import patiently
from whitelist.enums import ImportKind, ImportState
from whitelist.models import ImportFile, ImportProblem
from whitelist.papers import FAULTS_MARKED, IMPORTED_LIST
from whitelist.services.intake import open_list

TRIED_FOR = timedelta(days=1)  # a list of which no such file could be made has its faults on its page


def write_fault_file(file_pk: int, *, at: datetime) -> bool:
    """
    Mark the faults of a checked list in the list itself, or in a new file of the faulty rows, and lay it with the original.

    Return whether there is one now; a second time changes nothing.

    Raises:
        FileRefused: the readers are busy.
    """
    file = _without(at=at).filter(pk=file_pk).select_related("checked_by").first()
    if file is None:
        return False
    original = documents_of(file).get(kind=IMPORTED_LIST)
    content = stored_content(original)
    problems = [Problem(one.row, one.column, one.code, one.detail, one.is_warning, sheet=one.sheet) for one in file.problems.order_by("pk")]
    with patiently():
        table = open_list(ImportKind(file.kind), filename=file.filename, content=content, at=file.checked_at)
        marked = fault_file(table, content, problems)
    return _laid(file_pk, accept(filename=fault_file_name(file.filename), content=marked), at=at)


def lists_without_fault_file(*, at: datetime) -> list[int]:
    """Return the keys of lists that were checked lately, have faults, and no file of them yet."""
    return list(_without(at=at).filter(checked_at__gt=at - TRIED_FOR).values_list("pk", flat=True))


@transaction.atomic
def _laid(file_pk: int, marked: AcceptedFile, *, at: datetime) -> bool:
    file = ImportFile.objects.select_for_update(of=("self",)).select_related("checked_by").get(pk=file_pk)
    if _without(at=at).filter(pk=file_pk).exists():
        lay(owner=file, kind=FAULTS_MARKED, file=marked, actor=file.checked_by, at=at)
    return True


def _without(*, at: datetime) -> QuerySet[ImportFile]:
    """Return the checked lists that have faults and no file of them."""
    has_faults = Exists(ImportProblem.objects.filter(file=OuterRef("pk")))
    laid = Exists(Document.objects.filter(owner_type=ImportFile._meta.label_lower, owner_id=OuterRef("public_id"), kind=FAULTS_MARKED))
    return ImportFile.objects.filter(
        has_faults, ~laid, state__in=[ImportState.CHECKED, ImportState.COMMITTED], checked_at__lte=at
    ).order_by("pk")
