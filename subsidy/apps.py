from importlib import import_module

from django.apps import AppConfig

from parties.disclosure import declare
from subsidy.history import HISTORIES


class SubsidyConfig(AppConfig):
    name = "subsidy"
    verbose_name = "财政贴息"

    def ready(self) -> None:
        """Register books, papers, what can be put right, what the log keeps back and histories tell; models must be loaded first."""
        for name in ("books", "corrections", "paper_owners", "withheld"):
            import_module(f"subsidy.{name}")
        declare(*HISTORIES)
