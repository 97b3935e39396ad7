"""SM4-GCM sealing and HMAC-SM3 indexing with keys passed in. No settings, no I/O but randomness.

A sealed value is `1` ‖ length of key id ‖ key id ‖ nonce (12) ‖ tag (16) ‖ ciphertext: it names its key, so
keys can be rotated. The purpose is authenticated: a card's ciphertext can't pass for an ID number's.
"""

import os
from collections.abc import Callable, Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_FORMAT = b"1"
_NONCE = 12
_TAG = 16


class Unreadable(Exception):
    """A sealed value whose key is missing or whose bytes were changed."""


def hmac_sm3(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SM3 over length-prefixed parts, 32 bytes."""
    mac = hmac.HMAC(key, hashes.SM3())
    for part in parts:
        mac.update(len(part).to_bytes(8, "big"))
        mac.update(part)
    return mac.finalize()


def hmac_sm3_begun(key: bytes, prefix: bytes) -> Callable[[bytes], bytes]:
    """A function equal to `hmac_sm3(key, prefix, value)`; the shared beginning is computed once."""
    begun = hmac.HMAC(key, hashes.SM3())
    begun.update(len(prefix).to_bytes(8, "big") + prefix)

    def finished(value: bytes) -> bytes:
        mac = begun.copy()
        mac.update(len(value).to_bytes(8, "big") + value)
        return mac.finalize()

    return finished


def derived_key(master: bytes, purpose: str) -> bytes:
    """A 16-byte SM4 key for one purpose."""
    return hmac_sm3(master, b"derive", purpose.encode())[:16]


@lru_cache(maxsize=64)
def _sm4(master: bytes, purpose: str) -> algorithms.SM4:
    """The algorithm with its key, made once: deriving it anew took ten of the fifteen microseconds of a sealing."""
    return algorithms.SM4(derived_key(master, purpose))


def seal(plain: bytes, *, key_id: str, master: bytes, purpose: str) -> bytes:
    """Encrypt and authenticate `plain` for `purpose`."""
    return sealer(key_id=key_id, master=master, purpose=purpose)(plain)


def sealer(*, key_id: str, master: bytes, purpose: str) -> Callable[[bytes], bytes]:
    """A function equal to `seal(plain, …)`; key, purpose and prefix are looked up once."""
    algorithm, bound, prefix = _sm4(master, purpose), purpose.encode(), sealed_prefix(key_id)

    def sealed(plain: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        encryptor = Cipher(algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        body = encryptor.update(plain) + encryptor.finalize()
        return prefix + nonce + encryptor.tag + body

    return sealed


def sealed_prefix(key_id: str) -> bytes:
    """The first bytes of every value that a key sealed."""
    name = key_id.encode()
    return _FORMAT + bytes([len(name)]) + name


def key_id_of(sealed: bytes) -> str:
    """The id of the key that a sealed value names."""
    if sealed[:1] != _FORMAT:
        raise Unreadable("unknown format")
    return sealed[2 : 2 + sealed[1]].decode()


def unseal(sealed: bytes, *, masters: Mapping[str, bytes], purpose: str) -> bytes:
    """Decrypt; raises Unreadable where the key is unknown or the bytes were changed."""
    sealed = bytes(sealed)
    key_id = key_id_of(sealed)
    master = masters.get(key_id)
    if master is None:
        raise Unreadable(f"no key {key_id}")
    start = 2 + sealed[1]
    nonce = sealed[start : start + _NONCE]
    tag = sealed[start + _NONCE : start + _NONCE + _TAG]
    decryptor = Cipher(_sm4(master, purpose), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(purpose.encode())
    try:
        return decryptor.update(sealed[start + _NONCE + _TAG :]) + decryptor.finalize()
    except InvalidTag as error:
        raise Unreadable("changed bytes or wrong purpose") from error
