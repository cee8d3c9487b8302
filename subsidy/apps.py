from importlib import import_module

from django.apps import AppConfig


class SubsidyConfig(AppConfig):
    name = "subsidy"
    verbose_name = "财政贴息"

    def ready(self) -> None:
        """Register what is booked; models must be loaded before that module is."""
        import_module("subsidy.books")
