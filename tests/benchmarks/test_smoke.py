"""The measurements run, at sizes too small to say anything about speed."""

import os
import subprocess
import sys
from argparse import Namespace
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType

import pytest
from django.db import connection

from benchmarks import back_dating, entries, portfolio, settlement, tax_list, working_days
from benchmarks.measure import Result, Timings, alternate, at_least, at_most, table

ROOT = Path(__file__).resolve().parent.parent.parent
TINY = Namespace(loans=[30], many=50, entries=5, rows=20, days=100, rounds=1)


@pytest.mark.parametrize("topic", [settlement, back_dating, entries, working_days, tax_list], ids=lambda topic: topic.__name__)
def test_a_topic_measures_and_yields_its_ratios(topic: ModuleType, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic, "scratch", lambda name: nullcontext(connection.settings_dict["NAME"]), raising=False)
    monkeypatch.setattr(portfolio, "settle", lambda: None)  # vacuuming needs an end of the test's transaction
    monkeypatch.setattr(back_dating, "CALLS", 2)
    monkeypatch.setattr(entries, "SET", 5)
    results = list(topic.measure(TINY))
    assert results
    assert all(result.ratio > 0 for result in results)


def test_an_unknown_topic_is_said() -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "benchmarks.settings"}
    command = [sys.executable, "-m", "benchmarks", "speed"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no such topic: speed" in done.stderr


def test_steps_are_taken_in_turn_and_the_first_round_is_not_counted() -> None:
    told: list[str] = []
    taken = alternate(rounds=2, ours=lambda: told.append("ours"), beside=lambda: told.append("beside"))
    assert told == ["beside", "ours", "ours", "beside", "beside", "ours"]
    assert (len(taken.ours), len(taken.beside)) == (2, 2)


def test_the_ratio_is_the_median_of_the_rounds() -> None:
    taken = Timings(ours=[1.0, 3.0, 8.0], beside=[2.0, 2.0, 2.0])
    assert taken.times("t").ratio == 1.5
    assert taken.rates("r", count=10, beside_count=5).ratio == pytest.approx(4 / 3)


@pytest.mark.parametrize(
    ("bar", "ratio", "verdict"),
    [(at_most(1.5), 1.5, "yes"), (at_most(1.5), 1.51, "NO"), (at_least(2), 2.0, "yes"), (at_least(2), 1.99, "NO"), (None, 9.0, "-")],
)
def test_a_bar_is_met_at_its_limit(bar: object, ratio: float, verdict: str) -> None:
    result = Result(name="n", ours="1 s", beside="1 s", ratio=ratio, bar=bar)  # type: ignore[arg-type]
    assert result.verdict == verdict
    assert f"| {verdict}" in table([result]).splitlines()[-1]
