"""Who is paid stands on the roster; who stood there because of a sheet that counts no more, doesn't any longer."""

from django.db import connection

from payroll.models import PayrollBatch
from projects.models import ProjectParty
from projects.selectors.projects import organization_of_part_unscoped

ROSTER_SPACE = 720_136


def batch_enrol(batch: PayrollBatch) -> int:
    """Put the paid workers on the roster under their employer; known ones get their latest crew and trade.

    Where the project has no general contractor yet, its own crews have no employer to be enrolled under.
    """
    employer = _employer_of(batch)
    if employer is None:
        return 0
    with connection.cursor() as cursor:
        _take_turn(cursor, batch.project_id)
        cursor.execute(
            """
            INSERT INTO payroll_rosterentry (project_id, worker_id, employer_id, crew, trade)
            SELECT DISTINCT ON (line.worker_id) %s, line.worker_id, %s, line.crew, line.trade
            FROM payroll_payrollline line WHERE line.batch_id = %s
            ORDER BY line.worker_id, line.row
            ON CONFLICT (project_id, worker_id, employer_id) DO UPDATE
            SET crew = COALESCE(NULLIF(excluded.crew, ''), payroll_rosterentry.crew),
                trade = COALESCE(NULLIF(excluded.trade, ''), payroll_rosterentry.trade)
            WHERE (payroll_rosterentry.crew, payroll_rosterentry.trade) IS DISTINCT FROM (excluded.crew, excluded.trade)
            """,
            [batch.project_id, employer, batch.pk],
        )
        return cursor.rowcount


def batch_let_go(batch: PayrollBatch) -> int:
    """Take from the roster whom only this sheet put there, once it was returned or replaced.

    Whoever was registered (entry, contract) stays, and so does whose attendance with this employer is on record (the
    corrected attendance couldn't name him any more), or whoever stands in another submitted sheet of this employer:
    asked worker by worker, each of whom has few lines.
    """
    employer = _employer_of(batch)
    if employer is None:
        return 0
    with connection.cursor() as cursor:
        _take_turn(cursor, batch.project_id)
        cursor.execute(
            """
            DELETE FROM payroll_rosterentry entry
            USING (SELECT DISTINCT worker_id FROM payroll_payrollline WHERE batch_id = %(batch)s) named
            WHERE entry.project_id = %(project)s AND entry.worker_id = named.worker_id
              AND entry.employer_id = %(employer)s AND entry.entered_on IS NULL AND entry.left_on IS NULL
              AND NOT EXISTS (SELECT FROM payroll_sitestay WHERE entry_id = entry.id OFFSET 0)
              AND NOT EXISTS (
                SELECT FROM payroll_labourcontract
                WHERE worker_id = entry.worker_id AND project_id = entry.project_id OFFSET 0)
              AND NOT EXISTS (
                SELECT FROM payroll_attendanceday
                WHERE worker_id = entry.worker_id AND project_id = entry.project_id
                  AND subcontractor_id IS NOT DISTINCT FROM %(subcontractor)s OFFSET 0)
              AND NOT EXISTS (
                SELECT FROM payroll_payrollline line
                WHERE line.worker_id = entry.worker_id AND (
                    SELECT status = 'submitted' AND project_id = %(project)s
                       AND subcontractor_id IS NOT DISTINCT FROM %(subcontractor)s
                    FROM payroll_payrollbatch WHERE id = line.batch_id) OFFSET 0)
            """,
            {
                "batch": batch.pk,
                "project": batch.project_id,
                "employer": employer,
                "subcontractor": batch.subcontractor_id,
            },
        )
        return cursor.rowcount


def _take_turn(cursor, project_id: int) -> None:
    """Sheets of one site change its roster one after the other, until the transaction ends: one that is sent back would
    not see that another, submitted at the same moment, names the same worker."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, (%s %% 2147483648)::int)", [ROSTER_SPACE, project_id])


def _employer_of(batch: PayrollBatch) -> int | None:
    if batch.subcontractor_id is not None:
        return batch.subcontractor_id
    contractor = organization_of_part_unscoped(batch.project, ProjectParty.Part.GENERAL_CONTRACTOR)
    return contractor.pk if contractor else None
