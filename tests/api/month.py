"""
June 2024 of a bank, as the list of its calls with what each depends on; no cap, quota or pool binds.

Three new loans from intent to drawdown, one application refused; ten running loans with repayments, overdue principal, cures, reversals,
checks of the use of funds and a file of repayments; the settlement of the second quarter with own figures, confirmed, sent back,
confirmed again, filed and paid; movements after the filing, one of them of before it.

What causality means: an answer names the object of the next call; a movement stands on the drawdown it repays, a cure on what was
overdue, a repayment of a loan with overdue principal comes after the bank's own step to overdue, a reversal after its movement. The
quarter's settlement is drafted when the quarter's movements are in.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from api.enums import UploadState
from api.models import Upload
from api.services.uploads import work_upload
from common.enums import Mode
from loans.models import Loan
from parties.models import Institution
from subsidy.enums import PaymentState
from subsidy.models import Payment
from subsidy.services.drafts import draft_settlement
from subsidy.services.payments import check_payment, record_payment
from subsidy.services.steps import review_settlement
from tests.api.bank import Stage
from tests.api.replay import Body, Call, Known
from tests.factories import EnterpriseYearFactory, InstitutionFactory, MemberFactory
from tests.loan_factories import EntryFactory, LoanFactory, noon
from tests.loans.conftest import PDF
from whitelist.models import Entry

LATE = "核心系统停机期间补传"
PAPERS = ("financing_request", "financial_statements", "project_filing", "rd_statement", "consent")
MATURES_ON, AVAILABLE_UNTIL = "2029-06-01", "2025-06-01"


def june(day: int) -> date:
    """Return a day of the month."""
    return date(2024, 6, day)


@dataclass
class World:
    """What was there when the month began."""

    stage: Stage
    running: list[Loan]
    entries: list[Entry]
    guarantor: Institution

    @classmethod
    def of(cls, stage: Stage) -> "World":
        """Return ten running loans and three more listed entries beside the scene."""
        bank = stage.scene.bank
        april, asked = date(2024, 4, 2), {"application__bank": bank}
        running = [LoanFactory(**asked, application__number=f"Y{n}", contract_number=f"HT2024-Y{n}", drawn_on=april) for n in range(10)]
        entries = [EntryFactory(), EntryFactory(), EntryFactory(rd=True)]
        for entry in entries:
            EnterpriseYearFactory(enterprise=entry.enterprise)
        return cls(stage, running, entries, InstitutionFactory(guarantor=True))

    def calls(self) -> list[Call]:
        """Return the month in the order in which it happened."""
        first, (second, third, rd) = self.stage.scene.entry, self.entries
        return sorted(
            [
                *self._new_loan("A", first, "fixed_asset", 3),
                *self._new_loan("B", second, "working_capital", 4),
                *self._new_loan("C", rd, "rd", 5),
                *self._refused(third, 3),
                *self._running(),
                *self._bulk(),
                *self._settlement(),
                *self._afterwards(),
            ],
            key=lambda call: call.on,
        )

    def _case(self, name: str, entry: Entry, category: str, begun: int) -> list[Call]:
        """Return the calls up to the beginning of the review."""
        at = f"applications/{{draft-{name}[id]}}"
        asked = {
            "entry_id": str(entry.public_id),
            "mode": "special",
            "category": category,
            "security": "credit" if category == "rd" else "secured",
            "amount_requested": "10000000.00",
            "term_months": 60,
            "purpose": "购置设备",
            "bank_reference": f"SQ-{name}",
        }
        intent = {"entry_id": str(entry.public_id), "on": str(june(begun)), "bank_reference": f"YX-{name}"}
        calls = [
            Call(name=f"intent-{name}", on=june(begun), address="intents/", sent=_as(intent), has_own_number=True),
            Call(name=f"draft-{name}", on=june(begun), address="applications/", sent=_as(asked), has_own_number=True),
        ]
        papers = []
        for kind in PAPERS:
            papers.append(f"{kind}-{name}")
            where = f"{at}/papers/?kind={kind}&filename={kind}.pdf"
            content = PDF + f"{name} {kind}".encode()
            calls.append(
                Call(
                    name=papers[-1],
                    on=june(begun),
                    address=where,
                    sent=lambda known, content=content: content,
                    media_type="application/pdf",
                    after=[f"draft-{name}"],
                    has_own_number=True,
                )
            )
        before: list[str] = [f"intent-{name}", *papers]
        for step, day, said in (
            ("submit", begun, {}),
            ("accept", begun + 1, {}),
            ("ask-supplement", begun + 1, {"what": "近三个月银行流水"}),
            ("answer-supplement", begun + 2, {"answer": "已上传"}),
            ("begin-review", begun + 2, {}),
        ):
            calls.append(_step(f"{step}-{name}", june(day), f"{at}/{step}/", said, before, found_at=f"{at}/"))
            before = [f"{step}-{name}"]
        return calls

    def _new_loan(self, name: str, entry: Entry, category: str, begun: int) -> list[Call]:
        """Return an application that becomes a loan, drawn twice, repaid once, and checked."""
        at, here = f"applications/{{draft-{name}[id]}}", f"loans/{{contract-{name}[id]}}"
        contract = {
            "contract_number": f"HT2024-{name}",
            "contract_amount": "10000000.00",
            "available_until": AVAILABLE_UNTIL,
            "matures_on": MATURES_ON,
        }
        found = f"loans/?contract_number=HT2024-{name}"
        calls = [
            *self._case(name, entry, category, begun),
            _step(f"approve-{name}", june(10), f"{at}/approve/", {"amount": "10000000.00"}, [f"begin-review-{name}"], found_at=f"{at}/"),
            _step(f"meet-{name}", june(11), f"{at}/meet-conditions/", {}, [f"approve-{name}"], found_at=f"{at}/"),
            _step(f"contract-{name}", june(12), f"{at}/contract/", contract, [f"meet-{name}"], found_at=found),
        ]
        before = [f"contract-{name}"]
        if category == "rd":
            guarantee = {
                "guarantor_id": str(self.guarantor.public_id),
                "number": "DB2024-0007",
                "fee_rate": "0.005",
                "is_batch_scheme": True,
                "on": str(june(12)),
            }
            calls.append(_step(f"guarantee-{name}", june(12), f"{here}/guarantee/", guarantee, before, found_at=f"{here}/"))
            before = [f"guarantee-{name}"]
        first, second = f"draw-1-{name}", f"draw-2-{name}"
        check = {"finding": "用途相符。", "is_misuse": False, "checked_on": str(june(18)), "bank_reference": f"JC-{name}"}
        return [
            *calls,
            _move(first, here, "drawdowns", 13, "6000000.00", before),
            _move(second, here, "drawdowns", 17, "1500000.00", before),
            _move(f"repay-{name}", here, "repayments", 19, "250000.00", [first]),
            Call(
                name=f"check-{name}",
                on=june(19),
                address=f"{here}/use-checks/",
                sent=_as(check),
                after=[first],
                has_own_number=True,
                may_be_late=True,
            ),
        ]

    def _refused(self, entry: Entry, begun: int) -> list[Call]:
        at = "applications/{draft-R[id]}"
        said = {"reason": "repayment_capacity", "remark": "经营现金流不足以覆盖本息。"}
        return [
            *self._case("R", entry, "working_capital", begun),
            _step("refuse-R", june(14), f"{at}/refuse/", said, ["begin-review-R"], found_at=f"{at}/"),
        ]

    def _running(self) -> list[Call]:
        """Return what happened on the running loans before the quarter ended."""
        one, two, three, four = (f"loans/{loan.public_id}" for loan in self.running[:4])
        misuse = {"finding": "部分资金转入理财。", "is_misuse": True, "misuse_from": str(june(11)), "bank_reference": "JC-Y3"}
        return [
            _move("overdue-0", one, "overdues", 5, "2000000.00"),
            _move("cure-0", one, "cures", 10, "500000.00", ["overdue-0"]),
            _move("repay-0", one, "repayments", 12, "1700000.00", ["cure-0"]),
            _back("reverse-repay-0", 13, "repay-0"),
            _move("repay-0-again", one, "repayments", 13, "1500000.00", ["reverse-repay-0"]),
            _move("repay-1", two, "repayments", 6, "300000.00"),
            _back("reverse-repay-1", 7, "repay-1"),
            _move("repay-1-again", two, "repayments", 7, "30000.00"),
            _move("repay-2", three, "repayments", 14, "10000000.00"),
            _move("repay-3", four, "repayments", 18, "100000.33"),
            _move("overdue-3", four, "overdues", 20, "700000.00", ["repay-3"]),
            Call(
                name="misuse-3",
                on=june(12),
                address=f"{four}/use-checks/",
                sent=_as(misuse | {"checked_on": str(june(12))}),
                has_own_number=True,
                may_be_late=True,
            ),
        ]

    def _bulk(self) -> list[Call]:
        """Return a file of repayments on the other running loans, with a row that cannot stand, and the job that works it."""
        rows = [
            {
                "contract_number": loan.contract_number,
                "amount": f"{1000 + 7 * number}.0{number % 10}",
                "value_on": str(june(18)),
                "bank_reference": f"PL-{loan.contract_number}-{number}",
                "reason": LATE,
            }
            for number in range(8)
            for loan in self.running[4:]
        ]
        content = "\n".join(json.dumps(row) for row in [*rows, rows[0] | {"contract_number": "HT-没有", "bank_reference": "PL-X"}]).encode()

        def work(known: Known) -> None:
            for upload in Upload.objects.exclude(state=UploadState.DONE):
                work_upload(upload.pk, clock=lambda: noon(june(18)))

        sent = {"address": "uploads/?kind=repayment", "sent": lambda known: content, "media_type": "application/x-ndjson"}
        return [
            Call(name="bulk", on=june(18), **sent),  # type: ignore[arg-type]
            Call(name="bulk-worked", on=june(18), after=["bulk"], work=work),
            Call(name="bulk-again", on=june(19), after=["bulk-worked"], **sent),  # type: ignore[arg-type]
            Call(name="bulk-again-worked", on=june(20), after=["bulk-again"], work=work),
        ]

    def _settlement(self) -> list[Call]:
        """Return the settlement of the quarter that ended on the 20th, and what the city and the counties do for it."""
        at = "settlements/{drafted[id]}"
        clerk = MemberFactory.serving("city_industry")

        def draft(known: Known) -> Any:
            draft_settlement(bank=self.stage.scene.bank, mode=Mode.SPECIAL, year=2024, quarter=2, actor=clerk, at=noon(june(25)))
            (found,) = self.stage.bank.get("settlements/")["results"]
            return found

        def review(known: Known) -> None:
            review_settlement(settlement_id=known["drafted"]["id"], actor=clerk, at=noon(june(26)))

        def pay(known: Known) -> None:
            for payment in Payment.objects.filter(state=PaymentState.DUE).order_by("payer__code"):
                maker = MemberFactory(institution=payment.payer)
                checker = MemberFactory(institution=payment.payer, checker=True)
                voucher, named = f"凭-{payment.payer.code}", {"payment_id": str(payment.public_id), "at": noon(june(28))}
                record_payment(paid_on=june(28), voucher=voucher, actor=maker, **named)  # type: ignore[arg-type]
                check_payment(actor=checker, **named)  # type: ignore[arg-type]

        def hash_of(name: str) -> Any:
            return lambda known: {"sha256": known[name]["current"]["sha256"]}

        figures = {"figures": [{"contract_number": loan.contract_number, "subsidy": "33000.00"} for loan in self.running[4:]]}
        quarter = [call.name for call in [*self._running(), *self._bulk()]]
        quarter += [f"{what}-{name}" for name in "ABC" for what in ("draw-1", "draw-2", "repay", "check")]
        return [
            Call(name="drafted", on=june(25), after=quarter, work=draft),
            Call(name="figures", on=june(25), address=f"{at}/figures/", sent=_as(figures), after=["drafted"]),
            _step("number-S", june(25), f"{at}/reference/", {"bank_reference": "JS-2024-2"}, ["drafted"], found_at=f"{at}/"),
            Call(name="confirm", on=june(25), address=f"{at}/confirm/", sent=hash_of("drafted"), after=["figures"], found_at=f"{at}/"),
            _step("send-back", june(25), f"{at}/send-back/", {"reason": "再核一遍"}, ["confirm"], found_at=f"{at}/"),
            Call(
                name="confirm-2", on=june(26), address=f"{at}/confirm/", sent=hash_of("send-back"), after=["send-back"], found_at=f"{at}/"
            ),
            Call(name="reviewed", on=june(26), after=["confirm-2"], work=review),
            _step("file", june(27), f"{at}/file/", {"record_number": "泉财备〔2024〕17号"}, ["reviewed"], found_at=f"{at}/"),
            Call(name="paid", on=june(28), after=["file"], work=pay),
        ]

    def _afterwards(self) -> list[Call]:
        """Return movements of the next quarter, and one of this quarter that came too late."""
        two, three = (f"loans/{loan.public_id}" for loan in self.running[1:3])
        return [
            _move("repay-1-july", two, "repayments", 26, "40000.00", ["repay-1-again"], late=False),
            _back("reverse-repay-2", 28, "repay-2", ["paid"]),
            _move("repay-2-again", three, "repayments", 28, "9000000.00", ["reverse-repay-2"], value_on=15),
        ]


def _as(body: Mapping[str, Any]) -> Any:
    return lambda known: body


def _step(name: str, on: date, address: str, said: Body, after: list[str], *, found_at: str) -> Call:
    """Return a step of a case: under a new key it is refused as taken, and the program finds what it did at ``found_at``."""
    return Call(name=name, on=on, address=address, sent=_as(said), after=after, found_at=found_at)  # type: ignore[arg-type]


def _move(
    name: str, loan: str, kind: str, day: int, amount: str, after: list[str] | None = None, *, late: bool = True, value_on: int = 0
) -> Call:
    """Return a movement; it may come late, so it says why."""
    body = {"amount": str(Decimal(amount)), "value_on": str(june(value_on or day)), "bank_reference": f"LS-{name}", "reason": LATE}
    may_be_late = late and day <= 20
    return Call(
        name=name, on=june(day), address=f"{loan}/{kind}/", sent=_as(body), after=after or [], has_own_number=True, may_be_late=may_be_late
    )


def _back(name: str, day: int, target: str, after: list[str] | None = None) -> Call:
    """Return the reversal of a movement."""
    return Call(
        name=name,
        on=june(day),
        address=f"movements/{{{target}[id]}}/reverse/",
        sent=_as({"bank_reference": f"CZ-{name}", "reason": "录入错误"}),
        after=[target, *(after or [])],
        has_own_number=True,
        may_be_late=day <= 20,
    )
