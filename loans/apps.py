from importlib import import_module

from django.apps import AppConfig


class LoansConfig(AppConfig):
    name = "loans"
    verbose_name = "融资与贷款"

    def ready(self) -> None:
        """Register who sees which papers; models must be loaded before that module is."""
        import_module("loans.paper_owners")
