"""All calculators by name, in the order people meet them."""

from calculators.calculator import Calculator
from calculators.codes import AMOUNT_IN_WORDS, CREDIT_CODE, ENTERPRISE_SIZE
from calculators.eligibility import PROJECT_ELIGIBILITY, RD_ELIGIBILITY
from calculators.limits import PROJECT_LIMIT, RD_LIMIT
from calculators.response import RESPONSE_RATE
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
        WORKING_DAYS,
        RESPONSE_RATE,
        ENTERPRISE_SIZE,
        CREDIT_CODE,
        AMOUNT_IN_WORDS,
    )
}
