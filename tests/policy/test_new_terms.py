"""How a new term enters versions that are stored: never by a silent rewrite (``policy/README.md``)."""

import copy
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from policy.terms import Terms
from policy.terms.fields import Kind, Problems, parameter, read, write
from tests.policy.test_terms import SEED, VERSION_1

AS_FIRST_STORED = "f49735c298a59ea10adc8df4573fc889d416c3819e23d3cb7a498add077f6f59"


def test_the_terms_that_were_stored_first_are_still_read_and_are_not_edited() -> None:
    """A parameter that version 1 lacks must be optional or have a default; naming it in the seed would change no stored row."""
    assert sha256(SEED.read_bytes()).hexdigest() == AS_FIRST_STORED
    assert Terms.from_json(copy.deepcopy(VERSION_1)).as_json() == VERSION_1


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """Terms with one parameter more than were stored."""

    old: Decimal = parameter("旧参数", Kind.SHARE, clause="FP 1.3")
    new: Decimal = parameter("新参数", Kind.SHARE, clause="FP 1.3", default="0.05")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrownWithoutDefault:
    """The same without what holds for those stored before."""

    old: Decimal = parameter("旧参数", Kind.SHARE, clause="FP 1.3")
    new: Decimal = parameter("新参数", Kind.SHARE, clause="FP 1.3")


def test_a_new_parameter_with_a_default_is_read_of_old_terms_and_leaves_them_as_stored() -> None:
    problems = Problems()
    terms = read(Grown, {"old": "0.5"}, path="", problems=problems)
    assert terms == Grown(old=Decimal("0.5"), new=Decimal("0.05"))
    assert write(terms) == {"old": "0.5"}


def test_a_new_parameter_without_one_makes_old_terms_unreadable_and_is_named() -> None:
    problems = Problems()
    assert read(GrownWithoutDefault, {"old": "0.5"}, path="", problems=problems) is None
    assert [(problem.field, problem.code) for problem in problems.found] == [("new", "required")]
