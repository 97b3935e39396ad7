"""Two batches side by side by worker: who came, who went, whose days, amounts or card changed. One statement.

Amounts are added up by worker, so that a person on two lines is compared as one. Deductions and advances stand
together: both lower the net.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from payroll.models import PayrollBatch
from payroll.selectors.batches import batch_by_pk
from responsibilities.rules.errors import NotVisible, Refused
from responsibilities.rules.scope import Scope

KINDS = ("added", "removed", "changed", "same")
_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Side:
    """One batch's pay of a worker."""

    days: Decimal | None
    gross: Decimal | None
    taken: Decimal
    net: Decimal
    card: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A worker in both, with what differs; a side is None where the worker isn't in that batch."""

    worker_id: int
    name: str
    id_last4: str
    crew: str
    kind: str
    old: Side | None
    new: Side | None
    card_differs: bool

    @property
    def net_difference(self) -> Decimal:
        return (self.new.net if self.new else _ZERO) - (self.old.net if self.old else _ZERO)

    def differs(self, field: str) -> bool:
        """Whether a figure of both sides differs."""
        return self.old is not None and self.new is not None and getattr(self.old, field) != getattr(self.new, field)


@dataclass(frozen=True, slots=True)
class Sums:
    """How many workers of each kind, and what both batches pay them."""

    added: int = 0
    removed: int = 0
    changed: int = 0
    same: int = 0
    old_net: Decimal = _ZERO
    new_net: Decimal = _ZERO

    @property
    def difference(self) -> Decimal:
        return self.new_net - self.old_net

    @property
    def differing(self) -> int:
        return self.added + self.removed + self.changed


def comparable(scope: Scope, pk: int, other_pk: int) -> tuple[PayrollBatch, PayrollBatch]:
    """(older, newer) of one project that the caller sees; raises NotVisible, or Refused between projects."""
    new, old = batch_by_pk(scope, pk), batch_by_pk(scope, other_pk)
    if new.project_id != old.project_id:
        raise NotVisible("没有找到可以对照的工资表。")
    if new.pk == old.pk:
        raise Refused("same_batch", "不能和自己对照，请另选一份工资表。")
    return old, new


def comparison(old: PayrollBatch, new: PayrollBatch, *, only_changes: bool, limit: int | None, offset: int = 0):
    """Pairs, those that differ first, in the order of the sheet. Both batches are in the caller's sight already."""
    rows = _run(
        """
        SELECT paired.worker_id, worker.name, worker.id_last4, crew, kind,
               old_net IS NOT NULL, old_days, old_gross, old_taken, old_net, COALESCE(old_card.last4, ''),
               new_net IS NOT NULL, new_days, new_gross, new_taken, new_net, COALESCE(new_card.last4, ''),
               old_net IS NOT NULL AND new_net IS NOT NULL AND old_card_id IS DISTINCT FROM new_card_id
        FROM paired
        JOIN payroll_worker worker ON worker.id = paired.worker_id
        LEFT JOIN payroll_bankcard old_card ON old_card.id = old_card_id
        LEFT JOIN payroll_bankcard new_card ON new_card.id = new_card_id
        WHERE kind <> 'same' OR NOT %s
        ORDER BY CASE kind WHEN 'added' THEN 0 WHEN 'removed' THEN 1 WHEN 'changed' THEN 2 ELSE 3 END, place, paired.worker_id
        LIMIT %s OFFSET %s
        """,
        [old.pk, new.pk, only_changes, limit, offset],
    )
    return [
        Pair(*row[:5], Side(*row[6:11]) if row[5] else None, Side(*row[12:17]) if row[11] else None, row[17])
        for row in rows
    ]


def comparison_sums(old: PayrollBatch, new: PayrollBatch) -> Sums:
    """Counts and totals of the whole comparison."""
    rows = _run(
        "SELECT kind, count(*), COALESCE(sum(old_net), 0), COALESCE(sum(new_net), 0) FROM paired GROUP BY kind",
        [old.pk, new.pk],
    )
    counts = {kind: count for kind, count, _, _ in rows}
    return Sums(
        **counts,
        old_net=sum((row[2] for row in rows), _ZERO),
        new_net=sum((row[3] for row in rows), _ZERO),
    )


_PAIRED = """
WITH per_worker AS (
    SELECT batch_id, worker_id, min(row) AS place, min(crew) AS crew, sum(days) AS days, sum(gross) AS gross,
           sum(COALESCE(deductions, 0) + COALESCE(advance, 0)) AS taken, sum(net) AS net, max(card_id) AS card_id
    FROM payroll_payrollline WHERE batch_id = ANY(%s) GROUP BY batch_id, worker_id
), paired AS (
    SELECT worker_id, COALESCE(new.place, old.place) AS place, COALESCE(new.crew, old.crew) AS crew,
           old.days AS old_days, old.gross AS old_gross, old.taken AS old_taken, old.net AS old_net,
           old.card_id AS old_card_id, new.days AS new_days, new.gross AS new_gross, new.taken AS new_taken,
           new.net AS new_net, new.card_id AS new_card_id,
           CASE WHEN old.net IS NULL THEN 'added' WHEN new.net IS NULL THEN 'removed'
                WHEN (old.days, old.gross, old.taken, old.net, old.card_id)
                     IS DISTINCT FROM (new.days, new.gross, new.taken, new.net, new.card_id) THEN 'changed'
                ELSE 'same' END AS kind
    FROM (SELECT * FROM per_worker WHERE batch_id = %s) old
    FULL JOIN (SELECT * FROM per_worker WHERE batch_id = %s) new USING (worker_id)
)
"""


def _run(query: str, arguments: list) -> list[tuple]:
    old, new, *rest = arguments
    with connection.cursor() as cursor:
        cursor.execute(_PAIRED + query, [[old, new], old, new, *rest])
        return cursor.fetchall()
