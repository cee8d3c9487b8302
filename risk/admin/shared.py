"""What the pages of risk share: who finds them, tones of states, and the figures a member may read of a bank."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from common.admin.display_values import Badge, Link, page_of
from common.admin.extension_points import acting_member
from common.admin.steps import Step, StepPermission
from common.admin.transition_forms import offered
from common.transitions import Transition
from ledger.models import Entry
from ledger.selectors import entries_visible_to
from parties.admin.second_person import by_another
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from risk.claims.transitions import CLAIM_STATES, ClaimState
from risk.enums import Grade, MoneyStep, ReturnState, SuggestionState
from risk.models import Classification
from risk.visibility import banks_visible_to

SEEN_BY = frozenset(InstitutionKind.values) - {InstitutionKind.CONTRIBUTOR}
GRADE_TONES = {Grade.NORMAL: "good", Grade.SPECIAL_MENTION: "warn"}
MONEY_TONES = {MoneyStep.RECORDED: "warn", MoneyStep.CHECKED: "good", MoneyStep.RETURNED: "bad"}
RETURN_TONES = {ReturnState.DUE: "warn", ReturnState.RECORDED: "busy", ReturnState.PAID: "good"}
SUGGESTION_TONES = {SuggestionState.OPEN: "warn", SuggestionState.TAKEN: "good", SuggestionState.OVERRULED: "busy"}


def claim_state(claim: Any) -> Badge:
    """Return where a claim stands."""
    return Badge(claim.get_state_display(), CLAIM_STATES[ClaimState(claim.state)].tone)


def grade_badge(grade: str) -> Badge:
    """Return a class with its tone; the three non-performing classes are red."""
    return Badge(Grade(grade).label, GRADE_TONES.get(Grade(grade), "bad"))


def money_step(record: Any) -> Badge:
    """Return where a record stands between maker and checker."""
    return Badge(record.get_step_display(), MONEY_TONES[MoneyStep(record.step)])


def return_state(row: Any) -> Badge:
    """Return where a return stands."""
    return Badge(row.get_state_display(), RETURN_TONES[ReturnState(row.state)])


def suggestion_state(suggestion: Any) -> Badge:
    """Return whether a suggestion waits for the bank."""
    return Badge(suggestion.get_state_display(), SUGGESTION_TONES.get(suggestion.state, "plain"))


def on_record(
    row: Transition, *, run: Callable[..., Any], key: str, who: StepPermission, may: Callable[[Any, Any], bool] | None = None
) -> Step:
    """Return a second person's step on a record of money as the table has it; ``run`` takes the record's public id under ``key``."""
    return offered(
        row,
        name={"check_off": "check"}.get(row.name, row.name.replace("_", "-")),
        who=who,
        may=may,
        fits=by_another(),
        run=lambda context: run(**{key: context.obj.public_id}, **context.answers),
        states=frozenset(),
        when=lambda record: record.step in row.sources,
    )


def reads_bank(request: HttpRequest, bank: Institution) -> bool:
    """Return whether the person reads a bank's own totals: the bank, those who see all, the fund manager. A claim's parties may not."""
    return banks_visible_to(acting_member(request)).filter(pk=bank.pk).exists()


def entry_links(request: HttpRequest, keys: Iterable[int | None]) -> dict[int | None, Any]:
    """Return a way to each ledger entry the person may read, by its key, in one query; what may not be read has none."""
    wanted = {key for key in keys if key is not None}
    page = admin.site._registry.get(Entry)
    if not wanted or page is None or not page.has_view_permission(request):
        return {}
    seen = entries_visible_to(acting_member(request)).filter(pk__in=wanted)
    return {entry.pk: Link("查看凭证", page_of(entry)) for entry in seen}


def is_of_bank(member: Member, bank_id: int) -> bool:
    """Return whether the member serves exactly that bank."""
    return member.institution_id == bank_id


class LatestFilter(admin.SimpleListFilter):
    """Only the decision that holds for each loan, or the whole history."""

    title = "有效性"
    parameter_name = "latest"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the two ways to look at classes."""
        return [("yes", "现行分类"), ("no", "历史分类")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the latest decision of each loan, or those it replaced."""
        later = Exists(Classification.objects.filter(loan=OuterRef("loan"), from_on__gt=OuterRef("from_on")))
        return {"yes": queryset.exclude(later), "no": queryset.filter(later)}.get(self.value() or "", queryset)
