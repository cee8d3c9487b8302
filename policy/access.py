"""Who keeps the rulebook, and who interprets it."""

from typing import cast

from parties.access import require
from parties.enums import InstitutionKind
from parties.models import Institution, Member

# FP 3.3 names the four bureaus that interpret the plan; the first two also keep its versions, rates and calendar (D38).
INTERPRETERS = (
    InstitutionKind.CITY_TREASURY,
    InstitutionKind.CITY_INDUSTRY,
    InstitutionKind.CITY_SCIENCE,
    InstitutionKind.CITY_FINANCE_OFFICE,
)
KEEPERS = (InstitutionKind.FUND_OFFICE, InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY)


def require_keeper(actor: Member) -> None:
    """
    Let pass only who may enter versions, rates and notices.

    Raises:
        NotAllowed: with whose task it is.
    """
    require(actor, *KEEPERS)


def require_interpreter(actor: Member) -> Institution:
    """
    Let pass only a member of one of the four bureaus that interpret the plan, and return that bureau.

    Raises:
        NotAllowed: with whose task it is.

    Source: FP 3.3.
    """
    require(actor, *INTERPRETERS)
    return cast(Institution, actor.institution)
