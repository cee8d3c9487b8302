from django.apps import AppConfig
from django.core.checks import register

from logins.checks import doors_are_watched


class LoginsConfig(AppConfig):
    name = "logins"
    verbose_name = "登录与账号安全"

    def ready(self) -> None:
        """Let the settings be checked."""
        register(doors_are_watched)
