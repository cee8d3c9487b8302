"""How often one may ask, said before it is too often."""

import re

from simulator.report import promised, same, true
from simulator.run import Run

AREA = "rate limits"


@promised(AREA, "every answer says how many requests are left, refusals too")
def headers(run: Run) -> None:
    for answer in (run.line.get("loans/", limit=1), run.line.get("no-such-filter/"), run.line.get("loans/", limit="x")):
        if answer.status == 404:
            continue
        policy, left = answer.headers.get("RateLimit-Policy", ""), answer.headers.get("RateLimit", "")
        true(re.fullmatch(r'"[^"]+";q=\d+;w=\d+', policy), f"RateLimit-Policy {policy!r}")
        true(re.fullmatch(r'"[^"]+";r=\d+;t=\d+', left), f"RateLimit {left!r}")


@promised(AREA, "each request counts as one")
def counted(run: Run) -> None:
    for _ in range(3):  # a minute may end in between
        first, second = (re.search(r"r=(\d+)", run.line.get("quotas/").headers.get("RateLimit", "")) for _ in range(2))
        true(first and second, "RateLimit is there")
        if first and second and int(second[1]) == int(first[1]) - 1:
            return
    same("no", "one less", "requests left after one more")


@promised(AREA, "what one bank read is kept by nobody on the way")
def caching(run: Run) -> None:
    true("private" in run.line.get("loans/", limit=1).headers.get("Cache-Control", ""), "Cache-Control is private")
