"""The calculator of the response rate."""

from dataclasses import dataclass

from calculators.calculator import Answer, AnswerKind, Asked, Basis, Calculator, Output, rate
from calculators.fields import Kind, asked
from reporting.response_rates.rules import response_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRateAsked(Asked):
    """The enterprises of a year whose days are over, and how many are still running."""

    working_days_to_conditions: tuple[int | None, ...] = asked(
        "达到放款条件所用工作日", Kind.COUNTS, hint="每户一项；未达到放款条件的填 null"
    )
    pending: int = asked("未到期户数", Kind.COUNT, default=0)


def answer_response_rate(given: ResponseRateAsked, basis: Basis) -> Answer:
    """Return the response rate and whether it keeps the threshold. Source: FP 2.2.1; D7, D8."""
    found = response_rate(basis.terms, given.working_days_to_conditions, pending=given.pending)
    values = {
        "numerator": found.numerator,
        "denominator": found.denominator,
        "rate": rate(found.rate),
        "meets_threshold": found.meets_threshold,
    }
    return Answer(values=values, clauses=("FP 2.2.1",), interpretations=("D7", "D8"))


RESPONSE_RATE = Calculator(
    name="response-rate",
    label="年度响应率测算",
    summary="测算到期企业中 30 个工作日内达到放款条件的比例，未到期的不计入。",
    asks=ResponseRateAsked,
    answer=answer_response_rate,
    outputs=(
        Output(name="numerator", label="按时响应户数", kind=AnswerKind.COUNT),
        Output(name="denominator", label="到期户数", kind=AnswerKind.COUNT),
        Output(name="rate", label="响应率", kind=AnswerKind.RATE, nullable=True),
        Output(name="meets_threshold", label="是否达标", kind=AnswerKind.FLAG, nullable=True),
    ),
)
