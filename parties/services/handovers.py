"""
What a confirmed change hands to the person concerned: the right to set a password, or a program's secret.

The link is the proposer's, the code the confirmer's; each alone opens nothing, both together do so once, within 24 hours. So no
administrator ever types or sees a password, and no mail is needed.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hmac import compare_digest

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import salted_hmac

from audit.services import record
from common.errors import DomainError, FieldProblem, InvalidInput
from parties.models import Handover, Member, RightsChange, User
from parties.rights import kind_of

HANDOVER_LASTS = timedelta(hours=24)
MOST_FAILURES = 5
_SALT = "parties.handover"
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read for something else
_CODE_LENGTH = 10


class HandoverRefused(DomainError):
    """
    Link or code is wrong, used, too old, or tried too often: one sentence for all.

    It does not tell whether there is such an account.
    """

    code = "handover_refused"
    sentence = "链接或交接码无效、已使用或已过期。请核对交接码；仍不成功的，请联系本单位管理人员重新提出。"
    status = 403


def begin_handover(change: RightsChange, *, at: datetime) -> str:
    """Return the code that goes with the proposer's link, to be shown to the confirmer this once; only its digest is kept."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    Handover.objects.create(change=change, code_digest=_digest(change, code), issued_at=at, ends_at=at + HANDOVER_LASTS)
    return code


def link_token(change: RightsChange) -> str:
    """Return the part of the link that names the change; shown to its proposer alone."""
    return signing.dumps(str(change.public_id), salt=_SALT, compress=False)


def open_handover(*, token: str, at: datetime) -> Handover:
    """
    Return the handover that a link opens.

    Raises:
        HandoverRefused.
    """
    try:
        public_id = signing.loads(token, salt=_SALT)
    except signing.BadSignature as forged:
        raise HandoverRefused from forged
    handover = Handover.objects.select_related("change__member__user").filter(change__public_id=public_id).first()
    if handover is None or not _is_open(handover, at=at):
        raise HandoverRefused
    return handover


def use_handover(*, token: str, code: str, password: str, at: datetime) -> Sequence[tuple[str, str]]:
    """
    Take what is handed over, once, and return what the person has to see (name and value); a wrong code is counted.

    Raises:
        HandoverRefused.
        InvalidInput: the password is too weak; the code stays good.
    """
    with transaction.atomic():
        handover = _locked(token, at=at)
        fits = compare_digest(handover.code_digest, _digest(handover.change, code.strip().upper().replace("-", "")))
        if fits:
            return _hand_over(handover, password=password, at=at)
        handover.failures += 1
        handover.save(update_fields=["failures"])
        _log("handover.failed", handover, at=at)
    raise HandoverRefused


def check_password_strength(password: str, *, user: User) -> None:
    """
    Return if the password satisfies the rules for passwords.

    Raises:
        InvalidInput: with every rule it breaks.
    """
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise InvalidInput(errors=[FieldProblem("password", "weak", text) for text in problem.messages]) from problem


def _hand_over(handover: Handover, *, password: str, at: datetime) -> Sequence[tuple[str, str]]:
    kind = kind_of(handover.change)
    if kind.hand_over is None:
        raise HandoverRefused
    shown = kind.hand_over(handover.change, password, at)
    handover.used_at = at
    handover.save(update_fields=["used_at"])
    _log("handover.used", handover, at=at)
    return shown


def _locked(token: str, *, at: datetime) -> Handover:
    found = open_handover(token=token, at=at)
    handover = Handover.objects.select_for_update(of=("self",)).select_related("change__member__user").get(pk=found.pk)
    if not _is_open(handover, at=at):
        raise HandoverRefused
    return handover


def _is_open(handover: Handover, *, at: datetime) -> bool:
    return handover.used_at is None and handover.failures < MOST_FAILURES and at < handover.ends_at


def _digest(change: RightsChange, code: str) -> str:
    return salted_hmac(_SALT, f"{change.public_id}:{code}", algorithm="sha256").hexdigest()


def _log(verb: str, handover: Handover, *, at: datetime) -> None:
    """Write the event in the name of the member concerned; who holds both halves is that member."""
    member: Member = handover.change.member or handover.change.made_by
    record(verb=verb, obj=handover.change, actor=member, occurred_at=at)
