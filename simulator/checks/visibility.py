"""What is another's does not exist."""

from simulator.bank import movement
from simulator.report import promised, refused, same
from simulator.run import Run

AREA = "visibility"


@promised(AREA, "another institution's loan and application are 404, for reading and for writing")
def not_there(run: Run) -> None:
    loan, application = f"loans/{run.case['id']}/", f"applications/{run.case['application_id']}/"
    for path in (loan, application, f"{application}papers/"):
        refused(run.stranger.get(path), 404)
    for path, asked in (
        (f"{loan}drawdowns/", movement("1.00")),
        (f"{application}accept/", {}),
        (f"{application}contract/", run.bank.contract()),
    ):
        refused(run.stranger.post(path, asked), 404)


@promised(AREA, "lists hold nothing of another's")
def not_listed(run: Run) -> None:
    run.case  # noqa: B018  (no case, nothing to look for)
    same(run.stranger.every("movements/", loan=run.case["id"]), [], "movements")
    same(run.stranger.every("loans/", contract_number=run.case["contract_number"]), [], "loans")
    same(run.stranger.every("applications/", number=run.application["number"]), [], "applications")


@promised(AREA, "the same key of another client is another key")
def keys(run: Run) -> None:
    key = f"shared-{run.case['id']}"
    run.line.post("deliveries/collections/", {}, key=key)
    same(run.stranger.post("deliveries/collections/", {}, key=key).is_repeat, False, "answered with another's answer")
