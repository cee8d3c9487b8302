"""Which facts of an enterprise people decided: no list of a bureau changes these."""

from django.db import models

from parties.models.parties import Enterprise, Member


class DecidedFact(models.TextChoices):
    """A fact that lists bring, too. The values are the fields of the enterprise, and its tax home."""

    NAME = "name", "企业名称"
    INDUSTRY_CODE = "industry_code", "行业代码"
    REGISTERED_ON = "registered_on", "成立日期"
    REGISTERED_CAPITAL = "registered_capital", "注册资本"
    IS_LITTLE_GIANT = "is_little_giant", "国家级专精特新“小巨人”"
    IS_MUNICIPAL_KEY = "is_municipal_key", "市重点工业企业"
    TAX_HOME = "tax_home", "所得税归属"


class FactDecision(models.Model):
    """The latest decision of people on one fact of an enterprise. Source: D3, D12."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="decisions", verbose_name="企业")
    fact = models.CharField("事项", max_length=24, choices=DecidedFact.choices)
    decided_on = models.DateField("生效日期")
    decided_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="办理人")
    remark = models.CharField("依据", max_length=200, blank=True)
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = verbose_name_plural = "企业信息核定"
        ordering = ["enterprise", "fact"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "fact"], name="fact_decision_once", violation_error_message="该事项已有核定记录。"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.get_fact_display()}"
