from importlib import import_module

from django.apps import AppConfig

from parties.disclosure import declare
from whitelist.history import HISTORIES


class WhitelistConfig(AppConfig):
    name = "whitelist"
    verbose_name = "白名单"

    def ready(self) -> None:
        """Register what can be put right, who sees which papers, and what histories tell whom; models must be loaded first."""
        import_module("whitelist.corrections")
        import_module("whitelist.paper_owners")
        declare(*HISTORIES)
