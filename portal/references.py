"""How a customer is named in an address of the portal.

Internal numbers are given in order of arrival across all brands, so showing them would tell how much others grow.
A reference is the number under a keyed permutation: it says nothing, cannot be guessed, and needs no table.
"""

import base64
import hashlib
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB  # of exactly one block, which is the permutation itself
from django.conf import settings


class NoSuchReference(ValueError):
    """The text was not made by `customer_reference` for this brand."""


def customer_reference(*, brand_id: int, customer_id: int) -> str:
    """Name a customer in 22 characters that are safe in an address."""
    encryptor = _permutation().encryptor()
    block = encryptor.update(struct.pack(">qq", brand_id, customer_id)) + encryptor.finalize()
    return base64.urlsafe_b64encode(block).rstrip(b"=").decode()


def customer_id_of(reference: str, *, brand_id: int) -> int:
    """Give the number behind a reference; raises NoSuchReference, also for a reference of another brand."""
    try:
        block = base64.b64decode(reference.encode("ascii") + b"==", altchars=b"-_", validate=True)
    except ValueError as error:
        raise NoSuchReference(reference) from error
    if len(block) != AES.block_size // 8:
        raise NoSuchReference(reference)
    decryptor = _permutation().decryptor()
    found_brand, customer_id = struct.unpack(">qq", decryptor.update(block) + decryptor.finalize())
    if found_brand != brand_id:
        raise NoSuchReference(reference)
    return int(customer_id)


def _permutation() -> Cipher[ECB]:
    key = hashlib.sha256(b"portal customer reference:" + settings.SECRET_KEY.encode()).digest()
    return Cipher(AES(key), ECB())  # noqa: S305 — one block each, never more
