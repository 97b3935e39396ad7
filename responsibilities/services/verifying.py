"""Walks the chain and says where it first breaks. Reads events and blocks as they stand now."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import connection

from responsibilities.models import AuditBlock, AuditEvent
from responsibilities.rules.trail import EVENT_FIELDS, GENESIS, block_digest
from responsibilities.services import heads
from responsibilities.services.sealing import seal_events


@dataclass(frozen=True)
class Break:
    """The first broken link. `code` is for programs, `message` says it in a sentence."""

    code: str
    message: str
    block: int | None = None
    event: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What the walk found; `broken` None means that every sealed event is as it was written."""

    blocks: int
    events: int
    broken: Break | None

    def as_json(self) -> dict:
        return {
            "ok": self.broken is None,
            "blocks": self.blocks,
            "events": self.events,
            "broken": asdict(self.broken) if self.broken else None,
        }


def verify_chain() -> Verdict:
    """Seal what is finished, then walk the chain from its first block. Not inside a transaction."""
    seal_events()
    return walk()


def walk() -> Verdict:
    """The walk alone: links, contents, events that no block holds, and the heads outside the database."""
    known = {line.block_id: line for line in heads.read() if line.state == heads.PREPARE}
    previous, blocks, events, broken = GENESIS, 0, 0, None
    last = None
    for block in AuditBlock.objects.order_by("id").iterator(chunk_size=20):
        blocks, events, last = blocks + 1, events + len(block.event_ids), block
        broken = _link(block, previous) or _head(block, known) or _contents(block, known[block.pk].events)
        if broken:
            break
        previous = bytes(block.digest)
    broken = broken or _cut_short() or _stray(last)
    return Verdict(blocks, events, broken)


def _link(block: AuditBlock, previous: bytes) -> Break | None:
    if bytes(block.previous_digest) != previous:
        return Break("chain", f"第 {block.pk} 块与前一块接不上：中间的块被删除、替换或调换了次序。", block.pk)
    return None


def _head(block: AuditBlock, known: dict[int, heads.Head]) -> Break | None:
    line = known.get(block.pk)
    if line is None:
        return Break("heads_truncated", f"库外的链头记录里没有第 {block.pk} 块：链头记录被截短或删改。", block.pk)
    if line.digest != bytes(block.digest).hex():
        return Break("head_differs", f"第 {block.pk} 块的摘要与库外的链头记录不一致：该块被重写。", block.pk)
    return None


def _contents(block: AuditBlock, counted: int) -> Break | None:
    ids = list(block.event_ids)
    found = {row["id"]: row for row in AuditEvent.objects.filter(pk__in=ids).values(*EVENT_FIELDS)}
    digest = bytes(block.digest)

    def matches(order: list[int]) -> bool:
        rows = [found[pk] for pk in order]
        return digest == block_digest(
            settings.PORTAL_AUDIT_KEY,
            previous=bytes(block.previous_digest),
            sealed_before=block.sealed_before,
            events=rows,
        )

    missing = next((pk for pk in ids if pk not in found), None)
    if missing is not None:
        return Break("deleted", f"第 {block.pk} 块中的事件 {missing} 已被删除。", block.pk, missing)
    if matches(ids):
        return None
    if len(ids) > counted:
        return Break(
            "inserted", f"第 {block.pk} 块原有 {counted} 个事件，现有 {len(ids)} 个：封存后插入了事件。", block.pk
        )
    if len(ids) < counted:
        return Break(
            "deleted", f"第 {block.pk} 块原有 {counted} 个事件，现只列 {len(ids)} 个：有事件被移出。", block.pk
        )
    if ids != sorted(ids) and matches(sorted(ids)):
        return Break("reordered", f"第 {block.pk} 块中事件的次序被调换。", block.pk)
    return Break("changed", f"第 {block.pk} 块的内容与封存时不同：其中有事件或块本身被改动。", block.pk)


def _cut_short() -> Break | None:
    """A confirmed head whose block is gone: the chain lost its end (or was replaced as a whole)."""
    lines = [line for line in heads.read() if line.state == heads.SEALED]
    digests = {bytes(digest).hex() for digest in AuditBlock.objects.values_list("digest", flat=True)}
    gone = next((line for line in lines if line.digest not in digests), None)
    if gone is None:
        return None
    return Break(
        "chain_truncated",
        f"库外的链头记录里有第 {gone.block_id} 块，库中却没有：封存链被截短。"
        "如果换用了另一个数据库，请为它另设 PORTAL_AUDIT_HEADS。",
        gone.block_id,
    )


def _stray(last: AuditBlock | None) -> Break | None:
    """An event below the horizon that no block holds was written behind the seal."""
    stray = next(_strays(last.sealed_before), None) if last else None
    if stray is None:
        return None
    return Break("inserted", f"事件 {stray} 不在任何块中，却早于封存界线：它是封存后插入的。", None, stray)


def _strays(sealed_before: int) -> Iterator[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id FROM responsibilities_auditevent e LEFT JOIN"
            " (SELECT unnest(event_ids) AS id FROM responsibilities_auditblock) s ON s.id = e.id"
            " WHERE e.transaction < %s AND s.id IS NULL ORDER BY e.id LIMIT 1",
            [sealed_before],
        )
        yield from (pk for (pk,) in cursor.fetchall())
