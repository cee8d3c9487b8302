"""The interface describes itself."""

from simulator.report import promised, same, true
from simulator.run import Run

AREA = "description"


@promised(AREA, "OpenAPI 3.1, every operation with its refusals")
def schema(run: Run) -> None:
    found = run.line.http.get(run.line.address("schema/"), headers={"Accept": "application/json"}, timeout=60).json()
    true(found["openapi"].startswith("3.1"), f"version {found['openapi']}")
    operations = [operation for item in found["paths"].values() for name, operation in item.items() if name in ("get", "post")]
    true(len(operations) > 50, f"{len(operations)} operations")
    mute = [operation["operationId"] for operation in operations if not operation.get("summary")]
    same(mute, [], "operations without a summary")


@promised(AREA, "codes and clauses can be read, a calculator answers")
def rulebook(run: Run) -> None:
    for path in ("clauses/", "policy-versions/", "codes/"):
        true(run.line.read(path), path)
    asked = {"amount": "1005.00"}
    true(
        "壹仟" in str(run.line.http.post(run.line.address("calculators/amount-in-words/"), json=asked, timeout=30).json()),
        "amount in words",
    )
