"""A stay month by month: the worker's lines in submitted payrolls beside the attendance on record."""

import datetime
from decimal import Decimal

from django.db import connection

from payroll.models import SiteStay
from payroll.rules.month import Month
from payroll.rules.stay_months import StayMonth
from payroll.selectors.payouts import SETTLED_BY_ANOTHER_STAY
from responsibilities.selectors.clock import today


def months_of_stay(stay: SiteStay) -> list[StayMonth]:
    """Every month of a visible stay, oldest first, on its site and with its employer. Two queries.

    Paid is what banks said went out, line by line: what failed, came back, is held or under way isn't paid, whatever
    became of the rest of its batch. What the settlement of another stay in the same month paid instead of a bank is left
    out of the sums.
    """
    last = stay.left_on or today()
    lines, attended = _lines(stay, last), _attended(stay, last)
    found, month = [], Month.around(stay.entered_on)
    while month.first <= last:
        found.append(
            StayMonth(
                first=max(month.first, stay.entered_on),
                last=min(month.last, last),
                attended=attended.get(month.first),
                **lines.get(month.first, {}),
            )
        )
        month = month.moved(1)
    return found


def _lines(stay: SiteStay, last: datetime.date) -> dict[datetime.date, dict]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT month_on, array_agg(DISTINCT batch_id ORDER BY batch_id), bool_or(counts),
                   sum(days) FILTER (WHERE counts),
                   coalesce(array_agg(DISTINCT unit_price) FILTER (WHERE counts AND unit_price IS NOT NULL), '{}'),
                   coalesce(sum(coalesce(gross, net + coalesce(deductions, 0) + coalesce(advance, 0)))
                            FILTER (WHERE counts), 0),
                   coalesce(sum(deductions) FILTER (WHERE counts), 0),
                   coalesce(sum(advance) FILTER (WHERE counts), 0),
                   coalesce(sum(net) FILTER (WHERE counts), 0),
                   coalesce(sum(paid) FILTER (WHERE counts), 0)
            FROM (
                SELECT batch.month_on, line.batch_id, line.days, line.unit_price, line.gross, line.deductions,
                       line.advance, line.net, paid.amount AS paid, NOT (paid.id IS NULL AND {elsewhere}) AS counts
                FROM payroll_payrollline line JOIN payroll_payrollbatch batch ON batch.id = line.batch_id
                LEFT JOIN payroll_payout paid ON paid.line_id = line.id AND paid.state = 'paid'
                WHERE line.worker_id = %s AND batch.project_id = %s AND batch.status = 'submitted'
                  AND (batch.subcontractor_id = %s OR batch.subcontractor_id IS NULL)
                  AND batch.month_on BETWEEN date_trunc('month', %s::date) AND %s
            ) line
            GROUP BY month_on
            """.replace("{elsewhere}", SETTLED_BY_ANOTHER_STAY),
            [stay.pk, stay.entry.worker_id, stay.entry.project_id, stay.entry.employer_id, stay.entered_on, last],
        )
        names = ("batches", "counted", "days", "prices", "earned", "deductions", "advance", "net", "paid")
        return {month_on: dict(zip(names, facts, strict=True)) for month_on, *facts in cursor.fetchall()}


def _attended(stay: SiteStay, last: datetime.date) -> dict[datetime.date, Decimal]:
    """{month: days on record within the stay}, recorded by the stay's employer or the contractor."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT date_trunc('month', "on")::date, sum(days) FROM payroll_attendanceday
            WHERE worker_id = %s AND project_id = %s AND "on" BETWEEN %s AND %s
              AND (subcontractor_id = %s OR subcontractor_id IS NULL)
            GROUP BY 1
            """,
            [stay.entry.worker_id, stay.entry.project_id, stay.entered_on, last, stay.entry.employer_id],
        )
        return dict(cursor.fetchall())
