"""What the checks of one run share: who calls, and the case they lead."""

from dataclasses import dataclass, field
from typing import Any

from simulator.bank import Bank
from simulator.connection import Connection
from simulator.report import NotOffered


@dataclass
class Run:
    """A bank's program, another bank's, and the case."""

    line: Connection
    other: Connection | None = None
    application: dict[str, Any] = field(default_factory=dict)
    loan: dict[str, Any] = field(default_factory=dict)

    @property
    def bank(self) -> Bank:
        """Return the bank."""
        return Bank(self.line)

    @property
    def case(self) -> dict[str, Any]:
        """
        Return the loan that the chain led to its contract.

        Raises:
            NotOffered: it did not come so far.
        """
        if not self.loan:
            raise NotOffered("the loan chain gave no loan")
        return self.loan

    @property
    def stranger(self) -> Connection:
        """
        Return another institution's program.

        Raises:
            NotOffered: there is none in this run.
        """
        if self.other is None:
            raise NotOffered("no client of another institution given")
        return self.other

    def here(self) -> dict[str, Any]:
        """Return the loan as it now reads."""
        found: dict[str, Any] = self.line.read(f"loans/{self.case['id']}/")
        return found
