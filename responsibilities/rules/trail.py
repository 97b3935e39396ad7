"""How a run of events becomes a block of the chain. Pure: rows and keys come in, bytes go out."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from responsibilities.rules.crypto import hmac_sm3

GENESIS = bytes(32)
EVENT_FIELDS = (
    "id",
    "at",
    "transaction",
    "actor_id",
    "actor_name",
    "organization_name",
    "action",
    "object_type",
    "object_id",
    "object_name",
    "project_id",
    "changes",
    "reason",
    "ip",
    "user_agent",
    "request_id",
)


def canonical(event: Mapping[str, Any]) -> bytes:
    """One event as bytes: the same row always gives the same bytes, another row never does."""
    values = [event[name] for name in EVENT_FIELDS]
    values[1] = f"{event['at'].timestamp():.6f}"
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def block_digest(key: bytes, *, previous: bytes, sealed_before: int, events: Iterable[Mapping[str, Any]]) -> bytes:
    """HMAC-SM3 over the previous digest, the horizon and the events in order, 32 bytes."""
    return hmac_sm3(key, previous, str(sealed_before).encode(), *(canonical(event) for event in events))
