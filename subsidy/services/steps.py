"""The steps of a settlement: confirmed, reviewed, sent back, filed."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from audit.services import Scope, record
from common.database import take_turn
from common.dates import HAPPENED, require_day
from common.errors import DomainError, ReasonMissing
from common.money import ZERO
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from parties.selectors import county_bureaus, institution_of_kind
from subsidy.access import claimant, require_claimant, require_filer, require_reviewer, require_sender_back
from subsidy.enums import ObjectionState, PaymentKind
from subsidy.models import Payment, Settlement, Share
from subsidy.selectors.history import first_open_before, last_filed_before
from subsidy.selectors.visibility import settlements_visible_to, visible_or_404
from subsidy.services.computation import known_through
from subsidy.services.drafts import new_revision
from subsidy.services.notices import notify_claimant, notify_counties, notify_payers
from subsidy.transitions import SETTLEMENT_STEP


class RevisionStale(DomainError):
    """What was confirmed is not the current revision."""

    code = "revision_stale"
    sentence = "您确认的不是现行版次（现为第{number}版），请重新查看结算内容后按现行版次确认。"
    clause = "FP 1.6.4"


class EarlierSettlementOpen(DomainError):
    """An earlier settlement of the bank and mode is not filed yet, so its carried sums and corrections are not known."""

    code = "earlier_settlement_open"
    sentence = "该行此模式的{settlement}尚未备案，请先办结较早季度的结算。"
    clause = "FP 1.6.4"


class RevisionOutdated(DomainError):
    """An earlier settlement was filed after this revision was computed."""

    code = "revision_outdated"
    sentence = "较早季度的结算在本版次计算之后备案，结转和调整可能有变化，请先重新计算。"
    clause = "FP 1.6.4"


class ObjectionOpen(DomainError):
    """A county's objection is neither withdrawn nor answered."""

    code = "objection_open"
    sentence = "{district}对其承担金额提出的异议尚未处理，请先答复或由其撤回后再备案。"
    clause = "FP 1.6.4"


class StepBackDated(DomainError):
    """A step is dated before the one it follows."""

    code = "step_back_dated"
    sentence = "办理日期不得早于上一步的日期（{on}），也不得晚于今天。"
    status = 400


class RecordNumberMissing(DomainError):
    """A filing is a record with a number."""

    code = "record_number_missing"
    sentence = "请填写市财政局的备案号。"
    status = 400
    clause = "FP 1.6.4"


class RecordNumberUsed(DomainError):
    """Another settlement is filed under this number."""

    code = "record_number_used"
    sentence = "备案号“{record_number}”已用于{settlement}，请核对。"
    clause = "FP 1.6.4"


@transaction.atomic
def confirm_settlement(*, settlement_id: str, sha256: str, actor: Member, at: datetime) -> Settlement:
    """
    Confirm the revision the hash names, for the bank or, in trust mode, the fund manager.

    Raises:
        NotVisible, NotAllowed.
        TransitionNotAllowed: not a draft.
        RevisionStale: the hash is not the current revision's.
        EarlierSettlementOpen, RevisionOutdated: earlier quarters come first.

    Source: FP 1.6.4; D13, D35.
    """
    settlement = _locked(settlement_id, actor)
    require_claimant(actor, settlement)
    revision = settlement.current
    settlement.confirm(by=actor, on=timezone.localdate(at))
    if revision is None or revision.sha256 != sha256:
        raise RevisionStale(number=revision.number if revision is not None else 0)
    earlier = first_open_before(settlement)
    if earlier is not None:
        raise EarlierSettlementOpen(settlement=earlier)
    follows = last_filed_before(settlement)
    if revision.follows_id != (follows.pk if follows is not None else None):
        raise RevisionOutdated
    notify_counties(settlement, at=at)
    return _saved(settlement, SETTLEMENT_STEP["confirm"].verb, actor=actor, at=at, after={"sha256": sha256})


@transaction.atomic
def review_settlement(*, settlement_id: str, actor: Member, at: datetime, remark: str = "") -> Settlement:
    """
    Record 市工信局's review of a confirmed settlement.

    Raises:
        NotVisible, NotAllowed.
        TransitionNotAllowed: not confirmed.

    Source: FP 1.6.4.
    """
    settlement = _locked(settlement_id, actor)
    require_reviewer(actor)
    settlement.review(by=actor, on=timezone.localdate(at))
    return _saved(settlement, SETTLEMENT_STEP["review"].verb, actor=actor, at=at, remark=remark)


def send_back_settlement(*, settlement_id: str, reason: str, actor: Member, at: datetime) -> Settlement:
    """
    Take a settlement back to draft, with a revision computed anew; the old one is kept.

    Before the review whoever confirmed may do so too.

    Raises:
        NotVisible, NotAllowed, ReasonMissing.
        TransitionNotAllowed: still a draft, or filed: what is filed is corrected by the next settlement.

    Source: FP 1.6.4; D13.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    horizon = known_through()
    with transaction.atomic():
        settlement = _locked(settlement_id, actor)
        require_sender_back(actor, settlement)
        settlement.send_back()
        _saved(settlement, SETTLEMENT_STEP["send_back"].verb, actor=actor, at=at, remark=reason)
        revision = new_revision(settlement, reason=reason, horizon=horizon, actor=actor, at=at)
        record(
            verb="settlement.recomputed",
            obj=settlement,
            actor=actor,
            occurred_at=at,
            scope=_scope(settlement),
            after={"revision": revision.number, "city": revision.city, "county": revision.county, "sha256": revision.sha256},
        )
        notify_claimant(settlement, at=at)
    return settlement


@transaction.atomic
def file_settlement(*, settlement_id: str, record_number: str, actor: Member, at: datetime, on: date | None = None) -> Settlement:
    """
    Record the filing with 市财政局; the lines are final from here on, and each payer's payment is due.

    ``on`` is the day of filing, today unless given. A settlement by which nobody pays anything is paid at once.

    Raises:
        NotVisible, NotAllowed, RecordNumberMissing, RecordNumberUsed, StepBackDated.
        TransitionNotAllowed: not reviewed.
        ObjectionOpen: a county's objection stands.

    Source: FP 1.6.4; D13, D41.
    """
    settlement = _locked(settlement_id, actor)
    require_filer(actor, settlement)
    if not record_number.strip():
        raise RecordNumberMissing(field="record_number")
    filed_on = timezone.localdate(at) if on is None else on
    settlement.file(by=actor, on=filed_on, record_number=record_number.strip())
    if settlement.reviewed_on is None or not settlement.reviewed_on <= filed_on <= timezone.localdate(at):
        raise StepBackDated(field="on", on=settlement.reviewed_on)
    require_day(on, HAPPENED, field="on", today=timezone.localdate(at))
    objection = settlement.objections.filter(state=ObjectionState.OPEN).select_related("district").first()
    if objection is not None:
        raise ObjectionOpen(district=objection.district)
    take_turn("settlement_record_number", settlement.record_number)
    other = Settlement.objects.filter(record_number=settlement.record_number).select_related("bank").first()
    if other is not None:
        raise RecordNumberUsed(field="record_number", record_number=settlement.record_number, settlement=other)
    due = _payments_due(settlement)
    settlement.save()
    notify_payers(Payment.objects.bulk_create(due), at=at)
    if not due:
        settlement.finish(on=filed_on)
        settlement.save()
    after = {"record_number": settlement.record_number, "filed_on": filed_on, "payments": {p.payer.code: p.amount for p in due}}
    record(verb=SETTLEMENT_STEP["file"].verb, obj=settlement, actor=actor, occurred_at=at, after=after, scope=_scope(settlement))
    return settlement


def _payments_due(settlement: Settlement) -> list[Payment]:
    """Return one payment per payer with something to pay: 市工信局 for the city, each county's industry bureau. Source: D41."""
    shares = list(Share.objects.filter(revision=settlement.current_id).select_related("district").order_by("district__code"))
    owed: dict[Institution, Decimal] = {}
    city = sum((share.city for share in shares), ZERO)
    if city:
        owed[institution_of_kind(InstitutionKind.CITY_INDUSTRY)] = city
    bearing = [share for share in shares if share.county]
    bureaus = county_bureaus(share.district for share in bearing)
    for share in bearing:
        bureau = bureaus[share.district_id]
        owed[bureau] = owed.get(bureau, ZERO) + share.county
    payee = claimant(settlement)
    return [
        Payment(settlement=settlement, kind=PaymentKind.SHARE, payer=payer, payee=payee, amount=amount) for payer, amount in owed.items()
    ]


def _locked(settlement_id: str, actor: Member) -> Settlement:
    return visible_or_404(settlements_visible_to(actor), settlement_id, lock=True)


def _saved(
    settlement: Settlement, verb: str, *, actor: Member, at: datetime, after: dict[str, object] | None = None, remark: str = ""
) -> Settlement:
    """Save the step and write its event."""
    settlement.save()
    facts = {"state": settlement.state, "revision": settlement.current.number if settlement.current else None} | (after or {})
    record(verb=verb, obj=settlement, actor=actor, occurred_at=at, after=facts, remark=remark, scope=_scope(settlement))
    return settlement


def _scope(settlement: Settlement) -> Scope:
    return Scope(bank_id=settlement.bank_id)
