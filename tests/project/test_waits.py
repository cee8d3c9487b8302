"""Nobody waits for another machine or process while a transaction is open: scanner, DNS, channels, mail, the reader of workbooks."""

import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from api.webhook_calls import checked_url
from common.database import WaitsInTransaction, nobody_waits, require_no_transaction
from documents.scanning import scan
from documents.services import attach_to_visible
from policy.services.notice_proposals import propose_notice_file
from tables.reading import read_workbook
from tests.api.bank import make_stage
from tests.api.caller import Caller
from tests.factories import EnterpriseFactory, InstitutionFactory, MemberFactory
from tests.loans.conftest import PDF
from tests.policy.test_notice_files import ROWS, xlsx_of
from tests.policy.test_notices import LATER
from tests.subsidy.bidding import Bank, Houses
from tests.whitelist.cases import AT, Desk
from tests.whitelist.lists import as_xlsx, tax_row
from whitelist.sending import post
from whitelist.services.intake import check_list

BUSY = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"


class Onlooker:
    """Looks, from a connection of its own, how many transactions are open while somebody is asked."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}

    def look(self, who: str) -> None:
        """Note the transactions that are open just now."""
        thread = threading.Thread(target=self._look, args=(who,))
        thread.start()
        thread.join()

    def _look(self, who: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(BUSY)
            self.seen[who] = self.seen.get(who, 0) + cursor.fetchone()[0]
        connection.close()

    @contextmanager
    def clamd(self) -> Iterator[str]:
        """Give the address of a scanner that answers only once it was looked."""
        server = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                with caller, caller.makefile("rb") as said:
                    said.read(len(b"zINSTREAM\0"))
                    while size := struct.unpack(">I", said.read(4))[0]:
                        said.read(size)
                    self.look("clamd")
                    caller.sendall(b"stream: OK\0")

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


@pytest.fixture
def onlooker(transactional_db: None, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Onlooker]:
    """Stand beside scanner, DNS and the reader of workbooks."""
    made, start, ask = Onlooker(), subprocess.Popen, socket.getaddrinfo
    settings.MEDIA_ROOT = tmp_path

    def popen(*args: Any, **given: Any) -> Any:
        made.look("reader")
        return start(*args, **given)

    def getaddrinfo(host: Any, *args: Any, **given: Any) -> Any:
        if host != "hooks.bank.example":
            return ask(host, *args, **given)
        made.look("dns")
        return [(2, 1, 6, "", ("9.9.9.9", 443))]

    monkeypatch.setattr("tables.parent._popen", popen)
    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    with made.clamd() as address:
        settings.CLAMD_ADDRESS = address
        yield made


def test_programs_wait_for_scanner_dns_and_reader_outside_transactions(onlooker: Onlooker) -> None:
    stage, traveller = make_stage()
    try:
        application = stage.drafted()
        sent = {"headers": stage.bank.headers | {"idempotency-key": str(uuid4())}}
        where = f"/api/v1/applications/{application['id']}/papers/?kind=consent&filename=a.pdf"
        assert [stage.bank.http.post(where, data=PDF, content_type="application/pdf", **sent).status_code for _ in range(2)] == [201, 201]
        stage.bank.post("webhooks/", {"url": "https://hooks.bank.example/x"}, status=201)
        upload = _upload(stage.bank, as_xlsx([tax_row(1)]))
        assert (upload.status_code, upload.json()["code"]) == (400, "upload_unreadable"), upload.content.decode()
    finally:
        traveller.stop()
    assert onlooker.seen == {"clamd": 0, "dns": 0, "reader": 0}


def _upload(caller: Caller, content: bytes) -> Any:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    headers = caller.headers | {"idempotency-key": str(uuid4())}
    return caller.http.post("/api/v1/uploads/?kind=repayment", data=content, content_type=kind, headers=headers)


def test_people_wait_for_scanner_and_reader_outside_transactions(onlooker: Onlooker) -> None:
    enterprise, houses, bank = EnterpriseFactory(), Houses(), Bank()
    paper = {"owner_type": "parties.enterprise", "owner_id": enterprise.public_id, "kind": "营业执照", "filename": "a.pdf"}
    attach_to_visible(**paper, content=PDF, actor=MemberFactory.of(enterprise), at=timezone.now())
    check_list(kind="tax_list", filename="名单.xlsx", content=as_xlsx([tax_row(1)]), actor=Desk().science, at=AT)
    lines = [*ROWS, *(["", "", "", "放假", str(off.first_on), str(off.last_on), off.name] for off in LATER)]
    propose_notice_file(filename="2027.xlsx", content=xlsx_of(lines), actor=MemberFactory.serving("city_industry"), at=AT)
    tender = houses.tender()
    bank.bids(tender)
    houses.enters(houses.opens(tender), InstitutionFactory())
    assert onlooker.seen == {"clamd": 0, "reader": 0}


ASKED: dict[str, Callable[[], object]] = {
    "clamd": lambda: scan(b"%PDF-"),
    "DNS": lambda: checked_url("https://hooks.bank.example/x"),
    "channel": lambda: post(url="https://channel.example/", secret_setting="NONE", message_id="1", body=b"", at=AT),
    "reader of workbooks": lambda: read_workbook(as_xlsx([tax_row(1)])),
}


@pytest.mark.django_db
@pytest.mark.parametrize("asking", ASKED)
def test_whoever_asks_within_a_transaction_is_refused(asking: str) -> None:
    with transaction.atomic(), pytest.raises(WaitsInTransaction, match=asking):
        ASKED[asking]()


@pytest.mark.django_db
def test_a_load_that_nobody_waits_for_may_ask_within_its_transaction() -> None:
    with nobody_waits(), transaction.atomic():
        require_no_transaction("x")
    with transaction.atomic(), pytest.raises(WaitsInTransaction):
        require_no_transaction("x")
