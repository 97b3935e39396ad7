"""The text of public links: a random key and a keyed digest over it, in letters that a QR code holds.

Without the digest's key nobody can make one, not even with the whole database; without the database nobody can
guess one. A link opened through the site's code carries the minute at which it ends.
"""

import base64
import binascii
import hmac
import uuid
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

DIGEST = 16
_MINUTE = 4


class LinkKind(StrEnum):
    """What a link opens. The value is the purpose that its digest is bound to."""

    PAY = "pay_link"
    SITE_VISIT = "pay_visit"
    SITE = "site_link"


class Link(NamedTuple):
    """A link whose digest is right; `ends_minute` is minutes since 1970, for a visit only."""

    kind: LinkKind
    key: uuid.UUID
    ends_minute: int | None


# The digest of a purpose and bytes under the server's key.
Digest = Callable[[str, bytes], bytes]
_MARKS = {LinkKind.PAY: b"\x01", LinkKind.SITE_VISIT: b"\x02", LinkKind.SITE: b"\x03"}
_KINDS = {mark: kind for kind, mark in _MARKS.items()}


def link_text(kind: LinkKind, key: uuid.UUID, digest: Digest, ends_minute: int | None = None) -> str:
    """The token of an address: 44 letters, 50 for a visit."""
    body = _MARKS[kind] + key.bytes
    if kind == LinkKind.SITE_VISIT:
        body += (ends_minute or 0).to_bytes(_MINUTE, "big")
    return base64.urlsafe_b64encode(body + digest(kind, body)[:DIGEST]).rstrip(b"=").decode()


def link_of(text: str, digest: Digest) -> Link | None:
    """The link behind a token, None where it was not made with this key."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    kind = _KINDS.get(data[:1])
    if kind is None:
        return None
    body, found = data[:-DIGEST], data[-DIGEST:]
    if len(body) != 17 + (_MINUTE if kind == LinkKind.SITE_VISIT else 0):
        return None
    if not hmac.compare_digest(digest(kind, body)[:DIGEST], found):
        return None
    # One link, one text: the unused bits of the last letter are not a second spelling.
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        return None
    ends = int.from_bytes(body[17:], "big") if kind == LinkKind.SITE_VISIT else None
    return Link(kind, uuid.UUID(bytes=body[1:17]), ends)
