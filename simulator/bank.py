"""What a bank does with a case, over the interface alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from simulator.connection import Connection, Refused, succeeded

PAPERS = ("financing_request", "financial_statements", "consent")
PAPER_OF = {"fixed_asset": "project_filing", "rd": "rd_statement"}
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PURPOSES = {"fixed_asset": "购置智能化生产线", "rd": "新产品研发投入"}
CHINA = timedelta(hours=8)
MOST_ENTRIES_TRIED = 15


class NothingToLendOn(Exception):
    """No entry of the list takes an application of this bank today."""


def today() -> date:
    """Return the day in China, which is the day the fund counts."""
    return (datetime.now(UTC) + CHINA).date()


def reference(kind: str) -> str:
    """Return a number of the bank's own that was never used."""
    return f"{kind}{uuid4().hex[:16].upper()}"


def nobody_hears(_step: str) -> None:
    """Say nothing."""


@dataclass
class Bank:
    """A bank's credit department and its core system."""

    line: Connection
    amount: Decimal = Decimal("3000000.00")
    category: str = "fixed_asset"
    security: str = "secured"
    say: Callable[[str], None] = field(default=nobody_hears)

    def open_entries(self) -> Iterator[dict[str, Any]]:
        """Yield the entries on which this bank could still lend the amount."""
        for listed in self.line.every("entries/", kind="rd" if self.category == "rd" else "project", limit=200):
            if not listed["is_open"]:
                continue
            entry = self.line.read(f"entries/{listed['id']}/")
            if any(is_room(room, self.amount, category=self.category) for room in entry["headroom"]):
                yield entry

    def intend(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Note the first agreement with the enterprise."""
        found: dict[str, Any] = self.line.write("intents/", {"entry_id": entry["id"], "on": today().isoformat()})
        return found

    def draft(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Draft an application on behalf of the enterprise."""
        asked = {
            "entry_id": entry["id"],
            "mode": "special",
            "category": self.category,
            "security": self.security,
            "amount_requested": str(self.amount),
            "term_months": 36,
            "purpose": PURPOSES[self.category],
            "bank_reference": reference("SQ"),
        }
        found: dict[str, Any] = self.line.write("applications/", asked)
        self.say(f"起草申请 {found['number']}：{entry['enterprise']['name']}，{self.amount} 元")
        return found

    def attach_papers(self, application: dict[str, Any]) -> None:
        """Hand in the papers, the enterprise's consent with them."""
        for kind in (*PAPERS, PAPER_OF[self.category]):
            address = f"applications/{application['id']}/papers/?kind={kind}&filename={kind}.pdf"
            succeeded(self.line.upload(address, PDF, content_type="application/pdf"))

    def step(self, application: dict[str, Any], name: str, **asked: Any) -> dict[str, Any]:
        """Take one step of an application."""
        found: dict[str, Any] = self.line.write(f"applications/{application['id']}/{name}/", asked)
        self.say(f"{name}：{found.get('state') or found.get('stage')}")
        return found

    def submitted(self) -> dict[str, Any]:
        """
        Return an application of the first entry that takes one, submitted for the enterprise.

        Raises:
            NothingToLendOn.
        """
        for number, entry in enumerate(self.open_entries()):
            if number == MOST_ENTRIES_TRIED:
                break
            self.intend(entry)
            application = self.draft(entry)
            self.attach_papers(application)
            try:
                return self.step(application, "submit")
            except Refused as refused:
                self.say(f"不予提交：{refused}")
                if refused.status != 409:
                    raise
        raise NothingToLendOn

    def decided(self, application: dict[str, Any]) -> dict[str, Any]:
        """Lead a submitted application to the bank's yes and the conditions met."""
        for name in ("accept", "begin-review"):
            self.step(application, name)
        self.step(application, "approve", amount=str(self.amount))
        return self.step(application, "meet-conditions")

    def signed(self, application: dict[str, Any]) -> dict[str, Any]:
        """Sign the contract of an application and return the loan."""
        return self.step(application, "contract", **self.contract())

    def contract(self) -> dict[str, str]:
        """Return the terms of a contract signed today."""
        return {
            "contract_number": reference("HT"),
            "contract_amount": str(self.amount),
            "available_until": (today() + timedelta(days=300)).isoformat(),
            "matures_on": (today() + timedelta(days=1000)).isoformat(),
        }

    def move(self, loan: dict[str, Any], what: str, amount: str, **further: str) -> dict[str, Any]:
        """Record a drawdown, repayment, overdue or cure of today."""
        found: dict[str, Any] = self.line.write(f"loans/{loan['id']}/{what}/", movement(amount, **further))
        self.say(f"{what} {amount} 元")
        return found

    def reverse(self, moved: dict[str, Any], reason: str) -> dict[str, Any]:
        """Take a movement back."""
        asked = {"bank_reference": reference("CZ"), "reason": reason}
        found: dict[str, Any] = self.line.write(f"movements/{moved['id']}/reverse/", asked)
        self.say(f"冲正 {moved['bank_reference']}")
        return found

    def lend(self) -> dict[str, Any]:
        """Lead one case from the list to its last repayment, and return the loan as it then is."""
        loan = self.signed(self.decided(self.submitted()))
        whole, third = self.amount, self.amount / 3
        self.move(loan, "drawdowns", f"{whole:.2f}")
        wrong = self.move(loan, "repayments", f"{third:.2f}")
        self.reverse(wrong, "金额录入错误")
        self.move(loan, "overdues", f"{third:.2f}")
        self.move(loan, "cures", f"{third / 2:.2f}")
        self.move(loan, "repayments", f"{whole:.2f}")
        found: dict[str, Any] = self.line.read(f"loans/{loan['id']}/")
        self.say(f"贷款 {found['contract_number']}：余额 {found['outstanding']} 元，{found['stage']}")
        return found


def is_room(room: dict[str, Any], amount: Decimal, *, category: str = "fixed_asset") -> bool:
    """Return whether a line of an entry's headroom leaves room for a loan of the special mode."""
    return (room["mode"], room["category"]) == ("special", category) and Decimal(room["left"]) >= amount


def movement(amount: str, *, value_on: str = "", bank_reference: str = "", **further: str) -> dict[str, str]:
    """Return the body of a movement, of today and under a fresh reference unless told otherwise."""
    return {"amount": amount, "value_on": value_on or today().isoformat(), "bank_reference": bank_reference or reference("LS")} | further
