"""The steps of a claim in both workflows, offered as ``risk.claims.transitions`` says."""

from typing import Any

from common.admin.forms import StepForm
from common.admin.steps import Step, StepContext, StepPermission
from common.admin.transition_forms import by_tone, offered
from common.money import display
from common.transitions import Transition
from parties.admin.second_person import by_another
from parties.enums import Role
from risk.access import parties_of
from risk.admin import forms
from risk.admin.shared import is_of_bank
from risk.claims.services.step_services import CLAIM_SERVICES
from risk.claims.transitions import CLAIM_STEPS, ENDED
from risk.recoveries.selectors import recovered_of_debt
from risk.recoveries.services.records import record_recovery

WORKERS, CHECKERS = StepPermission(), StepPermission(roles=frozenset({Role.CHECKER}))


class LossLeft(StepForm):
    """Begins with what is still owed of the bad debt."""

    def prepare(self) -> None:
        """Say how much it may be at the most."""
        left = self.obj.bad_debt.principal - recovered_of_debt(self.obj.bad_debt)
        self.first(amount=left)
        self.fields["amount"].help_text = f"单位：元。只计本金；不超过尚未收回的坏账本金 {display(left)} 元。"


MADE_BY = {"certify": "proposed_by", "release": "payment_proposed_by"}  # whose work a second person checks
BASES: dict[str, type[StepForm]] = {"propose_loss": LossLeft}


def _offered(row: Transition) -> Step:
    service = CLAIM_SERVICES[row.name].run
    return offered(
        row,
        who=CHECKERS if row.needs_checker else WORKERS,
        may=lambda member, claim: bool(parties_of(member, claim).intersection(row.who)),
        fits=by_another(MADE_BY[row.name]) if row.name in MADE_BY else None,
        run=lambda context: service(claim_id=context.obj.public_id, **context.answers),
        base=BASES.get(row.name, StepForm),
    )


def _recover(context: StepContext) -> Any:
    return record_recovery(bad_debt_id=context.obj.bad_debt.public_id, actor=context.member, at=context.at, **context.given)


RECOVER = Step(
    name="recover",
    label="登记追偿收回",
    who=WORKERS,
    may=lambda member, claim: is_of_bank(member, claim.bank_id),
    when=lambda claim: claim.state not in ENDED,
    form=forms.RecoveryForm,
    run=_recover,
    clause="FP 1.5.2(2)",
    sentence="登记后由本行另一名复核人员复核，复核通过才计入；已补偿的，按各方实际承担逐笔退回。",
    done="已登记，请由本行复核人员复核。",
)
CLAIM_STEPS_OFFERED = by_tone([*(_offered(row) for row in CLAIM_STEPS if row.is_taken), RECOVER])
