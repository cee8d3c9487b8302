from importlib import import_module

from django.apps import AppConfig

from parties.disclosure import declare
from risk.history import HISTORIES


class RiskConfig(AppConfig):
    name = "risk"
    verbose_name = "风险分担"

    def ready(self) -> None:
        """Register what can be put right, papers, what is booked, and what histories tell whom; models must be loaded first."""
        import_module("risk.corrections")
        import_module("risk.paper_owners")
        import_module("risk.books")
        declare(*HISTORIES)
