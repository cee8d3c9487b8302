"""
A bid under seal: rate and volume encrypted, with a receipt that fixes them. Pure: keys in, text out; knows no table.

Envelopes are those of ``common.envelopes``, bound to tender, bank and row. The receipt is the SHA-256 of the bid with a random number:
nobody guesses the bid from it, and nobody finds another bid that has it.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from common.envelopes import FORMAT, CannotOpen, open_envelope, seal_envelope

NONCE_BYTES = 16
PURPOSE = "bid"
PADDED = 256  # every bid is as long as every other: the length tells nothing


class CannotUnseal(Exception):
    """The envelope does not open: its key is not among ours, or it was altered or moved. Says nothing of what is inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a bank bids: the annual return rate as a fraction with 6 places, and the volume in yuan with 2."""

    rate: Decimal
    volume: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A sealed bid as it is stored: ``text`` opens with the key, ``receipt`` is shown to the bank."""

    text: str
    receipt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A bid out of its envelope, with the random number that makes up its receipt."""

    offer: Offer
    nonce: str


def statement(offer: Offer, *, tender: str, bank: str, nonce: str) -> str:
    """Return the line whose SHA-256 is the receipt, as anybody writes it by hand: ``tender|bank|3.0500|300000000.00|nonce``."""
    return f"{tender}|{bank}|{offer.rate * 100:.4f}|{offer.volume:.2f}|{nonce}"


def receipt_of(offer: Offer, *, tender: str, bank: str, nonce: str) -> str:
    """Return the SHA-256 of the statement. Source: FP 1.4.2."""
    return hashlib.sha256(statement(offer, tender=tender, bank=bank, nonce=nonce).encode()).hexdigest()


def seal(offer: Offer, *, tender: str, bank: str, row: str, keys: Sequence[bytes]) -> Envelope:
    """Return the bid sealed under the first key, for one row of one bank's in one tender. Source: FP 1.4.2."""
    nonce = secrets.token_hex(NONCE_BYTES)
    plain = json.dumps({"rate": str(offer.rate), "volume": str(offer.volume), "nonce": nonce}).encode().ljust(PADDED)
    text = seal_envelope(plain, bound=_bound(tender, bank, row), purpose=PURPOSE, keys=keys)
    return Envelope(text=text, receipt=receipt_of(offer, tender=tender, bank=bank, nonce=nonce))


def unseal(envelope: Envelope, *, tender: str, bank: str, row: str, keys: Sequence[bytes]) -> Opened:
    """
    Return what lies in the envelope, held against its receipt.

    Raises:
        CannotUnseal: no key of ours opens it, or it is not the one that was sealed for this row.

    Source: FP 1.4.2.
    """
    try:
        inside = json.loads(open_envelope(envelope.text, bound=_bound(tender, bank, row), purpose=PURPOSE, keys=keys))
        opened = Opened(offer=Offer(rate=Decimal(inside["rate"]), volume=Decimal(inside["volume"])), nonce=str(inside["nonce"]))
    except (CannotOpen, ValueError, KeyError, ArithmeticError):
        raise CannotUnseal from None  # no chain: a traceback shall not carry what was inside
    if receipt_of(opened.offer, tender=tender, bank=bank, nonce=opened.nonce) != envelope.receipt:
        raise CannotUnseal
    return opened


def _bound(tender: str, bank: str, row: str) -> str:
    return f"{FORMAT}|{tender}|{bank}|{row}"
