"""The queues of this room: payroll batches, attendance sheets and banks' results, each its own rows.

How a row is claimed, counted, given up and found again is said once, in `responsibilities.services.row_queue`.
"""

from payroll.models import AttendanceSheet, BankResult, PayrollBatch
from responsibilities.services.row_queue import MAX_ATTEMPTS, RowQueue

__all__ = [
    "ATTENDANCE",
    "BATCHES",
    "LOCK_SPACE",
    "MAX_ATTEMPTS",
    "RESULTS",
    "batch_claim",
    "batch_give_up",
    "reading_alone",
    "stranded_batches_unscoped",
]

# Each queue has a space of its own: sheet 7 and batch 7 are read at the same time.
BATCHES = RowQueue(
    PayrollBatch, space=720_131, number="批次号", related=("project", "file"), anew=("rows", "rows_done")
)
ATTENDANCE = RowQueue(AttendanceSheet, space=720_132, number="考勤表编号", related=("project", "file", "subcontractor"))
RESULTS = RowQueue(
    BankResult, space=720_134, number="回执号", file="这份回执", related=("file", "batch", "payout_file")
)

LOCK_SPACE = BATCHES.space
reading_alone, batch_claim, batch_give_up = BATCHES.alone, BATCHES.claim, BATCHES.give_up
stranded_batches_unscoped = BATCHES.stranded_unscoped
