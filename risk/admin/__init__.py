"""Risk on screen: classes and bad debts, claims and their payment, recoveries and returns, banks, fees, exemption."""

from common.admin import SEAMS
from risk.admin.words import VERBS

SEAMS.verbs |= VERBS
