from django.apps import AppConfig

from parties.disclosure import declare
from reporting.history import HISTORIES


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "统计报送"

    def ready(self) -> None:
        """Register what histories tell whom."""
        declare(*HISTORIES)
