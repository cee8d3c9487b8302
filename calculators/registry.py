"""All calculators by name, in the order people meet them."""

from calculators.calculator import Calculator
from calculators.codes import AMOUNT_IN_WORDS, CREDIT_CODE, ENTERPRISE_SIZE
from calculators.cost import YEARLY_COST
from calculators.eligibility import PROJECT_ELIGIBILITY, RD_ELIGIBILITY
from calculators.limits import PROJECT_LIMIT, RD_LIMIT
from calculators.response import RESPONSE_RATE
from calculators.risk import COMPENSATION_HEADROOM, LOSS_SHARING, RECOVERY_SHARING
from calculators.subsidy import SUBSIDY
from calculators.working_days import WORKING_DAYS

CALCULATORS: dict[str, Calculator] = {
    calculator.name: calculator
    for calculator in (
        PROJECT_ELIGIBILITY,
        RD_ELIGIBILITY,
        PROJECT_LIMIT,
        RD_LIMIT,
        SUBSIDY,
        YEARLY_COST,
        LOSS_SHARING,
        COMPENSATION_HEADROOM,
        RECOVERY_SHARING,
        WORKING_DAYS,
        RESPONSE_RATE,
        ENTERPRISE_SIZE,
        CREDIT_CODE,
        AMOUNT_IN_WORDS,
    )
}
