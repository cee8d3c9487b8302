"""The app of the handbooks."""

from importlib import import_module

from django.apps import AppConfig


class HandbookConfig(AppConfig):
    """Handbooks and release notes."""

    name = "handbook"
    verbose_name = "帮助手册"

    def ready(self) -> None:
        """Tell people of a release when they come in."""
        import_module("handbook.releases")
