"""
What callers are given to hand back as it is: cursors and places, under seal and good only where they were given.

Sealed the same way every time (AES-SIV), so that an unchanged page has an unchanged ETag; what is inside, a row's number or a
transaction's, tells nobody how much others do.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from rest_framework.request import Request

from api.authentication import Caller

LONGEST = 2_000  # characters, of what is opened at all
NOT_BOUND = ("cursor", "limit")


class NotOurs(ValueError):
    """It was not given by us, or not here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Where a text is good: of one kind, for one institution (whichever of its programs asks), at one address with its filters."""

    kind: str
    institution: int | None
    where: str = ""

    def parts(self) -> list[bytes]:
        """Return what the seal is bound to."""
        return [self.kind.encode(), str(self.institution).encode(), self.where.encode()]


def bound_to_list(request: Request, *, kind: str = "list") -> Bound:
    """Return where a cursor of this reading is good; how long the pages are is nothing of it."""
    asked = sorted(
        (name, value) for name, values in request.query_params.lists() if name not in NOT_BOUND for value in sorted(map(str, values))
    )
    return Bound(kind=kind, institution=cast("Caller", request.auth).member.institution_id, where=f"{request.path} {json.dumps(asked)}")


def sealed(parts: Sequence[Any], *, bound: Bound) -> str:
    """Return the parts as a text that only we read."""
    plain = json.dumps(parts, cls=DjangoJSONEncoder).encode()
    return urlsafe_b64encode(AESSIV(settings.CURSOR_KEYS[0]).encrypt(plain, bound.parts())).decode().rstrip("=")


def opened(text: str, *, bound: Bound) -> list[Any]:
    """
    Return the parts of a text given here.

    Raises:
        NotOurs: no key of ours opens it, or it was given to another institution, for another list or with other filters.
    """
    try:
        cipher = urlsafe_b64decode(text + "=" * (-len(text) % 4)) if 0 < len(text) <= LONGEST else b""
    except ValueError:
        raise NotOurs from None
    for key in settings.CURSOR_KEYS:
        try:
            found: list[Any] = json.loads(AESSIV(key).decrypt(cipher, bound.parts()))
        except (InvalidTag, ValueError):
            continue
        return found
    raise NotOurs
