"""A bank loses its part in the fund from a day on, or gets it back: what a decision of two persons carries out."""

from datetime import date, datetime

from django.db import transaction

from audit.services import Scope, record
from common.errors import DomainError
from parties.models import BankExclusion, BankParticipation, Institution, Member
from parties.selectors import exclusion_on, in_force_on


class ExcludedAlready(DomainError):
    """The bank has no part on that day, or a decision for a later day is recorded."""

    code = "bank_excluded_already"
    sentence = "“{bank}”自{from_on}起已被取消参与资格，不能重复办理。"
    clause = "FP 2.2.1"


class NotExcluded(DomainError):
    """There is nothing to give back on that day."""

    code = "bank_not_excluded"
    sentence = "“{bank}”在{on}没有被取消参与资格，不需要恢复。"
    clause = "FP 2.2.1"


@transaction.atomic
def exclude_bank(*, bank: Institution, from_on: date, document_number: str, actor: Member, at: datetime) -> BankExclusion:
    """
    End the bank's part in both modes from a day on; who decided that, and by how many persons, is the caller's case.

    Running periods end that day, later ones never begin.

    Raises:
        ExcludedAlready.

    Source: FP 2.2.1, FP 2.2.2; D9, D45.
    """
    Institution.objects.select_for_update(of=("self",), no_key=True).get(pk=bank.pk)
    standing = BankExclusion.objects.filter(bank=bank).exclude(until_on__lte=from_on).first()
    if standing is not None:
        raise ExcludedAlready(bank=bank, from_on=standing.from_on)
    BankParticipation.objects.filter(in_force_on(from_on), bank=bank).update(until_on=from_on)
    for later in BankParticipation.objects.select_for_update().filter(bank=bank, from_on__gt=from_on):
        later.until_on = later.from_on
        later.save(update_fields=["until_on"])
    row = BankExclusion.objects.create(bank=bank, from_on=from_on, document_number=document_number)
    after = {"from_on": from_on, "document_number": document_number}
    record(verb="bank.excluded", obj=bank, actor=actor, occurred_at=at, after=after, scope=Scope(bank_id=bank.pk))
    return row


@transaction.atomic
def reinstate_bank(*, bank: Institution, from_on: date, document_number: str, actor: Member, at: datetime) -> BankExclusion:
    """
    Let the bank take part again from a day on; its modes are opened by admission as for any bank.

    Raises:
        NotExcluded: nothing excludes it on that day.

    Source: FP 2.2.1; D9, D45.
    """
    Institution.objects.select_for_update(of=("self",), no_key=True).get(pk=bank.pk)
    row = exclusion_on(bank, on=from_on)
    if row is None or row.until_on is not None or row.from_on >= from_on:
        raise NotExcluded(bank=bank, on=from_on)
    row.until_on, row.end_document_number = from_on, document_number
    row.save(update_fields=["until_on", "end_document_number"])
    after = {"from_on": from_on, "document_number": document_number}
    record(verb="bank.reinstated", obj=bank, actor=actor, occurred_at=at, after=after, scope=Scope(bank_id=bank.pk))
    return row
