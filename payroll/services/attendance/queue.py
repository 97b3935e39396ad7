"""The attendance sheet's row is the queue, as a payroll batch's is: claimed, counted, swept, given up after three.

The advisory lock of the reader tells a sheet that is being read from one whose reader died.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import F

from payroll.models import AttendanceSheet
from responsibilities.selectors.clock import now

LOCK_SPACE = 720_132
MAX_ATTEMPTS = 3
Status = AttendanceSheet.Status


@contextmanager
def reading_alone(sheet_id: int) -> Iterator[bool]:
    """Whether this connection is the sheet's only reader, until the block ends."""
    key = [LOCK_SPACE, sheet_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def attendance_claim(sheet_id: int) -> AttendanceSheet | None:
    """Count an attempt, committed before the file is touched. None where there is nothing to read; a sheet out of
    attempts becomes FAILED. Call inside `reading_alone`."""
    with transaction.atomic():
        sheet = (
            AttendanceSheet.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=sheet_id, status__in=(Status.QUEUED, Status.READING))
            .first()
        )
        if sheet is None:
            return None
        if sheet.attempts >= MAX_ATTEMPTS:
            _fail(sheet)
            return None
        sheet.status, sheet.claimed_at = Status.READING, now()
        sheet.attempts += 1
        sheet.save(update_fields=["status", "claimed_at", "attempts"])
    return AttendanceSheet.objects.select_related("project", "file", "subcontractor").get(pk=sheet_id)


def attendance_give_up(sheet: AttendanceSheet) -> None:
    """After an error: leave the sheet to the sweep, or fail it where it was the last attempt."""
    with transaction.atomic():
        row = AttendanceSheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
        if row.status == Status.READING and row.attempts >= MAX_ATTEMPTS:
            _fail(row)


def stranded_sheets_unscoped() -> list[int]:
    """Sheets that nobody reads: queued ones whose doorbell was lost, and those whose reader died."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT sheet.id FROM payroll_attendancesheet sheet
            WHERE (sheet.status = 'reading' OR (sheet.status = 'queued' AND sheet.uploaded_at < now() - interval '15 s'))
              AND NOT EXISTS (
                  SELECT 1 FROM pg_locks held
                  WHERE held.locktype = 'advisory' AND held.classid::bigint = %s AND held.objsubid = 2
                    AND held.objid::bigint = sheet.id %% 2147483648
                    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              )
            ORDER BY sheet.id
            """,
            [LOCK_SPACE],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _fail(sheet: AttendanceSheet) -> None:
    sheet.status = Status.FAILED
    sheet.refused_code = "failed"
    sheet.refused_message = (
        f"这份文件连续 {MAX_ATTEMPTS} 次处理失败，已停止重试。请用 Excel 或 WPS 另存为新的 .xlsx 文件后重新上传；"
        f"仍不成功请联系系统管理员，并告知考勤表编号 {sheet.pk}。"
    )
    sheet.version = F("version") + 1
    sheet.save(update_fields=["status", "refused_code", "refused_message", "version"])
