"""
Secrets as they are stored: encrypted under keys that are not in the database. Pure: keys in, text out; knows no table.

Each envelope has a random data key, which is itself encrypted under the first of ``keys``. Both layers are AES-256-GCM and bound to what
they were made for, so that an envelope cannot be moved to another row. The later keys open what was sealed under them before.
"""

import base64
import hashlib
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES, IV_BYTES = 32, 12
FORMAT = "1"


class CannotOpen(Exception):
    """The envelope does not open: its key is not among ours, or it was altered or moved. Says nothing of what is inside."""


def seal_envelope(plain: bytes, *, bound: str, purpose: str, keys: Sequence[bytes]) -> str:
    """Return the text of an envelope under the first key, for one place (``bound``); ``purpose`` goes into the key's name."""
    place, data_key = bound.encode(), AESGCM.generate_key(bit_length=KEY_BYTES * 8)
    parts = (_encrypt(keys[0], data_key, place), _encrypt(data_key, plain, place))
    return ":".join([FORMAT, key_name(keys[0], purpose=purpose), *(base64.b64encode(part).decode() for part in parts)])


def open_envelope(text: str, *, bound: str, purpose: str, keys: Sequence[bytes]) -> bytes:
    """
    Return what lies in an envelope.

    Raises:
        CannotOpen: no key of ours opens it, or it is not the one that was sealed for this place.
    """
    try:
        _, name, wrapped, sealed = text.split(":")
        key = next(key for key in keys if key_name(key, purpose=purpose) == name)
        data_key = _decrypt(key, base64.b64decode(wrapped), bound.encode())
        return _decrypt(data_key, base64.b64decode(sealed), bound.encode())
    except (ValueError, StopIteration, InvalidTag):
        raise CannotOpen from None  # no chain: a traceback shall not carry what was inside


def is_under(text: str, *, key: bytes, purpose: str) -> bool:
    """Return whether an envelope was sealed under a key."""
    return text.split(":")[1:2] == [key_name(key, purpose=purpose)]


def key_name(key: bytes, *, purpose: str) -> str:
    """Return the name under which an envelope asks for its key; it gives nothing of the key away."""
    return hashlib.sha256(f"{purpose} key:".encode() + key).hexdigest()[:16]


def _encrypt(key: bytes, plain: bytes, place: bytes) -> bytes:
    iv = secrets.token_bytes(IV_BYTES)
    return iv + AESGCM(key).encrypt(iv, plain, place)


def _decrypt(key: bytes, sealed: bytes, place: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:IV_BYTES], sealed[IV_BYTES:], place)
