"""What a bank and the guarantee company do when a loan goes bad, over the interface alone."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulator.bank import PDF, Bank, nobody_hears, reference, today
from simulator.connection import Answer, Connection, succeeded

CLAIM_PAPERS = ("contract", "drawdown_voucher", "use_of_funds", "collection_record", "classification", "self_check")
AMOUNT = Decimal("100000.00")


@dataclass
class Default:
    """An unsecured R&D loan of the special mode and what becomes of it. Source: FP 1.5.2(1)."""

    line: Connection
    guarantor: Connection
    say: Callable[[str], None] = nobody_hears

    @property
    def bank(self) -> Bank:
        """Return the bank as it lends such loans."""
        return Bank(self.line, amount=AMOUNT, category="rd", security="credit", say=self.say)

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

    def go_bad(self) -> dict[str, Any]:
        """
        Lead a loan from its contract to a claim whose payment the guarantee company has proposed, and return the claim as it then reads.

        Raises:
            NothingToLendOn.
        """
        bank, loan = self.bank, self.drawn()
        bank.move(loan, "overdues", str(AMOUNT))
        bank.say(f"资产分类：{succeeded(self.classify(loan, 'loss', reason='借款人停产'))['grade']}")
        bad_debt = self.line.write(f"loans/{loan['id']}/bad-debts/", {"reason": "借款人停产", "bank_reference": reference("HZ")})
        bank.say(f"认定坏账 {bad_debt['principal']} 元")
        self.attach_papers(bad_debt)
        claim = self.line.write(f"bad-debts/{bad_debt['id']}/claims/", {"amount": bad_debt["principal"], "bank_reference": reference("BC")})
        bank.say(f"提交补偿申请 {claim['number']}，担保公司须在 {claim['deadline']['due_on']} 前审核")
        here = f"claims/{claim['id']}/"
        for name in ("begin-review", "accept", "propose-payment"):
            bank.say(f"担保公司 {name}：{self.guarantor.write(here + name + '/')['state']}")
        succeeded(self.recover(bad_debt, "20000.00", bank_reference=reference("ZC")))
        bank.say("登记追偿收回 20000.00 元，待本行复核人员复核")
        found: dict[str, Any] = self.line.read(f"claims/{claim['id']}/")
        for part in found["split"]["parts"]:
            bank.say(f"损失分担（{part['clause']}）：{part['institution']['name']} {part['amount']} 元")
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
