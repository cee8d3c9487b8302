"""The calculators' inputs and answers in the words of OpenAPI."""

from dataclasses import fields
from typing import Any

from calculators.calculator import AnswerKind, Calculator
from calculators.fields import MAX_COUNT, MAX_NUMBERS, MAX_ROWS, MAX_TEXT, Kind, is_required, meta_of, name_of

MONEY = {"type": "string", "pattern": r"^[0-9]{1,16}(\.[0-9]{1,2})?$", "example": "1000000.00"}
SIGNED_MONEY = {"type": "string", "pattern": r"^-?[0-9]{1,16}(\.[0-9]{1,2})?$", "example": "-1000000.00"}
RATE = {"type": "string", "pattern": r"^[01](\.[0-9]{1,6})?$", "example": "0.0315"}
DATE = {"type": "string", "format": "date", "example": "2024-03-21"}
COUNT = {"type": "integer", "minimum": 0, "maximum": MAX_COUNT}
PLAIN: dict[Kind, dict[str, Any]] = {
    Kind.MONEY: MONEY,
    Kind.SIGNED_MONEY: SIGNED_MONEY,
    Kind.RATE: RATE,
    Kind.DATE: DATE,
    Kind.COUNT: COUNT,
    Kind.FLAG: {"type": "boolean"},
    Kind.TEXT: {"type": "string", "maxLength": MAX_TEXT},
    Kind.COUNTS: {"type": "array", "maxItems": MAX_NUMBERS, "items": COUNT | {"type": ["integer", "null"]}},
}

ANSWER_RATE = {"type": "string", "pattern": r"^[0-9]+\.[0-9]{6}$"}
CHECK = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "核对项代码"},
        "clause": {"type": "string", "description": "条款编号"},
        "required": {"type": "string", "description": "要求"},
        "found": {"type": "string", "description": "情况"},
        "passed": {"type": "boolean", "description": "是否符合"},
    },
    "required": ["name", "clause", "required", "found", "passed"],
}
SEGMENT = {
    "type": "object",
    "properties": {
        "from": DATE | {"description": "起始日（含）"},
        "until": DATE | {"description": "截止日（不含）"},
        "days": COUNT | {"description": "天数"},
        "balance": MONEY | {"description": "余额"},
        "bank_rate": ANSWER_RATE | {"description": "银行回报利率"},
    },
    "required": ["from", "until", "days", "balance", "bank_rate"],
}
ANSWERS: dict[AnswerKind, dict[str, Any]] = {
    AnswerKind.MONEY: MONEY,
    AnswerKind.RATE: ANSWER_RATE,
    AnswerKind.DATE: DATE,
    AnswerKind.COUNT: {"type": "integer"},
    AnswerKind.FLAG: {"type": "boolean"},
    AnswerKind.TEXT: {"type": "string"},
    AnswerKind.TEXTS: {"type": "array", "items": {"type": "string"}},
    AnswerKind.CHECKS: {"type": "array", "items": CHECK},
    AnswerKind.SEGMENTS: {"type": "array", "items": SEGMENT},
}
BASIS: dict[str, dict[str, Any]] = {
    "policy_version": {"type": "integer", "description": "政策版本号"},
    "in_force": {"type": "boolean", "description": "该版本在适用日期是否有效"},
    "clauses": {"type": "array", "items": {"type": "string"}, "description": "依据的条款编号"},
    "interpretations": {"type": "array", "items": {"type": "string"}, "description": "依据的解释口径编号"},
}


def input_schema(kind: type) -> dict[str, Any]:
    """Return the schema of an input declared with ``asked``."""
    required = [name_of(f) for f in fields(kind) if is_required(f)]
    described: dict[str, Any] = {
        "type": "object",
        "properties": {name_of(f): _input_field(f) if is_required(f) else _or_null(_input_field(f)) for f in fields(kind)},
        "additionalProperties": False,
    }
    return described | ({"required": required} if required else {})


def answer_schema(calculator: Calculator) -> dict[str, Any]:
    """Return the schema of a calculator's answer."""
    properties = {output.name: ANSWERS[output.kind] | {"description": output.label} for output in calculator.outputs}
    for output in calculator.outputs:
        if output.nullable:
            properties[output.name] = _or_null(properties[output.name])
    always = [output.name for output in calculator.outputs if not output.optional]
    return {"type": "object", "properties": properties | BASIS, "required": [*always, *BASIS]}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that also takes null."""
    choices = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema | {"type": [schema["type"], "null"]} | choices


def _input_field(f: Any) -> dict[str, Any]:
    """Return the schema of one field."""
    meta = meta_of(f)
    description = {"description": f"{meta.label}（{meta.hint}）" if meta.hint else meta.label}
    if meta.kind is Kind.CHOICE:
        return {"type": "string", "enum": [code for code, _ in meta.choices]} | description
    if meta.kind is Kind.GROUP and meta.of is not None:
        return input_schema(meta.of) | description
    if meta.kind is Kind.TABLE and meta.of is not None:
        return {"type": "array", "minItems": 1, "maxItems": MAX_ROWS, "items": input_schema(meta.of)} | description
    return PLAIN[meta.kind] | description
