"""The one sealer: chains finished events in HMAC-SM3 blocks. Basis: tamper evidence of the trail.

Writers append unchained, so that they never wait for each other. An event may be sealed once its transaction
is older than the oldest one still running: nothing can then appear behind a sealed block. `sealed_before` of
the last block is the low-water mark, so each run reads only the transactions between two horizons.
"""

import logging

from django.conf import settings
from django.db import connection, transaction

from responsibilities.models import AuditBlock, AuditEvent
from responsibilities.rules.trail import EVENT_FIELDS, GENESIS, block_digest
from responsibilities.services import heads

logger = logging.getLogger(__name__)

BLOCK_EVENTS = 5_000
# Any fixed number that nobody else in this database locks on.
_LOCK = 0x5A59_5345_414C


def seal_events() -> int:
    """Seal everything that is finished; returns the number of events sealed. Not inside a transaction.

    Two sealers would fork the chain: the second waits for the first.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _confirm_earlier()
        last = AuditBlock.objects.order_by("-id").first()
        previous, low = (bytes(last.digest), last.sealed_before) if last else (GENESIS, 0)
        ids, horizon = _finished(low)
        blocks = []
        for start in range(0, len(ids), BLOCK_EVENTS):
            # Only the last block of a run may claim that everything below the horizon is sealed.
            mark = horizon if start + BLOCK_EVENTS >= len(ids) else low
            block = _block(ids[start : start + BLOCK_EVENTS], previous, mark)
            heads.append(_head(heads.PREPARE, block))
            blocks.append(block)
            previous = block.digest
    for block in blocks:
        heads.append(_head(heads.SEALED, block))
    return len(ids)


def _finished(low: int) -> tuple[list[int], int]:
    """Unsealed events of ended transactions, and the horizon below which all have ended: one snapshot for both.

    Numbers below `low` mean that the database was restored into another cluster, whose numbers began anew.
    Then whatever no block holds is looked up; a visible row with a number that this cluster hasn't reached
    came with the restore, so it is finished.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        restored = cursor.fetchone()[0] < low
        if restored:
            logger.warning("transaction numbers began anew: the database was restored")
        cursor.execute(_UNSEALED if restored else _SINCE, {"low": low})
        rows = cursor.fetchall()
    return [pk for pk, _ in rows], rows[0][1] if rows else low


# Transaction numbers are the cluster's: one that is known to run in another database can't have written here,
# and must not hold the sealer up. Whatever can't be told counts as running here.
_HORIZON = """
WITH s AS MATERIALIZED (
  SELECT
    pg_snapshot_xmax(c)::text::bigint AS ceiling,
    COALESCE(
      (
        SELECT min(running::text::bigint) FROM pg_snapshot_xip(c) AS running
        WHERE NOT EXISTS (
          SELECT 1 FROM pg_stat_activity a
          WHERE a.datname <> current_database()
            AND a.backend_xid::text::bigint = (running::text::bigint & 4294967295)
        )
      ),
      pg_snapshot_xmax(c)::text::bigint
    ) AS horizon
  FROM pg_current_snapshot() c
)
"""
_SINCE = "".join(
    (
        _HORIZON,
        """
SELECT e.id, s.horizon FROM s, responsibilities_auditevent e
WHERE e.transaction >= %(low)s AND e.transaction < s.horizon
ORDER BY e.id
""",
    )
)
_UNSEALED = "".join(
    (
        _HORIZON,
        """
SELECT e.id, s.horizon FROM s, responsibilities_auditevent e
WHERE (e.transaction < s.horizon OR e.transaction >= s.ceiling)
  AND NOT EXISTS (SELECT 1 FROM responsibilities_auditblock b, unnest(b.event_ids) AS i WHERE i = e.id)
ORDER BY e.id
""",
    )
)


def _block(ids: list[int], previous: bytes, sealed_before: int) -> AuditBlock:
    events = AuditEvent.objects.filter(pk__in=ids).order_by("id").values(*EVENT_FIELDS)
    digest = block_digest(settings.PORTAL_AUDIT_KEY, previous=previous, sealed_before=sealed_before, events=events)
    return AuditBlock.objects.create(
        previous_digest=previous, digest=digest, event_ids=ids, sealed_before=sealed_before
    )


def _head(state: str, block: AuditBlock) -> heads.Head:
    return heads.Head(state, block.pk, bytes(block.digest).hex(), len(block.event_ids))


def _confirm_earlier() -> None:
    """A crash after a commit left blocks prepared but not confirmed: confirm those that are there."""
    lines = heads.read()
    confirmed = {line.digest for line in lines if line.state == heads.SEALED}
    waiting = {line.block_id: line for line in lines if line.state == heads.PREPARE and line.digest not in confirmed}
    for block in AuditBlock.objects.filter(pk__in=waiting).order_by("id"):
        if bytes(block.digest).hex() == waiting[block.pk].digest:
            heads.append(_head(heads.SEALED, block))
