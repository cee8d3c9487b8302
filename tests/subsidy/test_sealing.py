"""The seal itself: nothing is read without the key, nothing is moved or altered, and a receipt fixes the bid."""

import hashlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.envelopes import key_name
from subsidy.sealing import PURPOSE, CannotUnseal, Envelope, Offer, seal, statement, unseal

OLD, NEW = b"o" * 32, b"n" * 32
PLACE = {"tender": "t-1", "bank": "citong", "row": "r-1"}
OFFER = Offer(rate=Decimal("0.030500"), volume=Decimal("300000000.00"))
pytestmark = pytest.mark.clause("FP 1.4.2")


@given(
    rate=st.decimals(min_value="0.000001", max_value="0.999999", places=6),
    volume=st.decimals(min_value="0.01", max_value="9999999999999999.99", places=2),
)
def test_what_was_sealed_comes_out_again_and_no_length_tells(rate: Decimal, volume: Decimal) -> None:
    offer = Offer(rate=rate, volume=volume)
    envelope = seal(offer, **PLACE, keys=[NEW])
    assert unseal(envelope, **PLACE, keys=[NEW]).offer == offer
    assert len(envelope.text) == len(seal(OFFER, **PLACE, keys=[NEW]).text)


def test_the_same_bid_twice_has_nothing_in_common() -> None:
    one, other = (seal(OFFER, **PLACE, keys=[NEW]) for _ in range(2))
    assert one.receipt != other.receipt
    assert not set(one.text.split(":")[2:]) & set(other.text.split(":")[2:])


def test_the_receipt_is_the_hash_of_a_line_anybody_can_write() -> None:
    envelope = seal(OFFER, **PLACE, keys=[NEW])
    nonce = unseal(envelope, **PLACE, keys=[NEW]).nonce
    line = f"t-1|citong|3.0500|300000000.00|{nonce}"
    assert statement(OFFER, tender="t-1", bank="citong", nonce=nonce) == line
    assert hashlib.sha256(line.encode()).hexdigest() == envelope.receipt


def test_an_old_key_opens_what_it_sealed_and_the_new_one_seals() -> None:
    envelope = seal(OFFER, **PLACE, keys=[OLD])
    assert unseal(envelope, **PLACE, keys=[NEW, OLD]).offer == OFFER
    assert key_name(NEW, purpose=PURPOSE) in seal(OFFER, **PLACE, keys=[NEW, OLD]).text


@pytest.mark.parametrize("place", [{"tender": "t-2"}, {"bank": "anping"}, {"row": "r-2"}], ids=["tender", "bank", "row"])
def test_an_envelope_opens_in_its_own_place_only(place: dict[str, str]) -> None:
    envelope = seal(OFFER, **PLACE, keys=[NEW])
    with pytest.raises(CannotUnseal):
        unseal(envelope, **PLACE | place, keys=[NEW])


def test_what_was_altered_does_not_open() -> None:
    envelope, other = seal(OFFER, **PLACE, keys=[NEW]), seal(OFFER, **PLACE, keys=[NEW])
    head, sealed = envelope.text.rsplit(":", 1)
    spoilt = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]
    for wrong in (
        Envelope(text=f"{head}:{spoilt}", receipt=envelope.receipt),
        Envelope(text=envelope.text, receipt=other.receipt),
        Envelope(text="", receipt=envelope.receipt),
        Envelope(text="1:2:3", receipt=envelope.receipt),
    ):
        with pytest.raises(CannotUnseal):
            unseal(wrong, **PLACE, keys=[NEW])
    with pytest.raises(CannotUnseal):
        unseal(envelope, **PLACE, keys=[OLD])
