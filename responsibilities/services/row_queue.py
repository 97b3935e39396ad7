"""Rows that are their own queue: who may work on one, how often, and what was left lying.

A worker holds a session advisory lock for as long as it works. When it dies, however it dies, PostgreSQL drops the
lock with the connection; so a row that is being worked on and a stranded one are told apart at once, without guessing
how long the work may take. The broker only rings the bell: a lost or doubled message changes nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, models, transaction
from django.db.models import F

from responsibilities.selectors.clock import now

MAX_ATTEMPTS = 3
QUEUED, READING, FAILED = "queued", "reading", "failed"
# The two halves of an advisory key are 32 bits each.
KEYS = 2**31


@dataclass(frozen=True)
class RowQueue:
    """The queue that a model's rows are: `status`, `attempts`, `claimed_at`, `refused_code`, `refused_message`, `version`.

    `space` is the first half of the advisory key and belongs to one queue alone. `number` is what the person in front
    of a failed row calls it, `related` what whoever works on a row reads beside it, `anew` the counters that each
    attempt begins at zero, `queued_at` the column that says since when a row waits.
    """

    model: type[models.Model]
    space: int
    number: str
    file: str = "这份文件"
    related: tuple[str, ...] = ()
    anew: tuple[str, ...] = ()
    queued_at: str = "uploaded_at"

    @contextmanager
    def alone(self, pk: int) -> Iterator[bool]:
        """Whether this connection is the row's only reader, until the block ends."""
        key = [self.space, pk % KEYS]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
            (alone,) = cursor.fetchone()
        try:
            yield alone
        finally:
            if alone and connection.connection is not None:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)

    def claim(self, pk: int):
        """Count an attempt, committed before the file is touched: what kills the reader is counted too.

        None where there is nothing to read; a row out of attempts becomes FAILED. Call inside `alone`.
        """
        with transaction.atomic():
            row = (
                self.model._base_manager.select_for_update(skip_locked=True, of=("self",))
                .filter(pk=pk, status__in=(QUEUED, READING))
                .first()
            )
            if row is None:
                return None
            if row.attempts >= MAX_ATTEMPTS:
                self._fail(row)
                return None
            row.status, row.claimed_at = READING, now()
            row.attempts += 1
            for name in self.anew:
                setattr(row, name, 0)
            row.save(update_fields=["status", "claimed_at", "attempts", *self.anew])
        return self.model._base_manager.select_related(*self.related).get(pk=pk)

    def give_up(self, row: models.Model) -> None:
        """After an error: leave the row to the sweep, or fail it where it was the last attempt."""
        with transaction.atomic():
            row = self.model._base_manager.select_for_update(of=("self",)).get(pk=row.pk)
            if row.status == READING and row.attempts >= MAX_ATTEMPTS:
                self._fail(row)

    def stranded_unscoped(self) -> list[int]:
        """Rows that nobody reads: queued ones whose doorbell was lost, and those whose reader died."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT waiting.id FROM {self.model._meta.db_table} waiting
                WHERE (waiting.status = 'reading'
                       OR (waiting.status = 'queued' AND waiting.{self.queued_at} < now() - interval '15 s'))
                  AND NOT EXISTS (
                      SELECT 1 FROM pg_locks held
                      WHERE held.locktype = 'advisory' AND held.classid::bigint = %s AND held.objsubid = 2
                        AND held.objid::bigint = waiting.id %% {KEYS}
                        AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  )
                ORDER BY waiting.id
                """,  # noqa: S608 - a table and a column of our own
                [self.space],
            )
            return [pk for (pk,) in cursor.fetchall()]

    def _fail(self, row: models.Model) -> None:
        row.status = FAILED
        row.refused_code = "failed"
        row.refused_message = (
            f"{self.file}连续 {MAX_ATTEMPTS} 次处理失败，已停止重试。请用 Excel 或 WPS 另存为新的 .xlsx 文件后重新上传；"
            f"仍不成功请联系系统管理员，并告知{self.number} {row.pk}。"
        )
        row.version = F("version") + 1
        row.save(update_fields=["status", "refused_code", "refused_message", "version"])
