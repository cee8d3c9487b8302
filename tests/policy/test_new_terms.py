"""How a new term enters versions that are stored: never by a silent rewrite (``policy/README.md``)."""

import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Event
from policy.models import PolicyVersion
from policy.new_terms import NamedByPlan, enter_term
from policy.terms.fields import Kind, Problems, parameter, read, write
from policy.terms.model import Terms
from tests.policy.test_terms import SEED, VERSION_1

AT = datetime(2027, 3, 1, 1, tzinfo=UTC)
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


@pytest.mark.django_db
def test_the_plans_own_figure_enters_a_stored_version_once_with_its_source_and_not_by_the_application() -> None:
    number, path = PolicyVersion.objects.order_by("number").values_list("number", flat=True)[0], ("fund", "named_later")
    said = {number: NamedByPlan(value="0.05", source="FP 1.3；泉金办〔2027〕3号")}
    assert enter_term(path, said, at=AT) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT terms #>> '{fund,named_later}' FROM policy_policyversion WHERE number = %s", [number])
        assert cursor.fetchone() == ("0.05",)
    event = Event.objects.get(verb="policy_version.term_added")
    assert event.after == {"path": "fund.named_later", "value": "0.05", "source": "FP 1.3；泉金办〔2027〕3号"}
    assert enter_term(path, {number: NamedByPlan(value="0.07", source="误")}, at=AT) == 0  # what stands stays
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE policy_policyversion SET terms = terms - 'fund' WHERE number = %s", [number])
