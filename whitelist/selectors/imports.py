"""Imported lists, what was wrong with them and what they changed."""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from parties.access import sees_all
from parties.models import Member
from whitelist.enums import RowOutcome
from whitelist.models import ImportFile, ImportProblem, ScreenedOut, Screening, TaxRow

_NOTED = Q(code="credit_code_organisation", is_warning=True)


def imports_visible_to(actor: Member) -> QuerySet[ImportFile]:
    """Return the imported lists: tax figures are for the city bureaus, regulators and the fund office only."""
    return ImportFile.objects.select_related("checked_by") if sees_all(actor) else ImportFile.objects.none()


def screenings_visible_to(actor: Member) -> QuerySet[Screening]:
    """Return the screening runs, for the same readers as the lists they rest on."""
    return Screening.objects.select_related("screened_by") if sees_all(actor) else Screening.objects.none()


def changed_after_listing(file: ImportFile) -> QuerySet[TaxRow]:
    """Return the rows whose figures differ from those an entry was listed on; the entries keep theirs. Source: D3."""
    return file.tax_rows.filter(outcome=RowOutcome.CHANGED_AFTER_LISTING).order_by("row")


def noted_codes(file: ImportFile) -> QuerySet[ImportProblem]:
    """Return the notes on credit codes that somebody has to compare before the file is committed."""
    return file.problems.filter(_NOTED)


def with_notes_counted(files: QuerySet[ImportFile]) -> QuerySet[ImportFile, Any]:
    """Return the files, each with ``noted``: how many credit codes somebody has to compare."""
    counted = ImportProblem.objects.filter(_NOTED, file=OuterRef("pk")).order_by().values("file").annotate(times=Count("pk"))
    return files.annotate(noted=Coalesce(Subquery(counted.values("times")), 0))


def problem_counts(file: ImportFile) -> dict[str, int]:
    """Return how often each fault occurred in the file, most frequent first."""
    return dict(file.problems.values_list("code").annotate(times=Count("pk")).order_by("-times", "code"))


def screened_out_counts(screening: Screening) -> dict[str, int]:
    """Return how many enterprises failed each combination of checks, most frequent first."""
    counts: dict[str, int] = {}
    for failed, times in ScreenedOut.objects.filter(screening=screening).values_list("failed").annotate(times=Count("pk")):
        counts["、".join(failed)] = times
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
