"""The scene of the bank's interface: the scene of loans, with programs of bank, fund manager and guarantor."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import time_machine

from documents.services import attach
from loans.models import Application
from loans.services.submission import required_papers
from tests.api.caller import Caller
from tests.factories import InstitutionFactory
from tests.loan_factories import noon
from tests.loans.conftest import PDF, Scene, make_scene


@dataclass
class Stage:
    """Who calls, on which day."""

    scene: Scene
    bank: Caller
    other: Caller
    trustee: Caller
    clock: Any

    def on(self, day: date) -> None:
        """Move the clock to noon of a day."""
        self.clock.move_to(noon(day))
        for caller in (self.bank, self.other, self.trustee):
            caller.renew()

    def later(self, **delta: int) -> None:
        """Move the clock on."""
        self.clock.shift(timedelta(**delta))

    def drafted(self, **asked: Any) -> dict[str, Any]:
        """Draft an application over HTTP."""
        wanted = {
            "entry_id": str(self.scene.entry.public_id),
            "mode": "special",
            "category": "fixed_asset",
            "security": "secured",
            "amount_requested": "10000000.00",
            "term_months": 60,
            "purpose": "购置设备",
        }
        found: dict[str, Any] = self.bank.post("applications/", wanted | asked, status=201)
        return found

    def with_papers(self, found: dict[str, Any]) -> dict[str, Any]:
        """Attach every paper a submission by the bank needs."""
        application = Application.objects.get(public_id=found["id"])
        for paper in required_papers(application, "bank", on=date(2024, 3, 1)):
            name = f"{paper.value}.pdf"
            attach(owner=application, kind=paper, filename=name, content=PDF, actor=self.bank.client.member, at=noon(date(2024, 3, 1)))
        return found

    def step(self, found: dict[str, Any], name: str, **asked: Any) -> dict[str, Any]:
        """Take a step of an application over HTTP."""
        taken: dict[str, Any] = self.bank.post(f"applications/{found['id']}/{name}/", asked, status=201 if name == "contract" else 200)
        return taken

    def signed(self, **asked: Any) -> dict[str, Any]:
        """Lead an application to its contract over HTTP."""
        found = self.with_papers(self.drafted(**asked))
        for name in ("submit", "accept", "begin-review"):
            self.step(found, name)
        self.step(found, "approve", amount="10000000.00")
        self.step(found, "meet-conditions")
        return self.step(
            found,
            "contract",
            contract_number=f"HT-{found['number']}",
            contract_amount="10000000.00",
            available_until="2025-03-01",
            matures_on="2029-03-01",
        )

    def movement(self, amount: str = "1000000.00", *, on: str = "2024-03-01", reference: str = "LS0001", **further: Any) -> dict[str, Any]:
        """Return the body of a movement."""
        return {"amount": amount, "value_on": on, "bank_reference": reference, **further}


def make_stage(day: date = date(2024, 3, 1)) -> tuple[Stage, Any]:
    """Return the stage and the traveller that ends its time."""
    traveller = time_machine.travel(noon(day), tick=False)
    clock = traveller.start()
    scene = make_scene()
    manager = scene.trustee.institution
    assert manager is not None
    stage = Stage(scene, Caller.of(scene.bank), Caller.of(InstitutionFactory()), Caller.of(manager), clock)
    return stage, traveller


TEN_MILLION = Decimal("10000000.00")
