"""Who may run which step of a claim: one table, read by services, admin, API and the state diagrams."""

from collections.abc import Mapping

from django.db import models


class Who(models.TextChoices):
    """A party to a claim; which members it means follows from the case."""

    BANK = "bank", "申请补偿的合作银行"
    REVIEWER = "reviewer", "审核机构（专项贷款为担保公司，信托服务为市工信局）"
    PAYER = "payer", "支付机构（专项贷款为担保公司，信托服务为市财政局）"
    SYSTEM = "system", "系统（付款或追偿的结果）"


# Step → parties. What moves money needs a handler first and another person as checker after.
# Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2), FP 1.5.3; D20, D37.
CLAIM_GUARDS: Mapping[str, tuple[Who, ...]] = {
    "ask_supplement": (Who.REVIEWER,),
    "supply": (Who.BANK,),
    "begin_review": (Who.REVIEWER,),
    "accept": (Who.REVIEWER,),
    "refuse": (Who.REVIEWER,),
    "withdraw": (Who.BANK,),
    "propose_loss": (Who.BANK,),
    "send_back": (Who.BANK,),
    "certify": (Who.BANK,),
    "certify_own_loss": (Who.BANK,),
    "propose_payment": (Who.PAYER,),
    "return_payment": (Who.PAYER,),
    "release": (Who.PAYER,),
    "pay_part": (Who.SYSTEM,),
    "pay_off": (Who.SYSTEM,),
    "recover": (Who.SYSTEM,),
    "close": (Who.BANK,),
}
CHECKER_STEPS = frozenset({"send_back", "certify", "certify_own_loss", "return_payment", "release"})
