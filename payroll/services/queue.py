"""The batch row is the queue: who may read it, how often, and what was left lying.

A reader holds a session advisory lock for as long as it works. When it dies, however it dies, PostgreSQL
drops the lock with the connection; so a batch that is being read and a stranded one are told apart at once,
without guessing how long a reading may take.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import F

from payroll.models import PayrollBatch
from responsibilities.selectors.clock import now

LOCK_SPACE = 720_131
MAX_ATTEMPTS = 3
Status = PayrollBatch.Status


@contextmanager
def reading_alone(batch_id: int, space: int = LOCK_SPACE) -> Iterator[bool]:
    """Whether this connection is the batch's only reader, until the block ends; other queues have another `space`."""
    key = [space, batch_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def batch_claim(batch_id: int) -> PayrollBatch | None:
    """Count an attempt, committed before the file is touched: what kills the reader is counted too.

    None where there is nothing to read; a batch out of attempts becomes FAILED. Call inside `reading_alone`.
    """
    with transaction.atomic():
        batch = (
            PayrollBatch.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=batch_id, status__in=(Status.QUEUED, Status.READING))
            .first()
        )
        if batch is None:
            return None
        if batch.attempts >= MAX_ATTEMPTS:
            _fail(batch)
            return None
        batch.status, batch.claimed_at = Status.READING, now()
        batch.attempts += 1
        batch.rows = batch.rows_done = 0
        batch.save(update_fields=["status", "claimed_at", "attempts", "rows", "rows_done"])
    return PayrollBatch.objects.select_related("project", "file").get(pk=batch_id)


def batch_give_up(batch: PayrollBatch) -> None:
    """After an error: leave the batch to the sweep, or fail it where it was the last attempt."""
    with transaction.atomic():
        row = PayrollBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if row.status == Status.READING and row.attempts >= MAX_ATTEMPTS:
            _fail(row)


def stranded_batches_unscoped() -> list[int]:
    """Batches that nobody reads: queued ones whose doorbell was lost, and those whose reader died."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT batch.id FROM payroll_payrollbatch batch
            WHERE (batch.status = 'reading' OR (batch.status = 'queued' AND batch.uploaded_at < now() - interval '15 s'))
              AND NOT EXISTS (
                  SELECT 1 FROM pg_locks held
                  WHERE held.locktype = 'advisory' AND held.classid::bigint = %s AND held.objsubid = 2
                    AND held.objid::bigint = batch.id %% 2147483648
                    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              )
            ORDER BY batch.id
            """,
            [LOCK_SPACE],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _fail(batch: PayrollBatch) -> None:
    batch.status = Status.FAILED
    batch.refused_code = "failed"
    batch.refused_message = (
        f"这份文件连续 {MAX_ATTEMPTS} 次处理失败，已停止重试。请用 Excel 或 WPS 另存为新的 .xlsx 文件后重新上传；"
        f"仍不成功请联系系统管理员，并告知批次号 {batch.pk}。"
    )
    batch.version = F("version") + 1
    batch.save(update_fields=["status", "refused_code", "refused_message", "version"])
