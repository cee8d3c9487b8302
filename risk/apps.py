from importlib import import_module

from django.apps import AppConfig


class RiskConfig(AppConfig):
    name = "risk"
    verbose_name = "风险分担"

    def ready(self) -> None:
        """Register who sees which papers and what is booked; models must be loaded before those modules are."""
        import_module("risk.paper_owners")
        import_module("risk.books")
