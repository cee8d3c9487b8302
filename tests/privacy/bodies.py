"""Good bodies for every write of the interface: the very examples of its description."""

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.test import Client

from tests.api.caller import Caller
from tests.privacy.market import TODAY, paper
from tests.privacy.sweep import Said, plain

DAY = re.compile(r"\b20\d\d-\d\d-\d\d\b")


def until_today(day: re.Match[str]) -> str:
    """Return a day of an example, or the market's today where the example lies later."""
    return min(day[0], TODAY.isoformat())


@dataclass(frozen=True)
class Bodies:
    """The description of the writes, by address as it writes them."""

    operations: dict[str, dict[str, Any]]

    @classmethod
    def described(cls, client: Client) -> "Bodies":
        """Return what the interface says of itself."""
        paths = client.get("/api/v1/schema/", headers={"accept": "application/json"}).json()["paths"]
        return cls({address.removeprefix("/api/v1/"): item for address, item in paths.items()})

    def sent(self, caller: Caller, method: str, path: str, address: str, **changed: Any) -> Said:
        """Return the answer to a good request at an address of this path, with what is changed in the body."""
        operation = self.operations[re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)][method]
        headers = caller.headers | {"idempotency-key": str(uuid4())}
        named = [one for one in operation.get("parameters", ()) if one.get("in") == "query" and one.get("required")]
        content = operation.get("requestBody", {}).get("content", {})
        if named:  # a file, with what the address says of it
            query = "&".join(f"{one['name']}={one['schema'].get('enum', ['a.pdf'])[0]}" for one in named)
            given: dict[str, Any] = {"data": paper("新"), "content_type": "application/pdf"}
            address = f"{address}?{query}"
        else:
            examples = content.get("application/json", {}).get("examples", {})
            body = next((one["value"] for one in examples.values()), {}) | changed
            given = {"data": DAY.sub(until_today, json.dumps(body)), "content_type": "application/json"}
        answer = getattr(caller.http, method)(f"/api/v1/{address}", headers=headers, **given)
        return Said(address, answer.status_code, plain(answer))
