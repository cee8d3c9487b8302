"""What the bank's way from submission to first drawdown costs the database."""

from tests.api.bank import Stage
from tests.api.statements import statements_of_the_chain


def test_the_seven_posts_take_at_most_fourteen_statements_each_on_average(stage: Stage) -> None:
    sent = statements_of_the_chain(stage)
    counts = {step: len(statements) for step, statements in sent.items()}
    assert sum(counts.values()) <= 14 * len(counts), counts
