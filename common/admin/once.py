"""A form is taken once: its token is kept in the step's own transaction, and the same content again is the first."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import File
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from common.admin.revisions import mark_of_rows, plain
from common.errors import DomainError

TOKEN = "form_token"  # the name of the hidden input
SALT = "common.admin.once"


class FormSentBefore(DomainError):
    """The page was sent before with other content."""

    code = "form_sent_before"
    sentence = "本页已于{at}提交并办理，当时填写的内容与现在不同。如需另行办理，请核对后再次提交；您填写的内容已保留。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One form as it was sent. ``about`` names the case and the institution; for something new, the person."""

    token: UUID
    step: str
    about: str
    content: str  # a keyed digest; of a secret form by the page's own token, so that nobody who has the table guesses it
    is_empty: bool  # nothing was asked, or it is secret, so that content is compared under one token alone
    on: date
    at: datetime
    member: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The first form of the same token, or of the same content."""

    content: str
    at: datetime
    by: str
    made: Any


def _never(sent: Sent, standing: Callable[[Any], str]) -> Earlier | None:
    """Return nothing: as long as no app keeps what was sent, nothing was sent before."""


def _unkept(sent: Sent, made: Any, standing: str) -> None:
    """Keep nothing."""


def _unknown(token: UUID, member: Any) -> datetime | None:
    """Return nothing: no token is known."""


@dataclass(slots=True)
class Keeper:
    """Who keeps what was sent; ``earlier`` lets forms of the same step and case wait for one another until the transaction ends."""

    earlier: Callable[[Sent, Callable[[Any], str]], Earlier | None] = _never
    keep: Callable[[Sent, Any, str], None] = _unkept
    taken_at: Callable[[UUID, Any], datetime | None] = _unknown


def token_of(request: HttpRequest) -> str:
    """Return the token a form came with; a new one where it carries none."""
    return request.POST.get(TOKEN) or new_token()


def new_token() -> str:
    """Return a token for a page."""
    return uuid4().hex


def kept_token(token: str) -> UUID:
    """Return the token as it is kept: the page's own is nowhere but in the page."""
    return UUID(bytes=hashlib.sha256(token.encode()).digest()[:16])


def sent_of(request: HttpRequest, *, step: str, form: Any, at: datetime) -> Sent:
    """Return what was sent; ``form`` is valid."""
    shown = {name: form.cleaned_data.get(name) for name in form.fields if not form.fields[name].widget.is_hidden}
    answers = {name: _content(value) for name, value in shown.items()}
    text, token = json.dumps(answers, sort_keys=True, ensure_ascii=False), token_of(request)
    return Sent(
        token=kept_token(token),
        step=step[:120],
        about=_about(form.obj, form.member),
        content=str(salted_hmac(SALT, text, secret=token if form.is_secret else None).hexdigest()[:40]),
        is_empty=form.is_secret or not any(answers.values()),
        on=timezone.localdate(at),
        at=at,
        member=form.member,
    )


def standing_of(obj: Any, made: Any) -> str:
    """Return a mark of the case and of what was made, as the database holds them; it changes when something happens to either."""
    rows = [row for row in (*(obj if isinstance(obj, list) else [obj]), made) if isinstance(row, Model)]
    kinds = dict.fromkeys(type(row) for row in rows)
    return mark_of_rows(
        found for kind in kinds for found in kind._base_manager.filter(pk__in=[row.pk for row in rows if type(row) is kind])
    )


def _about(obj: Any, member: Any) -> str:
    """Return the case or cases and whose act it is."""
    party = getattr(member, "institution_id", None) or f"e{getattr(member, 'enterprise_id', None)}"
    if isinstance(obj, list):
        return hashlib.sha256(f"{sorted(str(one.pk) for one in obj)}:{party}".encode()).hexdigest()[:60]
    return f"{obj._meta.label_lower}:{obj.pk}:{party}" if isinstance(obj, Model) else f"new:{getattr(member, 'pk', None)}"


def _content(value: Any) -> str:
    """Return a value as text; of a file, its digest."""
    if not isinstance(value, File):
        return plain(value)
    digest = hashlib.sha256()
    value.seek(0)
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.hexdigest()
