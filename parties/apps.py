from importlib import import_module

from django.apps import AppConfig

from parties.disclosure import declare
from parties.history import HISTORIES


class PartiesConfig(AppConfig):
    name = "parties"
    verbose_name = "参与方"

    def ready(self) -> None:
        """Register kinds of changes of rights and what can be put right, and declare what histories tell whom; models are loaded first."""
        import_module("parties.services.keepers")
        import_module("parties.services.members")
        import_module("parties.correctables")
        declare(*HISTORIES)
