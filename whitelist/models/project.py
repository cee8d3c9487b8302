"""Investment projects: what the project caps hang on."""

import pgtrigger
from django.db import models
from django.db.models import Q

from common.fields import MoneyField, PublicIdField
from parties.models import District, Enterprise
from whitelist.enums import ProjectType


class Project(models.Model):
    """An investment project; its caps hang here, whatever entries list it. Source: FP 1.1.1, 1.2.1; D39."""

    public_id = PublicIdField()
    code = models.CharField("投资项目代码", max_length=40, unique=True)
    name = models.CharField("项目名称", max_length=200)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="projects", verbose_name="企业")
    district = models.ForeignKey(District, models.PROTECT, verbose_name="所在县(市、区)")
    project_type = models.CharField("项目类型", max_length=20, choices=ProjectType.choices)
    is_key_project = models.BooleanField("省市重大重点项目", default=False)
    is_named_by_city = models.BooleanField("市政府确定的项目", default=False)
    total_investment = MoneyField("投资总额", help_text="元")

    class Meta:
        verbose_name = verbose_name_plural = "项目"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="project_investment_above_zero",
                condition=Q(total_investment__gt=0),
                violation_error_message="项目投资总额须大于零。",
            ),
            models.CheckConstraint(
                name="project_code_written",
                condition=Q(code__regex=r"^[0-9A-Z\u4e00-\u9fff\[\]()〔〕（）-]+$"),
                violation_error_message="投资项目代码须填写，由数字、大写字母、汉字、括号和连字符组成，不含空格。",
            ),
        ]

        triggers = [
            pgtrigger.Trigger(
                name="listed_investment_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__total_investment__df=pgtrigger.F("new__total_investment"))
                | pgtrigger.Q(old__enterprise__df=pgtrigger.F("new__enterprise"))
                | pgtrigger.Q(old__code__df=pgtrigger.F("new__code")),
                func="""
                    IF EXISTS (SELECT 1 FROM whitelist_entry WHERE project_id = OLD.id AND state = 'published') THEN
                        RAISE EXCEPTION 'pgtrigger: a listed project keeps its code, enterprise and investment';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.name
