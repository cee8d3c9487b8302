"""What the checks of one run share: who calls, and the cases they lead."""

from dataclasses import dataclass, field
from typing import Any

from simulator.bank import Bank
from simulator.connection import Connection
from simulator.report import NotOffered


@dataclass
class Run:
    """A bank's program, another bank's, a guarantee company's, and the cases."""

    line: Connection
    other: Connection | None = None
    guarantor: Connection | None = None
    application: dict[str, Any] = field(default_factory=dict)
    loan: dict[str, Any] = field(default_factory=dict)
    bad_debt: dict[str, Any] = field(default_factory=dict)
    claim: dict[str, Any] = field(default_factory=dict)

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

    @property
    def guarantee_company(self) -> Connection:
        """
        Return the guarantee company's program.

        Raises:
            NotOffered: there is none in this run.
        """
        if self.guarantor is None:
            raise NotOffered("no client of a guarantee company given")
        return self.guarantor

    @property
    def default(self) -> dict[str, Any]:
        """
        Return the bad debt that the checks of risk have led to its recognition.

        Raises:
            NotOffered: it did not come so far.
        """
        if not self.bad_debt:
            raise NotOffered("no loan has gone bad in this run")
        return self.bad_debt

    def here(self) -> dict[str, Any]:
        """Return the loan as it now reads."""
        found: dict[str, Any] = self.line.read(f"loans/{self.case['id']}/")
        return found
