from importlib import import_module

from django.apps import AppConfig

from loans.history import HISTORIES
from parties.disclosure import declare


class LoansConfig(AppConfig):
    name = "loans"
    verbose_name = "融资与贷款"

    def ready(self) -> None:
        """Register what can be put right, who sees which papers, and what histories tell whom; models must be loaded first."""
        import_module("loans.contract_corrections")
        import_module("loans.corrections")
        import_module("loans.paper_owners")
        declare(*HISTORIES)
