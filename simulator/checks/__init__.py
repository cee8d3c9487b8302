"""The areas of a conformance run, in the order they run: later ones use the case that the chain has led to its contract."""

from simulator.checks import access, problems, chain, repeats, money, visibility, pages, settlement, risk, rates, events, description  # noqa: F401  # isort: skip
from simulator.checks import response  # noqa: F401  # isort: skip
