"""Which of the rulebook's typed facts can be put right; see ``parties.corrections``. Terms never change."""

from typing import Any

from common.dates import BEGINS, ENDS, PAPERS
from parties.corrections import Correctable, register_table
from parties.models import Member
from policy.access import INTERPRETERS, KEEPERS
from policy.locks import Lock, hold
from policy.models import Confirmation, PolicyVersion


def _own(member: Member, row: Confirmation) -> bool:
    return member.institution_id == row.institution_id


def _hold_versions(row: Any, facts: Any) -> None:
    """Let no other version be entered meanwhile; that periods do not overlap, the constraint says."""
    hold(Lock.VERSIONS)


register_table(
    Correctable(
        name="policy_version",
        label="政策版本",
        model=PolicyVersion,
        facts=("name", "document_number", "valid_from", "valid_until"),
        keepers=KEEPERS,
        clause="FP 3.4",
        begins="valid_from",
        days={"valid_from": BEGINS, "valid_until": ENDS},
        check=_hold_versions,
    ),
    Correctable(
        name="confirmation",
        label="解释口径的确认",
        model=Confirmation,
        facts=("confirmed_on", "document_number"),
        keepers=INTERPRETERS,
        clause="FP 3.3",
        days={"confirmed_on": PAPERS},
        may=_own,
    ),
)
