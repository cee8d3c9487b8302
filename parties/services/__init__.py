"""Writes of this app: enterprises and their facts, institutions and their participation, members and their roles."""

from parties.services.corrections import (
    confirm_correction,
    propose_correction,
    refuse_correction,
    remove_row,
    take_back_correction,
)
from parties.services.enterprises import (
    EnterpriseExists,
    NewEnterprise,
    NotOwnDistrict,
    change_enterprise,
    change_tax_home,
    lift_industry_override,
    override_industry,
    register_enterprise,
    register_enterprises,
)
from parties.services.figures import YearFigures, propose_year_figures, record_year_figures
from parties.services.handovers import HandoverRefused, link_token, open_handover, use_handover
from parties.services.institutions import admit_bank, end_participation, enter_institution
from parties.services.keepers import Appointed, Person, appoint_first_administrators, appoint_in_emergency
from parties.services.members import propose_appointment, propose_end, propose_login, propose_reset, propose_roles
from parties.services.rights import confirm_change, propose_change, refuse_change, withdraw_change

__all__ = [
    "Appointed",
    "EnterpriseExists",
    "HandoverRefused",
    "NewEnterprise",
    "NotOwnDistrict",
    "Person",
    "YearFigures",
    "admit_bank",
    "appoint_first_administrators",
    "appoint_in_emergency",
    "change_enterprise",
    "change_tax_home",
    "confirm_change",
    "confirm_correction",
    "end_participation",
    "enter_institution",
    "lift_industry_override",
    "link_token",
    "open_handover",
    "override_industry",
    "propose_appointment",
    "propose_change",
    "propose_correction",
    "propose_end",
    "propose_login",
    "propose_reset",
    "propose_roles",
    "propose_year_figures",
    "record_year_figures",
    "refuse_change",
    "refuse_correction",
    "register_enterprise",
    "register_enterprises",
    "remove_row",
    "take_back_correction",
    "use_handover",
    "withdraw_change",
]
