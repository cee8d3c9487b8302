from django.apps import AppConfig

from parties.disclosure import declare
from policy.history import HISTORIES


class PolicyConfig(AppConfig):
    name = "policy"
    verbose_name = "政策与规则"

    def ready(self) -> None:
        """Declare what the histories of its cases tell whom."""
        declare(*HISTORIES)
