"""What attendance says of workers, for checks of a payroll. Unscoped: compared, never shown."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from payroll.models import AttendanceDay


@dataclass(frozen=True, slots=True)
class Attended:
    """What attendance records of one worker on one site in one month: days to two places, hours where known."""

    days: Decimal
    hours: Decimal | None
    first_on: datetime.date
    last_on: datetime.date


def attendance_known_unscoped(
    project_id: int, month_on: datetime.date, *, subcontractor_id: int | None = None, anybody: bool = False
) -> bool:
    """Whether attendance of this employer is recorded for the month (`anybody`: of any employer of the site).

    Where it isn't, checks that compare with attendance stay silent: nothing recorded is not "absent".
    `subcontractor_id` None: the general contractor's own crews, as on a batch.
    """
    rows = AttendanceDay.objects.filter(project_id=project_id, on__gte=month_on, on__lt=_next(month_on))
    return (rows if anybody else rows.filter(subcontractor_id=subcontractor_id)).exists()


def attendance_of_month_unscoped(
    project_id: int, month_on: datetime.date, worker_ids: Iterable[int] | None = None
) -> dict[int, Attended]:
    """{worker: what is recorded on this site in the month}; workers without a day are left out. One query.

    `month_on` is the month's first day. Without `worker_ids` everybody on the site.
    """
    workers = None if worker_ids is None else list(worker_ids)
    if workers == []:
        return {}
    rows = _rows(
        """
        SELECT worker_id, sum(days), sum(hours), min("on"), max("on") FROM payroll_attendanceday
        WHERE project_id = %s AND "on" >= %s AND "on" < %s AND (%s::bigint[] IS NULL OR worker_id = ANY(%s::bigint[]))
        GROUP BY worker_id
        """,
        [project_id, month_on, _next(month_on), workers, workers],
    )
    return {worker: Attended(*facts) for worker, *facts in rows}


def attended_elsewhere_unscoped(
    project_id: int, month_on: datetime.date, worker_ids: Iterable[int]
) -> dict[int, list[datetime.date]]:
    """{worker: days of the month on which this site and another one both record the worker}, in order.

    Which other site it is isn't told: it may lie outside the reader's scope.
    """
    workers = list(worker_ids)
    if not workers:
        return {}
    rows = _rows(
        """
        SELECT here.worker_id, array_agg(DISTINCT here."on" ORDER BY here."on") FROM payroll_attendanceday here
        JOIN payroll_attendanceday there ON there.worker_id = here.worker_id AND there."on" = here."on"
             AND there.project_id <> here.project_id
        WHERE here.project_id = %s AND here."on" >= %s AND here."on" < %s AND here.worker_id = ANY(%s)
        GROUP BY here.worker_id
        """,
        [project_id, month_on, _next(month_on), workers],
    )
    return dict(rows)


def _next(month_on: datetime.date) -> datetime.date:
    return (month_on.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


def _rows(query: str, arguments: list) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return cursor.fetchall()


def taken_days_unscoped(
    project_id: int, month_on: datetime.date, worker_ids: Iterable[int], subcontractor_id: int | None
) -> tuple[dict[int, set[datetime.date]], dict[int, set[datetime.date]]]:
    """What others record of these workers in the month: ({worker: days for another employer of this site},
    {worker: days on other sites})."""
    workers = list(worker_ids)
    here: dict[int, set[datetime.date]] = {}
    elsewhere: dict[int, set[datetime.date]] = {}
    if not workers:
        return here, elsewhere
    for worker, on, same_site in _rows(
        """
        SELECT worker_id, "on", project_id = %s FROM payroll_attendanceday
        WHERE worker_id = ANY(%s) AND "on" >= %s AND "on" < %s
          AND (project_id <> %s OR subcontractor_id IS DISTINCT FROM %s::bigint)
        """,
        [project_id, workers, month_on, _next(month_on), project_id, subcontractor_id],
    ):
        (here if same_site else elsewhere).setdefault(worker, set()).add(on)
    return here, elsewhere
