"""Lists page by page, unchanged answers, and what changed since."""

from simulator.report import promised, refused, same, true
from simulator.run import Run

AREA = "pages and ETags"


@promised(AREA, "small pages hold each row once, in either order")
def pages(run: Run) -> None:
    whole = [row["id"] for row in run.line.every("movements/", loan=run.case["id"], limit=200, ordering="created")]
    true(len(whole) > 3, "there is something to page through")
    for limit in (1, 2, 3):
        same(
            [row["id"] for row in run.line.every("movements/", loan=run.case["id"], limit=limit, ordering="created")], whole, f"by {limit}"
        )
    backwards = run.line.every("movements/", loan=run.case["id"], limit=2, ordering="-created")
    same([row["id"] for row in backwards], whole[::-1], "newest first")


@promised(AREA, "a cursor, limit or ordering that is none is 400")
def bad_pages(run: Run) -> None:
    for query in ({"cursor": "!"}, {"cursor": "e30"}, {"limit": "0"}, {"limit": "100000"}, {"limit": "x"}, {"ordering": "colour"}):
        refused(run.line.get("movements/", **query), 400)


@promised(AREA, "an unchanged answer is 304 to its ETag, a changed one is not")
def etags(run: Run) -> None:
    path = f"movements/?loan={run.case['id']}&limit=2"
    first = run.line.get(path)
    tag = first.headers.get("ETag", "")
    true(tag, "a read carries an ETag")
    unchanged = run.line.send("GET", path, If_None_Match=tag)
    same((unchanged.status, unchanged.text), (304, ""), "the same read again")
    run.bank.move(run.case, "drawdowns", "10000.00")
    same(run.line.send("GET", path, If_None_Match=tag).status, 200, "the read after a change")


@promised(AREA, "updated_since finds what changed, and nothing that did not")
def synchronising(run: Run) -> None:
    changed = run.line.read("loans/", contract_number=run.case["contract_number"])["results"][0]["updated_at"]
    found = [row["id"] for row in run.line.every("loans/", updated_since=changed, limit=200)]
    true(run.case["id"] in found, "the loan just changed is found")
    same(run.line.read("loans/", updated_since="2999-01-01T00:00:00Z")["results"], [], "changed in the future")


@promised(AREA, "changes_after finds what was written after the place, and gives the next place")
def keeping_in_step(run: Run) -> None:
    first = run.line.read("movements/", changes_after="start", limit=1)
    run.bank.move(run.case, "drawdowns", "10000.00")
    found = run.line.read("movements/", changes_after=first["place"], limit=200)
    true(run.case["id"] in [row["loan_id"] for row in found["results"]], "the movement just recorded is found")
    true(run.case["id"] in [row["id"] for row in run.line.every("loans/", changes_after=first["place"], limit=200)], "so is its loan")
    refused(run.line.get("movements/", changes_after="2024-01-01"), 400)
    true(found["place"], "the place to go on from")


@promised(AREA, "the bank's own reference finds its object")
def references(run: Run) -> None:
    own = f"WF-{run.case['id']}"
    same(run.line.write(f"loans/{run.case['id']}/reference/", {"bank_reference": own})["bank_reference"], own, "reference noted")
    same([row["id"] for row in run.line.every("loans/", bank_reference=own)], [run.case["id"]], "found by reference")
