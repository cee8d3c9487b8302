from django.apps import AppConfig

from quanzhou_fund.celery import app as celery_app

__all__ = ["QuanzhouFundConfig", "celery_app"]  # shared_task finds the application once it has been imported


class QuanzhouFundConfig(AppConfig):
    name = "quanzhou_fund"
    verbose_name = "泉州市技术创新基金"
