"""``makemigrations`` writes checks as upgrades without downtime need them, so nobody mends its files by hand."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.core.management import get_commands
from django.db.migrations.migration import Migration
from django.db.migrations.operations import AddConstraint, AddField, CreateModel, RemoveConstraint
from django.db.models import BooleanField, CheckConstraint, Q, UniqueConstraint

from quanzhou_fund.management.commands.makemigrations import in_two

CHECK = CheckConstraint(condition=Q(amount__gt=0), name="claim_amount_positive")


def migration_of(*operations: object) -> Migration:
    made = Migration("0007_on_site", "risk")
    made.operations, made.dependencies = list(operations), [("risk", "0006_before")]
    return made


def test_a_check_on_rows_that_are_there_is_proved_by_a_migration_of_its_own() -> None:
    gone = RemoveConstraint(model_name="claim", name="claim_amount_positive")
    first, second = in_two(migration_of(gone, AddConstraint(model_name="claim", constraint=CHECK)))
    assert (first.name, first.operations[0], type(first.operations[1])) == ("0007_on_site", gone, AddConstraintNotValid)
    assert first.operations[1].constraint is CHECK
    assert (second.name, second.dependencies) == ("0008_on_site_holds", [("risk", "0007_on_site")])
    (proof,) = second.operations
    assert isinstance(proof, ValidateConstraint)
    assert (proof.model_name, proof.name) == ("claim", "claim_amount_positive")


def test_what_needs_no_proof_stays_one_migration() -> None:
    new = CreateModel(name="Visit", fields=[])
    unique = AddConstraint(model_name="claim", constraint=UniqueConstraint(fields=["number"], name="once"))
    field = AddField(model_name="claim", name="is_seen", field=BooleanField(db_default=False))
    whole = migration_of(new, AddConstraint(model_name="visit", constraint=CHECK), unique, field)
    before = list(whole.operations)
    assert in_two(whole) == [whole]
    assert whole.operations == before


def test_the_command_is_ours() -> None:
    assert get_commands()["makemigrations"] == "quanzhou_fund"
