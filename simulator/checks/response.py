"""The bank's own response rate: its place, what is still possible, and the applications it is made of."""

from simulator.report import NotOffered, promised, refused, same, true
from simulator.run import Run

AREA = "response rate"


@promised(AREA, "a bank reads its own rate in each mode and size, and no other bank's")
def own(run: Run) -> None:
    rates = run.line.read("response-rates/")
    if not rates:
        raise NotOffered("no application of the newest year")
    same({one["bank"]["id"] for one in rates}, {run.line.read("me/")["institution"]["id"]}, "whose rates")
    for one in rates:
        true(one["in_time"] <= one["matured"], "nobody is in time without counting")
        true((one["rate"] is None) == (one["matured"] == 0), "no rate without an enterprise that counts")
        if one["rate"] is not None:
            true(one["worst_rate"] <= one["best_rate"], "worst and best")
            true(1 <= one["rank"] <= one["ranked"], "a place among those that have one")


@promised(AREA, "each outcome of the rates opens to as many applications as it says, each the bank's own")
def opened(run: Run) -> None:
    whole = [one for one in run.line.read("response-rates/") if (one["mode"], one["size"]) == ("both", "all")]
    if not whole:
        raise NotOffered("no application of the newest year")
    for outcome, count in whole[0]["outcomes"].items():
        same(run.line.read("response-rates/cases/", listing=outcome, limit=1)["count"], count, f"applications: {outcome}")
    every = run.line.read("response-rates/cases/", limit=2)
    same(every["count"], sum(whole[0]["outcomes"].values()), "all applications")
    for row in every["results"]:
        same(run.line.read(f"applications/{row['id']}/")["number"], row["number"], "the application behind a row")


@promised(AREA, "an open application says what the rate becomes when it reaches conditions")
def becomes(run: Run) -> None:
    found = run.line.read("response-rates/cases/", listing="open", limit=5)["results"]
    for row in found:
        true(row["is_open"] and row["rate_if_met"] is not None, "what the rate becomes")


@promised(AREA, "a year, listing or parameter that is none is 400")
def asked_wrong(run: Run) -> None:
    for query in ({"year": "x"}, {"year": "1"}, {"colour": "red"}):
        refused(run.line.get("response-rates/", **query), 400)
    refused(run.line.get("response-rates/cases/", listing="lost"), 400)
