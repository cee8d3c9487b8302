"""Rows as programs synchronise them: when each changed last, and under which number the caller keeps it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar, cast

from django.db.models import CharField, DateTimeField, Exists, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from oauth2_provider.models import AccessToken

from api.models import ApiClient, Reference
from audit.models import Event
from common.fields import written_alike
from parties.models import Member
from parties.reading import changes_told

Row = TypeVar("Row", bound=Model)
BEFORE_ALL = datetime(2000, 1, 1, tzinfo=UTC)  # of what has no event


def changes_of(rows: QuerySet[Row], *, actor: Member) -> QuerySet[Event]:
    """Return the changes of the outer row that the actor is told of, for a subquery; openings are none."""
    kind = rows.model._meta.label_lower
    own = Event.objects.filter(object_type=kind, object_id=Cast(OuterRef("public_id"), CharField()))
    return changes_told(own, actor, case=kind)


def synced(rows: QuerySet[Row], *, actor: Member) -> QuerySet[Row]:
    """Return the rows with ``updated_at`` (moment of the last change) and ``own_reference`` (the caller's number, empty for none)."""
    last = changes_of(rows, actor=actor).order_by("-id").values("recorded_at")[:1]
    moment = Coalesce(Subquery(last), Value(BEFORE_ALL, output_field=DateTimeField()))
    return cast("QuerySet[Row]", referred(rows, actor=actor).annotate(updated_at=moment))


def referred(rows: QuerySet[Row], *, actor: Member) -> QuerySet[Row]:
    """Return the rows with ``own_reference`` only."""
    own = Reference.objects.filter(
        institution=actor.institution_id, object_type=rows.model._meta.label_lower, object_id=OuterRef("public_id")
    )
    number = Coalesce(Subquery(own.values("reference")[:1]), Value(""), output_field=CharField())
    return cast("QuerySet[Row]", rows.annotate(own_reference=number))


def has_reference(model: type[Model], number: str, *, actor: Member) -> Q:
    """Return the condition that the actor's institution keeps a row under a number, in either width and case."""
    kept = Reference.objects.filter(institution=actor.institution_id, object_type=model._meta.label_lower)
    return Q(public_id__in=kept.filter(written_alike("reference", number)).values("object_id"))


def brief(rows: QuerySet[Row], **related: Sequence[str]) -> QuerySet[Row]:
    """Return the rows with related ones, of which only the columns named are read; the rows' own columns are all read."""
    own = [field.name for field in rows.model._meta.concrete_fields]
    named = [f"{path}__{name}" for path, names in related.items() for name in names]
    return rows.select_related(*related).only(*own, *named)


def changed_since(rows: QuerySet[Row], moment: datetime, *, actor: Member) -> QuerySet[Row]:
    """Return the rows with a change recorded at the moment or later of which the actor is told."""
    return rows.filter(Exists(changes_of(rows, actor=actor).filter(recorded_at__gte=moment)))


def last_used(clients: QuerySet[ApiClient]) -> QuerySet[ApiClient]:
    """Return the clients with ``last_used_at``: when a token was last taken (it lasts an hour), none for never; no call writes for it."""
    token = AccessToken.objects.filter(application=OuterRef("application")).order_by("-created").values("created")[:1]
    return clients.annotate(last_used_at=Subquery(token, output_field=DateTimeField()))
