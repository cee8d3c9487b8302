"""Who may run which transition of an application: one table, read by services, admin, API and the state diagrams."""

from collections.abc import Mapping

from django.db import models


class Who(models.TextChoices):
    """A party to a case; which members it means follows from the case."""

    ENTERPRISE = "enterprise", "申请企业"
    BANK = "bank", "受理银行"
    COUNTY = "county", "所在县(市、区)工信部门"
    LENDER = "lender", "放款人(专项贷款为受理银行，信托服务为基金管理人)"
    JOB = "job", "定时任务"


# Transition → parties. In trust mode the bank decides the credit and the fund manager signs. Source: FP 1.6.2(2), FP 1.6.3; D7, D35, D37.
APPLICATION_GUARDS: Mapping[str, tuple[Who, ...]] = {
    "submit": (Who.ENTERPRISE, Who.BANK, Who.COUNTY),
    "withdraw": (Who.ENTERPRISE,),
    "accept": (Who.BANK,),
    "ask_supplement": (Who.BANK,),
    "answer_supplement": (Who.ENTERPRISE, Who.BANK, Who.COUNTY),
    "begin_review": (Who.BANK,),
    "approve": (Who.BANK,),
    "refuse": (Who.BANK,),
    "meet_conditions": (Who.BANK,),
    "contract": (Who.LENDER,),
    "lapse": (Who.JOB,),
}

STEP_LABELS: Mapping[str, str] = {
    "submit": "提交申请",
    "withdraw": "撤回申请",
    "accept": "受理",
    "ask_supplement": "要求补充材料",
    "answer_supplement": "补充材料",
    "begin_review": "开始审查",
    "approve": "批复",
    "refuse": "不予批复",
    "meet_conditions": "登记达到放款条件",
    "contract": "签约",
    "lapse": "批复失效",
}
