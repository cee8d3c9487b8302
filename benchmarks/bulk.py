"""Ten thousand movements in one file, taken in and worked as the interface does it, beside the seconds the bank is promised."""

import json
from argparse import Namespace
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from api.enums import UploadFormat, UploadKind
from api.models import ApiClient, Upload
from api.services.uploads import take_upload, work_upload
from api.upload_rows import read_file
from benchmarks.database import scratch, settle, triggers_at_rest
from benchmarks.measure import Result, at_most, seconds, timed
from benchmarks.portfolio import Kind, World, add_loans, world
from loans.models import Loan
from tests.api.caller import issued
from tests.loan_factories import BankQuotaFactory
from whitelist.models import Entry

TODAY = date(2025, 3, 3)
AT = datetime(2025, 3, 3, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
ROWS = 10_000
CONTRACT = Decimal("2000000.00")
DRAWN_ONCE = Kind(drawn_on=TODAY - timedelta(days=60), movements=((0, 1_000_000),))
MEASURED = (
    ("repayments", UploadKind.REPAYMENT, False, 20),
    ("repayments, check only", UploadKind.REPAYMENT, True, 20),
    ("drawdowns", UploadKind.DRAWDOWN, False, 60),
    ("the same drawdowns again", UploadKind.DRAWDOWN, False, 60),
)


def measure(options: Namespace) -> Iterator[Result]:
    """Yield one line per file; each row moves another loan, ten loans share an enterprise and its cap."""
    with scratch("bulk"):
        client = loaded()
        for name, kind, check_only, limit in MEASURED:
            upload = taken(client, kind, check_only=check_only)
            took = timed(lambda pk=upload.pk: work_upload(pk, clock=lambda: AT))  # type: ignore[misc]
            upload.refresh_from_db()
            if (upload.done_count, upload.rejected_count) != (ROWS, 0):
                raise RuntimeError(f"{upload.rejected_count} rejected: {upload.rows.exclude(code='').values('code', 'detail').first()}")
            line = f"{ROWS:,} {name} in one file, beside {limit} s"
            yield Result(name=line, ours=seconds(took), beside=seconds(limit), ratio=took / limit, bar=at_most(1))


def loaded() -> ApiClient:
    """Fill the database with the loans of one bank, with room to draw under every cap, and return the bank's program."""
    here = world()
    BankQuotaFactory(bank=here.bank, mode=here.loan.mode, amount=Decimal("100000000000.00"))
    with triggers_at_rest():
        Loan.objects.filter(pk=here.loan.pk).update(contract_amount=CONTRACT, drawn=CONTRACT, performing=CONTRACT)
        Entry.objects.filter(pk=here.loan.application.entry_id).update(last_year_rd_expense=Decimal("80000000.00"))
    add_loans(here, ROWS, DRAWN_ONCE)
    settle()
    return program_of(here)


def program_of(here: World) -> ApiClient:
    """Return the bank's program."""
    return issued(here.bank).client


def taken(client: ApiClient, kind: UploadKind, *, check_only: bool) -> Upload:
    """Take a file in, one row per loan; the work is left to the caller."""
    loans = Loan.objects.filter(bank=client.member.institution, contract_amount=CONTRACT).order_by("pk")[1 : ROWS + 1]
    rows = [
        {"loan_id": str(loan), "amount": "1000.00", "value_on": TODAY.isoformat(), "bank_reference": f"{kind}-{number}"}
        for number, loan in enumerate(loans.values_list("public_id", flat=True))
    ]
    content = "\n".join(json.dumps(row) for row in rows).encode()
    file = read_file(content, UploadFormat.NDJSON, kind=kind)
    return take_upload(client=client, kind=kind, file=file, check_only=check_only, at=AT, work=lambda pk: None)
