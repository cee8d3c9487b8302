"""State diagrams drawn from the transitions themselves: states, steps, who may take them, and the clause each rests on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import Model, TextChoices
from django_fsm import FSMField
from django_fsm import Transition as Move

from common.transitions import Signer, Table, Transition, by_name
from loans.application_transitions import APPLICATION_STEPS
from loans.application_transitions import Party as ApplicationParty
from loans.proposal_transitions import PROPOSAL_STEPS, ProposalParty
from parties.correction_transitions import CORRECTION_STEPS, CorrectionParty
from parties.enums import InstitutionKind
from parties.rights_transitions import RIGHTS_STEPS, RightsParty
from policy.notice_transitions import NOTICE_STEPS, NoticeParty
from reporting.assessment.transitions import DECISION_STEPS, AssessmentParty
from reporting.response_rates.transitions import OBJECTION_STEPS as RATE_OBJECTION_STEPS
from reporting.response_rates.transitions import YEAR_STEPS, RateParty
from risk.claims.transitions import CLAIM_STEPS, ClaimParty, ClaimState
from risk.classification.transitions import SUGGESTION_STEPS, SuggestionParty
from risk.exemption.transitions import EXEMPTION_STEPS, ExemptionParty
from risk.money_transitions import ENHANCEMENT_FEE_STEPS, GUARANTEE_FEE_STEPS, RECOVERY_STEPS, MoneyParty
from risk.recoveries.transitions import RETURN_STEPS, ReturnParty
from subsidy.tender_transitions import PAPER_BID_STEPS, SEALED_BID_STEPS, TENDER_STEPS, TenderParty
from subsidy.transitions import OBJECTION_STEPS, PAYMENT_STEPS, RECONCILIATION_STEPS, SETTLEMENT_STEPS
from subsidy.transitions import Party as SubsidyParty
from whitelist.delivery_transitions import DELIVERY_STEPS, DeliveryParty
from whitelist.import_transitions import IMPORT_STEPS, ImportParty
from whitelist.transitions import CONSULTED, COUNTY_KINDS, ENTRY_STEPS, LEAD, Party, roles_for

FOLDER = Path(settings.BASE_DIR) / "docs" / "states"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """One state machine: the model whose transitions it draws, the table they were read off, and the case's parties."""

    name: str  # of the file
    model: str  # "app.Model"
    table: Table
    parties: type[TextChoices]
    field: str = "state"
    begins: tuple[str, ...] = ()  # where a case may begin; the field's default when empty
    who: Callable[[Transition], str] | None = None  # where the parties' names alone do not say it

    @property
    def path(self) -> Path:
        """Return where the diagram is kept."""
        return FOLDER / f"{self.name}.md"

    @property
    def steps(self) -> Mapping[str, Transition]:
        """Return the rows by name."""
        return by_name(self.table)

    def label(self, step: str) -> str:
        """Return the one Chinese name of a step."""
        return self.steps[step].label

    def who_may(self, step: str) -> str:
        """Return who takes a step, as people read it."""
        row = self.steps[step]
        return self.who(row) if self.who else "、".join(str(self.parties(one).label) for one in row.who) + WHO_SIGNS.get(row.signer, "")


def _who_of_entry(row: Transition) -> str:
    parties = ["申请企业"] if Party.APPLICANT in row.who else []
    if Party.COUNTY in row.who:
        parties += [f"所在县(市、区)的{kind.label}" for kind in sorted(COUNTY_KINDS)]
    if Party.LEAD in row.who:
        parties += [f"{LEAD[kind].label}({kind.label})" for kind in LEAD]
    if Party.CONSULTED in row.who:
        parties += [InstitutionKind(bureau).label for bureau in sorted({bureau for asked in CONSULTED.values() for bureau in asked})]
    roles = f"{'、'.join(parties)}：{'或'.join(role.label for role in roles_for(row))}"
    return f"{roles}；定时任务" if Party.JOB in row.who else roles


WHO_SIGNS: Mapping[Signer, str] = {Signer.CHECKER: "：复核", Signer.SECOND: "：复核(不得为经办人)"}
CLAIM_BEGINS = (ClaimState.FILED.value, ClaimState.PURSUING.value)
DIAGRAMS: tuple[Diagram, ...] = (
    Diagram(name="rights", model="parties.RightsChange", table=RIGHTS_STEPS, parties=RightsParty),
    Diagram(name="correction", model="parties.Correction", table=CORRECTION_STEPS, parties=CorrectionParty),
    Diagram(name="entry", model="whitelist.Entry", table=ENTRY_STEPS, parties=Party, who=_who_of_entry),
    Diagram(name="import", model="whitelist.ImportFile", table=IMPORT_STEPS, parties=ImportParty, begins=("received", "checked", "asked")),
    Diagram(name="delivery", model="whitelist.Delivery", table=DELIVERY_STEPS, parties=DeliveryParty),
    Diagram(name="application", model="loans.Application", table=APPLICATION_STEPS, parties=ApplicationParty),
    Diagram(name="notice", model="policy.NoticeProposal", table=NOTICE_STEPS, parties=NoticeParty),
    Diagram(name="proposal", model="loans.Proposal", table=PROPOSAL_STEPS, parties=ProposalParty),
    Diagram(name="settlement", model="subsidy.Settlement", table=SETTLEMENT_STEPS, parties=SubsidyParty),
    Diagram(name="objection", model="subsidy.Objection", table=OBJECTION_STEPS, parties=SubsidyParty),
    Diagram(name="payment", model="subsidy.Payment", table=PAYMENT_STEPS, parties=SubsidyParty),
    Diagram(name="reconciliation", model="subsidy.Reconciliation", table=RECONCILIATION_STEPS, parties=SubsidyParty),
    Diagram(name="tender", model="subsidy.Tender", table=TENDER_STEPS, parties=TenderParty),
    Diagram(name="sealed-bid", model="subsidy.SealedBid", table=SEALED_BID_STEPS, parties=TenderParty),
    Diagram(name="paper-bid", model="subsidy.PaperBid", table=PAPER_BID_STEPS, parties=TenderParty),
    Diagram(name="suggestion", model="risk.ClassificationSuggestion", table=SUGGESTION_STEPS, parties=SuggestionParty),
    Diagram(name="claim", model="risk.Claim", table=CLAIM_STEPS, parties=ClaimParty, begins=CLAIM_BEGINS),
    Diagram(name="recovery", model="risk.Recovery", table=RECOVERY_STEPS, parties=MoneyParty, field="step"),
    Diagram(name="return", model="risk.Return", table=RETURN_STEPS, parties=ReturnParty),
    Diagram(name="enhancement-fee", model="risk.EnhancementFee", table=ENHANCEMENT_FEE_STEPS, parties=MoneyParty, field="step"),
    Diagram(name="guarantee-fee", model="risk.GuaranteeFee", table=GUARANTEE_FEE_STEPS, parties=MoneyParty, field="step"),
    Diagram(name="exemption", model="risk.Exemption", table=EXEMPTION_STEPS, parties=ExemptionParty),
    Diagram(name="response-year", model="reporting.ResponseYear", table=YEAR_STEPS, parties=RateParty),
    Diagram(name="rate-objection", model="reporting.RateObjection", table=RATE_OBJECTION_STEPS, parties=RateParty),
    Diagram(name="participation-decision", model="reporting.ParticipationDecision", table=DECISION_STEPS, parties=AssessmentParty),
)
STATELESS: Mapping[str, str] = {  # models whose state no step of a case changes, and why
    "api.Upload": "how far a job has come; nobody takes a step",
    "risk.BankRisk": "follows from the bank's figures, from any state to any other; each change is a row of its own",
}


def text_of(diagram: Diagram) -> str:
    """Return the page of one state machine: a Mermaid diagram and the table of its transitions."""
    model = apps.get_model(diagram.model)
    field = field_of(diagram)
    labels, steps = _states(field), _steps(model, field)
    return "\n".join(
        [
            f"# {model._meta.verbose_name}",
            "",
            f"The states of `{diagram.model}`, drawn from its transitions by `manage.py state_diagrams`; do not edit.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *(f'    state "{label}" as {state}' for state, label in labels.items()),
            *(f"    [*] --> {state}" for state in diagram.begins or (field.get_default(),)),
            *_arrows(diagram, steps),
            *(f"    {state} --> [*]" for state in _ends(labels, steps)),
            "```",
            "",
            "| transition | step | from | to | who may | source |",
            "|---|---|---|---|---|---|",
            *_rows(diagram, steps, labels),
            "",
        ]
    )


def field_of(diagram: Diagram) -> FSMField:
    """
    Return the field that holds the state.

    Raises:
        TypeError: it is no state machine.
    """
    field = apps.get_model(diagram.model)._meta.get_field(diagram.field)
    if not isinstance(field, FSMField):
        raise TypeError(f"{field} is no state machine")
    return field


def _states(field: FSMField) -> Mapping[str, str]:
    """Return the states in their order, with their Chinese names."""
    return {str(value): str(label) for value, label in field.flatchoices}


def _steps(model: type[Model], field: FSMField) -> Mapping[str, list[Move]]:
    """Return the transitions by name, in the order in which the model defines them."""
    found: dict[str, list[Move]] = {}
    for transition in field.get_all_transitions(model):
        found.setdefault(transition.name, []).append(transition)
    order = [name for kind in model.__mro__ for name in vars(kind) if name in found]
    return {name: sorted(found[name], key=lambda one: list(_states(field)).index(str(one.source))) for name in order}


def _arrows(diagram: Diagram, steps: Mapping[str, list[Move]]) -> Iterator[str]:
    for transitions in steps.values():
        for one in transitions:
            yield f"    {one.source} --> {one.target}: {diagram.label(one.name)}"


def _ends(labels: Mapping[str, str], steps: Mapping[str, list[Move]]) -> list[str]:
    begun = {str(one.source) for transitions in steps.values() for one in transitions}
    return [state for state in labels if state not in begun]


def _rows(diagram: Diagram, steps: Mapping[str, list[Move]], labels: Mapping[str, str]) -> Iterator[str]:
    for name, transitions in steps.items():
        sources = "、".join(labels[str(one.source)] for one in transitions)
        first = transitions[0]
        cells = (f"`{name}`", diagram.label(name), sources, labels[str(first.target)], diagram.who_may(name), _source(first))
        yield f"| {' | '.join(cells)} |"


def _source(step: Move) -> str:
    """Return the clauses that the transition's docstring names."""
    return str(step.method.__doc__ or "").rpartition("Source:")[2].strip().rstrip(".")
