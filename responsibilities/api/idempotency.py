"""`Idempotency-Key`: the same key and body, the same reply; another body, 409."""

import hashlib
import json
from functools import wraps

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from rest_framework.response import Response

from responsibilities.models import IdempotencyRecord
from responsibilities.rules.errors import Refused

LONGEST_KEY = 120
LONGEST_PATH = 200  # what is kept for people to read; the digest covers the whole


class KeyReused(Refused):
    """The key was used for another request (HTTP 409, see `responsibilities.api.base`)."""

    def __init__(self):
        super().__init__(
            "idempotency_key_reused",
            "这个 Idempotency-Key 已用于内容不同的请求。重试原请求请保持内容不变，新的请求请换一个键。",
        )


def idempotent(handler):
    """Wrap a viewset's POST. Act and record are one transaction: a refused act leaves the key free.

    Two at once with one key: the second waits for the first at the unique constraint, then gets its reply.
    """

    @wraps(handler)
    def wrapped(self, request, *args, **kwargs):
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return handler(self, request, *args, **kwargs)
        if len(key) > LONGEST_KEY:
            raise Refused("idempotency_key_too_long", f"Idempotency-Key 不能超过 {LONGEST_KEY} 个字符。")
        digest = _digest(request)
        with transaction.atomic():
            record, created = IdempotencyRecord.objects.get_or_create(
                user=request.user, key=key, defaults={"path": request.path[:LONGEST_PATH], "body_digest": digest}
            )
            if not created:
                if bytes(record.body_digest) != digest:
                    raise KeyReused()
                return Response(record.reply, status=record.status, headers={"Idempotent-Replayed": "true"})
            response = handler(self, request, *args, **kwargs)
            record.status, record.reply = response.status_code, json.loads(_plain(response.data))
            record.save(update_fields=["status", "reply"])
        return response

    return wrapped


def _digest(request) -> bytes:
    """SHA-256 over path and content, independent of multipart boundaries and of the order of fields."""
    total = hashlib.sha256(request.path.encode())
    for name in sorted(request.data):
        values = request.data.getlist(name) if hasattr(request.data, "getlist") else [request.data[name]]
        for value in values:
            total.update(f"\x00{name}\x00".encode())
            if isinstance(value, UploadedFile):
                for chunk in value.chunks():
                    total.update(chunk)
                value.seek(0)
            else:
                total.update(_plain(value).encode())
    return total.digest()


def _plain(value) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
