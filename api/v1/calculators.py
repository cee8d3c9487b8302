"""The calculators over HTTP: no login, a bounded rate, one domain call."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, ClassVar, cast

from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.queries import StrictQuery
from api.throttles import CalculatorThrottle
from api.v1.calculator_examples import EXAMPLES
from api.v1.calculator_schema import answer_schema, input_schema
from calculators.calculator import Calculator
from calculators.fields import is_required, meta_of, name_of
from calculators.registry import CALCULATORS
from calculators.selectors import ask

TAG = "规则测算"


class ColumnSerializer(serializers.Serializer[Any]):
    """One field of a row."""

    name = serializers.CharField(help_text="字段名")
    label = serializers.CharField(help_text="中文名称")  # type: ignore[assignment]
    kind = serializers.CharField(help_text="类型：money、signed_money、rate、date、count、flag、text、choice、counts、group、table")
    required = serializers.BooleanField(help_text="是否必填")  # type: ignore[assignment]
    hint = serializers.CharField(help_text="填写说明", allow_blank=True)
    choices = serializers.ListField(child=serializers.ListField(child=serializers.CharField()), help_text="可选值及其中文名称")


class InputSerializer(ColumnSerializer):
    """One field of a calculator's input; groups and tables have columns."""

    columns = ColumnSerializer(many=True, help_text="group、table 的各列")


class OutputSerializer(serializers.Serializer[Any]):
    """One field of a calculator's answer."""

    name = serializers.CharField(help_text="字段名")
    label = serializers.CharField(help_text="中文名称")  # type: ignore[assignment]
    kind = serializers.CharField(help_text="类型")


class CalculatorSerializer(serializers.Serializer[Any]):
    """A calculator."""

    name = serializers.CharField(help_text="名称")
    label = serializers.CharField(help_text="中文名称")  # type: ignore[assignment]
    summary = serializers.CharField(help_text="用途")
    address = serializers.CharField(help_text="地址，以 POST 提交")
    inputs = InputSerializer(many=True, help_text="输入字段")
    outputs = OutputSerializer(many=True, help_text="答复字段")


class OpenView(StrictQuery, APIView):
    """Open to everybody, at the calculators' rate."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (CalculatorThrottle,)
    http_method_names = ("get", "head", "post")
    body_limit = "API_MAX_CALCULATOR_BYTES"


class CalculatorList(OpenView):
    """All calculators with their fields."""

    @extend_schema(
        operation_id="list_calculators",
        summary="测算目录",
        description="列出全部规则测算及其输入、答复字段。",
        tags=[TAG],
        responses=CalculatorSerializer(many=True),
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """Return every calculator with its label and fields."""
        return Response([_described(calculator) for calculator in CALCULATORS.values()])


class CalculatorView(OpenView):
    """One calculator; ``calculator`` is set by ``calculator_view``."""

    calculator: ClassVar[Calculator]

    def post(self, request: Request) -> Response:
        """Return the calculator's answer."""
        return Response(ask(self.calculator.name, request.data, today=timezone.localdate()))


def calculator_view(calculator: Calculator) -> Callable[..., HttpResponse]:
    """Return the view of one calculator, described by its own fields."""
    view = cast("type[CalculatorView]", type(f"{calculator.name}-view", (CalculatorView,), {"calculator": calculator}))
    described = extend_schema_view(
        post=extend_schema(
            operation_id=calculator.name.replace("-", "_"),
            summary=calculator.label,
            description=calculator.summary,
            tags=[TAG],
            request={"application/json": input_schema(calculator.asks)},
            responses={200: answer_schema(calculator)},
            examples=[OpenApiExample("示例", value=EXAMPLES[calculator.name], request_only=True)],
            auth=[],
        )
    )
    answered: Callable[..., HttpResponse] = described(view).as_view()
    return answered


def calculator_urls() -> list[URLPattern]:
    """Return the list's address and one for each calculator."""
    own = [path(f"calculators/{name}/", calculator_view(one), name=f"calculator-{name}") for name, one in CALCULATORS.items()]
    return [path("calculators/", CalculatorList.as_view(), name="calculator-list"), *own]


def _described(calculator: Calculator) -> dict[str, Any]:
    """Return a calculator as the list shows it."""
    return {
        "name": calculator.name,
        "label": calculator.label,
        "summary": calculator.summary,
        "address": reverse(f"v1:calculator-{calculator.name}"),
        "inputs": _inputs(calculator.asks),
        "outputs": [{"name": o.name, "label": o.label, "kind": o.kind.value} for o in calculator.outputs],
    }


def _inputs(kind: type) -> list[dict[str, Any]]:
    """Return the fields of an input, groups and tables with their columns."""
    return [
        {
            "name": name_of(f),
            "label": meta_of(f).label,
            "kind": meta_of(f).kind.value,
            "required": is_required(f),
            "hint": meta_of(f).hint,
            "choices": [list(choice) for choice in meta_of(f).choices],
            "columns": _inputs(of) if (of := meta_of(f).of) is not None else [],
        }
        for f in fields(kind)
    ]
