"""Two uploads at work, single writes that wait for their locks, and a program that polls: what it has not seen at the end was lost."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from api.enums import UploadKind
from api.services.uploads import take_upload, work_upload
from api.upload_rows import read_file
from common.money import CENT
from loans.models import Loan
from loans.services.movements.batch import NewMovement
from loans.services.movements.record import record_repayments
from tests.api.bank import Stage
from tests.api.caller import Caller


@dataclass
class Poller:
    """A program that keeps the list of movements in step."""

    caller: Caller
    place: str = "start"
    seen: set[str] = field(default_factory=set)
    polls: int = 0

    def poll(self) -> None:
        """Read all that changed since the last time, page by page."""
        following, first = f"movements/?changes_after={self.place}&limit=200", None
        while following:
            page = self.caller.get(following)
            first = first or page["place"]
            assert page["place"] == first
            self.seen |= {row["bank_reference"] for row in page["results"]}
            following = (page["next"] or "").partition("/api/v1/")[2]
        assert first is not None
        self.place, self.polls = first, self.polls + 1


def repayment(loan: Loan, reference: str, day: date) -> NewMovement:
    """Return a repayment of a cent."""
    return NewMovement(loan_id=loan.public_id, amount=CENT, value_on=day, bank_reference=reference)


def written(loan: Loan, *, prefix: str, rows: int, day: date) -> bytes:
    """Return a file of repayments."""
    asked = {"loan_id": str(loan.public_id), "amount": str(CENT), "value_on": str(day)}
    return "\n".join(json.dumps(asked | {"bank_reference": f"{prefix}{number}"}) for number in range(rows)).encode()


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    """Begin work on a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def upload(stage: Stage, loan: Loan, *, prefix: str, rows: int, day: date) -> Callable[[], Any]:
    """Return the work of one upload."""
    file = read_file(written(loan, prefix=prefix, rows=rows, day=day), "ndjson", kind="repayment")
    asked: dict[str, Any] = {"kind": UploadKind.REPAYMENT, "file": file, "check_only": False, "work": lambda pk: None}
    taken = take_upload(client=stage.bank.client, at=timezone.now(), **asked)
    return lambda: work_upload(taken.pk, clock=timezone.now)


def _late(stage: Stage, loan: Loan, day: date, held: threading.Event) -> Callable[[], Any]:
    """Return a write that begins first and is committed when ``held`` is set."""

    def work() -> None:
        with transaction.atomic():
            record_repayments([repayment(loan, "LATE", day)], actor=stage.bank.client.member, at=timezone.now())
            assert held.wait(600)

    return work


def _others(stage: Stage, loans: tuple[Loan, ...], count: int, day: date) -> Callable[[], Any]:
    """Return single writes on the loans that the uploads hold, each in its own transaction."""

    def work() -> None:
        for number in range(count):
            new = repayment(loans[number % len(loans)], f"S{number}", day)
            record_repayments([new], actor=stage.bank.client.member, at=timezone.now())

    return work


def poll_while_writing(stage: Stage, loans: tuple[Loan, ...], *, rows: int, count: int, day: date) -> Poller:
    """Return the poller after two uploads of ``rows`` each, ``count`` single writes and one that began first and committed last."""
    stage.bank.client.requests_per_minute = 10**6
    stage.bank.client.save()
    poller, held = Poller(stage.bank), threading.Event()
    poller.poll()
    late = in_thread(_late(stage, loans[-1], day, held))
    threads = [in_thread(upload(stage, loan, prefix=f"U{n}-", rows=rows, day=day)) for n, loan in enumerate(loans[:2])]
    threads.append(in_thread(_others(stage, loans[:2], count, day)))
    while any(thread.is_alive() for thread in threads):
        poller.poll()
    held.set()
    late.join()
    poller.poll()
    return poller
