from importlib import import_module

from django.apps import AppConfig

from parties.disclosure import declare
from policy.history import HISTORIES


class PolicyConfig(AppConfig):
    name = "policy"
    verbose_name = "政策与规则"

    def ready(self) -> None:
        """Declare what can be put right, and what the histories of its cases tell whom; models must be loaded first."""
        import_module("policy.corrections")
        declare(*HISTORIES)
