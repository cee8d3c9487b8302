"""What answers look like: examples by shape, taken from the demo, hung on every operation that answers with the shape."""

import json
from pathlib import Path
from typing import Any

EXAMPLES: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
SHAPES = "#/components/schemas/"


def show_answers(operation: dict[str, Any]) -> None:
    """Give the operation's successful answers their examples."""
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get("application/json")
        if status.startswith("2") and content and (example := _example_of(content["schema"])) is not None:
            content.setdefault("examples", {"示例": example})


def _example_of(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return the example of a shape, of a list or of a page of it."""
    name = str(schema.get("$ref", "")).removeprefix(SHAPES)
    if name in EXAMPLES:
        return {"$ref": f"#/components/examples/{name}"}
    row = name.removeprefix("Paginated").removesuffix("List")
    if name.startswith("Paginated") and row in EXAMPLES:
        return {"value": {"next": None, "results": [EXAMPLES[row]]}}
    item = str(schema.get("items", {}).get("$ref", "")).removeprefix(SHAPES)
    return {"value": [EXAMPLES[item]]} if item in EXAMPLES else None
