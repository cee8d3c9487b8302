"""xls and et: told from others, and judged before the child may open them."""

from tables import limits
from tables.refused import Refused

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def is_encrypted_xlsx(content: bytes) -> bool:
    """Return whether a container holds a workbook that was encrypted with a password."""
    return content.startswith(MAGIC[:4]) and _ENCRYPTED in content


def judge(content: bytes) -> None:
    """
    Judge a container before anything opens it.

    Raises:
        Refused: an encrypted workbook, or one larger than a list can be.
    """
    if is_encrypted_xlsx(content):
        raise Refused("PasswordProtected")
    if len(content) > limits.LEGACY_BYTES:
        raise Refused("FileTooLarge", what=f"xls 文件超过 {limits.LEGACY_BYTES // limits.MIB} MB")
