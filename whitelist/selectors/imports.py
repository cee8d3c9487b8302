"""Imported lists, what was wrong with them and what they changed."""

from django.db.models import Count, QuerySet

from parties.access import sees_all
from parties.models import Member
from whitelist.enums import RowOutcome
from whitelist.models import ImportFile, ScreenedOut, Screening, TaxRow


def imports_visible_to(actor: Member) -> QuerySet[ImportFile]:
    """Return the imported lists: tax figures are for the city bureaus, regulators and the fund office only."""
    return ImportFile.objects.select_related("checked_by") if sees_all(actor) else ImportFile.objects.none()


def screenings_visible_to(actor: Member) -> QuerySet[Screening]:
    """Return the screening runs, for the same readers as the lists they rest on."""
    return Screening.objects.select_related("screened_by") if sees_all(actor) else Screening.objects.none()


def changed_after_listing(file: ImportFile) -> QuerySet[TaxRow]:
    """Return the rows whose figures differ from those an entry was listed on; the entries keep theirs. Source: D3."""
    return file.tax_rows.filter(outcome=RowOutcome.CHANGED_AFTER_LISTING).order_by("row")


def problem_counts(file: ImportFile) -> dict[str, int]:
    """Return how often each fault occurred in the file, most frequent first."""
    return dict(file.problems.values_list("code").annotate(times=Count("pk")).order_by("-times", "code"))


def screened_out_counts(screening: Screening) -> dict[str, int]:
    """Return how many enterprises failed each combination of checks, most frequent first."""
    counts: dict[str, int] = {}
    for failed, times in ScreenedOut.objects.filter(screening=screening).values_list("failed").annotate(times=Count("pk")):
        counts["、".join(failed)] = times
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
