from importlib import import_module

from django.apps import AppConfig

from parties.disclosure import declare
from parties.history import HISTORIES


class PartiesConfig(AppConfig):
    name = "parties"
    verbose_name = "参与方"

    def ready(self) -> None:
        """Register the kinds of changes of rights, whoever imports which module, and declare what histories tell whom."""
        import_module("parties.services.keepers")
        import_module("parties.services.members")
        declare(*HISTORIES)
