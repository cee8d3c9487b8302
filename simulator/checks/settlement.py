"""A settlement can be computed anew from what it shows."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from simulator.report import NotOffered, promised, refused, same, true
from simulator.run import Run

AREA = "settlement"
CENT = Decimal("0.01")
MOST_LINES = 50


def newest(run: Run) -> dict[str, Any]:
    """
    Return the bank's newest settlement that has lines, opened; in trust mode the fund manager confirms, so that is not asked here.

    Raises:
        NotOffered: the bank has none yet.
    """
    for row in run.line.read("settlements/", mode="special", ordering="-from_on", limit=20)["results"]:
        if row["current"] and row["current"]["line_count"]:
            found: dict[str, Any] = run.line.read(f"settlements/{row['id']}/")
            return found
    raise NotOffered("the bank has no settlement yet")


@promised(AREA, "lines add up to the revision, shares to its total")
def sums(run: Run) -> None:
    settlement = newest(run)
    now = settlement["current"]
    lines = run.line.every(f"settlements/{settlement['id']}/lines/", limit=200)
    same(len(lines), now["line_count"] + now["adjustment_count"], "lines")
    subsidy = Decimal(now["subsidy"]) + Decimal(now["adjustments"])
    same(sum(Decimal(line["subsidy"]) for line in lines), subsidy, "subsidy over the lines")
    for payer in ("city", "county"):
        same(sum(Decimal(share[payer]) for share in settlement["shares"]), Decimal(now[payer]), f"{payer} over the shares")
    same(Decimal(now["city"]) + Decimal(now["county"]), Decimal(now["total"]), "city and county")


@promised(AREA, "each line is days × balance × rate over its segments, rounded once")
def segments(run: Run) -> None:
    settlement = newest(run)
    for line in run.line.read(f"settlements/{settlement['id']}/lines/", limit=MOST_LINES)["results"]:
        for opened in run.line.read(f"settlements/{settlement['id']}/loans/{line['loan_id']}/"):
            recompute(opened)


def recompute(opened: dict[str, Any]) -> None:
    """
    Let pass only a line that follows from its segments.

    Raises:
        Broken.
    """
    line, share = opened["line"], Decimal(opened["base_share"])
    days = Decimal(opened["day_count"])
    weights = [(Decimal(one["days"]) * Decimal(one["balance"]) * share, Decimal(one["bank_rate"])) for one in opened["segments"]]
    bank = sum((weight * rate / days for weight, rate in weights), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
    enterprise = sum((weight * Decimal(opened["enterprise_rate"]) / days for weight, _ in weights), Decimal(0)).quantize(
        CENT, ROUND_HALF_UP
    )
    found = (Decimal(line["bank_interest"]), Decimal(line["enterprise_interest"]))
    same(found, (bank, enterprise), f"interest of {line['contract_number']}")
    subsidy = max(bank - enterprise, Decimal(0)) - Decimal(line["settled"] or 0)
    same(Decimal(line["subsidy"]), subsidy, f"subsidy of {line['contract_number']}")
    true(sum(one["days"] for one in opened["segments"]) >= line["days"], "days over the segments")


@promised(AREA, "own figures are held against the computed ones, twice without harm")
def own_figures(run: Run) -> None:
    settlement = newest(run)
    lines = run.line.every(f"settlements/{settlement['id']}/lines/", limit=200)
    figures = [{"contract_number": line["contract_number"], "subsidy": line["subsidy"]} for line in lines]
    told = [run.line.write(f"settlements/{settlement['id']}/figures/", {"figures": figures})["id"] for _ in range(2)]
    same(told[0], told[1], "the same figures handed in twice")


@promised(AREA, "only the revision that was seen can be confirmed")
def stale(run: Run) -> None:
    settlement = newest(run)
    refused(run.line.post(f"settlements/{settlement['id']}/confirm/", {"sha256": "0" * 64}), 409)
    same(run.line.read(f"settlements/{settlement['id']}/")["state"], settlement["state"], "state after a refused confirmation")
