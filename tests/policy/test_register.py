"""The clause register, and which clause is carried where."""

import re
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.template import Context, Template

from policy import coverage as coverage_module
from policy.citations import Citation, UnknownCitation, cited_in, marks_in, sources_in
from policy.coverage import Carried, coverage, read_register, read_waiting
from policy.models import Clause, Decision
from policy.selectors.register import UnknownClause, clause_label, register_line, register_lines

REGISTER = list(read_register())


def test_the_register_holds_every_clause_and_decision_in_order() -> None:
    assert [name for name in REGISTER if name.startswith("D")] == [f"D{n}" for n in range(1, 46)]
    assert sum(name.startswith("FP ") for name in REGISTER) == 29
    assert sum(name.startswith("AP ") for name in REGISTER) == 9


@pytest.mark.django_db
@pytest.mark.clause("FP 3.3")
def test_the_register_is_stored_and_queryable() -> None:
    assert [*Clause.objects.values_list("id", flat=True), *Decision.objects.values_list("id", flat=True)] == REGISTER
    assert not Clause.objects.filter(wording="").exists()
    assert "四舍五入" in register_line("D11").wording


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("citation", "label"),
    [
        ("FP 1.5.2(1)", "依据《实施方案》一(五)2(1)"),
        ("FP 3.4", "依据《实施方案》三(四)"),
        ("AP 2.3", "依据《三年行动方案》二(三)"),
        ("FP 1.6.3; D7", "依据《实施方案》一(六)3、解释口径D7"),
        ("", ""),
    ],
)
def test_a_citation_reads_as_an_official_would_write_it(citation: str, label: str) -> None:
    assert clause_label(citation) == label


@pytest.mark.django_db
def test_a_clause_that_does_not_exist_is_an_error() -> None:
    for read in (register_line, register_lines, clause_label):
        with pytest.raises(UnknownClause, match=r"FP 9\.9"):
            read("FP 9.9")


@pytest.mark.django_db
def test_the_template_tag_shows_label_and_wording() -> None:
    html = Template('{% load rulebook %}{% clause "FP 1.4.1" %}{% clause "" %}').render(Context())
    assert html.startswith('<span class="clause" title="FP 1.4.1 企业支付利率固定为2%/年')
    assert html.endswith(">依据《实施方案》一(四)1</span>")


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        pytest.param("FP 1.6.2, 1.6.3; D7", ["FP 1.6.2(1)", "FP 1.6.2(2)", "FP 1.6.3", "D7"], id="parts, a bare number, a decision"),
        pytest.param("FP 1.2.1-1.3", ["FP 1.2.1", "FP 1.2.2", "FP 1.3"], id="a range of clauses"),
        pytest.param("D10-D12, D35", ["D10", "D11", "D12", "D35"], id="a range of decisions"),
        pytest.param("FP 1.5.2(1); FP 1.5.2(1)", ["FP 1.5.2(1)"], id="twice is once"),
        pytest.param("FP 1.6.3; D6, D7 (民法典 201).", ["FP 1.6.3", "D6", "D7"], id="a law's number is none of ours"),
        pytest.param("architecture, who may.", [], id="no clause"),
        pytest.param("FP 1.4", ["FP 1.4.1", "FP 1.4.2"], id="a clause with parts names its parts"),
    ],
)
def test_what_a_citation_names(text: str, cited: Sequence[str]) -> None:
    assert cited_in(text, REGISTER) == cited


@pytest.mark.parametrize("text", ["FP 1.4.3", "D46", "FP 1.4, 1.9", "D7-D6"])
def test_a_wrong_citation_is_an_error(text: str) -> None:
    with pytest.raises(UnknownCitation):
        cited_in(text, REGISTER)


RULE = '''
"""Module. Source: D33."""

class Limit:
    """
    A limit.

    Source: FP 1.2.1;
        D2.

    Not cited here: FP 1.3.
    """

    def left(self):
        """Return what is left. Source: FP 1.2.2."""

def plain():
    "FP 3.1 without the word."
'''

TESTS = """
import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.clause("D14")]

@pytest.mark.clause("FP 1.2.1, FP 1.2.2")
@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.clause("FP 3.1"))])
def test_a(x): ...

@pytest.mark.clause("D2")
class TestB:
    def test_c(self): ...
"""


def test_rules_and_tests_are_found_with_what_they_carry(tmp_path: Path) -> None:
    rule, tests = tmp_path / "rules.py", tmp_path / "test_rules.py"
    rule.write_text(RULE)
    tests.write_text(TESTS)
    assert list(sources_in(rule, root=tmp_path, register=REGISTER)) == [
        Citation("D33", "rules.py"),
        Citation("FP 1.2.1", "rules.py:Limit"),
        Citation("D2", "rules.py:Limit"),
        Citation("FP 1.2.2", "rules.py:Limit.left"),
    ]
    assert list(marks_in(tests, root=tmp_path, register=REGISTER)) == [
        Citation("D14", "test_rules.py"),
        Citation("FP 1.2.1", "test_rules.py:test_a"),
        Citation("FP 1.2.2", "test_rules.py:test_a"),
        Citation("FP 3.1", "test_rules.py:test_a"),
        Citation("D2", "test_rules.py:TestB"),
    ]


@pytest.mark.parametrize(
    ("cited", "rules", "tests", "waiting", "gap"),
    [
        pytest.param("FP 1.3", 1, 1, "", "", id="a clause with rule and test stands"),
        pytest.param("FP 1.3", 1, 0, "", "has no test", id="without test"),
        pytest.param("FP 1.3", 0, 1, "", "has no rule", id="without rule"),
        pytest.param("FP 1.3", 0, 0, "", "has no rule and no test", id="with neither"),
        pytest.param("FP 1.3", 1, 0, "later", "", id="listed and not built"),
        pytest.param("FP 1.3", 1, 1, "later", "is built but still on clauses_not_built.txt", id="listed and built"),
        pytest.param("D2", 0, 1, "", "", id="a decision needs only one of them"),
        pytest.param("D2", 0, 0, "", "is carried by no rule and no test", id="a decision with neither"),
    ],
)
def test_where_a_clause_does_not_stand(cited: str, rules: int, tests: int, waiting: str, gap: str) -> None:
    assert Carried(cited=cited, place="", rules=("r",) * rules, tests=("t",) * tests, waiting=waiting).gap == gap


def test_the_list_of_what_is_not_built_names_clauses_and_why() -> None:
    assert read_waiting("# note\n\nFP 1.5.2: later\nD1, D9: risk\n", REGISTER) == {
        "FP 1.5.2(1)": "later",
        "FP 1.5.2(2)": "later",
        "D1": "risk",
        "D9": "risk",
    }


def tree(root: Path) -> Path:
    """A product of one app in which every clause but FP 1.3 has a rule and a test."""
    (root / "loans").mkdir()
    (root / "tests").mkdir()
    (root / "loans" / "__init__.py").touch()
    cited = ", ".join(name for name in REGISTER if name != "FP 1.3")
    (root / "loans" / "rules.py").write_text(f'"""Source: {cited}."""\n')
    (root / "tests" / "test_rules.py").write_text(f'import pytest\n\npytestmark = pytest.mark.clause("{cited}")\n')
    return root


def test_the_command_prints_what_carries_each_clause_and_fails_on_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    not_built = tmp_path / "not_built.txt"
    not_built.write_text("")
    monkeypatch.setattr(coverage_module, "NOT_BUILT", not_built)
    settings.BASE_DIR = tree(tmp_path)
    out = StringIO()
    with pytest.raises(CommandError, match=re.escape("FP 1.3 (一(三)) has no rule and no test")) as failed:
        call_command("clauses", stdout=out)
    assert str(failed.value).count("\n") == 1
    assert re.search(r"FP 1\.4\.1 +一\(四\)1 +rules 1, tests 1\n +rule +loans/rules\.py\n +test +tests/test_rules\.py", out.getvalue())
    not_built.write_text("FP 1.3: later\n")
    call_command("clauses", "--short", stdout=out)


def test_every_citation_of_this_product_exists() -> None:
    root = Path(__file__).resolve().parents[2]
    assert {line.cited for line in coverage(root)} == set(REGISTER)
