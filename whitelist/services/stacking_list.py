"""Rows of a list of other support become records that the checks consult."""

from whitelist.models import ImportFile, StackingRecord, StackingRow


def take_over_stacking_rows(file: ImportFile) -> dict[str, int]:
    """
    Enter the rows that are not known yet and return how many were new and how many known; in the caller's transaction.

    Source: FP 3.1, 3.2; D24.
    """
    rows = StackingRow.objects.filter(file=file).order_by("row")
    StackingRecord.objects.bulk_create(
        [
            StackingRecord(
                programme=row.programme,
                year=row.year,
                credit_code=row.credit_code,
                project_code=row.project_code,
                contract_number=row.contract_number,
                file=file,
            )
            for row in rows
        ],
        batch_size=2000,
        ignore_conflicts=True,
    )
    new = StackingRecord.objects.filter(file=file).count()
    return {"new": new, "unchanged": file.accepted - new}
