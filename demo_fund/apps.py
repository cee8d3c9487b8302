from django.apps import AppConfig


class DemoFundConfig(AppConfig):
    name = "demo_fund"
    verbose_name = "演示基金"
