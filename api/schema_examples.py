"""
What answers look like: examples by shape, hung on every operation that answers with the shape.

The file holds answers of a demo, by the name of the shape, edited by hand where a better example is found. A field it does not show yet
gets a value of its type, one that is gone is left out: a new field needs nothing here.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FROM_THE_DEMO: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
Shape = Mapping[str, Any]
SHAPES = "#/components/schemas/"
BY_FORMAT = {
    "uuid": "3c59dc04-8e88-4024-b0f8-079a5c74d079",
    "date": "2026-11-22",
    "date-time": "2026-11-22T22:37:00.429440+08:00",
    "decimal": "0.02",
    "uri": "https://fund.example/",
}
BY_TYPE = {"string": "a1", "integer": 1, "number": 1, "boolean": False, "null": None}


def examples_of(shapes: Mapping[str, Shape]) -> dict[str, Any]:
    """Return an example of each shape that the file shows, with exactly the fields the shape has."""
    return {name: example_with(shapes[name], value, shapes) for name, value in FROM_THE_DEMO.items()}


def example_with(shape: Shape, shown: Mapping[str, Any], shapes: Mapping[str, Shape]) -> dict[str, Any]:
    """Return an example of a shape: what is shown of it, and for the rest a value of each field's type."""
    fields = shape["properties"]
    known = {name: _completed(fields[name], value, shapes) for name, value in shown.items() if name in fields}
    return known | {name: _value_of(field, shapes) for name, field in fields.items() if name not in shown}


def _completed(field: Shape, shown: Any, shapes: Mapping[str, Shape]) -> Any:
    """Return what is shown of a field, and of what lies within it all that is not shown."""
    shape = _resolved(field, shapes)
    if isinstance(shown, dict) and "properties" in shape:
        return example_with(shape, shown, shapes)
    if isinstance(shown, list) and "items" in shape:
        return [_completed(shape["items"], one, shapes) for one in shown]
    return shown


def _value_of(field: Shape, shapes: Mapping[str, Shape]) -> Any:
    """Return a value that a field may have."""
    shape = _resolved(field, shapes)
    if "example" in shape or "enum" in shape:
        return shape.get("example", shape.get("enum", [None])[0])
    kind = shape.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return example_with(shape, {}, shapes) if "properties" in shape else {}
    if kind == "array":
        return [_value_of(shape["items"], shapes)]
    return BY_FORMAT.get(shape.get("format", ""), BY_TYPE[kind])


def _resolved(field: Shape, shapes: Mapping[str, Shape]) -> Shape:
    """Return the shape that a field names, the first of several."""
    for several in ("allOf", "oneOf", "anyOf"):
        if several in field:
            return _resolved(field[several][0], shapes)
    return _resolved(shapes[field["$ref"].removeprefix(SHAPES)], shapes) if "$ref" in field else field


def show_answers(operation: dict[str, Any], examples: Mapping[str, Any]) -> None:
    """Give the operation's successful answers their examples."""
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get("application/json")
        if status.startswith("2") and content and (example := _example_of(content["schema"], examples)) is not None:
            content.setdefault("examples", {"示例": example})


def _example_of(schema: dict[str, Any], examples: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the example of a shape, of a list or of a page of it."""
    name = str(schema.get("$ref", "")).removeprefix(SHAPES)
    if name in examples:
        return {"$ref": f"#/components/examples/{name}"}
    row = name.removeprefix("Paginated").removesuffix("List")
    if name.startswith("Paginated") and row in examples:
        return {"value": {"next": None, "results": [examples[row]]}}
    item = str(schema.get("items", {}).get("$ref", "")).removeprefix(SHAPES)
    return {"value": [examples[item]]} if item in examples else None
