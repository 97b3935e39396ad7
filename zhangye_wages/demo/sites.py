"""Who was on the demo's sites: stays, contracts, and the attendance of the two latest months that were paid."""

import datetime

from django.db import connection

from payroll.models import AttendanceDay, LabourContract, SiteStay

ATTENDED_MONTHS = 2
# Of the people on a site, in the order of the roster: every eleventh has no contract, every seventh was there a day less.
WITHOUT_CONTRACT, A_DAY_LESS = 11, 7
# Every forty-seventh left some days ago and waits for his last pay; every ninetieth stood on another site on one day.
LEFT, LEFT_DAYS_AGO, ON_TWO_SITES = 47, 12, 90


def seed_sites(today: datetime.date) -> dict:
    """Set-based; nothing is drawn, so the story stays the same for the same arguments."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO payroll_sitestay (entry_id, entered_on, source, left_reason, created_at, version)
            SELECT id, entered_on, 'sheet', '', now(), 1 FROM payroll_rosterentry WHERE entered_on IS NOT NULL
            ON CONFLICT DO NOTHING
            """
        )
        cursor.execute(
            """
            INSERT INTO payroll_labourcontract
                (project_id, worker_id, employer_id, kind, number, signed_on, starts_on, task_based, wage_form,
                 price_unit, pay_day, trade, ended_reason, source, created_at, version)
            SELECT project_id, worker_id, employer_id, CASE WHEN place %% 5 = 0 THEN 'agreement' ELSE 'contract' END, '',
                   entered_on - 1, entered_on, true, 'daily', '元/工日', 25, trade, '', 'sheet', now(), 1
            FROM (SELECT *, row_number() OVER (PARTITION BY project_id ORDER BY id) AS place FROM payroll_rosterentry) entry
            WHERE entered_on IS NOT NULL AND place %% %s <> 0
            ON CONFLICT DO NOTHING
            """,
            [WITHOUT_CONTRACT],
        )
        cursor.execute(
            """
            INSERT INTO payroll_attendanceday (project_id, worker_id, "on", subcontractor_id, days, source)
            SELECT project_id, worker_id, month_on + (day - 1), subcontractor_id, LEAST(1, present - (place - 1)), 'api'
            FROM (
                SELECT paid.*, day,
                       row_number() OVER (PARTITION BY line_id ORDER BY (day * 11 + person) %% 31, day) AS place
                FROM (
                    SELECT batch.project_id, batch.month_on, batch.subcontractor_id, line.id AS line_id, line.worker_id,
                           line.row AS person, line.days - CASE WHEN line.row %% %s = 0 THEN 1 ELSE 0 END AS present
                    FROM payroll_payrollbatch batch JOIN payroll_payrollline line ON line.batch_id = batch.id
                    WHERE batch.status = 'submitted' AND batch.month_on >= %s AND line.days IS NOT NULL
                ) paid
                CROSS JOIN LATERAL generate_series(
                    1, extract(day FROM month_on + interval '1 month' - interval '1 day')::int
                ) AS day
            ) spread
            WHERE present > place - 1
            ON CONFLICT DO NOTHING
            """,
            [A_DAY_LESS, _months_back(today, ATTENDED_MONTHS)],
        )
        cursor.execute(
            """
            WITH gone AS (
                SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM payroll_rosterentry
                                WHERE entered_on < %(left)s AND left_on IS NULL) entry
                WHERE place %% %(every)s = 0
            ), left_site AS (
                UPDATE payroll_sitestay SET left_on = %(left)s, left_reason = '工程量完成', version = 2
                WHERE entry_id IN (SELECT id FROM gone) AND left_on IS NULL RETURNING entry_id
            )
            UPDATE payroll_rosterentry SET left_on = %(left)s WHERE id IN (SELECT entry_id FROM left_site)
            """,
            {"left": today - datetime.timedelta(days=LEFT_DAYS_AGO), "every": LEFT},
        )
        cursor.execute(
            """
            WITH here AS (
                SELECT worker_id, max("on") AS "on", min(project_id) AS project_id,
                       row_number() OVER (ORDER BY worker_id) AS place
                FROM payroll_attendanceday GROUP BY worker_id
            ), sites AS (SELECT DISTINCT project_id FROM payroll_attendanceday)
            INSERT INTO payroll_attendanceday (project_id, worker_id, "on", subcontractor_id, days, source)
            SELECT other.project_id, here.worker_id, here."on", NULL,
                   CASE WHEN here.place %% (2 * %(every)s) = 0 THEN 0.5 ELSE 1 END, 'api'
            FROM here
            CROSS JOIN LATERAL (SELECT project_id FROM sites WHERE project_id <> here.project_id
                                ORDER BY (project_id + here.worker_id) %% 97, project_id LIMIT 1) other
            WHERE here.place %% %(every)s = 0
            ON CONFLICT DO NOTHING
            """,
            {"every": ON_TWO_SITES},
        )
    return {
        "stays": SiteStay.objects.count(),
        "contracts": LabourContract.objects.count(),
        "attended_days": AttendanceDay.objects.count(),
    }


def _months_back(today: datetime.date, months: int) -> datetime.date:
    first = today.replace(day=1)
    for _month in range(months):
        first = (first - datetime.timedelta(days=1)).replace(day=1)
    return first
