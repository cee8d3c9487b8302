"""The steps of payments."""

from common.admin.forms import StepForm
from common.admin.steps import Step, allowed_for
from common.admin.transition_forms import offered
from common.transitions import Transition
from parties.admin.second_person import by_another
from parties.enums import InstitutionKind, Role
from parties.models import Member
from subsidy.models import Payment
from subsidy.services.step_services import PAYMENT_SERVICES
from subsidy.transitions import PAYMENT_STEPS

K = InstitutionKind


def _pays(member: Member, payment: Payment) -> bool:
    return member.institution_id == payment.payer_id


PAYERS = allowed_for(K.CITY_INDUSTRY, K.COUNTY_INDUSTRY, K.FUND_MANAGER)
PAYMENT_CHECKERS = allowed_for(*PAYERS.kinds, roles=[Role.CHECKER])
ADDRESSES = {"check_off": "check", "return_to_maker": "return"}


class PaidToday(StepForm):
    """Begins with today."""

    def prepare(self) -> None:
        """Fill in the day."""
        self.first(paid_on=self.on)


def _on_payment(row: Transition) -> Step:
    service = PAYMENT_SERVICES[row.name].run
    return offered(
        row,
        name=ADDRESSES.get(row.name, row.name),
        who=PAYMENT_CHECKERS if row.needs_checker else PAYERS,
        may=_pays,
        fits=by_another() if row.name == "check_off" else None,
        run=lambda context: service(payment_id=context.obj.public_id, **context.answers),
        base=PaidToday if row.name == "record" else StepForm,
    )


PAYMENT_STEPS_OFFERED = [_on_payment(row) for row in PAYMENT_STEPS]
