"""The bank result's row is the queue, as the batch's is (`payroll.services.queue`): claims, attempts, what was left."""

from django.db import connection, transaction

from payroll.models import BankResult
from payroll.services.queue import MAX_ATTEMPTS
from responsibilities.selectors.clock import now

RESULT_LOCK_SPACE = 720_132
Status = BankResult.Status


def result_claim(result_id: int) -> BankResult | None:
    """Count an attempt, committed before the file is touched; out of attempts it becomes FAILED."""
    with transaction.atomic():
        result = (
            BankResult.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=result_id, status__in=(Status.QUEUED, Status.READING))
            .first()
        )
        if result is None:
            return None
        if result.attempts >= MAX_ATTEMPTS:
            _fail(result)
            return None
        result.status, result.claimed_at = Status.READING, now()
        result.attempts += 1
        result.save(update_fields=["status", "claimed_at", "attempts"])
    return BankResult.objects.select_related("file", "batch", "payout_file").get(pk=result_id)


def result_give_up(result: BankResult) -> None:
    """After an error: leave it to the sweep, or fail it where it was the last attempt."""
    with transaction.atomic():
        row = BankResult.objects.select_for_update(of=("self",)).get(pk=result.pk)
        if row.status == Status.READING and row.attempts >= MAX_ATTEMPTS:
            _fail(row)


def stranded_results_unscoped() -> list[int]:
    """Results that nobody reads: queued ones whose doorbell was lost, and those whose reader died."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT result.id FROM payroll_bankresult result
            WHERE (result.status = 'reading'
                   OR (result.status = 'queued' AND result.uploaded_at < now() - interval '15 s'))
              AND NOT EXISTS (
                  SELECT 1 FROM pg_locks held
                  WHERE held.locktype = 'advisory' AND held.classid::bigint = %s AND held.objsubid = 2
                    AND held.objid::bigint = result.id %% 2147483648
                    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              )
            ORDER BY result.id
            """,
            [RESULT_LOCK_SPACE],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _fail(result: BankResult) -> None:
    result.status = Status.FAILED
    result.refused_code = "failed"
    result.refused_message = (
        f"这份回执连续 {MAX_ATTEMPTS} 次处理失败，已停止重试。请用 Excel 或 WPS 另存为新的 .xlsx 文件后重新上传；"
        f"仍不成功请联系系统管理员，并告知回执号 {result.pk}。"
    )
    result.save(update_fields=["status", "refused_code", "refused_message"])
