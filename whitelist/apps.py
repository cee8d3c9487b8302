from importlib import import_module

from django.apps import AppConfig


class WhitelistConfig(AppConfig):
    name = "whitelist"
    verbose_name = "白名单"

    def ready(self) -> None:
        """Register who sees which papers; models must be loaded before that module is."""
        import_module("whitelist.paper_owners")
