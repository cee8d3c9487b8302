"""Who takes which step of a settlement. Source: FP 1.6.4; D35, D41."""

from common.enums import Mode
from parties.access import require, require_institution
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from parties.selectors import institution_of_kind
from subsidy.enums import SettlementState
from subsidy.models import Settlement


def claimant(settlement: Settlement) -> Institution:
    """Return who settles with 市工信局 and receives the money: the bank or, in trust mode, the fund manager. Source: FP 1.6.4; D35."""
    if settlement.mode == Mode.TRUST:
        return institution_of_kind(InstitutionKind.FUND_MANAGER)
    return settlement.bank


def require_drafter(actor: Member) -> None:
    """Let pass the scheduled job, 市工信局 and the fund office. Raises ``NotAllowed``."""
    require(actor, InstitutionKind.CITY_INDUSTRY, InstitutionKind.FUND_OFFICE, allow_job=True)


def require_claimant(actor: Member, settlement: Settlement) -> None:
    """Let pass the bank's or, in trust mode, the fund manager's people. Raises ``NotAllowed``. Source: FP 1.6.4."""
    require_institution(actor, claimant(settlement))


def require_reviewer(actor: Member) -> None:
    """Let pass 市工信局's people. Raises ``NotAllowed``. Source: FP 1.6.4."""
    require(actor, InstitutionKind.CITY_INDUSTRY)


def require_filer(actor: Member, settlement: Settlement) -> None:
    """Let pass who files (bank or fund manager) and 市财政局, which gives the number. Raises ``NotAllowed``. Source: FP 1.6.4; D41."""
    if actor.institution is not None and actor.institution.kind == InstitutionKind.CITY_TREASURY:
        require(actor, InstitutionKind.CITY_TREASURY)
    else:
        require_claimant(actor, settlement)


def require_sender_back(actor: Member, settlement: Settlement) -> None:
    """Let pass 市工信局, 市财政局 and, until the review, who confirmed. Raises ``NotAllowed``. Source: FP 1.6.4; D13."""
    if settlement.state == SettlementState.CONFIRMED and actor.institution == claimant(settlement):
        require_claimant(actor, settlement)
    else:
        require(actor, InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY)


def require_county(actor: Member) -> None:
    """Let pass the people of a county's industry or treasury bureau. Raises ``NotAllowed``. Source: D41."""
    require(actor, InstitutionKind.COUNTY_INDUSTRY, InstitutionKind.COUNTY_TREASURY)
