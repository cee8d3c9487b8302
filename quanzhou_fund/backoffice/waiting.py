"""What waits for a person: counted by the institution's kind and the person's roles."""

from dataclasses import dataclass

from parties.models import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One heap of work: how many, what is to be done, where they are listed."""

    count: int
    label: str
    url: str
    is_urgent: bool = False
    note: str = ""


def waiting_for(member: Member) -> list[Waiting]:
    """Return the heaps that are not empty, the urgent first."""
    return []
