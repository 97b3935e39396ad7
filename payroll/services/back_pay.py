"""Back pay that the month's own sheet seems to have paid already: a warning, never an error."""

from django.db import connection

from payroll.models import PayrollBatch


def repeated_pay_remark(*, batch: PayrollBatch) -> int:
    """Warn at lines of a read back pay whose worker was already paid the same amount for the month; returns how many.

    Another month's equal pay says nothing; the same net of the same month is often the same sheet sent twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO payroll_payrollremark (batch_id, sheet_no, row, cell, code, severity, message)
            SELECT DISTINCT ON (line.id) line.batch_id, line.sheet_no, line.row, '', 'paid_already', 'warning',
                   to_char(%s::date, 'YYYY-MM') || ' 已有一笔 ' || line.net || ' 元（批次 #' || paid.batch_id
                   || '），与补发金额相同。请核对是不是重复发放。'
            FROM payroll_payrollline line
            JOIN payroll_payrollline paid ON paid.worker_id = line.worker_id AND paid.net = line.net
            JOIN payroll_payrollbatch other ON other.id = paid.batch_id AND other.status = 'submitted'
                 AND other.project_id = %s AND other.month_on = %s AND other.id <> %s
            WHERE line.batch_id = %s
            ORDER BY line.id, paid.id
            """,
            [batch.month_on, batch.project_id, batch.month_on, batch.pk, batch.pk],
        )
        return cursor.rowcount
