"""
The steps of records of money that count once a second person has checked them: recoveries and fees. See ``common.transitions``.

Source: FP 1.5.2(1), FP 1.5.2(2); D21, D23, D35.
"""

from django.db import models

from common.transitions import Signer, Table, Transition, by_name
from risk.claims.transitions import REASON
from risk.enums import MoneyStep


class MoneyParty(models.TextChoices):
    """Whose record it is."""

    BANK = "bank", "银行"
    FUND_MANAGER = "fund_manager", "基金管理人"
    GUARANTOR = "guarantor", "政府性融资担保公司"


FEE_CHECKED = "请核对金额、日期和凭证号。经办和复核不得为同一人；复核通过即记账。"
FEE_GIVEN_BACK = "退回后该笔不计入、不记账；经办可重新登记。"


def _made_and_checked(what: str, *, case: str, who: MoneyParty, clause: str, checked: str, given_back: str) -> Table:
    """Return the two ways out of a record; ``what`` is its Chinese name, ``case`` begins the verbs."""
    return (
        Transition(
            name="check_off",
            label=f"复核{what}",
            sources=(MoneyStep.RECORDED,),
            target=MoneyStep.CHECKED,
            who=(who,),
            clause=clause,
            verb=f"{case}.checked",
            signer=Signer.SECOND,
            sentence=checked,
            tone="main",
        ),
        Transition(
            name="send_back",
            label=f"退回{what}",
            sources=(MoneyStep.RECORDED,),
            target=MoneyStep.RETURNED,
            who=(who,),
            clause=clause,
            verb=f"{case}.sent_back",
            signer=Signer.SECOND,
            asks=(REASON,),
            sentence=given_back,
            tone="danger",
        ),
    )


RECOVERY_STEPS = _made_and_checked(
    "追偿收回",
    case="recovery",
    who=MoneyParty.BANK,
    clause="FP 1.5.2(2); D21",
    checked="复核通过即计入追偿，按各方实际承担生成应退回的款项，退回期限自到账日起算。经办和复核不得为同一人。",
    given_back="退回后该记录不再计入；请经办更正后重新登记，银行流水号不变的仍填原流水号。",
)
ENHANCEMENT_FEE_STEPS = _made_and_checked(
    "增信服务费",
    case="enhancement_fee",
    who=MoneyParty.FUND_MANAGER,
    clause="FP 1.5.2(2); D23, D35",
    checked=FEE_CHECKED,
    given_back=FEE_GIVEN_BACK,
)
GUARANTEE_FEE_STEPS = _made_and_checked(
    "担保费",
    case="guarantee_fee",
    who=MoneyParty.GUARANTOR,
    clause="FP 1.5.2(1); D23",
    checked=FEE_CHECKED,
    given_back=FEE_GIVEN_BACK,
)
RECOVERY_STEP, ENHANCEMENT_FEE_STEP, GUARANTEE_FEE_STEP = (
    by_name(table) for table in (RECOVERY_STEPS, ENHANCEMENT_FEE_STEPS, GUARANTEE_FEE_STEPS)
)
