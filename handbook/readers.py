"""Who reads: the handbooks of whoever asks, and where in them a page or a step of the product is explained."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from handbook.pages import page_of
from handbook.rendering import step_anchor
from handbook.sources import Handbook, readable_by
from parties.models import Member, User
from parties.selectors import current_member


def member_of(user: User | AnonymousUser, *, today: date) -> Member | None:
    """Return as whom somebody reads; ``None`` for the public and for a login that serves nobody."""
    return current_member(user, on=today) if isinstance(user, User) else None


def handbooks_of(member: Member | None) -> tuple[Handbook, ...]:
    """Return what a reader may read, the own handbook first."""
    if member is None:
        return readable_by(kind=None, roles=frozenset(), is_enterprise=False)
    institution = member.institution
    kind = institution.kind if institution is not None else None
    return readable_by(kind=kind, roles=frozenset(member.roles), is_enterprise=member.enterprise_id is not None)


def place_of(anchors: tuple[str, ...], *, member: Member | None, today: date) -> str:
    """Return the address of the first of the anchors that stands in a handbook of the reader; the list of handbooks where none does."""
    mine = handbooks_of(member)
    pages = [(one, page_of(one, today=today)) for one in mine]
    for anchor in anchors:
        for handbook, page in pages:
            if anchor in page.anchors:
                return f"{reverse('help:handbook', args=[handbook.slug])}#{anchor}"
    return reverse("help:index")


def page_anchors(app_label: str, model_name: str) -> tuple[str, ...]:
    """Return under which address a page of the admin is explained."""
    return (f"page-{app_label}-{model_name}",)


def step_anchors(case: str, label: str, app_label: str, model_name: str) -> tuple[str, ...]:
    """Return under which addresses a step is explained: the step's own, else its page's."""
    return (step_anchor(case, label), *page_anchors(app_label, model_name))
