"""Personal data at rest: sealed with SM4-GCM, found again by a keyed HMAC-SM3 blind index.

Keys come from the environment (`settings.PORTAL_FIELD_KEYS`: {key id: 32 bytes}, `PORTAL_FIELD_KEY_CURRENT`,
`PORTAL_INDEX_KEY`). Purposes in use: `id_number`, `bank_card`, `phone`, `account_number`, `file`, `canary`.
Bare hashes are no index: eighteen digits can be enumerated.
"""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings

from responsibilities.models import KeyCanary
from responsibilities.rules import crypto
from responsibilities.rules.errors import Refused

REMEMBERED = 20_000  # blind indexes of one indexer: some chunks of a sheet, not all of it
_CANARY_TEXT = "张掖"


def seal_text(text: str, purpose: str) -> bytes:
    """Ciphertext of a text under the current key."""
    return seal_bytes(text.encode(), purpose)


def sealer(purpose: str) -> Callable[[str], bytes]:
    """`seal_text` for many texts of one purpose, at two thirds of the cost."""
    key_id = settings.PORTAL_FIELD_KEY_CURRENT
    sealed = crypto.sealer(key_id=key_id, master=settings.PORTAL_FIELD_KEYS[key_id], purpose=purpose)
    return lambda text: sealed(text.encode())


def unseal_text(sealed: bytes, purpose: str) -> str:
    """The text under a ciphertext of `seal_text`; raises where key or purpose is another."""
    return unseal_bytes(sealed, purpose).decode()


def seal_bytes(data: bytes, purpose: str) -> bytes:
    """SM4-GCM under the current key; the ciphertext names its key, the purpose is bound to it."""
    key_id = settings.PORTAL_FIELD_KEY_CURRENT
    return crypto.seal(data, key_id=key_id, master=settings.PORTAL_FIELD_KEYS[key_id], purpose=purpose)


def unseal_bytes(sealed: bytes, purpose: str) -> bytes:
    """The bytes under a ciphertext of any key that is still kept."""
    return crypto.unseal(sealed, masters=settings.PORTAL_FIELD_KEYS, purpose=purpose)


def blind_index(text: str, purpose: str) -> bytes:
    """32 bytes by which an equal value is found; the same for every field key, so rotation keeps it."""
    return crypto.hmac_sm3(settings.PORTAL_INDEX_KEY, purpose.encode(), text.encode())


def blind_indexer(purpose: str) -> Callable[[str], bytes]:
    """`blind_index` for many texts of one purpose, at less than half the cost; remembers what it was asked lately."""
    finished = crypto.hmac_sm3_begun(settings.PORTAL_INDEX_KEY, purpose.encode())

    @lru_cache(maxsize=REMEMBERED)
    def index(text: str) -> bytes:
        return finished(text.encode())

    return index


def check_canary() -> None:
    """Refuse to work with a key that isn't the one the data was sealed with."""
    key_id = settings.PORTAL_FIELD_KEY_CURRENT
    row, created = KeyCanary.objects.get_or_create(
        key_id=key_id, defaults={"sealed": seal_text(_CANARY_TEXT, "canary")}
    )
    if created:
        return
    try:
        right = unseal_text(row.sealed, "canary") == _CANARY_TEXT
    except crypto.Unreadable:
        right = False
    if not right:
        raise Refused(
            "wrong_field_key",
            f"字段密钥 {key_id} 与库中数据不符，请检查 PORTAL_FIELD_KEYS 后再启动。",
        )
