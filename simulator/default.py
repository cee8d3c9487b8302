"""What a bank and the guarantee company do when a loan goes bad, over the interface alone."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulator.bank import PDF, Bank, reference, today
from simulator.connection import Answer, Connection, succeeded

CLAIM_PAPERS = ("contract", "drawdown_voucher", "use_of_funds", "collection_record", "classification", "self_check")
AMOUNT = Decimal("100000.00")


@dataclass
class Default:
    """An unsecured R&D loan of the special mode and what becomes of it. Source: FP 1.5.2(1)."""

    line: Connection
    guarantor: Connection

    @property
    def bank(self) -> Bank:
        """Return the bank as it lends such loans."""
        return Bank(self.line, amount=AMOUNT, category="rd", security="credit")

    def drawn(self) -> dict[str, Any]:
        """
        Return a new loan, guaranteed and drawn today.

        Raises:
            NothingToLendOn.
        """
        loan = self.bank.signed(self.bank.decided(self.bank.submitted()))
        guarantor = self.guarantor.read("me/")["institution"]
        asked = {"guarantor_id": guarantor["id"], "number": reference("DB"), "fee_rate": "0.005", "is_batch_scheme": True}
        self.line.write(f"loans/{loan['id']}/guarantee/", asked)
        self.bank.move(loan, "drawdowns", str(AMOUNT))
        found: dict[str, Any] = self.line.read(f"loans/{loan['id']}/")
        return found

    def classify(self, loan: dict[str, Any], grade: str, **further: str) -> Answer:
        """Return the answer to a decision on the class of a loan."""
        return self.line.post(f"loans/{loan['id']}/classifications/", {"grade": grade, "on": today().isoformat()} | further)

    def attach_papers(self, bad_debt: dict[str, Any]) -> None:
        """Hand in what a claim needs, each with its digest."""
        for kind in CLAIM_PAPERS:
            succeeded(self.paper(bad_debt, kind, sha256=hashlib.sha256(PDF).hexdigest()))

    def paper(self, bad_debt: dict[str, Any], kind: str, *, sha256: str) -> Answer:
        """Return the answer to one paper."""
        address = f"bad-debts/{bad_debt['id']}/papers/?kind={kind}&filename={kind}.pdf&sha256={sha256}"
        return self.line.upload(address, PDF, content_type="application/pdf")

    def recover(self, bad_debt: dict[str, Any], amount: str, *, bank_reference: str, costs: str = "0.00") -> Answer:
        """Return the answer to money that came back today."""
        asked = {"amount": amount, "costs": costs, "received_on": today().isoformat(), "bank_reference": bank_reference}
        return self.line.post(f"bad-debts/{bad_debt['id']}/recoveries/", asked)
