from django.apps import AppConfig

from parties.disclosure import declare
from parties.history import HISTORIES


class PartiesConfig(AppConfig):
    name = "parties"
    verbose_name = "参与方"

    def ready(self) -> None:
        """Declare what the histories of its cases tell whom."""
        declare(*HISTORIES)
