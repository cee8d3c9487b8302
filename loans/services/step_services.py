"""Which service takes which step of an application."""

from collections.abc import Mapping

from common.step_services import StepService
from loans.models.applications import ApprovalLapsed, ApprovedMoreThanRequested, RefusalUnexplained, StepOutOfOrder
from loans.rules.caps import OverCap
from loans.selectors.caps import NoQuota
from loans.services.applications import (
    EntryNotOpen,
    SupplementUnsaid,
    accept_application,
    answer_supplement,
    ask_supplement,
    begin_review,
    meet_conditions,
    refuse_application,
    withdraw_application,
)
from loans.services.approval import EntryRemoved, approve_application
from loans.services.contracts import ContractNumberTaken, ContractOverApproval, StackedContract, sign_contract
from loans.services.steps import DateInFuture, LateReasonMissing, WrongState
from loans.services.submission import (
    BankNotParticipating,
    StackedSupport,
    StackedWithUpgradeSubsidy,
    SubmissionIncomplete,
    submit_application,
)
from policy.selectors.versions import PlanEnded

DATED = (WrongState, StepOutOfOrder, DateInFuture, LateReasonMissing)
SUBMISSION = (
    WrongState, PlanEnded, EntryNotOpen, BankNotParticipating, StackedSupport, StackedWithUpgradeSubsidy, SubmissionIncomplete,
)  # fmt: skip
CONTRACT = (ApprovalLapsed, EntryRemoved, ContractOverApproval, ContractNumberTaken, StackedContract)

APPLICATION_SERVICES: Mapping[str, StepService] = {
    "submit": StepService(submit_application, SUBMISSION),
    "withdraw": StepService(withdraw_application, (WrongState,)),
    "accept": StepService(accept_application, DATED),
    "ask_supplement": StepService(ask_supplement, (*DATED, SupplementUnsaid)),
    "answer_supplement": StepService(answer_supplement, DATED),
    "begin_review": StepService(begin_review, DATED),
    "approve": StepService(approve_application, (*DATED, ApprovedMoreThanRequested, EntryRemoved, NoQuota, OverCap)),
    "refuse": StepService(refuse_application, (*DATED, RefusalUnexplained)),
    "meet_conditions": StepService(meet_conditions, (*DATED, ApprovalLapsed)),
    "contract": StepService(sign_contract, (*DATED, *CONTRACT)),
}
