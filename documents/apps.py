from django.apps import AppConfig

from documents.history import HISTORIES
from parties.disclosure import declare


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "材料"

    def ready(self) -> None:
        """Declare what the histories of its cases tell whom."""
        declare(*HISTORIES)
