"""County and city review. Every step takes a list; locks, guard and log are per list."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from common.errors import DomainError
from parties.models import Member
from policy.models import PolicyVersion
from whitelist.enums import APPLIED_ROUTES, EntryState
from whitelist.models import Entry
from whitelist.rules import Eligibility
from whitelist.selectors.eligibility import as_json, evaluate, require_eligible
from whitelist.services.notifications import ask_for_opinions, notify_enterprises
from whitelist.services.steps import lock_for_step, log_step, save_alike, states_of
from whitelist.transitions import ENTRY_STEP


class NothingToReturn(DomainError):
    """A screened enterprise applied for nothing, so there is nobody to complete anything."""

    code = "nothing_to_return"
    sentence = "“{entry}”由税务名单筛选列为候选，企业免申报，不能退回补正；如不符合条件，请办理“市级不予列入”。"
    clause = "FP 1.6.1(2)"


@transaction.atomic
def pass_county(*, entry_ids: Sequence[UUID], actor: Member, at: datetime) -> list[Entry]:
    """
    Pass the county's preliminary review and report to the city.

    Raises:
        NotVisible: another county's entry. RoleMissing, StepNotOpen.

    Source: FP 1.6.1(1).
    """
    return _step("pass_county", entry_ids, lambda entry: entry.pass_county(), actor=actor, at=at)


@transaction.atomic
def return_from_county(*, entry_ids: Sequence[UUID], reason: str, actor: Member, at: datetime) -> list[Entry]:
    """
    Give applications back to be completed, with the reason, from the county.

    Raises:
        NotVisible, RoleMissing, StepNotOpen, ReasonMissing.

    Source: FP 1.6.1(1).
    """
    return _refuse("return_from_county", entry_ids, Entry.return_from_county, reason=reason, actor=actor, at=at)


@transaction.atomic
def reject_by_county(*, entry_ids: Sequence[UUID], reason: str, actor: Member, at: datetime) -> list[Entry]:
    """
    End applications at the county, with the reason.

    Raises:
        NotVisible, RoleMissing, StepNotOpen, ReasonMissing.

    Source: FP 1.6.1(1).
    """
    return _refuse("reject_by_county", entry_ids, Entry.reject_by_county, reason=reason, actor=actor, at=at)


@transaction.atomic
def pass_city(*, entry_ids: Sequence[UUID], actor: Member, at: datetime) -> list[Entry]:
    """
    Pass the city's review and open consultation; the checks are made and stored anew, by the version of the application.

    Raises:
        NotVisible, RoleMissing, StepNotOpen.
        NotEligible: the first entry that no longer meets every requirement; none is passed.

    Source: FP 1.6.1(1), 1.6.1(2), 1.1.1, 1.1.2; D26, D38.
    """
    entries = lock_for_step(name="pass_city", entry_ids=entry_ids, actor=actor)
    results = refresh_checks(entries)
    before = states_of(entries)
    for entry in entries:
        require_eligible(entry, results[entry.pk])
        entry.pass_city(on=localdate(at))
    for round_number in {entry.consultation_round for entry in entries}:
        save_alike([e for e in entries if e.consultation_round == round_number], "decided_on", "consultation_round")
    log_step(entries, step=ENTRY_STEP["pass_city"], before=before, actor=actor, at=at)
    ask_for_opinions(entries, at=at)
    return entries


@transaction.atomic
def return_from_city(*, entry_ids: Sequence[UUID], reason: str, actor: Member, at: datetime) -> list[Entry]:
    """
    Give applications back to be completed, with the reason, from the city.

    Raises:
        NotVisible, RoleMissing, StepNotOpen, ReasonMissing.
        NothingToReturn: the enterprise was screened and applied for nothing.

    Source: FP 1.6.1(1).
    """
    return _refuse("return_from_city", entry_ids, Entry.return_from_city, reason=reason, actor=actor, at=at)


@transaction.atomic
def reject_by_city(*, entry_ids: Sequence[UUID], reason: str, actor: Member, at: datetime) -> list[Entry]:
    """
    Decide against listing, in review or after an objection, with the reason.

    Raises:
        NotVisible, RoleMissing, StepNotOpen, ReasonMissing.

    Source: FP 1.6.1(1), 1.6.1(2); D26.
    """
    return _refuse("reject_by_city", entry_ids, Entry.reject_by_city, reason=reason, actor=actor, at=at)


@transaction.atomic
def send_back(*, entry_ids: Sequence[UUID], reason: str, actor: Member, at: datetime) -> list[Entry]:
    """
    Return entries from consultation to the city's review; the next round asks every bureau again.

    Raises:
        NotVisible, RoleMissing, StepNotOpen, ReasonMissing.

    Source: FP 1.6.1; D26.
    """
    entries = lock_for_step(name="send_back", entry_ids=entry_ids, actor=actor, reason=reason)
    before = states_of(entries)
    for entry in entries:
        entry.send_back(reason=reason.strip())
    save_alike(entries, "return_reason")
    log_step(entries, step=ENTRY_STEP["send_back"], before=before, actor=actor, at=at, remark=reason.strip())
    return entries


def refresh_checks(entries: Sequence[Entry]) -> dict[int | None, Eligibility]:
    """Make the checks anew on locked entries, per version and day of application; write those that changed, return all."""
    groups: dict[tuple[PolicyVersion | None, date | None], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.policy_version, entry.submitted_on), []).append(entry)
    results: dict[int | None, Eligibility] = {}
    for (version, on), group in groups.items():
        if version is None or on is None:
            raise AssertionError("the database ties a submission to its day and version")
        results.update(evaluate(group, policy_version=version, on=on))
    changed = [entry for entry in entries if (as_json(results[entry.pk]), results[entry.pk].eligible) != (entry.checks, entry.is_eligible)]
    for entry in changed:
        entry.checks, entry.is_eligible = as_json(results[entry.pk]), results[entry.pk].eligible
    Entry.objects.bulk_update(changed, ["checks", "is_eligible"], batch_size=500)
    return results


def _step(name: str, entry_ids: Sequence[UUID], take: Callable[[Entry], None], *, actor: Member, at: datetime) -> list[Entry]:
    entries = lock_for_step(name=name, entry_ids=entry_ids, actor=actor)
    before = states_of(entries)
    for entry in entries:
        take(entry)
    save_alike(entries)
    log_step(entries, step=ENTRY_STEP[name], before=before, actor=actor, at=at)
    return entries


def _refuse(name: str, entry_ids: Sequence[UUID], take: Callable[..., None], *, reason: str, actor: Member, at: datetime) -> list[Entry]:
    """Take a step that gives a reason, and tell the enterprises that applied."""
    entries = lock_for_step(name=name, entry_ids=entry_ids, actor=actor, reason=reason)
    before = states_of(entries)
    for entry in entries:
        if ENTRY_STEP[name].target == EntryState.RETURNED and entry.route not in APPLIED_ROUTES:
            raise NothingToReturn(entry=entry)
        take(entry, reason=reason.strip())
    save_alike(entries, "return_reason")
    log_step(entries, step=ENTRY_STEP[name], before=before, actor=actor, at=at, remark=reason.strip())
    notify_enterprises(entries, step=ENTRY_STEP[name], reason=reason.strip(), at=at)
    return entries
