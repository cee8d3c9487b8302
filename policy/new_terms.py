"""How the plan's own figure enters versions that are stored: in an owner's migration, with its source, and never silently. See README."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from audit.services import record
from parties.selectors import system_member
from policy.models import PolicyVersion

FIXED = "policy_version_terms_fixed"
ENTER = """
UPDATE policy_policyversion SET terms = jsonb_set(terms, %s::text[], to_jsonb(%s::text)) WHERE number = %s AND terms #> %s::text[] IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedByPlan:
    """What the plan of one stored version says of a parameter, as JSON writes it, and where it says so."""

    value: str
    source: str  # clause, notice or decision


@transaction.atomic
def enter_term(path: tuple[str, ...], values: Mapping[int, NamedByPlan], *, at: datetime) -> int:
    """
    Enter a parameter into the versions that lack it, by their numbers, with one sealed event each, and return how many did.

    Only the owner of the table gets past its trigger; a version that names the parameter keeps its own.

    Source: D38.
    """
    (trigger,) = (one.get_pgid(PolicyVersion) for one in PolicyVersion._meta.triggers if one.name == FIXED)  # type: ignore[attr-defined]
    entered = []
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE policy_policyversion DISABLE TRIGGER {trigger}")
        for number, said in values.items():
            cursor.execute(ENTER, [list(path), said.value, number, list(path)])
            entered += [number] if cursor.rowcount else []
        cursor.execute(f"ALTER TABLE policy_policyversion ENABLE TRIGGER {trigger}")
    for version in PolicyVersion.objects.filter(number__in=entered).order_by("number"):
        said = values[version.number]
        after = {"path": ".".join(path), "value": said.value, "source": said.source}
        record(verb="policy_version.term_added", obj=version, actor=system_member(), occurred_at=at, after=after, remark=said.source)
    return len(entered)
