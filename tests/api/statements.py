"""How many statements the seven POSTs from submission to first drawdown send; the benchmark prints what the test holds down."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.bank import Stage

STEPS = ("submit", "accept", "begin-review", "approve", "meet-conditions", "contract", "drawdowns")
CONTRACT = {"contract_number": "HT1", "contract_amount": "10000000.00", "available_until": "2025-03-01", "matures_on": "2029-03-01"}
ASKED = {"approve": {"amount": "10000000.00"}, "contract": CONTRACT}
BRACKETS = re.compile(r"BEGIN|COMMIT|SAVEPOINT|RELEASE")


def statements_of_the_chain(stage: Stage) -> dict[str, list[str]]:
    """
    Return what each POST sends, by step: authentication, key, kept answer and the savepoints of services included; only beginning and end
    of its one transaction, which is a savepoint where a test has one open already, are left out.
    """
    found = stage.with_papers(stage.drafted())
    loan: dict[str, str] = {}
    sent = {}
    for step in STEPS:
        with CaptureQueriesContext(connection) as captured:
            if step == "drawdowns":
                stage.bank.post(f"loans/{loan['id']}/drawdowns/", stage.movement(), status=201)
            else:
                loan = stage.step(found, step, **ASKED.get(step, {}))
        statements = [query["sql"] for query in captured]
        inner = [number for number, sql in enumerate(statements) if BRACKETS.match(sql)]
        sent[step] = [sql for number, sql in enumerate(statements) if number not in (inner[0], inner[-1])]
    return sent
