from importlib import import_module

from django.apps import AppConfig

from api.history import HISTORIES
from parties.disclosure import declare


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "接口"

    def ready(self) -> None:
        """Register how programs change by two persons, and declare what the histories of its cases tell whom."""
        import_module("api.services.clients")
        declare(*HISTORIES)
