from django.apps import AppConfig


class QuanzhouFundConfig(AppConfig):
    name = "quanzhou_fund"
    verbose_name = "泉州市技术创新基金"
