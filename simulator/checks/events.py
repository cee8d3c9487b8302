"""The feed of events, and the same by webhook."""

from typing import Any

from simulator.connection import Refused
from simulator.report import NotOffered, promised, refused, same, true
from simulator.run import Run
from simulator.webhooks import Receiver

AREA = "events"
DELIVERED_WITHIN_SECONDS = 30


def feed(run: Run, line: Any = None, **query: Any) -> tuple[list[dict[str, Any]], str]:
    """
    Return the events from a cursor on (the beginning without one) and the cursor to go on from.

    Raises:
        NotOffered: the interface has no feed.
    """
    asked, found, cursor = line or run.line, [], query.pop("cursor", "")
    while True:
        answer = asked.get("events/", limit=200, **query, **({"cursor": cursor} if cursor else {}))
        if answer.status == 404:
            raise NotOffered("no event feed")
        if answer.status >= 400:
            raise Refused(answer)
        found += answer.body["results"]
        cursor = answer.body["cursor"]
        if not answer.body["has_more"]:
            return found, cursor


@promised(AREA, "every change of the case is in the feed, in order, each once")
def told(run: Run) -> None:
    events, _ = feed(run)
    same(len({event["id"] for event in events}), len(events), "events with an id of their own")
    types = [event["type"] for event in events if event["object"]["id"] == run.case["application_id"]]
    wanted = ["application.drafted", "application.submitted", "application.accepted", "application.approved", "application.contracted"]
    same([name for name in types if name in wanted], wanted, "events of the application")
    of_loan = {event["type"] for event in events if event["object"]["id"] == run.case["id"]}
    true({"loan.drawn", "loan.repaid", "loan.movement_reversed"} <= of_loan, f"events of the loan: {of_loan}")


@promised(AREA, "a cursor goes on where it stopped")
def cursors(run: Run) -> None:
    _, cursor = feed(run)
    run.bank.move(run.case, "drawdowns", "10000.00")
    fresh, _ = feed(run, cursor=cursor)
    same([event["type"] for event in fresh if event["object"]["id"] == run.case["id"]], ["loan.drawn"], "events after the cursor")
    refused(run.line.get("events/", cursor="!"), 400)


@promised(AREA, "another institution is told nothing of it")
def not_told(run: Run) -> None:
    events, _ = feed(run, run.stranger)
    mine = {run.case["id"], run.case["application_id"]}
    same([event for event in events if event["object"]["id"] in mine], [], "another's events")


@promised(AREA, "an address of the inner network is not called")
def inner_addresses(run: Run) -> None:
    if run.line.get("webhooks/").status == 404:
        raise NotOffered("no webhooks")
    for url in ("http://169.254.169.254/latest/", "http://[::1]:1/", "ftp://example.com/", "https://user:pw@example.com/"):
        refused(run.line.post("webhooks/", {"url": url}), 400)


@promised(AREA, "a webhook comes signed, and again after a failure")
def webhook(run: Run) -> None:
    with Receiver(failures_first=1) as receiver:
        answer = run.line.post("webhooks/", {"url": receiver.url, "types": ["loan.drawn"]})
        if answer.status != 201:
            raise NotOffered("no webhooks" if answer.status == 404 else f"this machine is not an address the fund may call ({answer.code})")
        receiver.secret = answer.body["secret"]
        try:
            run.bank.move(run.case, "drawdowns", "10000.00")
            if not receiver.wait_for(1, seconds=DELIVERED_WITHIN_SECONDS):
                raise NotOffered(f"nothing came within {DELIVERED_WITHIN_SECONDS} seconds; is the worker running?")
            (message,) = receiver.messages.values()
            same(message["type"], "loan.drawn", "type of the message")
            same(receiver.refused, [], "messages with a wrong signature")
        finally:
            run.line.post(f"webhooks/{answer.body['id']}/remove/")
