"""Doorbells. The batch row is the queue; a lost or doubled message changes nothing."""

from celery import shared_task

from payroll.services.attendance.reading import attendance_read
from payroll.services.attendance.uploads import READ_TASK as READ_ATTENDANCE
from payroll.services.files import annotated_make
from payroll.services.queue import ATTENDANCE, BATCHES, RESULTS
from payroll.services.reading import batch_read
from payroll.services.result_reading import READ_RESULT_TASK, result_read
from payroll.services.statement_matching import MATCH_TASK, statements_match
from payroll.services.uploads import READ_TASK
from responsibilities.services.touch import ring


@shared_task(name=READ_TASK)
def read_batch(batch_id: int) -> None:
    """Read a queued batch."""
    batch_read(batch_id)


@shared_task(name="payroll.annotate_batch")
def annotate_batch(batch_id: int) -> None:
    """Make the annotated workbook before somebody asks for it."""
    annotated_make(batch_id)


@shared_task(name=READ_ATTENDANCE)
def read_attendance(sheet_id: int) -> None:
    """Read a queued attendance sheet."""
    attendance_read(sheet_id)


@shared_task(name=READ_RESULT_TASK)
def read_result(result_id: int) -> None:
    """Read a bank's return file."""
    result_read(result_id)


@shared_task(name=MATCH_TASK)
def match_statements(project_id: int) -> None:
    """Bring a project's statement and its payments together."""
    statements_match(project_id)


@shared_task(name="payroll.sweep_batches")
def sweep_batches() -> None:
    """Ring again for batches, attendance sheets and bank results whose doorbell or reader was lost."""
    for queue, task in ((BATCHES, READ_TASK), (ATTENDANCE, READ_ATTENDANCE), (RESULTS, READ_RESULT_TASK)):
        for row_id in queue.stranded_unscoped():
            ring(task, row_id)
