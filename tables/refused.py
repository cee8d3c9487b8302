"""Why a file is not read, as the child can say it: a reason and the facts of its sentence. ``tables.errors`` has the sentences."""


class Refused(Exception):
    """The file is not read; ``reason`` names a class of ``tables.errors``."""

    def __init__(self, reason: str, **facts: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


class EnoughRows(Exception):
    """Whoever reads a sheet wants no more rows of it."""
