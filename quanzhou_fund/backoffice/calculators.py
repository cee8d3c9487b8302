"""政策试算: each rule asked for an answer on its own, with the clauses it rests on."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from calculators.calculator import AnswerKind, Calculator, Output
from calculators.registry import CALCULATORS
from calculators.selectors import ask
from common.admin.display_values import Badge, Cited, Money, Rate
from common.admin.panels import Fact, Facts, Row, checks_table, table
from common.errors import DomainError
from quanzhou_fund.backoffice.calculator_form import CalculatorForm


def calculators_page(request: HttpRequest, name: str = "") -> HttpResponse:
    """Show the calculators, and one asked and answered."""
    if name and name not in CALCULATORS:
        raise Http404
    calculator = CALCULATORS[name] if name else next(iter(CALCULATORS.values()))
    form = CalculatorForm(request.GET if "asked" in request.GET else None, question=calculator.asks)
    panels: list[Any] = []
    if form.is_bound and form.is_valid():
        try:
            panels = _answer(calculator, ask(calculator.name, form.sent(), today=timezone.localdate()))
        except DomainError as refusal:
            form.refuse(refusal)
    context = admin.site.each_context(request) | {
        "title": "政策试算",
        "calculators": CALCULATORS.values(),
        "chosen": calculator,
        "form": form,
        "panels": panels,
    }
    return TemplateResponse(request, "case/calculators.html", context)


def _answer(calculator: Calculator, answer: dict[str, Any]) -> list[Any]:
    """Return the blocks of an answer: the figures, then its lists."""
    known = [output for output in calculator.outputs if output.name in answer]
    plain = [output for output in known if output.kind not in (AnswerKind.CHECKS, AnswerKind.SEGMENTS)]
    rests_on = ", ".join([*answer["clauses"], *answer["interpretations"]])
    figures = [Fact(output.label, _shown(output, answer[output.name])) for output in plain]
    figures += [
        Fact("适用政策版本", f"第{answer['policy_version']}版{'' if answer['in_force'] else '（已实施期满）'}"),
        Fact("依据", Cited(rests_on)),
    ]
    lists = [_list(output, answer[output.name]) for output in known if output not in plain]
    return [Facts(title="试算结果", facts=figures), *lists]


def _shown(output: Output, value: Any) -> Any:
    """Return one figure of an answer as people read it."""
    if value is None:
        return "不适用"
    match output.kind:
        case AnswerKind.MONEY:
            return Money(Decimal(value))
        case AnswerKind.RATE:
            return Rate(Decimal(value))
        case AnswerKind.FLAG:
            return Badge("是", "good") if value else Badge("否", "bad")
        case AnswerKind.TEXTS:
            return "、".join(value) or "无"
    return value


def _list(output: Output, value: Any) -> Any:
    if output.kind is AnswerKind.CHECKS:
        return checks_table(output.label, value)
    rows = [
        Row(cells=(one["from"], one["until"], one["days"], Money(Decimal(one["balance"])), Rate(Decimal(one["bank_rate"]))))
        for one in value
    ]
    return table(output.label, ("自", "至(不含)", "天数", "贴息本金余额", "银行回报利率"), rows)
