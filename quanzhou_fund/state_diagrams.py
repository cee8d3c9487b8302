"""State diagrams drawn from the transitions themselves: states, steps, who may take them, and the clause each rests on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import Model, TextChoices
from django_fsm import FSMField
from django_fsm import Transition as Move

from common.transitions import Signer, Transition
from loans.application_transitions import APPLICATION_STEP
from loans.application_transitions import Party as ApplicationParty
from parties.enums import InstitutionKind
from risk.claim_transitions import CLAIM_STEP, ClaimParty
from risk.enums import ClaimState
from risk.exemption_transitions import EXEMPTION_STEP, ExemptionParty
from risk.return_transitions import RETURN_STEP, ReturnParty
from subsidy.tender_transitions import PAPER_BID_STEP, SEALED_BID_STEP, TENDER_STEP, TenderParty
from subsidy.transitions import OBJECTION_STEP, PAYMENT_STEP, SETTLEMENT_STEP
from subsidy.transitions import Party as SubsidyParty
from whitelist.transitions import CONSULTED, COUNTY_KINDS, ENTRY_STEP, LEAD, Party, roles_for

FOLDER = Path(settings.BASE_DIR) / "docs" / "states"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """One state machine: the model whose transitions it draws, and how its steps are named and guarded."""

    name: str  # of the file
    model: str  # "app.Model"
    label: Callable[[Move], str]
    who: Callable[[str], str]
    begins: tuple[str, ...] = ()  # where a case may begin; the field's default when empty

    @property
    def path(self) -> Path:
        """Return where the diagram is kept."""
        return FOLDER / f"{self.name}.md"


def _who_of_entry(step: str) -> str:
    row = ENTRY_STEP[step]
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


def _by_table(steps: Mapping[str, Transition], parties: type[TextChoices]) -> Callable[[str], str]:
    """Return who may take a step as the case's table says."""

    def who(step: str) -> str:
        row = steps[step]
        return "、".join(str(parties(one).label) for one in row.who) + WHO_SIGNS.get(row.signer, "")

    return who


def _own_label(step: Move) -> str:
    return str(step.custom["label"])


DIAGRAMS: tuple[Diagram, ...] = (
    Diagram(name="entry", model="whitelist.Entry", label=_own_label, who=_who_of_entry),
    Diagram(name="application", model="loans.Application", label=_own_label, who=_by_table(APPLICATION_STEP, ApplicationParty)),
    Diagram(name="settlement", model="subsidy.Settlement", label=_own_label, who=_by_table(SETTLEMENT_STEP, SubsidyParty)),
    Diagram(name="objection", model="subsidy.Objection", label=_own_label, who=_by_table(OBJECTION_STEP, SubsidyParty)),
    Diagram(name="payment", model="subsidy.Payment", label=_own_label, who=_by_table(PAYMENT_STEP, SubsidyParty)),
    Diagram(name="tender", model="subsidy.Tender", label=_own_label, who=_by_table(TENDER_STEP, TenderParty)),
    Diagram(name="sealed-bid", model="subsidy.SealedBid", label=_own_label, who=_by_table(SEALED_BID_STEP, TenderParty)),
    Diagram(name="paper-bid", model="subsidy.PaperBid", label=_own_label, who=_by_table(PAPER_BID_STEP, TenderParty)),
    Diagram(
        name="claim",
        model="risk.Claim",
        label=_own_label,
        who=_by_table(CLAIM_STEP, ClaimParty),
        begins=(ClaimState.FILED.value, ClaimState.PURSUING.value),
    ),
    Diagram(name="return", model="risk.Return", label=_own_label, who=_by_table(RETURN_STEP, ReturnParty)),
    Diagram(name="exemption", model="risk.Exemption", label=_own_label, who=_by_table(EXEMPTION_STEP, ExemptionParty)),
)


def text_of(diagram: Diagram) -> str:
    """Return the page of one state machine: a Mermaid diagram and the table of its transitions."""
    model = apps.get_model(diagram.model)
    labels, steps = _states(model), _steps(model)
    return "\n".join(
        [
            f"# {model._meta.verbose_name}",
            "",
            f"The states of `{diagram.model}`, drawn from its transitions by `manage.py state_diagrams`; do not edit.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *(f'    state "{label}" as {state}' for state, label in labels.items()),
            *(f"    [*] --> {state}" for state in diagram.begins or (_field(model).get_default(),)),
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


def _field(model: type[Model]) -> FSMField:
    field = model._meta.get_field("state")
    if not isinstance(field, FSMField):
        raise TypeError(f"{model.__name__}.state is no state machine")
    return field


def _states(model: type[Model]) -> Mapping[str, str]:
    """Return the states in their order, with their Chinese names."""
    return {str(value): str(label) for value, label in _field(model).flatchoices}


def _steps(model: type[Model]) -> Mapping[str, list[Move]]:
    """Return the transitions by name, in the order in which the model defines them."""
    found: dict[str, list[Move]] = {}
    for transition in _field(model).get_all_transitions(model):
        found.setdefault(transition.name, []).append(transition)
    order = [name for name in vars(model) if name in found]
    return {name: sorted(found[name], key=lambda one: list(_states(model)).index(str(one.source))) for name in order}


def _arrows(diagram: Diagram, steps: Mapping[str, list[Move]]) -> Iterator[str]:
    for transitions in steps.values():
        for one in transitions:
            yield f"    {one.source} --> {one.target}: {diagram.label(one)}"


def _ends(labels: Mapping[str, str], steps: Mapping[str, list[Move]]) -> list[str]:
    begun = {str(one.source) for transitions in steps.values() for one in transitions}
    return [state for state in labels if state not in begun]


def _rows(diagram: Diagram, steps: Mapping[str, list[Move]], labels: Mapping[str, str]) -> Iterator[str]:
    for name, transitions in steps.items():
        sources = "、".join(labels[str(one.source)] for one in transitions)
        first = transitions[0]
        cells = (f"`{name}`", diagram.label(first), sources, labels[str(first.target)], diagram.who(name), _source(first))
        yield f"| {' | '.join(cells)} |"


def _source(step: Move) -> str:
    """Return the clauses that the transition's docstring names."""
    return str(step.method.__doc__ or "").rpartition("Source:")[2].strip().rstrip(".")
