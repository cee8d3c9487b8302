"""
An independent recomputation of one settlement from its exported CSV, with the standard library alone.

``python verify.py FILE`` prints every difference and ends with 1 if there is one. It shares no code with the product and takes another
way: each change of principal earns from its day to the end of the quarter, and the sum over all changes is the interest.

Rows of the file, by their first field:

settlement,id,bank,mode,year,quarter,from_on,until_on,state,revision,sha256
terms,policy_version,day_count,base_share,county_share
loan,loan,contract_number,enterprise_rate,policy_version
known,loan,own|earlier,district,earns_until,stopped_on,rates   what was known of the loan, for its own quarter and for earlier ones;
                                     rates as from_on=rate;from_on=rate, the first holds from the loan's first day
movement,loan,value_on,performing    change of performing principal in yuan
earlier,year,quarter,from_on,until_on,filed   a quarter before, to be corrected where something came late; 0: it had no settlement of
                                     its own, so only loans with a line for it are looked at
settled,loan,year,quarter,district,amount   all that was settled for a loan and quarter before
carried,district,county_share,amount what the last settlement carried over
line,loan,year,quarter,district,days,bank_interest,enterprise_interest,settled,subsidy
share,district,county_share,subsidy,carried_in,city,county,carried_out
total,city,county,carried_out
"""

import csv
import sys
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

CENT = Decimal("0.01")
NEVER = date(9999, 12, 31)
NOTHING = (0, Decimal("0.00"), Decimal("0.00"))
Key = tuple[str, str, str, str]  # loan, year, quarter, district
Figures = tuple[int, Decimal, Decimal, Decimal, Decimal]  # days, both interests, settled before, subsidy


class Case:
    """What the file says, sorted."""

    def __init__(self) -> None:
        self.settlement: list[str] = []
        self.terms: dict[str, tuple[int, Fraction, Decimal]] = {}
        self.loans: dict[str, list[str]] = {}
        self.known: dict[tuple[str, str], list[str]] = {}
        self.movements: dict[str, list[tuple[date, Fraction]]] = defaultdict(list)
        self.earlier: dict[tuple[str, str], tuple[date, date, bool]] = {}
        self.settled: dict[tuple[str, str, str], dict[str, Decimal]] = defaultdict(dict)
        self.carried: dict[tuple[str, Decimal], Decimal] = {}
        self.lines: dict[Key, list[str]] = {}
        self.shares: dict[tuple[str, Decimal], list[Decimal]] = {}
        self.total: list[Decimal] = []

    def take(self, kind: str, row: list[str]) -> None:
        """Sort one row in."""
        {
            "settlement": lambda: self.settlement.extend(row),
            "terms": lambda: self.terms.update({row[0]: (int(row[1]), Fraction(row[2]), Decimal(row[3]))}),
            "loan": lambda: self.loans.update({row[0]: row}),
            "known": lambda: self.known.update({(row[0], row[1]): row[2:]}),
            "movement": lambda: self.movements[row[0]].append((date.fromisoformat(row[1]), Fraction(row[2]))),
            "earlier": lambda: self.earlier.update(
                {(row[0], row[1]): (date.fromisoformat(row[2]), date.fromisoformat(row[3]), row[4] == "1")}
            ),
            "settled": lambda: self.settled[(row[0], row[1], row[2])].update({row[3]: Decimal(row[4])}),
            "carried": lambda: self.carried.update({(row[0], Decimal(row[1])): Decimal(row[2])}),
            "line": lambda: self.lines.update({(row[0], row[1], row[2], row[3]): row[4:]}),
            "share": lambda: self.shares.update({(row[0], Decimal(row[1])): [Decimal(x) for x in row[2:]]}),
            "total": lambda: self.total.extend(Decimal(x) for x in row),
        }[kind]()

    @property
    def own(self) -> tuple[str, str]:
        """Return year and quarter of the settlement itself."""
        return self.settlement[3], self.settlement[4]


def read(path: str) -> Case:
    """Return what a file says."""
    case = Case()
    with open(path, newline="", encoding="utf-8-sig") as file:
        for row in csv.reader(file):
            if row:
                case.take(row[0], row[1:])
    return case


def half_up(exact: Fraction) -> Decimal:
    """Return yuan, 2 places; amounts here are never below zero."""
    return Decimal((exact * 200 + 1) // 2) / 100


def earning_days(moves: list[tuple[date, Fraction]], from_on: date, until_on: date) -> int:
    """Return on how many days of the period principal stood."""
    day, balance, days = from_on, Fraction(0), 0
    for on, change in [*sorted(moves), (until_on, Fraction(0))]:
        step = min(max(on, from_on), until_on)
        if balance > 0:
            days += (step - day).days
        day, balance = step, balance + change
    return days


def rate_steps(text: str) -> list[tuple[date, date, Fraction]]:
    """Return from when until when each rate holds."""
    rates = sorted((date.fromisoformat(on), Fraction(rate)) for on, rate in (part.split("=") for part in text.split(";") if part))
    ends = [on for on, _ in rates[1:]] + [NEVER]
    return [(on if n else date.min, end, rate) for n, ((on, rate), end) in enumerate(zip(rates, ends, strict=True))]


def interest(case: Case, loan: str, from_on: date, until_on: date, known: list[str]) -> tuple[int, Decimal, Decimal]:
    """Return days, interest at the bank's rate and at the enterprise's, of one loan and quarter."""
    _, earns_until, stopped_on, rates = known
    end = min([until_on, *(date.fromisoformat(text) for text in (earns_until, stopped_on) if text)])
    if end <= from_on or not earns_until:
        return NOTHING
    facts, moves = case.loans[loan], case.movements[loan]
    bank = enterprise = Fraction(0)
    for on, change in moves:
        start = max(on, from_on)
        enterprise += change * max((end - start).days, 0)
        for begins, stops, rate in rate_steps(rates):
            bank += change * rate * max((min(end, stops) - max(start, begins)).days, 0)
    day_count, base_share, _ = case.terms[facts[3]]
    share = base_share / day_count
    days = earning_days([move for move in moves if move[0] < end], from_on, end)
    return days, half_up(bank * share), half_up(enterprise * Fraction(facts[2]) * share)


def expected_lines(case: Case) -> dict[Key, Figures]:
    """Return the lines there should be."""
    from_on, until_on = (date.fromisoformat(text) for text in case.settlement[5:7])
    found: dict[Key, Figures] = {}
    for loan in case.loans:
        known = case.known[(loan, "own")]
        days, bank, enterprise = interest(case, loan, from_on, until_on, known)
        if days:
            found[(loan, *case.own, known[0])] = (days, bank, enterprise, Decimal("0.00"), max(bank - enterprise, Decimal("0.00")))
        for quarter in case.earlier:
            found.update(expected_adjustments(case, loan, quarter))
    return found


def expected_adjustments(case: Case, loan: str, quarter: tuple[str, str]) -> dict[Key, Figures]:
    """Return what is to be corrected for a loan in an earlier quarter; another county than today's gets back all it was charged."""
    first, last, is_filed = case.earlier[quarter]
    known = case.known[(loan, "earlier")]
    if not is_filed and not any(key[:3] == (loan, *quarter) for key in case.lines):
        return {}
    before = case.settled[(loan, *quarter)]
    figures = interest(case, loan, first, last, known)
    found = {}
    for district in before.keys() | ({known[0]} if figures[0] else set()):
        days, bank, enterprise = figures if district == known[0] else NOTHING
        settled, due = before.get(district, Decimal("0.00")), max(bank - enterprise, Decimal("0.00"))
        if due != settled:
            found[(loan, *quarter, district)] = (days, bank, enterprise, settled, due - settled)
    return found


def expected_shares(case: Case, lines: dict[Key, Figures]) -> dict[tuple[str, Decimal], list[Decimal]]:
    """Return what each county's row should be: subsidy, carried in, city, county, carried out."""
    sums: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    for (loan, _, _, district), figures in lines.items():
        sums[(district, case.terms[case.loans[loan][3]][2])] += figures[4]
    shares = {}
    for key in sums.keys() | case.carried.keys():
        carried = case.carried.get(key, Decimal(0))
        due = sums[key] + carried
        county = (max(due, Decimal(0)) * key[1]).quantize(CENT, rounding=ROUND_DOWN)
        shares[key] = [sums[key], carried, max(due, Decimal(0)) - county, county, min(due, Decimal(0))]
    return shares


def differences(case: Case) -> list[str]:
    """Return what does not agree to the cent, one sentence each."""
    lines = expected_lines(case)
    shares = expected_shares(case, lines)
    said = {key: (int(row[0]), *(Decimal(x) for x in row[1:])) for key, row in case.lines.items()}
    found = []
    for key in sorted(lines.keys() | said.keys()):
        if lines.get(key) != said.get(key):
            name = case.loans[key[0]][1] if key[0] in case.loans else key[0]
            found.append(_sentence(f"贷款 {name} {key[1]}年第{key[2]}季度", lines.get(key), said.get(key)))
    for county in sorted(shares.keys() | case.shares.keys()):
        if shares.get(county) != case.shares.get(county):
            found.append(_sentence(f"县（市、区）{county[0]}", shares.get(county), case.shares.get(county)))
    total = [sum((share[n] for share in shares.values()), Decimal(0)) for n in (2, 3, 4)]
    if total != case.total:
        found.append(_sentence("合计", total, case.total))
    return found


def _sentence(where: str, ours: object, theirs: object) -> str:
    return f"{where}：复算 {_text(ours)}，系统 {_text(theirs)}"


def _text(figures: object) -> str:
    return "无" if figures is None else "/".join(str(figure) for figure in figures)  # type: ignore[attr-defined]


def main(path: str) -> int:
    """Print what differs and return 1, or say that all agrees and return 0."""
    case = read(path)
    found = differences(case)
    for sentence in found:
        print(sentence)  # noqa: T201  (a program for the command line)
    name = f"{case.settlement[1]} {case.settlement[2]} {case.settlement[3]}年第{case.settlement[4]}季度 第{case.settlement[8]}版"
    last_on = date.fromisoformat(case.settlement[6]) - timedelta(days=1)
    verdict = f"有 {len(found)} 处不一致" if found else f"{len(case.lines)} 条明细、{len(case.shares)} 个县（市、区）分毫不差"
    print(f"{name}（至{last_on}）：{verdict}。")  # noqa: T201  (a program for the command line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
