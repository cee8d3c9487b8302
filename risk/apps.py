from importlib import import_module

from django.apps import AppConfig


class RiskConfig(AppConfig):
    name = "risk"
    verbose_name = "风险分担"

    def ready(self) -> None:
        """Register who sees which papers; models must be loaded before that module is."""
        import_module("risk.paper_owners")
