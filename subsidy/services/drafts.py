"""Drafting a settlement, and computing a draft anew."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from audit.services import Scope, record
from common.database import allow_long_work
from common.dates import Period, settlement_quarter, settlement_quarter_of
from common.enums import Mode
from common.errors import DomainError
from loans.models import Loan
from parties.models import Institution, Member
from policy.selectors.versions import version_on
from subsidy.access import require_drafter
from subsidy.enums import SettlementState
from subsidy.models import Revision, Settlement
from subsidy.selectors.freshness import is_outdated
from subsidy.selectors.visibility import settlements_visible_to, visible_or_404
from subsidy.services.computation import Horizon, compute_revision, known_through
from subsidy.services.notices import notify_claimant

Quarter = tuple[int, int]
_LOCK = 0x5B51  # names the settlements of one bank and mode among the database's advisory locks


class QuarterNotOver(DomainError):
    """The quarter's last day is still to come."""

    code = "quarter_not_over"
    sentence = "{year}年第{quarter}季度的结息期到{last_on}为止，期满后方可结算。"
    clause = "FP 1.6.4"


class NothingToSettle(DomainError):
    """No loan earned anything and nothing is to be corrected; a sum carried over waits for the next settlement there is."""

    code = "nothing_to_settle"
    sentence = "{bank}{mode}在{year}年第{quarter}季度没有计息贷款和调整事项，不需要结算；以前结转的金额留待下一次结算。"
    clause = "FP 1.6.4"


class LaterSettlementExists(DomainError):
    """A later quarter is settled already; what is missing before it goes into the next settlement as an adjustment."""

    code = "later_settlement_exists"
    sentence = "该行此模式已有更晚季度的结算，{year}年第{quarter}季度不再单独结算，未结事项将作为调整计入下一次结算。"
    clause = "FP 1.6.4"


class DraftsIncomplete(DomainError):
    """Some settlements could not be drafted; the others are."""

    code = "drafts_incomplete"
    sentence = "部分结算未能生成：{reasons}"
    clause = "FP 1.6.4"


def draft_settlement(*, bank: Institution, mode: Mode, year: int, quarter: int, actor: Member, at: datetime) -> Settlement:
    """
    Return the bank's settlement of the quarter and mode, computed now if there is none; a second call changes nothing.

    Raises:
        NotAllowed: the actor is neither the job nor 市工信局 nor the fund office.
        QuarterNotOver, NothingToSettle, LaterSettlementExists, LoanWithoutRate: nothing is written.

    Source: FP 1.6.4; D10-D13.
    """
    require_drafter(actor)
    period = settlement_quarter(year, quarter, first_day=_first_day(year, quarter))
    if period.until_on > timezone.localdate(at):
        raise QuarterNotOver(year=year, quarter=quarter, last_on=period.last_on)
    horizon = known_through()
    with transaction.atomic():
        _lock_bank(bank.pk, mode)
        known = Settlement.objects.filter(bank=bank, mode=mode)
        existing = known.filter(year=year, quarter=quarter).first()
        if existing is not None:
            return existing
        if known.filter(from_on__gt=period.from_on).exists():
            raise LaterSettlementExists(year=year, quarter=quarter)
        settlement = Settlement.objects.create(
            bank=bank, mode=mode, year=year, quarter=quarter, from_on=period.from_on, until_on=period.until_on
        )
        revision = new_revision(settlement, reason="", horizon=horizon, actor=actor, at=at)
        if not (revision.line_count or revision.adjustment_count):
            raise NothingToSettle(bank=bank, mode=Mode(mode).label, year=year, quarter=quarter)
        _log("settlement.drafted", settlement, revision, actor=actor, at=at)
        notify_claimant(settlement, at=at)
    return settlement


def refresh_settlement(*, settlement_id: str, actor: Member, at: datetime) -> Settlement:
    """
    Compute a draft anew and return it; a new revision opens only where a figure changed, and the old one is kept.

    Raises:
        NotVisible, NotAllowed.
        NotADraft: it is confirmed already; send it back first.

    Source: FP 1.6.4; D13.
    """
    require_drafter(actor)
    horizon = known_through()
    with transaction.atomic():
        settlement = visible_or_404(settlements_visible_to(actor), settlement_id, lock=True)
        if settlement.state != SettlementState.DRAFT:
            raise NotADraft(settlement=settlement)
        before = settlement.current
        undo = transaction.savepoint()
        revision = new_revision(settlement, reason="数据有更新，重新计算", horizon=horizon, actor=actor, at=at)
        if _says_the_same(before, revision):
            transaction.savepoint_rollback(undo)
            settlement.current = before
        else:
            _log("settlement.recomputed", settlement, revision, actor=actor, at=at)
            notify_claimant(settlement, at=at)
    return settlement


class NotADraft(DomainError):
    """Only a draft is computed anew."""

    code = "settlement_not_draft"
    sentence = "{settlement}已确认，不能重新计算；如需更正请先退回。"
    clause = "FP 1.6.4"


def draft_due_settlements(*, actor: Member, at: datetime, bank: Institution | None = None) -> list[Settlement]:
    """
    Draft every settlement that is due by now, or one bank's, compute outdated drafts anew, and return what was drafted.

    For each bank and mode the quarters since its last settlement, or since its first drawdown, one after the other; so a missed run is
    caught up by the next. Each is its own transaction: a run may be killed at any point and repeated.

    Raises:
        DraftsIncomplete: some could not be computed, with the reasons; the others are drafted.

    Source: FP 1.6.4; D10, D13.
    """
    require_drafter(actor)
    drafted: list[Settlement] = []
    reasons: list[str] = []
    for owed, mode, quarters in _due(timezone.localdate(at)):
        if bank not in (None, owed):
            continue
        try:
            _refresh_outdated(owed, mode, actor=actor, at=at)
            drafted += [made for quarter in quarters if (made := _drafted(owed, mode, quarter, actor=actor, at=at)) is not None]
        except DomainError as problem:
            reasons.append(f"{owed}{mode.label}：{problem.message}")
    if reasons:
        raise DraftsIncomplete(reasons="；".join(reasons))
    return drafted


def new_revision(settlement: Settlement, *, reason: str, horizon: Horizon, actor: Member, at: datetime) -> Revision:
    """Compute the settlement, make the revision its current one and return it. The caller holds the settlement's lock."""
    revision = compute_revision(settlement, reason=reason, horizon=horizon, actor=actor, at=at)
    settlement.current = revision
    settlement.save(update_fields=["current"])
    return revision


def _drafted(bank: Institution, mode: Mode, quarter: Quarter, *, actor: Member, at: datetime) -> Settlement | None:
    """Return the settlement of a due quarter, ``None`` where there is nothing to settle."""
    try:
        return draft_settlement(bank=bank, mode=mode, year=quarter[0], quarter=quarter[1], actor=actor, at=at)
    except NothingToSettle:
        return None


def _refresh_outdated(bank: Institution, mode: Mode, *, actor: Member, at: datetime) -> None:
    """Compute anew the drafts about whose loans something was recorded since."""
    for draft in Settlement.objects.filter(bank=bank, mode=mode, state=SettlementState.DRAFT).order_by("from_on"):
        if is_outdated(draft):
            refresh_settlement(settlement_id=str(draft.public_id), actor=actor, at=at)


def _due(today: date) -> Iterator[tuple[Institution, Mode, list[Quarter]]]:
    """Yield for each bank and mode with loans the quarters to draft, oldest first: those after its last settlement that are over."""
    begun = Loan.objects.filter(first_drawdown_on__isnull=False).values_list("bank", "mode").annotate(Min("first_drawdown_on"))
    settled = Settlement.objects.values_list("bank", "mode").annotate(Max("until_on"))
    since = {(bank, mode): first for bank, mode, first in begun.order_by()} | {
        (bank, mode): last for bank, mode, last in settled.order_by()
    }
    banks = Institution.objects.in_bulk([bank for bank, _ in since])
    for bank, mode in sorted(since):
        yield banks[bank], Mode(mode), quarters_over(since[(bank, mode)], today)


def quarters_over(since: date, today: date) -> list[Quarter]:
    """Return year and quarter of each settlement quarter from the one that contains ``since`` to the last that is over. Source: D10."""
    found: list[Quarter] = []
    year, quarter = settlement_quarter_of(since, first_day=_first_day_on(since))
    while (period := _period(year, quarter)).until_on <= today:
        found.append((year, quarter))
        year, quarter = settlement_quarter_of(period.until_on, first_day=period.until_on.day)
    return found


def _period(year: int, quarter: int) -> Period:
    return settlement_quarter(year, quarter, first_day=_first_day(year, quarter))


def _first_day(year: int, quarter: int) -> int:
    """Return the day of the month on which the policy of that quarter begins a settlement quarter."""
    return _first_day_on(date(year, quarter * 3, 1))


def _first_day_on(day: date) -> int:
    return version_on(day).terms.subsidy.settlement_day


def _lock_bank(bank_id: int, mode: str) -> None:
    """Let one at a time draft for a bank and mode, until the transaction ends, for as long as that takes."""
    allow_long_work("draft_settlement")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, bank_id * len(Mode) + list(Mode).index(Mode(mode))])


def _says_the_same(before: Revision | None, after: Revision) -> bool:
    """Return whether a computation found nothing new."""
    return before is not None and (before.content_sha256, before.follows_id) == (after.content_sha256, after.follows_id)


def _log(verb: str, settlement: Settlement, revision: Revision, *, actor: Member, at: datetime) -> None:
    """Write one event for the whole computation."""
    figures = {"revision": revision.number, "lines": revision.line_count, "adjustments": revision.adjustment_count}
    sums = {"city": revision.city, "county": revision.county, "sha256": revision.sha256}
    record(
        verb=verb,
        obj=settlement,
        actor=actor,
        occurred_at=at,
        after=figures | sums,
        remark=revision.reason,
        scope=Scope(bank_id=settlement.bank_id),
    )
