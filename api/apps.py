from django.apps import AppConfig

from api.history import HISTORIES
from parties.disclosure import declare


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "接口"

    def ready(self) -> None:
        """Declare what the histories of its cases tell whom."""
        declare(*HISTORIES)
