"""Which service takes which step of a claim."""

from collections.abc import Mapping

from common.errors import ReasonMissing
from common.step_services import StepService
from documents.selectors import PaperMissing
from risk.claims.rules.sharing import OverEnterpriseCap
from risk.claims.services.certifying import ReturnsOpen, certify_loss, close_claim, propose_loss, send_back_loss
from risk.claims.services.examining import accept_claim, ask_supplement, begin_review, refuse_claim, supply, withdraw_claim
from risk.claims.services.payments import propose_payment, release_payment, return_payment
from risk.claims.services.steps import AmountBeyondLoss
from risk.models.claims import StepOutOfOrder

CLAIM_SERVICES: Mapping[str, StepService] = {
    "begin_review": StepService(begin_review),
    "accept": StepService(accept_claim, (StepOutOfOrder, PaperMissing)),
    "propose_loss": StepService(propose_loss, (AmountBeyondLoss, PaperMissing, ReasonMissing)),
    "certify": StepService(certify_loss, (AmountBeyondLoss, PaperMissing, StepOutOfOrder)),
    "supply": StepService(supply, (PaperMissing,)),
    "propose_payment": StepService(propose_payment, (OverEnterpriseCap,)),
    "release": StepService(release_payment),
    "ask_supplement": StepService(ask_supplement, (ReasonMissing,)),
    "send_back": StepService(send_back_loss, (ReasonMissing,)),
    "return_payment": StepService(return_payment, (ReasonMissing,)),
    "refuse": StepService(refuse_claim, (ReasonMissing, StepOutOfOrder)),
    "withdraw": StepService(withdraw_claim, (ReasonMissing, StepOutOfOrder)),
    "close": StepService(close_claim, (ReasonMissing, ReturnsOpen, StepOutOfOrder)),
}
