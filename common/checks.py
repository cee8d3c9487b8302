"""One line of an eligibility result, stored and shown as it was found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One requirement of the plan held against what was found."""

    name: str  # stable code, English
    clause: str  # id of the clause register, e.g. "FP 1.1.2"
    required: str  # Chinese: what the clause asks
    found: str  # Chinese: what the facts say
    passed: bool

    def as_json(self) -> dict[str, str | bool]:
        """Return the line for storage and for programs."""
        return {"name": self.name, "clause": self.clause, "required": self.required, "found": self.found, "passed": self.passed}
