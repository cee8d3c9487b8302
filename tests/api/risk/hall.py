"""The hall of risk over HTTP: the scene of risk, with programs of bank, guarantor, fund manager and a stranger, on 10 March 2025."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from loans.enums import MovementKind
from loans.models import Loan
from risk.models import BadDebt
from tests.api.caller import Caller
from tests.factories import InstitutionFactory
from tests.loan_factories import move, noon
from tests.risk.scene import BAD_ON, PDF, Scene, make_scene

RD_PAPERS = ("contract", "drawdown_voucher", "use_of_funds", "collection_record", "classification", "self_check")
PROJECT_PAPERS = ("contract", "drawdown_voucher", "recovery_record", "loss_evidence")


@dataclass
class Hall:
    """Who calls."""

    scene: Scene
    bank: Caller
    other: Caller
    guarantor: Caller
    trustee: Caller
    clock: Any

    @property
    def everybody(self) -> tuple[Caller, ...]:
        return (self.bank, self.other, self.guarantor, self.trustee)

    def on(self, day: date) -> None:
        """Move the clock to noon of a day."""
        self.clock.move_to(noon(day))
        for caller in self.everybody:
            caller.renew()

    def overdue(self, loan: Loan) -> Loan:
        """Let a loan be overdue since a hundred days before it is bad."""
        move(loan, MovementKind.OVERDUE, loan.balance.performing, BAD_ON - timedelta(days=100))
        return loan

    def classified(self, loan: Loan, **asked: Any) -> dict[str, Any]:
        """Class a loan as a loss over HTTP."""
        wanted = {"grade": "loss", "on": str(BAD_ON), "reason": "借款人停产"}
        found: dict[str, Any] = self.bank.post(f"loans/{loan.public_id}/classifications/", wanted | asked, status=201)
        return found

    def bad(self, loan: Loan, **asked: Any) -> dict[str, Any]:
        """Let a loan go overdue, be classed as a loss and be recognised as bad, over HTTP."""
        self.classified(self.overdue(loan))
        wanted = {"reason": "借款人停产", "on": str(BAD_ON)}
        found: dict[str, Any] = self.bank.post(f"loans/{loan.public_id}/bad-debts/", wanted | asked, status=201)
        return found

    def upload(self, caller: Caller, address: str, *, kind: str, content: bytes = PDF, key: str = "", **query: str) -> Any:
        """Return the bare answer to a paper."""
        asked = "&".join(f"{name}={value}" for name, value in ({"kind": kind, "filename": f"{kind}.pdf"} | query).items())
        headers = caller.headers | {"idempotency-key": key or str(uuid4())}
        return caller.http.post(f"/api/v1/{address}papers/?{asked}", data=content, content_type="application/pdf", headers=headers)

    def with_papers(self, bad_debt: dict[str, Any], kinds: tuple[str, ...] = RD_PAPERS) -> dict[str, Any]:
        """Upload the papers of a bad debt over HTTP."""
        for kind in kinds:
            assert self.upload(self.bank, f"bad-debts/{bad_debt['id']}/", kind=kind).status_code == 201
        return bad_debt

    def filed(self, bad_debt: dict[str, Any], **asked: Any) -> dict[str, Any]:
        """File a claim of an R&D loan over HTTP."""
        self.with_papers(bad_debt)
        wanted = {"amount": bad_debt["principal"]}
        found: dict[str, Any] = self.bank.post(f"bad-debts/{bad_debt['id']}/claims/", wanted | asked, status=201)
        return found

    def accepted(self, bad_debt: dict[str, Any]) -> dict[str, Any]:
        """File a claim and let the guarantor's program find it right."""
        claim = self.filed(bad_debt)
        self.guarantor.post(f"claims/{claim['id']}/begin-review/")
        found: dict[str, Any] = self.guarantor.post(f"claims/{claim['id']}/accept/")
        return found

    @staticmethod
    def row(bad_debt: dict[str, Any]) -> BadDebt:
        """Return the stored bad debt."""
        return BadDebt.objects.get(public_id=bad_debt["id"])


def make_hall(clock: Any) -> Hall:
    """Return the hall; the clock stands already."""
    scene = make_scene()
    manager = scene.trustee.institution
    assert manager is not None
    return Hall(scene, Caller.of(scene.bank), Caller.of(InstitutionFactory()), Caller.of(scene.guarantor), Caller.of(manager), clock)
