from importlib import import_module

from django.apps import AppConfig
from django.core.checks import register

from logins.checks import doors_are_watched


class LoginsConfig(AppConfig):
    name = "logins"
    verbose_name = "登录与账号安全"

    def ready(self) -> None:
        """Register the kinds of changes of rights that belong here, and let the settings be checked."""
        import_module("logins.services.rights")
        register(doors_are_watched)
