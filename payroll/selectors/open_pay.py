"""A leaver's pay that stands in submitted payrolls and isn't paid: what a settlement must not pay once more."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from payroll.models import SiteStay
from payroll.selectors.payouts import SETTLED_BY_ANOTHER_STAY
from responsibilities.selectors.clock import today


@dataclass(frozen=True, slots=True)
class OpenPay:
    """A leaver's pay that stands in a submitted payroll and isn't paid; yuan. `state` is of its attempt, if any."""

    line_id: int
    batch_id: int
    month_on: datetime.date
    net: Decimal
    state: str

    @property
    def words(self) -> str:
        waits = "已写入代发文件，等待银行结果" if self.state == "pending" else "待发放"
        return f"{self.month_on:%Y-%m} 工资表 #{self.batch_id} {waits} {self.net:,.2f} 元"


def open_pay_of(stay: SiteStay) -> list[OpenPay]:
    """Lines of a visible stay's months, on its site and with its employer, that are submitted and not paid.

    A finished batch has such lines too, recorded as exceptions; those that a settlement paid are none, and those that the
    settlement of another stay in the same month holds.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT line.id, batch.id, batch.month_on, line.net, coalesce(live.state, '')
            FROM payroll_payrollline line JOIN payroll_payrollbatch batch ON batch.id = line.batch_id
            LEFT JOIN payroll_payout live ON live.line_id = line.id AND live.state IN ('paid', 'pending')
            WHERE line.worker_id = %s AND batch.project_id = %s AND batch.status = 'submitted' AND line.net > 0
              AND (batch.subcontractor_id = %s OR batch.subcontractor_id IS NULL)
              AND batch.month_on BETWEEN date_trunc('month', %s::date) AND %s
              AND live.state IS DISTINCT FROM 'paid'
              AND NOT EXISTS (SELECT FROM payroll_payoutexception said WHERE said.line_id = line.id
                              AND said.kind = 'settled' AND said.lifted_at IS NULL)
              AND NOT {elsewhere}
            ORDER BY batch.month_on, batch.id, line.row
            """.replace("{elsewhere}", SETTLED_BY_ANOTHER_STAY),
            [
                stay.entry.worker_id,
                stay.entry.project_id,
                stay.entry.employer_id,
                stay.entered_on,
                stay.left_on or today(),
                stay.pk,
            ],
        )
        return [OpenPay(*row) for row in cursor.fetchall()]
