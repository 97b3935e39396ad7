"""What is known of a month on a site, for checks of a payroll. Unscoped: compared, never shown in full."""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from payroll.models import PayrollBatch, PayrollLine, RosterEntry, Worker
from projects.models import ProjectParty


def expected_workers_unscoped(project_id: int, month_on: datetime.date, subcontractor_id: int | None) -> set[int]:
    """Workers whom this employer's attendance of the month names. `subcontractor_id` None: the contractor's own crews."""
    rows = _rows(
        """
        SELECT DISTINCT worker_id FROM payroll_attendanceday
        WHERE project_id = %s AND "on" >= %s AND "on" < %s::date + interval '1 month'
          AND subcontractor_id IS NOT DISTINCT FROM %s
        """,
        [project_id, month_on, month_on, subcontractor_id],
    )
    return {worker for (worker,) in rows}


def present_workers_unscoped(
    project_id: int, first: datetime.date, last: datetime.date, subcontractor_id: int | None
) -> set[int]:
    """Workers on this employer's roster with a stay of at least a day in the month, but for those whom back pay of the
    month names. Who is known from a payroll alone has no stay. One query.
    """
    employer = (
        Q(
            project__parties__part=ProjectParty.Part.GENERAL_CONTRACTOR,
            project__parties__organization_id=F("employer_id"),
        )
        if subcontractor_id is None
        else Q(employer_id=subcontractor_id)
    )
    back_pay = PayrollLine.objects.filter(
        worker_id=OuterRef("worker_id"),
        batch__project_id=project_id,
        batch__month_on=first,
        batch__subcontractor_id=subcontractor_id,
        batch__status=PayrollBatch.Status.SUBMITTED,
        batch__sequence__gt=0,
    ).order_by()
    return set(
        RosterEntry.objects.filter(employer, project_id=project_id)
        .filter(Q(stays__left_on__isnull=True) | Q(stays__left_on__gte=first), stays__entered_on__lte=last)
        .filter(~Exists(back_pay))
        .order_by()
        .values_list("worker_id", flat=True)
    )


def paid_by_others_unscoped(project_id: int, month_on: datetime.date, subcontractor_id: int | None) -> set[int]:
    """Workers in submitted sheets of other employers of the project for the month."""
    rows = _rows(
        """
        SELECT DISTINCT line.worker_id FROM payroll_payrollbatch batch
        JOIN payroll_payrollline line ON line.batch_id = batch.id
        WHERE batch.project_id = %s AND batch.month_on = %s AND batch.status = 'submitted'
          AND batch.subcontractor_id IS DISTINCT FROM %s
        """,
        [project_id, month_on, subcontractor_id],
    )
    return {worker for (worker,) in rows}


def month_gap_unscoped(project_id: int, month_on: datetime.date, subcontractor_id: int | None) -> datetime.date | None:
    """The month before, where the employer paid the one before that and stated nothing for it, nil return included."""
    before = (month_on - datetime.timedelta(days=1)).replace(day=1)
    earlier = (before - datetime.timedelta(days=1)).replace(day=1)
    rows = _rows(
        """
        SELECT count(*) FILTER (WHERE month_on = %s AND kind <> 'nil'), count(*) FILTER (WHERE month_on = %s)
        FROM payroll_payrollbatch
        WHERE project_id = %s AND month_on IN (%s, %s) AND status = 'submitted' AND sequence = 0
          AND subcontractor_id IS NOT DISTINCT FROM %s
        """,
        [earlier, before, project_id, earlier, before, subcontractor_id],
    )
    paid, stated = rows[0]
    return before if paid and not stated else None


def last_month_sheet_unscoped(
    project_id: int, month_on: datetime.date, subcontractor_id: int | None
) -> tuple[int, int, Decimal] | None:
    """(batch, people, what they got in yuan) of the employer's submitted sheet of the month before; None without one."""
    rows = _rows(
        """
        SELECT batch.id, count(line.id), coalesce(sum(line.net), 0) FROM payroll_payrollbatch batch
        JOIN payroll_payrollline line ON line.batch_id = batch.id
        WHERE batch.project_id = %s AND batch.month_on = (%s::date - interval '1 month')::date AND batch.status = 'submitted'
          AND batch.sequence = 0 AND batch.subcontractor_id IS NOT DISTINCT FROM %s
        GROUP BY batch.id
        """,
        [project_id, month_on, subcontractor_id],
    )
    return rows[0] if rows else None


def days_and_pay_unscoped(batch_id: int) -> list[tuple[int, Decimal | None, Decimal]]:
    """(worker, days, net) of a batch's lines."""
    return _rows("SELECT worker_id, days, net FROM payroll_payrollline WHERE batch_id = %s", [batch_id])


def submitted_by_others_unscoped(
    project_id: int, month_on: datetime.date, subcontractor_id: int | None, *, unpaid_only: bool = False
) -> Decimal:
    """What other employers' submitted sheets of the month pay on the project, yuan.

    `unpaid_only` leaves out lines that the bank has paid or is paying: a statement's balance knows of them.
    """
    rows = _rows(
        """
        SELECT COALESCE(sum(line.net), 0) FROM payroll_payrollbatch batch
        JOIN payroll_payrollline line ON line.batch_id = batch.id
        WHERE batch.project_id = %s AND batch.month_on = %s AND batch.status = 'submitted'
          AND batch.subcontractor_id IS DISTINCT FROM %s
          AND (NOT %s OR NOT EXISTS (
              SELECT 1 FROM payroll_payout payout
              WHERE payout.line_id = line.id AND payout.state IN ('pending', 'paid')
          ))
        """,
        [project_id, month_on, subcontractor_id, unpaid_only],
    )
    return rows[0][0]


def masked_names_unscoped(worker_ids: Iterable[int]) -> list[str]:
    """张*芳, 李*: enough for the employer to know whom, for nobody else."""
    names = dict(Worker.objects.filter(pk__in=list(worker_ids)).values_list("pk", "name"))
    return [_masked(name) for _pk, name in sorted(names.items())]


def _masked(name: str) -> str:
    return f"{name[:1]}*{name[-1]}" if len(name) > 2 else f"{name[:1]}*"


def _rows(query: str, arguments: list) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return cursor.fetchall()
