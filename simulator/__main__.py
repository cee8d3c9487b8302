"""
``python -m simulator conformance BASE [AREA …]``: check every promise of the interface at an address; 1 where one is broken.

``python -m simulator lend BASE``: lead one case from the list to its last repayment.

``python -m simulator default BASE``: let a small loan go bad and lead its claim to the guarantee company's proposal of payment.
"""

import argparse
import os
import sys

import requests

from simulator import checks  # noqa: F401  (its modules add the checks)
from simulator.bank import Bank, NothingToLendOn
from simulator.connection import Connection, Refused
from simulator.default import Default
from simulator.report import CHECKS, run_checks
from simulator.run import Run

BANK, OTHER, GUARANTOR = "citong", "qingyuan", "rongzi"  # of the demo


def connection(base: str, who: str, demo_code: str) -> Connection:
    """Return a connection with the client named in the environment, else the demo's."""
    given = os.environ.get(f"{who}_CLIENT_ID", f"demo-{demo_code}"), os.environ.get(f"{who}_CLIENT_SECRET", f"demo-secret-{demo_code}-2026")
    return Connection(base, *given)


def conformance(base: str, areas: set[str]) -> int:
    """Run the checks, print the report and return the exit status."""
    run = Run(connection(base, "BANK", BANK), connection(base, "OTHER", OTHER), connection(base, "GUARANTOR", GUARANTOR))
    report = run_checks(run, areas)
    print("\n".join(report.lines()))
    return 1 if report.failures else 0


def play(base: str, what: str) -> int:
    """Lead one case, saying each step, and return the exit status."""
    bank = connection(base, "BANK", BANK)
    try:
        if what == "lend":
            Bank(bank, say=print).lend()
        else:
            Default(bank, connection(base, "GUARANTOR", GUARANTOR), say=print).go_bad()
    except NothingToLendOn:
        print("名单上没有本行今天可以受理的条目。")
        return 1
    except Refused as refused:
        print(f"被拒绝：{refused}")
        return 1
    return 0


def main() -> int:
    """Do what was asked for and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("what", choices=["conformance", "lend", "default"])
    parser.add_argument("base", help="e.g. http://127.0.0.1:8000")
    parser.add_argument("areas", nargs="*", metavar="AREA", help=", ".join(dict.fromkeys(area for area, *_ in CHECKS)))
    asked = parser.parse_args()
    try:
        return conformance(asked.base, set(asked.areas)) if asked.what == "conformance" else play(asked.base, asked.what)
    except (requests.RequestException, Refused) as problem:
        print(f"{asked.base}: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
