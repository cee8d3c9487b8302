"""Reading JSON strictly: what two readers could understand differently is refused, and so is what would only cost time."""

import json
from typing import Any, NoReturn

MOST_DEPTH = 32  # objects and lists within each other
MOST_NAMES = 1_000  # of one object
MOST_VALUES = 100_000  # in all


class NotStrictJson(ValueError):
    """No JSON in UTF-8, or none that an honest program writes."""


def read_json(content: bytes) -> Any:
    """
    Return what the bytes say: UTF-8, no NaN or Infinity, no repeated names, no half characters, of bounded depth and number.

    Raises:
        NotStrictJson: anything else, also numbers of more digits than Python converts.
    """
    if content.count(b",") + content.count(b":") > MOST_VALUES:  # known before anything is built
        raise NotStrictJson("values")
    try:
        found = json.loads(content.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_named)
        json.dumps(found, ensure_ascii=False).encode("utf-8")  # half characters (lone surrogates) cannot be answered or stored
    except (ValueError, RecursionError) as problem:
        raise NotStrictJson(type(problem).__name__) from None
    if _is_deeper_than(MOST_DEPTH, found):
        raise NotStrictJson("depth")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise NotStrictJson(name)


def _named(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs) or len(pairs) > MOST_NAMES:
        raise NotStrictJson("names")
    return found


def _is_deeper_than(most: int, found: Any) -> bool:
    """Return whether objects and lists lie within each other more often than that."""
    level = [found]
    for _ in range(most + 1):
        level = [one for one in level if isinstance(one, dict | list)]
        if not level:
            return False
        level = [child for one in level for child in (one.values() if isinstance(one, dict) else one)]
    return True
